#pragma once
/* Allocation for both programs.
 *
 * Sizes that come from outside are bounded before they reach these functions (see buf.h), so a
 * failure here means that the machine is out of memory. The process then ends at once with a line
 * on stderr: every acknowledged fact is already on disk, and a supervisor starts a clean one. */
#include <stddef.h>

/** Like malloc, calloc, realloc, strdup, strndup; never return NULL. Owner: the caller, free(). */
void *mem_alloc(size_t n) __attribute__((malloc, warn_unused_result));
void *mem_zalloc(size_t n) __attribute__((malloc, warn_unused_result));
void *mem_realloc(void *p, size_t n) __attribute__((warn_unused_result));
/** Grow an array of count elements of size bytes; ends the process on overflow. */
void *mem_array(void *p, size_t count, size_t size) __attribute__((warn_unused_result));
char *mem_strdup(const char *s) __attribute__((malloc, warn_unused_result));
char *mem_strndup(const char *s, size_t n) __attribute__((malloc, warn_unused_result));
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), warn_unused_result));

#define ARRAY_LEN(a)                    (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
