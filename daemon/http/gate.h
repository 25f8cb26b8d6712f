#pragma once
/* The strict reader that bytes pass before llhttp sees them: framing and characters of request
 * heads, chunks and trailers (RFC 9112, nothing of its tolerance). llhttp then reads the same bytes
 * on its own; a request is handled only when both agree where it ends. Pure: no I/O, no memory. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gate_result {
	GATE_MORE,      /* all bytes are fine so far */
	GATE_END,       /* the head (or the chunked body) ended with the bytes consumed */
	GATE_BAD,       /* 400 */
	GATE_HEAD_LONG, /* 431: head, fields, trailers */
	GATE_URL_LONG,  /* 414 */
};

enum {
	GATE_METHOD_MAX = 16,
	GATE_CHUNK_DIGITS_MAX = 8,
	GATE_EXTENSION_MAX = 256,   /* of one chunk */
	GATE_EXTENSIONS_MAX = 4096, /* of one body */
	GATE_TRAILER_MAX = 4096,
	GATE_TRAILER_FIELDS_MAX = 16,
	GATE_NAME_KEPT = 20,
};

struct gate {
	uint8_t state;
	uint8_t at; /* within a fixed word or a name */
	uint16_t fields;
	uint32_t bytes; /* of the head, or of the trailers */
	uint32_t word;  /* bytes of the method, the target or the extension */
	uint32_t extensions;
	uint64_t left;             /* of the chunk */
	char name[GATE_NAME_KEPT]; /* of the trailer field, lower case */
};

void gate_head_begin(struct gate *g);
/** @return bytes consumed; fewer than n only when *result is not GATE_MORE */
size_t gate_head(struct gate *g, const char *p, size_t n, enum gate_result *result);
void gate_chunked_begin(struct gate *g);
size_t gate_chunked(struct gate *g, const char *p, size_t n, enum gate_result *result);
