#pragma once
/* Selectors that an element and its ancestors decide, so that one pass over a document answers
 * them: types, classes, ids and attributes, joined by descendant and child combinators, with
 * commas. Same language and same meaning as shared/css.h in HTML; what is not of this kind is left
 * to that. */
#include <stdbool.h>
#include <stddef.h>

enum { CSS_SIMPLE_PARTS_MAX = 64, CSS_SIMPLE_TESTS_MAX = 64 };

enum css_test_kind { CSS_TEST_ID, CSS_TEST_CLASS, CSS_TEST_ATTRIBUTE };

struct css_test {
	enum css_test_kind kind;
	char op;    /* of an attribute: as written before '=', '=' itself, 0: that it is there */
	bool fold;  /* ASCII letters in any case; text is in lower case */
	char *name; /* of an attribute, in lower case */
	char *text; /* the id, the class, the value */
	size_t name_len, text_len;
};

/** One compound selector. */
struct css_part {
	char combinator; /* to the part before it: ' ' or '>'; 0: the selector begins here */
	bool last;       /* the element of this part is what the selector finds */
	char *type;      /* in lower case; NULL: any */
	size_t n;
	struct css_test *tests;
};

/** Selectors one after the other, each from left to right. */
struct css_simple {
	size_t n;
	struct css_part *parts;
};

/** @return NULL when it is not of this kind, or wrong (css_check says how). Pure; thread: any.
 *  Owner: the caller. */
struct css_simple *css_simple_new(const char *selector);
void css_simple_free(struct css_simple *s);

/** Does a value pass the test? Of an id, a class or an attribute that is there; an attribute that
 * is not there passes '!' only. */
bool css_test_value(const struct css_test *test, const char *value, size_t len);
