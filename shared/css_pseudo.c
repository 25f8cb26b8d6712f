/* What stands behind a colon. XPath 1.0 knows no name of "the element I began with", so positions
 * among elements of one name need two functions of ours when the selector does not say the name:
 * of-type-before() and of-type-after(), the siblings of the same name on either side. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/css_internal.h"
#include "shared/mem.h"

enum { NTH_MAX = 1000000 };

/* ---- plain ones ---------------------------------------------------------------------------- */

/* After HTML's standard, but for the first legend of a fieldset that is disabled. */
#define CONTROL "(self::button or self::input or self::select or self::textarea or self::fieldset)"
#define CAN_BE  "(" CONTROL " or self::optgroup or self::option)"
#define DISABLED                                                                             \
	"(@disabled and " CAN_BE " or self::option[parent::optgroup[@disabled]] or " CONTROL \
	" and ancestor::fieldset[@disabled])"

static const struct plain {
	const char *name, *condition;
} plain[] = {
	{"root", "not(parent::*)"},
	{"scope", "not(parent::*)"},
	{"empty", "not(*) and not(string-length())"},
	{"first-child", "not(preceding-sibling::*)"},
	{"last-child", "not(following-sibling::*)"},
	{"only-child", "not(preceding-sibling::*) and not(following-sibling::*)"},
	{"link", "@href and (self::a or self::area or self::link)"},
	{"any-link", "@href and (self::a or self::area or self::link)"},
	{"checked", "(@selected and self::option or @checked and self::input and "
		    "(@type = 'checkbox' or @type = 'radio'))"},
	{"disabled", DISABLED},
	{"enabled", CAN_BE " and not(" DISABLED ")"},
	{"required", "@required and (self::input or self::select or self::textarea)"},
	{"optional", "not(@required) and (self::input or self::select or self::textarea)"},
};

static const char *const at_a_screen[] = {
	"hover",         "focus",      "active",   "visited",   "target",     "focus-within",
	"focus-visible", "before",     "after",    "selection", "first-line", "first-letter",
	"placeholder",   "fullscreen", "autofill", "playing",   "paused",
};

static bool read_plain(struct css_parser *p, struct css_compound *c, const char *name, size_t from)
{
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		if (!strcmp(plain[i].name, name)) {
			css_add_condition(c, plain[i].condition);
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(at_a_screen); i++) {
		if (!strcmp(at_a_screen[i], name))
			return css_fail(p, from, "a document has no :%s", name);
	}
	return css_fail(p, from, ":%.40s is unknown", name);
}

/* ---- positions ----------------------------------------------------------------------------- */

/* a n + b */
struct nth {
	long a, b;
};

static bool read_number(struct css_parser *p, long *out)
{
	char *end;

	*out = strtol(p->s + p->at, &end, 10);
	p->at = (size_t)(end - p->s);
	return *out <= NTH_MAX || css_fail(p, p->at, "at most %d is possible", NTH_MAX);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_word(struct css_parser *p, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(p->s + p->at, word, n) != 0)
		return false;
	p->at += n;
	return true;
}

/* "+ 3" after the n. */
static bool read_offset(struct css_parser *p, struct nth *out)
{
	size_t from = p->at;
	char sign;

	css_skip_blanks(p);
	sign = p->s[p->at];
	if (sign != '+' && sign != '-') {
		p->at = from;
		return true;
	}
	p->at++;
	css_skip_blanks(p);
	if (!is_digit(p->s[p->at]))
		return css_fail(p, p->at, "a number is missing after '%c'", sign);
	if (!read_number(p, &out->b))
		return false;
	if (sign == '-')
		out->b = -out->b;
	return true;
}

static bool read_nth(struct css_parser *p, struct nth *out)
{
	size_t from = p->at;
	bool minus, number;
	long n = 1;

	*out = (struct nth){0};
	if (read_word(p, "odd")) {
		*out = (struct nth){2, 1};
		return true;
	}
	if (read_word(p, "even")) {
		*out = (struct nth){2, 0};
		return true;
	}
	minus = css_take(p, '-');
	if (!minus)
		css_take(p, '+');
	number = is_digit(p->s[p->at]);
	if (number && !read_number(p, &n))
		return false;
	if (p->s[p->at] == 'n' || p->s[p->at] == 'N') {
		p->at++;
		out->a = minus ? -n : n;
		return read_offset(p, out);
	}
	out->b = minus ? -n : n;
	return number || css_fail(p, from, "a position as 3, odd or 2n+1 is missing");
}

/* count is how many come before; position count + 1 = a n + b for an n >= 0. */
static void write_nth(struct buf *out, struct nth nth, const char *count)
{
	long b = nth.b - 1, a = labs(nth.a);

	if (nth.a == 0) {
		if (b < 0)
			buf_add_str(out, "false()");
		else
			buf_printf(out, "%s = %ld", count, b);
		return;
	}
	if (nth.a < 0 && b < 0) {
		buf_add_str(out, "false()");
		return;
	}
	if (nth.a < 0)
		buf_printf(out, "%s <= %ld", count, b);
	else if (b > 0)
		buf_printf(out, "%s >= %ld", count, b);
	else
		buf_add_str(out, "true()");
	if (a == 1)
		return;
	if (nth.a < 0)
		buf_printf(out, " and (%ld - %s) mod %ld = 0", b, count, a);
	else if (b >= 0)
		buf_printf(out, " and (%s - %ld) mod %ld = 0", count, b, a);
	else
		buf_printf(out, " and (%s + %ld) mod %ld = 0", count, -b, a);
}

/* The siblings that are counted. */
static void write_count(struct buf *out, const struct css_compound *c, bool of_type, bool last,
			const char *of)
{
	const char *axis = last ? "following-sibling::" : "preceding-sibling::";

	if (of_type && !c->named)
		buf_add_str(out, last ? "of-type-after()" : "of-type-before()");
	else if (of_type)
		buf_printf(out, "count(%s%s)", axis, buf_str(&c->type));
	else if (of[0])
		buf_printf(out, "count(%s*[%s])", axis, of);
	else
		buf_printf(out, "count(%s*)", axis);
}

static void add_nth(struct css_compound *c, struct nth nth, bool of_type, bool last, const char *of)
{
	struct buf count = BUF_INIT(CSS_XPATH_MAX), out = BUF_INIT(CSS_XPATH_MAX);

	if (of[0])
		buf_printf(&out, "(%s) and ", of);
	write_count(&count, c, of_type, last, of);
	write_nth(&out, nth, buf_str(&count));
	if (count.overflow || out.overflow)
		c->condition.overflow = true;
	css_add_condition(c, buf_str(&out));
	buf_fini(&count);
	buf_fini(&out);
}

/* "of S" in :nth-child(). */
static bool read_of(struct css_parser *p, bool of_type, struct buf *of)
{
	size_t from = p->at;

	css_skip_blanks(p);
	if (p->at == from || of_type || !read_word(p, "of") || !css_is_blank(p->s[p->at])) {
		p->at = from;
		return true;
	}
	return css_read_list(p, CSS_TESTS, of);
}

static bool read_position(struct css_parser *p, struct css_compound *c, bool of_type, bool last)
{
	struct buf of = BUF_INIT(CSS_XPATH_MAX);
	struct nth nth;
	bool fine = read_nth(p, &nth) && read_of(p, of_type, &of);

	if (fine)
		add_nth(c, nth, of_type, last, buf_str(&of));
	buf_fini(&of);
	return fine;
}

/* ---- with brackets ------------------------------------------------------------------------- */

static bool read_tests(struct css_parser *p, struct css_compound *c, enum css_list kind,
		       const char *format)
{
	struct buf list = BUF_INIT(CSS_XPATH_MAX), out = BUF_INIT(CSS_XPATH_MAX);
	bool fine = css_read_list(p, kind, &list);

	if (fine) {
		buf_add_str(&out, format);
		buf_add(&out, list.data, list.len);
		buf_add_char(&out, ')');
		if (out.overflow)
			c->condition.overflow = true;
		css_add_condition(c, buf_str(&out));
	}
	buf_fini(&list);
	buf_fini(&out);
	return fine;
}

static bool read_text(struct css_parser *p, struct buf *out)
{
	char ch = p->s[p->at];

	if (ch == '"' || ch == '\'')
		return css_read_string(p, out);
	return css_read_name(p, out, "a text in quotes");
}

static bool read_contains(struct css_parser *p, struct css_compound *c)
{
	struct buf text = BUF_INIT(CSS_MAX_BYTES), out = BUF_INIT(CSS_XPATH_MAX);
	bool fine = read_text(p, &text);

	if (fine) {
		buf_add_str(&out, "contains(., ");
		css_literal(&out, buf_str(&text));
		buf_add_char(&out, ')');
		css_add_condition(c, buf_str(&out));
	}
	buf_fini(&text);
	buf_fini(&out);
	return fine;
}

static void write_language(struct buf *out, enum css_dialect dialect, const char *language)
{
	struct buf begin = BUF_INIT(CSS_NAME_MAX);

	if (dialect == CSS_XML) {
		buf_add_str(out, "lang(");
		css_literal(out, language);
		buf_add_char(out, ')');
		return;
	}
	buf_printf(&begin, "%s-", language);
	css_lower(begin.data);
	buf_add_str(out, "ancestor-or-self::*[@lang][1][starts-with(concat(translate(@lang, "
			 "'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), '-'), ");
	css_literal(out, buf_str(&begin));
	buf_add_str(out, ")]");
	buf_fini(&begin);
}

static bool read_language(struct css_parser *p, struct css_compound *c)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX - 8), out = BUF_INIT(CSS_XPATH_MAX);
	bool fine = true;

	buf_add_char(&out, '(');
	do {
		css_skip_blanks(p);
		if (out.len > 1)
			buf_add_str(&out, " or ");
		fine = read_text(p, &name);
		if (fine)
			write_language(&out, p->dialect, buf_str(&name));
		css_skip_blanks(p);
	} while (fine && css_take(p, ','));
	buf_add_char(&out, ')');
	if (fine)
		css_add_condition(c, buf_str(&out));
	buf_fini(&name);
	buf_fini(&out);
	return fine;
}

static bool read_arguments(struct css_parser *p, struct css_compound *c, const char *name,
			   size_t from)
{
	if (!strcmp(name, "not"))
		return read_tests(p, c, CSS_TESTS, "not(");
	if (!strcmp(name, "is") || !strcmp(name, "where") || !strcmp(name, "matches") ||
	    !strcmp(name, "any"))
		return read_tests(p, c, CSS_TESTS, "(");
	if (!strcmp(name, "has"))
		return read_tests(p, c, CSS_HAS, "(");
	if (!strcmp(name, "nth-child"))
		return read_position(p, c, false, false);
	if (!strcmp(name, "nth-last-child"))
		return read_position(p, c, false, true);
	if (!strcmp(name, "nth-of-type"))
		return read_position(p, c, true, false);
	if (!strcmp(name, "nth-last-of-type"))
		return read_position(p, c, true, true);
	if (!strcmp(name, "contains"))
		return read_contains(p, c);
	if (!strcmp(name, "lang"))
		return read_language(p, c);
	return css_fail(p, from, ":%.40s() is unknown", name);
}

/* ---- the colon ----------------------------------------------------------------------------- */

static bool read_known(struct css_parser *p, struct css_compound *c, const char *name, size_t from)
{
	static const struct nth first = {0, 1};
	bool first_of = !strcmp(name, "first-of-type"), last_of = !strcmp(name, "last-of-type");
	bool only_of = !strcmp(name, "only-of-type");

	if (css_take(p, '(')) {
		css_skip_blanks(p);
		if (!read_arguments(p, c, name, from))
			return false;
		css_skip_blanks(p);
		return css_expect(p, ')', name);
	}
	if (first_of || only_of)
		add_nth(c, first, true, false, "");
	if (last_of || only_of)
		add_nth(c, first, true, true, "");
	return first_of || last_of || only_of || read_plain(p, c, name, from);
}

bool css_read_pseudo(struct css_parser *p, struct css_compound *c)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX);
	size_t from = p->at++;
	bool fine;

	if (p->s[p->at] == ':') {
		return css_fail(p, from, "a document has no pseudo-elements (::)");
	}
	fine = css_read_name(p, &name, "a name after ':'");
	if (fine) {
		css_lower(name.data);
		fine = read_known(p, c, name.data, from);
	}
	buf_fini(&name);
	return fine;
}
