#pragma once
/* A mail as it travels: RFC 5322 head, text and HTML as MIME, lines of at most 76 bytes with CR LF.
 * Whatever is in its parts, it is one mail with these headers and no others. */
#include <stdint.h>

#include "shared/buf.h"
#include "shared/mail_address.h"

enum { MAIL_MAX = 512 * 1024, MAIL_THREADS_MAX = 10 };

struct mail {
	const char *id; /* "msg_...": the same at each attempt; a part of Message-ID */
	int64_t at_ms;
	const struct mail_address *from, *to;
	size_t n_to;
	const char *subject;     /* UTF-8 */
	const char *text, *html; /* UTF-8, LF */
	/** What it is about ("alr_..."): mails about the same stand together. */
	const char *threads[MAIL_THREADS_MAX];
	size_t n_threads;
	bool answers; /* not the first about threads[0] */
	bool urgent;
};

void mail_compose(const struct mail *m, struct buf *out);
/** RFC 2047: as it is when it is ASCII, else encoded words; in lines of at most 76 bytes, of which
 *  the first has `used` already. */
void mail_words(const char *utf8, size_t used, struct buf *out);
/** RFC 2045, 6.7. */
void mail_quoted(const char *text, struct buf *out);
