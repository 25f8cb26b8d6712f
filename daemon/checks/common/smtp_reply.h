#pragma once
/* Replies of an SMTP server (RFC 5321, 4.2), read from bytes that nobody vouches for. Pure. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"

/* The standard's line is 512 bytes; servers that write more are not what a check is about. */
enum { SMTP_LINE_MAX = 2048, SMTP_LINES_MAX = 128, SMTP_REPLY_MAX = 16384 };

enum smtp_parse {
	SMTP_MORE,   /* not whole yet */
	SMTP_REPLY,  /* one reply, used bytes long */
	SMTP_BROKEN, /* not SMTP, or over a limit */
};

struct smtp_reply {
	int code; /* 200..599 */
	int lines;
	size_t used;      /* bytes of the whole reply */
	const char *data; /* its first byte; borrowed */
};

/** Read the reply at the beginning of data. More than SMTP_REPLY_MAX bytes without its end are
 *  broken. */
enum smtp_parse smtp_reply_parse(const char *data, size_t len, struct smtp_reply *out);
/** Text of line i without code and line end, not terminated; "" beyond the last. */
const char *smtp_reply_line(const struct smtp_reply *r, int i, size_t *len);
/** Is there, after the first line, one with this keyword and all its further words? ("AUTH PLAIN";
 *  the keyword may be followed by "=" as old servers write it.) Letter case does not count. */
bool smtp_reply_offers(const struct smtp_reply *r, const char *wanted);
/** The extensions as "8BITMIME, AUTH LOGIN PLAIN", safe text. */
void smtp_reply_extensions(const struct smtp_reply *r, char *out, size_t cap);
