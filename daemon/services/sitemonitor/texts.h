#pragma once
/* Texts that many monitors share ("HTTP 200 OK", an address), each kept once and counted.
 * Thread: the net loop's (the main thread's while nothing runs). A text lives as long as somebody
 * holds it; other threads read what is shown under the table's lock. */
#include <stddef.h>

struct text_entry;

/** Zeroed storage is an empty one. */
struct texts {
	struct text_entry **slots;
	size_t n, cap;
};

/** Frees also what is still held. */
void texts_fini(struct texts *t);
/** *to holds a copy of text instead of what it held; NULL for "" and NULL. */
void texts_set(struct texts *t, const char **to, const char *text);
