/* config, between its files.  libconfuse is known here and nowhere else. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include <stdarg.h>

#include <confuse.h>

#include <redress/config.h>

/* ---- value.c: texts become fields ------------------------------------- */

typedef struct ConfigValue ConfigValue;
struct ConfigValue {
	const ConfigSetting *setting;
	const char *const *texts; /* one, or those of a list; NULL at the end */
	const char *folder;       /* what relative paths are relative to */
};

/* How a value is kept in its struct.  keep's error says what is wrong and
 * what to do, not where. */
typedef struct ConfigKind ConfigKind;
struct ConfigKind {
	bool (*keep)(const ConfigValue *value, void *field, GError **error);
	void (*clear)(void *field); /* (nullable) */
};

extern const ConfigKind config_kind_text, config_kind_path, config_kind_texts,
	config_kind_paths, config_kind_boolean, config_kind_unsigned,
	config_kind_octal, config_kind_choice, config_kind_choice_name,
	config_kind_seconds, config_kind_milliseconds, config_kind_duration,
	config_kind_size, config_kind_quiet, config_kind_letters,
	config_kind_tickets;

/* ---- settings.c: the one table ---------------------------------------- */

typedef struct ConfigRow ConfigRow;
struct ConfigRow {
	ConfigSetting setting;
	const ConfigKind *kind; /* NULL: a name that check.c resolves */
	/* In Config, in ConfigTerms, or in the struct of a titled section. */
	size_t offset;
	bool required;
};

typedef struct ConfigSection ConfigSection;
struct ConfigSection {
	const char *name;  /* "" for the top, "mailbox.imap" for one in one */
	const char *title; /* an example of its title; NULL: has none */
	const char *help;
};

const ConfigRow *config_rows(size_t *ret_length);
const ConfigSection *config_sections(size_t *ret_length);

/* Its name within the outer one, NULL if it is not in that. */
const char *config_section_inner(
	const ConfigSection *section, const char *outer);
/* At the top level and without a title: its fields are Config's. */
bool config_section_is_plain(const ConfigSection *section);

/* Stands in the table for the section of what a mailbox and a policy both
 * have. */
#define CONFIG_TERMS "terms"

/* Is this the row's section in the table? */
bool config_row_in(const ConfigRow *row, const char *section);
/* May it be written in this section of a file? */
bool config_row_allowed(const ConfigRow *row, const char *section);

/* ---- text.c: files become one text ------------------------------------ */

typedef struct ConfigPlace ConfigPlace;
struct ConfigPlace {
	const char *file; /* (transfer none): the ConfigText's */
	int line;
};

typedef struct ConfigText ConfigText;

ConfigText *config_text_read(const char *path, GError **error);
void config_text_free(ConfigText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfigText, config_text_free)

/* Without comments and includes. */
const char *config_text_string(const ConfigText *text);

/* Where a line of that, counted from 1, comes from. */
ConfigPlace config_text_place(const ConfigText *text, int line);

/* Sets "FILE:LINE: key: message". */
void config_place_fail(ConfigPlace place, const char *key, const char *message,
	GError **error);

/* ---- file.c: libconfuse, with places ---------------------------------- */

/*
 * A file that has been read and is well formed: every key in it is known, no
 * value has been looked at.  Places say where a key or a section stands.
 */
typedef struct ConfigSource ConfigSource;

/* libconfuse keeps its state in globals: one at a time, by a lock. */
ConfigSource *config_source_read(const char *path, GError **error);
void config_source_free(ConfigSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfigSource, config_source_free)

cfg_t *config_source_root(const ConfigSource *source);

/* The section as the table names it: "mailbox.imap".  (transfer none) */
const char *config_source_section(const ConfigSource *source, cfg_t *section);

/* The folder of the file in which a setting is written. */
char *config_source_folder(const ConfigSource *source, cfg_opt_t *option);

/*
 * Sets "FILE:LINE: section.name: message" and returns false.  Where the key is
 * not written the section's place stands in.  name may be NULL: the section
 * itself is wrong, and shown with its title.
 */
bool config_source_fail(const ConfigSource *source, cfg_t *section,
	const char *name, GError **error, const char *format, ...)
	G_GNUC_PRINTF(5, 6);

/* ---- config.c --------------------------------------------------------- */

/* Fills the row's field of a struct with what the section says, or else with
 * its default. */
bool config_fill_row(const ConfigSource *source, cfg_t *section,
	const ConfigRow *row, void *into, GError **error);
/* Frees what was filled of a section's rows. */
void config_clear_rows(const char *section, void *from);

/* ---- terms.c ---------------------------------------------------------- */

void config_terms_free(ConfigTerms *terms);

/* Gives each mailbox its terms: those of its policies, and its own. */
bool config_terms_resolve(
	const ConfigSource *source, Config *config, GError **error);

/* ---- check.c ---------------------------------------------------------- */

/* What spans several settings: references, contradictions, addresses. */
bool config_check(const ConfigSource *source, Config *config, GError **error);

/* ---- suggest.c -------------------------------------------------------- */

/* The candidate most like the word, or NULL if none is like it. */
const char *config_nearest(const char *word, const GPtrArray *candidates);

/* "did you mean \"x\"?" or, if nothing is like it, "known are: a, b, c". */
char *config_suggest(const char *word, const GPtrArray *candidates);

#endif
