#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include <redress/base.h>

enum { BAR = 24, EVERY_MS = 100 };

Progress progress_begin(void)
{
	return (Progress){
		.terminal =
			terminal_examine(STDERR_FILENO, TERMINAL_COLOUR_AUTO),
	};
}

static void draw_bar(GString *line, int64_t done, int64_t total)
{
	int64_t full = total > 0 ? CLAMP(done, 0, total) * BAR / total : 0;

	for (int64_t i = 0; i < BAR; i++)
		g_string_append(line, i < full ? "█" : "░");
	g_string_append_printf(line, " %3d%%",
		total > 0 ? (int)(CLAMP(done, 0, total) * 100 / total) : 0);
}

void progress_show(Progress *progress, const char *what, int64_t done,
	int64_t total, unsigned count)
{
	int64_t now_ms = base_clock_monotonic_ms();
	g_autoptr(GString) line = g_string_new(NULL);
	g_autofree char *clean = NULL, *cut = NULL;

	if (!progress->terminal.interactive ||
		(progress->shown_ms && now_ms - progress->shown_ms < EVERY_MS))
		return;
	progress->shown_ms = now_ms;
	if (total > 0)
		draw_bar(line, done, total);
	g_string_append_printf(line, " %u mails  %s", count, what);
	clean = terminal_clean(line->str, false);
	cut = terminal_cut(clean, progress->terminal.width - 1);
	fprintf(stderr, "\r\033[K%s", cut);
	fflush(stderr);
}

void progress_hide(Progress *progress)
{
	if (progress->shown_ms) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress->shown_ms = 0;
}
