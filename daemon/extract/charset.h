#pragma once
/* Documents in any character set that the web uses -> clean UTF-8. The C library loads its tables
 * from files, which a worker can no longer do, so they are opened before. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"

struct charsets;
/** Open the tables; a set that the system does not have is left out. Owner: the caller. */
struct charsets *charsets_new(void);
void charsets_free(struct charsets *c);

/** The character set of a document, by its byte order mark, the content type, then what it says
 *  itself in its first kilobyte (<meta charset>, <?xml encoding>); else UTF-8 when it is that, else
 *  windows-1252, as browsers do.
 *  @param content_type  may be NULL
 *  @return a name from the table in charset.c, never NULL */
const char *charset_find(const char *text, size_t len, const char *content_type);

/** Append text in UTF-8, without byte order mark; NUL and what is not valid become U+FFFD.
 *  @return false when it does not fit in out */
bool charset_convert(const struct charsets *c, const char *charset, const char *text, size_t len,
		     struct buf *out);
