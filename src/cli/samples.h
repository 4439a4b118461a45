/*
 * samples: tickets that never were, to show templates with.  Each is in the
 * language it is shown in, so that what is looked at is what customers see.
 */
#ifndef REDRESS_CLI_SAMPLES_H
#define REDRESS_CLI_SAMPLES_H

#include <redress/config.h>
#include <redress/reply.h>

/* ---- sample_words.c ---------------------------------------------------- */

enum { SAMPLE_QUESTIONS = 3 };

/* What people of one language would have written. */
typedef struct SampleWords SampleWords;
struct SampleWords {
	const char *language;  /* ISO 639-1 */
	const char *name;      /* "suomi" */
	const char *time_zone; /* where many of them live */
	const char *customer, *subject, *team, *assignee;
	const char *complaint;  /* the customer's */
	const char *answer;     /* an agent's, with greeting and signature */
	const char *update;     /* an agent's sentence or two */
	const char *resolution; /* likewise */
	const char *const questions[SAMPLE_QUESTIONS + 1];
};

/* Those of "en" for a language that has none. */
const SampleWords *sample_words(const char *language);
/* The language's own name, else its code. */
const char *sample_language_name(const char *language);

/* ---- samples.c --------------------------------------------------------- */

enum { SAMPLE_EVENTS = 3 };

/* A ticket, and what its facts point at: not to be copied. */
typedef struct SampleTicket SampleTicket;
struct SampleTicket {
	ReplyFacts facts;
	ReplyEvent events[SAMPLE_EVENTS];
	ReplyCase history, similar;
};

typedef struct Sample Sample;
struct Sample {
	const char *name; /* "ack", "ack-meek"; a kind's own name comes first */
	enum reply_kind kind;
	const char *shows; /* what is particular about it */
	void (*change)(SampleTicket *ticket, const SampleWords *words);
	const char *complainer; /* (nullable) */
};

size_t samples_length(void);
const Sample *samples_get(size_t index);
/* (nullable) */
const Sample *sample_find(const char *name);

typedef struct SampleOptions SampleOptions;
struct SampleOptions {
	const Config *config; /* (nullable): whose first mailbox speaks */
	const char *language; /* whose words are taken, and templates */
	int64_t now_s;
};

/* Borrows from the options' configuration and language. */
void sample_fill(const Sample *sample, const SampleOptions *options,
	SampleTicket *ret_ticket);

#endif
