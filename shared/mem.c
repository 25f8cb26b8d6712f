#include "shared/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* write(2) and abort: stdio itself may want to allocate. */
static _Noreturn void die(const char *line)
{
	if (write(STDERR_FILENO, line, strlen(line)) < 0) {
		/* nobody is left to tell */
	}
	abort();
}

static void *must(void *p)
{
	if (!p)
		die("fatal: out of memory\n");
	return p;
}

void *mem_alloc(size_t n)
{
	return must(malloc(n ? n : 1));
}

void *mem_zalloc(size_t n)
{
	return must(calloc(1, n ? n : 1));
}

void *mem_realloc(void *p, size_t n)
{
	return must(realloc(p, n ? n : 1));
}

void *mem_array(void *p, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX)
		die("fatal: array size overflow\n");
	return mem_realloc(p, n);
}

char *mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_alloc(n), s, n);
}

char *mem_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = mem_alloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return must(s);
}
