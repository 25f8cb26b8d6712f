#pragma once
/* Texts with values to be put in: "/basket/{{id}}". A name is a slug; blanks around it are
 * welcome. What a value means where it is put (in an address, in JSON) decides how it is escaped,
 * so that a value never becomes more than a value. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/err.h"

enum { TEMPLATE_NAME_MAX = 63 };

enum template_escape {
	TEMPLATE_RAW,
	TEMPLATE_PERCENT, /* all but unreserved characters as %XX (RFC 3986, 2.3) */
	TEMPLATE_ADDRESS, /* as PERCENT, but a value at the very beginning is the address itself */
	TEMPLATE_JSON,    /* as the inside of a JSON string */
};

/** Call fn for each name in the order of the text, until it returns false.
 *  @return false: fn said so, or the text is no template (e says why) */
bool template_names(const char *text, bool (*fn)(const char *name, void *arg), void *arg,
		    struct error *e);
/** Does the text begin with a value? */
bool template_opens(const char *text);
/** Append the text with its values. find: value of a name, NULL when there is none.
 *  @return ERR_NOT_FOUND when a value is missing, ERR_INVALID for what is no template,
 * ERR_TOO_LARGE when out is full */
enum err template_expand(const char *text, enum template_escape how,
			 const char *(*find)(const char *name, void *arg), void *arg,
			 struct buf *out, struct error *e) __attribute__((warn_unused_result));
/** Append text escaped. */
void template_escape(struct buf *out, enum template_escape how, const char *text);
