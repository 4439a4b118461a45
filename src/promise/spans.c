/* Spans of a day: joined, and cut. */
#include "internal.h"

static gint compare_spans(gconstpointer a, gconstpointer b)
{
	const Span *one = a;
	const Span *two = b;
	return (one->start_s > two->start_s) - (one->start_s < two->start_s);
}

void promise_spans_merge(GArray *spans)
{
	guint kept = 0;

	g_array_sort(spans, compare_spans);
	for (guint i = 1; i < spans->len; i++) {
		Span *last = &g_array_index(spans, Span, kept);
		Span next = g_array_index(spans, Span, i);
		if (next.start_s <= last->end_s)
			last->end_s = MAX(last->end_s, next.end_s);
		else
			g_array_index(spans, Span, ++kept) = next;
	}
	if (spans->len > 0)
		g_array_set_size(spans, kept + 1);
}

void promise_spans_cut(GArray *spans, Span cut)
{
	for (guint i = 0; i < spans->len; i++) {
		Span *span = &g_array_index(spans, Span, i);
		Span rest = {MAX(span->start_s, cut.end_s), span->end_s};

		if (span->end_s <= cut.start_s || span->start_s >= cut.end_s)
			continue;
		span->end_s = MIN(span->end_s, cut.start_s);
		if (span->end_s <= span->start_s)
			g_array_remove_index(spans, i--);
		if (rest.end_s > rest.start_s) {
			g_array_insert_val(spans, i + 1, rest);
			i++;
		}
	}
}
