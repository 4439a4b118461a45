/* Where this program's companions are: in a build tree beside it, else where
 * they were installed, also when the whole was moved to another prefix. */
#include <redress/assembly.h>

#include <unistd.h>

/* The folder of the running program, or NULL. */
static char *program_folder(void)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);

	return program ? g_path_get_dirname(program) : NULL;
}

/* Programs stand two folders below the top of a build tree. */
static char *build_tree_file(const char *folder, const char *path)
{
	g_autofree char *cache =
		g_build_filename(folder, "..", "..", "CMakeCache.txt", NULL);

	if (!g_file_test(cache, G_FILE_TEST_EXISTS))
		return NULL;
	return g_build_filename(folder, "..", "..", path, NULL);
}

/* The first that exists of build tree, moved prefix and installed place. */
static char *find(const char *in_build, const char *in_prefix,
	const char *installed, GFileTest test)
{
	g_autofree char *folder = program_folder();
	g_autofree char *built = NULL, *moved = NULL;

	if (folder) {
		built = build_tree_file(folder, in_build);
		moved = g_build_filename(folder, "..", in_prefix, NULL);
	}
	if (built && g_file_test(built, test))
		return g_steal_pointer(&built);
	if (moved && g_file_test(moved, test))
		return g_steal_pointer(&moved);
	return g_strdup(installed);
}

char *assembly_parser_program(void)
{
	const char *named = g_getenv("REDRESS_PARSER");

	if (named && *named)
		return g_strdup(named);
	return find("src/parser/redress-parser",
		"libexec/redress/redress-parser",
		REDRESS_LIBEXEC_DIR "/redress-parser",
		G_FILE_TEST_IS_EXECUTABLE);
}

char *assembly_template_directory(void)
{
	return find("share/redress/templates", "share/redress/templates",
		REDRESS_DATA_DIR "/templates", G_FILE_TEST_IS_DIR);
}
