#include "shared/title_tokens.h"

#include <string.h>
#include <utf8proc.h>

#include "shared/fold.h"
#include "shared/utf8.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* U+2044, to which "½" comes apart. */
static const char fraction_slash[] = "\xE2\x81\x84";
enum { SLASH = sizeof(fraction_slash) - 1 };

/* Digits, with single separators between them. */
static size_t number_len(const char *s)
{
	size_t n = 0;

	if (is_digit(*s) && !strncmp(s + 1, fraction_slash, SLASH) && is_digit(s[1 + SLASH]))
		return 2 + SLASH;

	for (;;) {
		while (is_digit(s[n]))
			n++;
		if ((s[n] == '.' || s[n] == ',' || s[n] == '\'') && is_digit(s[n + 1]))
			n++;
		else
			return n;
	}
}

/* Chinese characters are words one by one. */
static bool is_ideograph(uint32_t c)
{
	return c >= 0x3040 && c <= 0xD7A3;
}

static bool is_letter(uint32_t c)
{
	utf8proc_category_t kind = utf8proc_category((utf8proc_int32_t)c);

	return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME;
}

static size_t word_len(const char *s, size_t left)
{
	size_t n = 0;
	uint32_t c;

	while (n < left) {
		size_t used = utf8_next(s + n, left - n, &c);

		if (c == UTF8_INVALID || !is_letter(c) || (n && is_ideograph(c)))
			break;
		n += used;
		if (is_ideograph(c))
			break;
	}
	/* "m2", which is how "m²" comes apart, is a word; "mm2", too. */
	if (n && n <= 2 && s[n - 1] == 'm' && (s[n] == '2' || s[n] == '3') && !is_digit(s[n + 1]))
		n++;
	return n;
}

static void fold_word(struct title_token *t)
{
	char word[TITLE_WORD * 2];

	t->text[0] = '\0';
	if (t->len >= sizeof(word))
		return;
	memcpy(word, t->at, t->len);
	word[t->len] = '\0';
	if (text_fold(t->text, sizeof(t->text), word) + 1 == sizeof(t->text))
		t->text[0] = '\0';
}

void title_tokens_read(struct title_tokens *w, const char *title)
{
	char bounded[TITLE_TEXT_MAX + 1];
	size_t len = utf8_floor(title, strnlen(title, TITLE_TEXT_MAX));

	memcpy(bounded, title, len);
	bounded[len] = '\0';
	size_t left = text_plain(w->text, sizeof(w->text), bounded);
	const char *s = w->text;
	bool glued = false;

	w->n = 0;
	while (left && w->n < TITLE_TOKENS_MAX) {
		struct title_token *t = &w->at[w->n];
		uint32_t c;
		size_t used = utf8_next(s, left, &c);

		*t = (struct title_token){.at = s, .glued = glued, .sign = c};
		if (*s == ' ' || *s == '\t' || *s == '\n') {
			glued = false;
			s++;
			left--;
			continue;
		}
		if ((t->len = number_len(s)))
			t->type = TITLE_NUMBER;
		else if ((t->len = word_len(s, left)))
			t->type = TITLE_LETTERS;
		else
			t->type = TITLE_SIGN, t->len = used;
		if (t->type == TITLE_LETTERS)
			fold_word(t);
		s += t->len;
		left -= t->len;
		glued = true;
		w->n++;
	}
	w->at[w->n] = (struct title_token){.type = TITLE_END};
}

bool title_is_sign(const struct title_token *t, const char *signs)
{
	return t->type == TITLE_SIGN && t->sign < 0x80 && strchr(signs, (int)t->sign);
}

bool title_is_dash(const struct title_token *t)
{
	return t->type == TITLE_SIGN &&
	       (t->sign == '-' || (t->sign >= 0x2010 && t->sign <= 0x2015));
}

/* "1.500" is 1500 of something small and 1.5 of something large. */
bool title_number(const struct title_token *t, bool small, struct title_number *out)
{
	const char *last = NULL;
	size_t separators = 0, kinds = 0, after = 0;
	char first = 0;

	*out = (struct title_number){0};
	if (memchr(t->at, fraction_slash[0], t->len)) {
		if (t->at[t->len - 1] == '0')
			return false;
		*out = (struct title_number){(t->at[0] - '0') * 1000 / (t->at[t->len - 1] - '0'),
					     3};
		return true;
	}
	for (size_t i = 0, digits = 0; i < t->len; i++) {
		char c = t->at[i];

		if (is_digit(c)) {
			if (++digits > TITLE_NUMBER_DIGITS)
				return false;
			out->digits = out->digits * 10 + (c - '0');
			after++;
			continue;
		}
		if (separators && after != 3)
			return false;
		kinds += !separators || c != first;
		first = separators++ ? first : c;
		last = t->at + i;
		after = 0;
	}
	if (!separators)
		return true;
	bool grouped = after == 3 && (separators > 1 || *last == '\'' || small) && (kinds == 1) &&
		       t->at[0] != '0';
	if (kinds > 2 || (kinds == 1 && separators > 1 && !grouped))
		return false;
	out->decimals = grouped ? 0 : (unsigned)after;
	return true;
}

/* "x" between numbers; a capital one there only. */
bool title_is_times(const struct title_tokens *w, size_t i)
{
	const struct title_token *t = &w->at[i];

	if (t->type == TITLE_SIGN)
		return t->sign == 0xD7 || t->sign == '*' || t->sign == 0x2715 || t->sign == 0x2A2F;
	if (t->type != TITLE_LETTERS || strcmp(t->text, "x"))
		return t->type == TITLE_LETTERS && !strcmp(t->text, "х"); /* Cyrillic */
	return *t->at == 'x' || (i && w->at[i - 1].type == TITLE_NUMBER);
}
