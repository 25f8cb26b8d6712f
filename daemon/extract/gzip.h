#pragma once
/* Gzip, by its magic bytes and not by any name: a stretch of what a packed document holds. Bounded
 * in what comes out, and in how much of it a byte may become: a bomb is told after its first
 * megabyte. Pure; in a worker. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/buf.h"
#include "shared/err.h"

enum {
	GZIP_OUT_MAX = 256 << 20, /* bytes a document may become */
	GZIP_RATIO_MAX = 250,     /* a sitemap becomes ten to fifty times as much */
	GZIP_RATIO_FROM = 1 << 20,
};

bool gzip_is(const char *data, size_t len);

/** Several members in a row are one document. What comes out before a fault counts.
 *  @param head  its first bytes, as many as fit; may be NULL
 *  @param at  piece begins there, in unpacked bytes; it takes as many as fit
 *  @param more  whether anything follows piece
 *  @param broken  the end was missing or wrong
 *  @return ERR_MALFORMED: nothing could be unpacked; ERR_TOO_LARGE: a bomb */
enum err gzip_read(const char *data, size_t len, struct buf *head, uint64_t at, struct buf *piece,
		   bool *more, bool *broken, struct error *e);
