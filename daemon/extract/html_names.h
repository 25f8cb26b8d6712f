#pragma once
/* The elements of HTML that are something special to a reader, found by name at once. */
#include <stddef.h>
#include <stdint.h>

enum html_id {
	HTML_OTHER, /* an element of no name below */
	HTML_HTML,
	HTML_HEAD,
	HTML_BODY,
	HTML_A,
	HTML_BR,
	HTML_BUTTON,
	HTML_DD,
	HTML_DT,
	HTML_FORM,
	HTML_LI,
	HTML_NOBR,
	HTML_OL,
	HTML_OPTGROUP,
	HTML_OPTION,
	HTML_P,
	HTML_SELECT,
	HTML_TABLE,
	HTML_TBODY,
	HTML_TD,
	HTML_TEMPLATE,
	HTML_TFOOT,
	HTML_TH,
	HTML_THEAD,
	HTML_TR,
	HTML_UL,
	HTML_SVG,
	HTML_MATH,
	HTML_NAMED, /* from here on elements that only their flags tell apart */
};

enum html_flag {
	HTML_VOID = 1 << 0,        /* no contents, no end tag */
	HTML_SPECIAL = 1 << 1,     /* an end tag of another name does not reach behind it */
	HTML_CLOSES_P = 1 << 2,    /* its start ends a paragraph */
	HTML_SCOPE = 1 << 3,       /* nothing in it ends what is around it */
	HTML_IN_HEAD = 1 << 4,     /* may stand in the head */
	HTML_HEADING = 1 << 5,     /* h1 to h6: any end tag of them ends any */
	HTML_BREAKOUT = 1 << 6,    /* ends svg and math */
	HTML_ROW = 1 << 7,         /* what a table is made of */
	HTML_INTEGRATION = 1 << 8, /* in svg or math: holds HTML again */
};

struct html_name {
	const char *name;
	int flags;
	uint8_t content; /* enum html_content */
	uint8_t role;    /* enum text_role */
	uint16_t id;
};

struct html_names;
/** Owner: the caller. */
struct html_names *html_names_new(void);
void html_names_free(struct html_names *n);
/** @return NULL when it is none of them */
const struct html_name *html_names_find(const struct html_names *n, const char *name, size_t len);
const struct html_name *html_names_at(const struct html_names *n, enum html_id id);
