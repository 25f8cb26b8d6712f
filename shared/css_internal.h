#pragma once
/* Between the parts of the selector translator: css.c reads the structure, css_token.c the words,
 * css_attribute.c what stands in brackets, css_pseudo.c what stands behind a colon. */
#include <stddef.h>

#include "shared/css.h"

struct css_parser {
	const char *s;
	size_t at;
	enum css_dialect dialect;
	int depth;
	struct error *e;
	enum err failed;
};

/** One compound selector: `a.b:c`. */
struct css_compound {
	char combinator;      /* to what is left of it: ' ' '>' '+' '~' */
	bool named;           /* it says an element's name */
	struct buf type;      /* node test, perhaps with a predicate: "p", "*[name() = 'x:y']" */
	struct buf condition; /* boolean XPath of the element, "" when there is none */
};

enum { CSS_NAME_MAX = 512 };

/** Remember the first fault with its place. @return false, for `return css_fail(...)` */
bool css_fail(struct css_parser *p, size_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- words (css_token.c) ------------------------------------------------------------------- */

/** Is it a blank? Also false at the end. */
bool css_is_blank(char c);
void css_skip_blanks(struct css_parser *p);
bool css_take(struct css_parser *p, char c);
bool css_expect(struct css_parser *p, char c, const char *after);
/** Does a name begin here? */
bool css_name_begins(const struct css_parser *p);
/** An identifier with its escapes resolved; what: "a class after '.'", for the message. */
bool css_read_name(struct css_parser *p, struct buf *out, const char *what);
/** The same for what may begin with a digit, after '#'. */
bool css_read_hash(struct css_parser *p, struct buf *out);
bool css_read_string(struct css_parser *p, struct buf *out);
/** 'text' as XPath has it, whatever quotes are in it. */
void css_literal(struct buf *out, const char *text);
void css_lower(char *s);
/** Can the name stand in an expression as it is? */
bool css_is_plain_name(const char *s);

/* ---- in brackets (css_attribute.c) --------------------------------------------------------- */

struct css_attribute {
	struct buf name; /* in HTML in lower case */
	char op;         /* '=' and the first of ~= |= ^= $= *= != ; 0: only that it is there */
	bool fold;       /* ASCII letters are equal in both cases; text is in lower case then */
	struct buf text;
};

/** After the bracket, the closing one included. css_attribute_fini also after a fault. */
bool css_read_attribute(struct css_parser *p, struct css_attribute *a);
void css_attribute_fini(struct css_attribute *a);

/* ---- structure (css.c) --------------------------------------------------------------------- */

enum css_list {
	CSS_PATHS, /* expressions that find nodes in the document, joined by | */
	CSS_TESTS, /* conditions of the current node, joined by or */
	CSS_HAS, /* paths from the current node, joined by or; selectors may begin with a combinator
		  */
};

/** A list of selectors up to its end or the closing bracket, which stays. */
bool css_read_list(struct css_parser *p, enum css_list kind, struct buf *out);
/** Add "and condition". */
void css_add_condition(struct css_compound *c, const char *condition);

/* ---- behind a colon (css_pseudo.c) --------------------------------------------------------- */

/** At the colon. */
bool css_read_pseudo(struct css_parser *p, struct css_compound *c);
