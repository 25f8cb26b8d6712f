#pragma once
/* A body as it streams by: counted, hashed, searched for keywords across chunks, kept only as far
 * as somebody needs it. Net loop. */
#include <sodium.h>
#include <stdbool.h>

#include "shared/buf.h"

enum { BODY_KEYWORDS = 2, BODY_START = 256, BODY_HASH_TEXT = 17, BODY_KEYWORD_MAX = 1024 };

struct body_scan {
	struct {
		const char *text;
		size_t len;
		bool found;
	} keyword[BODY_KEYWORDS];    /* text NULL: none */
	char tail[BODY_KEYWORD_MAX]; /* the last bytes, for a keyword that two chunks share */
	size_t tail_len, tail_max;
	char start[BODY_START];
	size_t start_len;
	struct buf kept;
	bool keep;
	size_t bytes;
	unsigned char
		hash_room[sizeof(crypto_generichash_state) + 64]; /* its state wants alignment */
};

/** @param keep_max  0: nothing is kept */
void body_scan_init(struct body_scan *b, const char *keyword, const char *keyword_absent,
		    size_t keep_max);
/** Another answer begins (a redirect was followed). */
void body_scan_restart(struct body_scan *b);
void body_scan_fini(struct body_scan *b);
void body_scan_add(struct body_scan *b, const char *data, size_t n);
/** 64 bits of BLAKE2b in hex. Ends the scan. */
const char *body_scan_hash(struct body_scan *b, char out[static BODY_HASH_TEXT]);
