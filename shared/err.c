#include "shared/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/utf8.h"

/* Exit statuses are those of sysexits.h, by number: they are part of the contract. */
static const struct err_info table[ERR_COUNT] = {
	[-ERR_NONE] = {"ok", "OK", 200, 0, false},
	[-ERR_USAGE] = {"usage", "Wrong usage", 400, 64, false},
	[-ERR_INVALID] = {"invalid", "Invalid value", 422, 65, false},
	[-ERR_MALFORMED] = {"malformed", "Malformed input", 400, 65, false},
	[-ERR_TOO_LARGE] = {"too_large", "Too large", 413, 65, false},
	[-ERR_NOT_FOUND] = {"not_found", "Not found", 404, 65, false},
	[-ERR_EXISTS] = {"exists", "Exists already", 409, 65, false},
	[-ERR_CONFLICT] = {"conflict", "Changed meanwhile", 412, 65, false},
	[-ERR_DENIED] = {"denied", "Not permitted", 403, 77, false},
	[-ERR_METHOD] = {"method", "Method not allowed", 405, 64, false},
	[-ERR_BUSY] = {"busy", "Busy", 503, 75, true},
	[-ERR_CANCELLED] = {"cancelled", "Cancelled", 409, 75, true},
	[-ERR_TIMEOUT] = {"timeout", "Timed out", 504, 75, true},
	[-ERR_UNAVAILABLE] = {"unavailable", "Not available", 503, 69, true},
	[-ERR_READONLY] = {"readonly", "Read-only", 503, 75, true},
	[-ERR_FULL] = {"full", "No space left", 507, 75, true},
	[-ERR_IO] = {"io", "Input/output error", 500, 75, true},
	[-ERR_STORE] = {"store", "Store failed", 500, 70, false},
	[-ERR_NEWER] = {"newer", "Made by a newer version", 500, 78, false},
	[-ERR_CONFIG] = {"config", "Wrong configuration", 500, 78, false},
	[-ERR_LOCKED] = {"locked", "In use by another daemon", 500, 75, true},
	[-ERR_IN_USE] = {"in_use", "Still in use", 409, 65, false},
	[-ERR_UNSUPPORTED] = {"unsupported", "Not supported", 501, 69, false},
	[-ERR_INTERNAL] = {"internal", "Internal error", 500, 70, false},
	[-ERR_NOT_NOW] = {"not_now", "Not possible now", 409, 65, false},
};

const struct err_info *err_info(enum err code)
{
	int i = -(int)code;

	return &table[i >= 0 && i < ERR_COUNT ? i : -ERR_INTERNAL];
}

enum err err_from_code(const char *code)
{
	for (int i = 0; code && i < ERR_COUNT; i++) {
		if (!strcmp(table[i].code, code))
			return (enum err) - i;
	}
	return ERR_INTERNAL;
}

/* Formats by way of a copy: the arguments may point into the error itself. */
static void put(char *dst, size_t cap, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static void put(char *dst, size_t cap, const char *fmt, va_list ap)
{
	char copy[sizeof(((struct error *)0)->text)];
	int n = vsnprintf(copy, sizeof copy < cap ? sizeof copy : cap, fmt, ap);
	size_t len = n < 0 ? 0 : strlen(copy);

	if (n > 0 && (size_t)n > len)
		len = utf8_floor(copy, len);
	memcpy(dst, copy, len);
	dst[len] = '\0';
}

enum err error_set(struct error *e, enum err code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	put(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	e->code = code;
	e->line = 0;
	e->field[0] = e->hint[0] = '\0';
	return code;
}

enum err error_field(struct error *e, enum err code, const char *field, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	if (!e)
		return code;
	va_start(ap, fmt);
	put(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	e->code = code;
	e->line = 0;
	e->hint[0] = '\0';
	len = strlen(field);
	if (len >= sizeof e->field)
		len = utf8_floor(field, sizeof e->field - 1);
	memmove(e->field, field, len);
	e->field[len] = '\0';
	return code;
}

void error_hint(struct error *e, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->hint[0])
		return;
	va_start(ap, fmt);
	put(e->hint, sizeof e->hint, fmt, ap);
	va_end(ap);
}

void error_prefix(struct error *e, const char *fmt, ...)
{
	char words[sizeof e->text];
	size_t n, len;
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	put(words, sizeof words, fmt, ap);
	va_end(ap);
	n = strlen(words);
	len = strlen(e->text);
	if (n + len >= sizeof e->text)
		len = utf8_floor(e->text, sizeof e->text - 1 - n);
	memmove(e->text + n, e->text, len);
	memcpy(e->text, words, n);
	e->text[n + len] = '\0';
}
