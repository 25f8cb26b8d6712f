#include "shared/gtin.h"

#include <stdbool.h>
#include <string.h>

enum { DIGITS_MAX = 14, ISBN10 = 10 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Weights 3 and 1 in turn, 3 at the digit before the check digit: of 14 digits from the left. */
static char check_digit(const char *digits)
{
	int sum = 0;

	for (int i = 0; i < DIGITS_MAX - 1; i++)
		sum += (digits[i] - '0') * (i % 2 ? 1 : 3);
	return (char)('0' + (10 - sum % 10) % 10);
}

/* Modulo 11, weights 10 to 1; the check digit ten is written X. */
static bool isbn10_is_right(const char *s)
{
	int sum = 0;

	for (int i = 0; i < ISBN10; i++)
		sum += (10 - i) * (s[i] == 'X' ? 10 : s[i] - '0');
	return sum % 11 == 0;
}

/* The digits alone; 0: there is something else among them. */
static size_t gather(const char *text, char out[static DIGITS_MAX + 1])
{
	size_t n = 0;

	for (; *text; text++) {
		bool ten = (*text == 'X' || *text == 'x') && n == ISBN10 - 1;

		if (*text == ' ' || *text == '-')
			continue;
		if ((!is_digit(*text) && !ten) || n == DIGITS_MAX)
			return 0;
		out[n++] = ten ? 'X' : *text;
	}
	out[n] = '\0';
	return n;
}

enum err gtin_read(const char *text, char out[static GTIN_TEXT], struct error *e)
{
	char digits[DIGITS_MAX + 1];
	size_t n = gather(text, digits);
	bool book = n == ISBN10;

	out[0] = '\0';
	if ((n != 8 && n != ISBN10 && n < 12) || (!book && memchr(digits, 'X', n)))
		return error_set(e, ERR_MALFORMED,
				 "\"%.40s\" is no GTIN: those have 8, 12, 13 or 14 digits", text);
	if (book && !isbn10_is_right(digits))
		return error_set(e, ERR_INVALID, "the check digit of ISBN %s is another", digits);
	memset(out, '0', DIGITS_MAX);
	out[DIGITS_MAX] = '\0';
	if (book) {
		memcpy(out + 1, "978", 3);
		memcpy(out + 4, digits, ISBN10 - 1);
		out[DIGITS_MAX - 1] = check_digit(out);
		return ERR_NONE;
	}
	memcpy(out + DIGITS_MAX - n, digits, n);
	if (strspn(out, "0") < DIGITS_MAX && out[DIGITS_MAX - 1] == check_digit(out))
		return ERR_NONE;
	out[0] = '\0';
	return error_set(e, ERR_INVALID, "the check digit of GTIN %s is another", digits);
}
