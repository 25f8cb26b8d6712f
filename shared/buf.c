#include "shared/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

void buf_fini(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT(b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Doubling, but never past what max needs: a buffer of 1 MB must not take 2. */
static bool grow(struct buf *b, size_t n)
{
	size_t want = b->len + n + 1, cap = b->cap ? b->cap : 64;

	while (cap < want)
		cap *= 2;
	if (cap - 1 > b->max)
		cap = b->max + 1;
	b->data = mem_realloc(b->data, cap);
	b->cap = cap;
	return true;
}

/* True when n more bytes and a NUL have room at data+len. */
static inline bool room(struct buf *b, size_t n)
{
	if (n > b->max - b->len) {
		b->overflow = true;
		return false;
	}
	return b->cap - b->len > n || grow(b, n);
}

bool buf_add(struct buf *b, const void *data, size_t n)
{
	if (!room(b, n))
		return false;
	if (n)
		memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
	return true;
}

bool buf_add_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_add_char(struct buf *b, char c)
{
	if (!room(b, 1))
		return false;
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
	return true;
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	bool ok = false;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	if (n < 0) {
		b->overflow = true;
	} else if ((size_t)n < sizeof small) {
		ok = buf_add(b, small, (size_t)n);
	} else if (room(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
		ok = true;
	}
	va_end(again);
	return ok;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	bool ok;

	va_start(ap, fmt);
	ok = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

char *buf_reserve(struct buf *b, size_t n)
{
	return room(b, n) ? b->data + b->len : NULL;
}

void buf_consume(struct buf *b, size_t n)
{
	if (n >= b->len)
		n = b->len;
	if (!n)
		return;
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	b->data[b->len] = '\0';
}

/* Whoever committed into reserved room did not write the NUL. */
const char *buf_str(const struct buf *b)
{
	if (!b->data)
		return "";
	b->data[b->len] = '\0';
	return b->data;
}

char *buf_take(struct buf *b)
{
	char *s = b->data;

	if (s)
		s[b->len] = '\0';
	else
		s = mem_strdup("");
	*b = BUF_INIT(b->max);
	return s;
}
