#pragma once
/* A list read at once and again piece by piece, as a daemon does it: the walk ends, goes on, and
 * finds no more items than there are; with pieces that hold every item it finds the same ones. The
 * first byte of the input says how long pieces are; half of the inputs get a root element, so that
 * they are lists. */
#include <stdio.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/gzip.h"
#include "daemon/extract/list.h"
#include "daemon/extract/product_read.h"
#include "shared/json.h"
#include "shared/text_safe.h"
#include "tests/fuzz/fuzz.h"

enum { FUZZ_ANSWER = 60 << 10, FUZZ_ROUNDS = 5000 };

static json_t *fuzz_answer(const struct charsets *c, const struct product_request *r)
{
	struct buf out = BUF_INIT(FUZZ_ANSWER);
	struct error e = {0};
	json_t *v = NULL;

	if (!product_read(c, r, &out, &e)) {
		MUST(!out.overflow);
		v = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
		MUST(v);
	}
	buf_fini(&out);
	return v;
}

static void fuzz_texts(const json_t *v)
{
	const json_t *one;
	const char *name;
	size_t i;

	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		char *safe = text_safe_dup(s, strlen(s), strlen(s) + 1);

		MUST(!strcmp(safe, s) && strlen(s) < 4096);
		free(safe);
	}
	json_array_foreach(v, i, one) fuzz_texts(one);
	if (json_is_object(v)) {
		json_object_foreach((json_t *)v, name, one) fuzz_texts(one);
	}
}

/* All items, in pieces of that many bytes; 0: as the document comes. NULL: it is no list. */
static json_t *fuzz_walk(const struct charsets *c, const char *text, size_t size, const char *key,
			 size_t piece)
{
	struct product_request r = {.document = text, .len = size, .url = "https://shop.example/"};
	json_t *all = json_array();
	char *part = mem_alloc(LIST_HEAD_BYTES + piece + 1);
	int rounds = 0;

	for (bool more = true; more; rounds++) {
		uint64_t at = r.from >= EXTRACT_FROM_PLACE ? r.from - EXTRACT_FROM_PLACE : 0;
		json_t *v;

		if (piece) {
			r.head_len = (uint32_t)(size < LIST_HEAD_BYTES ? size : LIST_HEAD_BYTES);
			r.piece_at = at < size ? at : size;
			r.len = size - r.piece_at < piece ? size - r.piece_at : piece;
			r.more = r.piece_at + r.len < size;
			memcpy(part, text, r.head_len);
			memcpy(part + r.head_len, text + r.piece_at, r.len);
			r.len += r.head_len;
			part[r.len] = '\0';
			r.document = part;
		}
		MUST(rounds < FUZZ_ROUNDS);
		v = fuzz_answer(c, &r);
		fuzz_texts(v);
		json_array_extend(all, json_path(v, key));
		more = json_is_integer(json_object_get(v, "next"));
		MUST(!more || (uint64_t)json_int(v, "next", 0) > r.from);
		r.from = (uint64_t)json_int(v, "next", 0);
		json_decref(v);
	}
	free(part);
	return all;
}

static inline void fuzz_list(const uint8_t *data, size_t size, const char *key, const char *root)
{
	static struct charsets *charsets;
	char *text;
	size_t piece, begin = 0;
	json_t *whole, *pieces;

	if (!charsets)
		charsets = charsets_new();
	if (size < 2)
		return;
	piece = 64 + 16 * (size_t)data[0];
	if (data[1] & 1)
		begin = strlen(root);
	text = mem_alloc(begin + size - 1);
	memcpy(text, root, begin);
	memcpy(text + begin, data + 2, size - 2);
	size += begin - 2;
	text[size] = '\0';
	whole = fuzz_walk(charsets, text, size, key, 0);
	pieces = fuzz_walk(charsets, text, size, key, piece);
	if (size <= piece)
		MUST(json_equal(whole, pieces) || gzip_is(text, size));
	json_decref(whole);
	json_decref(pieces);
	free(text);
}
