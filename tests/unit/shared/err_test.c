#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/err.h"
#include "shared/utf8.h"

static void info__every_code__has_words_and_a_unique_code(void **state)
{
	for (int i = 0; i < ERR_COUNT; i++) {
		const struct err_info *info = err_info((enum err) - i);

		assert_non_null(info->code);
		assert_true(info->title[0] != '\0');
		assert_in_range(info->http, 200, 599);
		assert_true(i == 0 || info->exit >= 64);
		assert_int_equal(err_from_code(info->code), -i);
	}
}

static void info__contract__statuses(void **state)
{
	static const struct {
		enum err code;
		const char *word;
		int http, exit;
	} want[] = {
		{ERR_USAGE, "usage", 400, 64},
		{ERR_INVALID, "invalid", 422, 65},
		{ERR_MALFORMED, "malformed", 400, 65},
		{ERR_TOO_LARGE, "too_large", 413, 65},
		{ERR_NOT_FOUND, "not_found", 404, 65},
		{ERR_EXISTS, "exists", 409, 65},
		{ERR_CONFLICT, "conflict", 412, 65},
		{ERR_DENIED, "denied", 403, 77},
		{ERR_METHOD, "method", 405, 64},
		{ERR_BUSY, "busy", 503, 75},
		{ERR_CANCELLED, "cancelled", 409, 75},
		{ERR_TIMEOUT, "timeout", 504, 75},
		{ERR_UNAVAILABLE, "unavailable", 503, 69},
		{ERR_READONLY, "readonly", 503, 75},
		{ERR_FULL, "full", 507, 75},
		{ERR_IO, "io", 500, 75},
		{ERR_STORE, "store", 500, 70},
		{ERR_NEWER, "newer", 500, 78},
		{ERR_CONFIG, "config", 500, 78},
		{ERR_LOCKED, "locked", 500, 75},
		{ERR_IN_USE, "in_use", 409, 65},
		{ERR_UNSUPPORTED, "unsupported", 501, 69},
		{ERR_INTERNAL, "internal", 500, 70},
		{ERR_NOT_NOW, "not_now", 409, 65},
	};

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_string_equal(err_info(want[i].code)->code, want[i].word);
		assert_int_equal(err_info(want[i].code)->http, want[i].http);
		assert_int_equal(err_info(want[i].code)->exit, want[i].exit);
	}
}

static void info__unknown_code__is_internal(void **state)
{
	assert_string_equal(err_info((enum err) - 999)->code, "internal");
	assert_string_equal(err_info((enum err)7)->code, "internal");
	assert_int_equal(err_from_code("no such word"), ERR_INTERNAL);
	assert_int_equal(err_from_code(NULL), ERR_INTERNAL);
}

static void set__null_error__returns_code(void **state)
{
	assert_int_equal(error_set(NULL, ERR_BUSY, "x"), ERR_BUSY);
	assert_int_equal(error_field(NULL, ERR_BUSY, "f", "x"), ERR_BUSY);
	error_hint(NULL, "x");
	error_prefix(NULL, "x");
}

static void set__clears_what_was_there(void **state)
{
	struct error e;

	error_field(&e, ERR_INVALID, "interval", "too short");
	error_hint(&e, "at least %d s", 1);
	e.line = 7;
	assert_string_equal(e.field, "interval");
	assert_int_equal(error_set(&e, ERR_IO, "disk"), ERR_IO);
	assert_string_equal(e.text, "disk");
	assert_string_equal(e.field, "");
	assert_string_equal(e.hint, "");
	assert_int_equal(e.line, 0);
}

static void hint__keeps_the_first(void **state)
{
	struct error e;

	error_set(&e, ERR_IO, "x");
	error_hint(&e, "first");
	error_hint(&e, "second");
	assert_string_equal(e.hint, "first");
}

static void prefix__goes_in_front__and_arguments_may_alias(void **state)
{
	struct error e;

	error_set(&e, ERR_IO, "full");
	error_prefix(&e, "%s: ", "shop.yaml");
	assert_string_equal(e.text, "shop.yaml: full");
	error_set(&e, ERR_IO, "again: %s", e.text);
	assert_string_equal(e.text, "again: shop.yaml: full");
	error_field(&e, ERR_INVALID, e.text, "%s", e.text);
	assert_string_equal(e.text, "again: shop.yaml: full");
}

static bool valid_utf8(const char *s)
{
	for (size_t n = strlen(s); n;) {
		uint32_t c;
		size_t used = utf8_next(s, n, &c);

		if (c == UTF8_INVALID)
			return false;
		s += used;
		n -= used;
	}
	return true;
}

static void long_text__is_cut_between_characters(void **state)
{
	char text[1201];
	struct error e;

	for (int shift = 0; shift < 4; shift++) {
		memset(text, 'a', (size_t)shift);
		for (int i = shift; i + 3 <= 1200; i += 3)
			memcpy(text + i, "\xE2\x82\xAC", 4);
		error_field(&e, ERR_INVALID, text, "%s", text);
		assert_true(valid_utf8(e.text));
		assert_true(valid_utf8(e.field));
		assert_true(strlen(e.text) > sizeof e.text - 5);
		error_hint(&e, "%s", text);
		assert_true(valid_utf8(e.hint));
		error_prefix(&e, "%.*s", 30 + shift, text);
		assert_true(valid_utf8(e.text));
		error_prefix(&e, "%s", text);
		assert_true(valid_utf8(e.text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info__every_code__has_words_and_a_unique_code),
		cmocka_unit_test(info__contract__statuses),
		cmocka_unit_test(info__unknown_code__is_internal),
		cmocka_unit_test(set__null_error__returns_code),
		cmocka_unit_test(set__clears_what_was_there),
		cmocka_unit_test(hint__keeps_the_first),
		cmocka_unit_test(prefix__goes_in_front__and_arguments_may_alias),
		cmocka_unit_test(long_text__is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
