#include "shared/recipe_step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wctype.h>

#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/pattern.h"
#include "shared/price.h"
#include "shared/schema/schema.h"
#include "shared/utf8.h"

enum { NUMBER_MAX = 60 };

enum argument { NO_ARGUMENT, MAY_ARGUMENT, NEEDS_ARGUMENT };

static const struct {
	const char *word;
	enum argument argument;
	const char *example;
} verbs[] = {
	[STEP_TRIM] = {"trim", NO_ARGUMENT, "trim"},
	[STEP_LOWER] = {"lower", NO_ARGUMENT, "lower"},
	[STEP_UPPER] = {"upper", NO_ARGUMENT, "upper"},
	[STEP_NUMBER] = {"number", NO_ARGUMENT, "number"},
	[STEP_PRICE] = {"price", NO_ARGUMENT, "price"},
	[STEP_DATE] = {"date", MAY_ARGUMENT, "date %d.%m.%Y"},
	[STEP_AFTER] = {"after", NEEDS_ARGUMENT, "after Price:"},
	[STEP_BEFORE] = {"before", NEEDS_ARGUMENT, "before incl. VAT"},
	[STEP_REPLACE] = {"replace", NEEDS_ARGUMENT, "replace sold -> out of stock"},
	[STEP_PATTERN] = {"pattern", NEEDS_ARGUMENT, "pattern SKU: ([A-Z0-9]+)"},
	[STEP_DEFAULT] = {"default", NEEDS_ARGUMENT, "default in stock"},
};

/* ---- reading ------------------------------------------------------------------------------- */

static enum err refuse_verb(const char *text, size_t len, struct error *e)
{
	const char *words[ARRAY_LEN(verbs)], *meant;
	char word[24], all[160] = "";
	size_t used = 0;

	snprintf(word, sizeof word, "%.*s", (int)len, text);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		words[i] = verbs[i].word;
		used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "",
					 words[i]);
	}
	meant = nearest(word, words, ARRAY_LEN(words));
	error_set(e, ERR_INVALID, "\"%s\" is no step", word);
	if (meant)
		error_hint(e, "did you mean %s?", meant);
	else
		error_hint(e, "one of: %s", all);
	return ERR_INVALID;
}

/* "A -> B"; B may be nothing. */
static bool read_replace(const char *text, struct recipe_step *out)
{
	const char *arrow = strstr(text, "->");
	size_t len = arrow ? (size_t)(arrow - text) : 0;

	while (len && text[len - 1] == ' ')
		len--;
	if (!len)
		return false;
	arrow += 2;
	out->text = mem_strndup(text, len);
	out->with = mem_strdup(arrow + (*arrow == ' '));
	return true;
}

enum err recipe_step_read(const char *text, struct recipe_step *out, struct error *e)
{
	size_t len, i = 0;

	*out = (struct recipe_step){0};
	text += strspn(text, " ");
	len = strcspn(text, " ");
	while (i < ARRAY_LEN(verbs) &&
	       (strlen(verbs[i].word) != len || strncmp(verbs[i].word, text, len) != 0))
		i++;
	if (i == ARRAY_LEN(verbs))
		return refuse_verb(text, len, e);
	out->verb = (enum recipe_verb)i;
	text += len + strspn(text + len, " ");
	if ((verbs[i].argument == NO_ARGUMENT) == (*text != '\0') &&
	    verbs[i].argument != MAY_ARGUMENT) {
		error_set(e, ERR_INVALID, "%s %s", verbs[i].word,
			  *text ? "takes nothing behind it" : "says not what");
		error_hint(e, "for example \"%s\"", verbs[i].example);
		return ERR_INVALID;
	}
	if (out->verb == STEP_PATTERN) {
		out->pattern = pattern_compile(text, e);
		return out->pattern ? ERR_NONE : ERR_INVALID;
	}
	if (out->verb == STEP_REPLACE) {
		if (read_replace(text, out))
			return ERR_NONE;
		error_set(e, ERR_INVALID, "replace says not by what");
		error_hint(e, "for example \"%s\"", verbs[i].example);
		return ERR_INVALID;
	}
	if (*text)
		out->text = mem_strdup(text);
	return ERR_NONE;
}

void recipe_step_fini(struct recipe_step *s)
{
	free(s->text);
	free(s->with);
	pattern_free(s->pattern);
	*s = (struct recipe_step){0};
}

/* ---- doing --------------------------------------------------------------------------------- */

static bool is_blank(uint32_t cp)
{
	return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x202F ||
	       (cp >= 0x2000 && cp <= 0x200B) || cp == 0x3000 || cp == 0xFEFF;
}

static char *trimmed(const char *value)
{
	struct buf out = BUF_INIT(RECIPE_VALUE_BYTES);
	size_t n = strlen(value);
	bool blank = false;

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = utf8_next(value + i, n - i, &cp);

		if (cp != UTF8_INVALID && is_blank(cp)) {
			blank = true;
		} else {
			if (blank && out.len)
				buf_add_char(&out, ' ');
			blank = false;
			buf_add(&out, value + i, len);
		}
		i += len;
	}
	return buf_take(&out);
}

/* Not of the C locale, which a worker has: the alphabets in which shops are kept. */
static uint32_t in_case(uint32_t cp, bool lower)
{
	bool latin = (cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) ||
		     (cp >= 0xE0 && cp <= 0xFE && cp != 0xF7);
	bool greek = (cp >= 0x391 && cp <= 0x3A9) || (cp >= 0x3B1 && cp <= 0x3C9 && cp != 0x3C2);

	if ((cp >= 'A' && cp <= 'Z') || (cp >= 'a' && cp <= 'z') || latin || greek)
		return lower ? cp | 0x20 : cp & ~0x20U;
	if (cp >= 0x400 && cp <= 0x40F)
		return lower ? cp + 80 : cp;
	if (cp >= 0x450 && cp <= 0x45F)
		return lower ? cp : cp - 80;
	if (cp >= 0x410 && cp <= 0x42F)
		return lower ? cp + 32 : cp;
	if (cp >= 0x430 && cp <= 0x44F)
		return lower ? cp : cp - 32;
	if (cp >= 0x100 && cp <= 0x137 && cp != 0x130 && cp != 0x131) /* not the Turkish i */
		return lower ? cp | 1 : cp & ~1U;
	if ((cp >= 0x139 && cp <= 0x148) || (cp >= 0x179 && cp <= 0x17E))
		return lower ? (cp & 1 ? cp + 1 : cp) : (cp & 1 ? cp : cp - 1);
	if (cp >= 0x14A && cp <= 0x177)
		return lower ? cp | 1 : cp & ~1U;
	return cp;
}

static char *cased(const char *value, bool lower)
{
	struct buf out = BUF_INIT(RECIPE_VALUE_BYTES);
	size_t n = strlen(value);

	for (size_t i = 0; i < n;) {
		char one[UTF8_MAX_BYTES];
		uint32_t cp;
		size_t len = utf8_next(value + i, n - i, &cp);

		if (cp == UTF8_INVALID)
			buf_add(&out, value + i, len);
		else
			buf_add(&out, one, utf8_put(one, in_case(cp, lower)));
		i += len;
	}
	return buf_take(&out);
}

static char *price_in(const char *value)
{
	char out[MONEY_TEXT], plain[MONEY_TEXT];
	struct price price;
	unsigned decimals;
	int64_t unit = 1;

	if (price_parse(value, NULL, &price, NULL))
		return NULL;
	decimals = currency_decimals(price.currency);
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	/* A sign that could mean several currencies names none here. */
	money_format(out, price.minor, price.assumed ? "" : price.currency);
	if (price.assumed && decimals != MONEY_DECIMALS) {
		snprintf(plain, sizeof plain, "%lld", (long long)(price.minor / unit));
		return mem_strdup(plain);
	}
	return mem_strdup(out);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Which mark of "1.234,5" is the decimal one: the last of two kinds; a lone one that is not before
 * three digits at the end. 0: none. */
static char decimal_mark(const char *s, size_t len)
{
	char last = 0;
	size_t at = 0, same = 0;
	bool two = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '.' && s[i] != ',')
			continue;
		two |= last && last != s[i];
		same = last == s[i] ? same + 1 : 1;
		last = s[i];
		at = i;
	}
	if (!last || (!two && same > 1))
		return 0;
	return two || len - at - 1 != 3 || *s == '0' ? last : 0;
}

static char *number_in(const char *value)
{
	struct buf out = BUF_INIT(NUMBER_MAX);
	const char *begin = value + strcspn(value, "0123456789");
	size_t len = 0;
	char mark;

	if (!*begin)
		return NULL;
	while (is_digit(begin[len]) ||
	       (begin[len] && strchr(".,'", begin[len]) && is_digit(begin[len + 1])) ||
	       /* 1 234: a blank before three digits */
	       (begin[len] == ' ' && is_digit(begin[len + 1]) && is_digit(begin[len + 2]) &&
		is_digit(begin[len + 3]) && !is_digit(begin[len + 4])))
		len++;
	if (len >= NUMBER_MAX)
		return NULL;
	mark = decimal_mark(begin, len);
	if (begin > value && begin[-1] == '-' && (begin - 1 == value || begin[-2] == ' '))
		buf_add_char(&out, '-');
	for (size_t i = 0; i < len; i++) {
		if (is_digit(begin[i]))
			buf_add_char(&out, begin[i]);
		else if (begin[i] == mark)
			buf_add_char(&out, '.');
	}
	return buf_take(&out);
}

static char *date_in(const char *value, const char *format)
{
	static const char *const iso[] = {"%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"};
	char out[32];

	while (*value == ' ')
		value++;
	for (size_t i = 0; i < (format ? 1 : ARRAY_LEN(iso)); i++) {
		struct tm tm = {.tm_mday = 0};

		if (!strptime(value, format ? format : iso[i], &tm) || tm.tm_mday < 1)
			continue;
		if (strftime(out, sizeof out, "%Y-%m-%d", &tm))
			return mem_strdup(out);
	}
	return NULL;
}

static char *replaced(const char *value, const char *what, const char *with)
{
	struct buf out = BUF_INIT(RECIPE_VALUE_BYTES);
	size_t len = strlen(what);
	const char *next;

	while ((next = strstr(value, what))) {
		buf_add(&out, value, (size_t)(next - value));
		buf_add_str(&out, with);
		value = next + len;
	}
	buf_add_str(&out, value);
	return buf_take(&out);
}

static char *matched(const struct pattern *p, const char *value)
{
	struct pattern_search search;
	size_t begin, end;

	pattern_search_init(&search, p, value, strlen(value));
	if (pattern_search_next(&search, &begin, &end) != PATTERN_MATCHED)
		return NULL;
	return mem_strndup(value + begin, end - begin);
}

static char *apply(const struct recipe_step *s, const char *value)
{
	const char *at;

	switch (s->verb) {
	case STEP_TRIM: return trimmed(value);
	case STEP_LOWER: return cased(value, true);
	case STEP_UPPER: return cased(value, false);
	case STEP_NUMBER: return number_in(value);
	case STEP_PRICE: return price_in(value);
	case STEP_DATE: return date_in(value, s->text);
	case STEP_AFTER:
		at = strstr(value, s->text);
		return at ? trimmed(at + strlen(s->text)) : NULL;
	case STEP_BEFORE:
		at = strstr(value, s->text);
		return at ? mem_strndup(value, (size_t)(at - value)) : mem_strdup(value);
	case STEP_REPLACE: return replaced(value, s->text, s->with);
	case STEP_PATTERN: return matched(s->pattern, value);
	case STEP_DEFAULT: return mem_strdup(value);
	}
	return NULL;
}

static bool is_nothing(const char *value)
{
	return !value || !value[strspn(value, " \t\r\n")];
}

char *recipe_step_apply(const struct recipe_step *s, const char *value)
{
	char *out;

	if (is_nothing(value))
		return s->verb == STEP_DEFAULT ? mem_strdup(s->text) : NULL;
	out = apply(s, value);
	if (!is_nothing(out))
		return out;
	free(out);
	return NULL;
}
