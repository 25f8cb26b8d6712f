#pragma once
/* A growing byte buffer that is born with a maximum. */
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL after len bytes whenever data is not NULL */
	size_t len;
	size_t cap;
	size_t max;
	bool overflow; /* sticky: something did not fit in max and was dropped whole */
};

#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})

void buf_fini(struct buf *b);
/** Forget the contents, keep the memory, clear overflow. */
void buf_reset(struct buf *b);
/** Append; false (and overflow) when it would pass max, then nothing was added. */
bool buf_add(struct buf *b, const void *data, size_t n);
bool buf_add_str(struct buf *b, const char *s);
bool buf_add_char(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/** Room for n more bytes at data+len, NULL on overflow; commit with b->len += used. */
char *buf_reserve(struct buf *b, size_t n);
/** Drop the first n bytes. */
void buf_consume(struct buf *b, size_t n);
/** The contents as a string ("" when empty). Borrowed. */
const char *buf_str(const struct buf *b);
/** Take the memory away (never NULL); the caller frees it and b is empty. */
char *buf_take(struct buf *b);
