/* reply, inside: what its files share. */
#ifndef REDRESS_REPLY_INTERNAL_H
#define REDRESS_REPLY_INTERNAL_H

#include <redress/reply.h>

/* ---- mustache: the parsed form ---------------------------------------- */

enum mustache_node_type {
	MUSTACHE_TEXT,
	MUSTACHE_VARIABLE, /* {{x}} */
	MUSTACHE_RAW,      /* {{{x}}}, {{&x}} */
	MUSTACHE_SECTION,  /* {{#x}} */
	MUSTACHE_INVERTED, /* {{^x}} */
	MUSTACHE_PARTIAL,  /* {{>x}} */
};

typedef struct MustacheNode MustacheNode;
struct MustacheNode {
	enum mustache_node_type type;
	unsigned line;
	/* Begins a line of its template: an indented partial indents here. */
	bool line_start;
	char *text;          /* the text, or the name */
	char *indent;        /* of a partial on a line of its own, else NULL */
	GPtrArray *children; /* MustacheNode, of sections, else NULL */
};

struct Mustache {
	GPtrArray *nodes; /* MustacheNode */
};

typedef struct MustacheVisitor MustacheVisitor;
struct MustacheVisitor {
	/* sections: the names of the sections around the node, outermost
	 * first (transfer none). */
	void (*visit)(const MustacheNode *node, const GPtrArray *sections,
		void *user);
	void *user;
};

/* Calls visit for every node that names something, partials too. */
void mustache_visit(const Mustache *mustache, const MustacheVisitor *visitor);

#endif
