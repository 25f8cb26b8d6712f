#pragma once
/* XML of feeds and sitemaps as a row of tokens, straight from the bytes: nothing is copied, nothing
 * remembered, so it may begin anywhere and broken XML is as good as any. In every character set
 * that keeps ASCII's bytes. Comments, instructions and the document type are passed over; entities
 * of the document's own do not exist. */
#include <stdbool.h>
#include <stddef.h>

struct xml_scan {
	const char *at, *end;
	bool last; /* nothing follows after end */
};

enum xml_kind {
	XML_OVER, /* no more bytes */
	XML_CUT,  /* the token goes on after the end; it is not passed */
	XML_START,
	XML_STOP,
	XML_TEXT,  /* with references */
	XML_CDATA, /* as it is */
};

struct xml_token {
	enum xml_kind kind;
	const char *begin; /* of the whole token */
	const char *prefix, *name;
	size_t prefix_len, name_len; /* name: without its prefix */
	bool empty;                  /* <a/> */
	const char *s;               /* the text; of a start what follows its name */
	size_t len;
};

enum xml_kind xml_next(struct xml_scan *x, struct xml_token *out);
bool xml_name_is(const struct xml_token *t, const char *name);
/** Both have the same prefix, whatever it means. */
bool xml_prefix_is(const struct xml_token *t, const char *prefix, size_t len);

/** The attribute that comes next in a start's text.  @return false: none */
struct xml_attribute {
	const char *name, *value;
	size_t name_len, value_len;
};
bool xml_attribute_next(const char **at, const char *end, struct xml_attribute *out);
