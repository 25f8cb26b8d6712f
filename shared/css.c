/* A selector is read from left to right and written as conditions of its last element, from right
 * to left: `ul > li a` becomes /descendant::a[ancestor::li[parent::ul]]. So each element comes once
 * whatever the combinators, and the same form is a condition inside :is() and :not(). */
#include "shared/css.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/css_internal.h"
#include "shared/utf8.h"

enum { COMPOUNDS_MAX = 32 };

static int characters_before(const char *s, size_t at)
{
	int n = 0;

	for (size_t i = 0; i < at; i++)
		n += ((unsigned char)s[i] & 0xC0) != 0x80;
	return n;
}

bool css_fail(struct css_parser *p, size_t at, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	if (p->failed)
		return false;
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	p->failed = error_set(p->e, ERR_INVALID, "CSS selector, character %d: %s",
			      characters_before(p->s, at) + 1, why);
	return false;
}

static bool fail_here(struct css_parser *p)
{
	const char *s = p->s + p->at;
	uint32_t cp;

	return css_fail(p, p->at, "'%.*s' cannot stand here", (int)utf8_next(s, strlen(s), &cp), s);
}

/* ---- one compound -------------------------------------------------------------------------- */

static void compound_init(struct css_compound *c, char combinator)
{
	*c = (struct css_compound){.combinator = combinator,
				   .type = BUF_INIT(CSS_XPATH_MAX),
				   .condition = BUF_INIT(CSS_XPATH_MAX)};
	buf_add_char(&c->type, '*');
}

static void compound_fini(struct css_compound *c)
{
	buf_fini(&c->type);
	buf_fini(&c->condition);
}

void css_add_condition(struct css_compound *c, const char *condition)
{
	if (c->condition.len)
		buf_add_str(&c->condition, " and ");
	buf_add_str(&c->condition, condition);
}

static void type_set(struct css_parser *p, struct css_compound *c, char *name)
{
	bool xml = p->dialect == CSS_XML;

	if (!xml)
		css_lower(name);
	buf_reset(&c->type);
	c->named = true;
	if (!xml && css_is_plain_name(name)) {
		buf_add_str(&c->type, name);
		return;
	}
	buf_add_str(&c->type, xml ? "*[local-name() = " : "*[name() = ");
	css_literal(&c->type, name);
	buf_add_char(&c->type, ']');
}

/* `p`, `*`, `*|p`; false only after a fault. */
static bool read_type(struct css_parser *p, struct css_compound *c, bool *any)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX);
	size_t from = p->at;
	bool star = css_take(p, '*');
	bool fine = true;

	*any = star;
	if ((star || p->s[p->at] == '|') && p->s[p->at] == '|' && p->s[p->at + 1] != '=') {
		p->at++;
		*any = true;
		star = css_take(p, '*');
		if (!star && !css_name_begins(p))
			fine = css_fail(p, p->at, "an element's name is missing after '|'");
	}
	if (fine && !star && css_name_begins(p)) {
		*any = true;
		fine = css_read_name(p, &name, "an element's name");
		if (fine && p->s[p->at] == '|')
			fine = css_fail(p, from,
					"prefixes of namespaces are unknown here; "
					"write *|name for any");
		if (fine)
			type_set(p, c, name.data);
	}
	buf_fini(&name);
	return fine;
}

static void add_class(struct css_compound *c, const char *name)
{
	struct buf word = BUF_INIT(CSS_NAME_MAX + 8), out = BUF_INIT(CSS_XPATH_MAX);

	buf_printf(&word, " %s ", name);
	buf_add_str(&out, "@class and contains(concat(' ', normalize-space(@class), ' '), ");
	css_literal(&out, buf_str(&word));
	buf_add_char(&out, ')');
	css_add_condition(c, buf_str(&out));
	buf_fini(&word);
	buf_fini(&out);
}

static void add_id(struct css_compound *c, const char *name)
{
	struct buf out = BUF_INIT(CSS_XPATH_MAX);

	buf_add_str(&out, "@id = ");
	css_literal(&out, name);
	css_add_condition(c, buf_str(&out));
	buf_fini(&out);
}

/* ---- attributes ---------------------------------------------------------------------------- */

static void attribute_name(const struct buf *name, struct buf *out)
{
	if (css_is_plain_name(name->data)) {
		buf_printf(out, "@%s", name->data);
		return;
	}
	buf_add_str(out, "@*[name() = ");
	css_literal(out, name->data);
	buf_add_char(out, ']');
}

/* The value, in lower case where case does not count. */
static void folded(struct buf *out, const char *attribute, bool fold)
{
	if (fold)
		buf_printf(out,
			   "translate(%s, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', "
			   "'abcdefghijklmnopqrstuvwxyz')",
			   attribute);
	else
		buf_add_str(out, attribute);
}

static void write_attribute(struct buf *out, const char *attribute, char op, const char *text,
			    bool fold)
{
	struct buf value = BUF_INIT(CSS_XPATH_MAX), literal = BUF_INIT(CSS_XPATH_MAX);
	const char *v, *l;
	bool blank = strpbrk(text, " \t\r\n\f") != NULL;

	folded(&value, attribute, fold);
	css_literal(&literal, text);
	v = buf_str(&value);
	l = buf_str(&literal);
	if (strchr("^$*~", op) && (!text[0] || (op == '~' && blank))) {
		buf_add_str(out, "false()");
	} else if (op == '=') {
		buf_printf(out, "%s and %s = %s", attribute, v, l);
	} else if (op == '!') {
		buf_printf(out, "(not(%s) or %s != %s)", attribute, v, l);
	} else if (op == '^') {
		buf_printf(out, "starts-with(%s, %s)", v, l);
	} else if (op == '*') {
		buf_printf(out, "contains(%s, %s)", v, l);
	} else if (op == '$') {
		buf_printf(out, "substring(%s, string-length(%s) - %d) = %s", v, attribute,
			   characters_before(text, strlen(text)) - 1, l);
	} else if (op == '|') {
		buf_printf(out, "%s and (%s = %s or starts-with(%s, concat(%s, '-')))", attribute,
			   v, l, v, l);
	} else {
		buf_printf(out,
			   "contains(concat(' ', normalize-space(%s), ' '), concat(' ', %s, ' '))",
			   v, l);
	}
	buf_fini(&value);
	buf_fini(&literal);
}

/* After the bracket. */
static bool read_attribute(struct css_parser *p, struct css_compound *c)
{
	struct css_attribute a;
	struct buf name = BUF_INIT(CSS_XPATH_MAX), out = BUF_INIT(CSS_XPATH_MAX);
	bool fine = css_read_attribute(p, &a);

	if (fine) {
		attribute_name(&a.name, &name);
		if (a.op)
			write_attribute(&out, buf_str(&name), a.op, buf_str(&a.text), a.fold);
		css_add_condition(c, a.op ? buf_str(&out) : buf_str(&name));
	}
	css_attribute_fini(&a);
	buf_fini(&name);
	buf_fini(&out);
	return fine;
}

/* ---- compounds and what joins them --------------------------------------------------------- */

static bool read_simple(struct css_parser *p, struct css_compound *c)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX);
	bool fine;

	switch (p->s[p->at]) {
	case '.':
		p->at++;
		fine = css_read_name(p, &name, "a class's name");
		if (fine)
			add_class(c, name.data);
		break;
	case '#':
		p->at++;
		fine = css_read_hash(p, &name);
		if (fine)
			add_id(c, name.data);
		break;
	case '[':
		p->at++;
		fine = read_attribute(p, c);
		break;
	default: fine = css_read_pseudo(p, c); break;
	}
	buf_fini(&name);
	return fine;
}

static bool read_compound(struct css_parser *p, struct css_compound *c)
{
	bool any;
	size_t from = p->at;

	if (!read_type(p, c, &any))
		return false;
	while (p->s[p->at] && strchr(".#[:", p->s[p->at])) {
		any = true;
		if (!read_simple(p, c))
			return false;
		if (c->condition.overflow)
			return css_fail(p, from, "the selector is too large");
	}
	if (any)
		return true;
	if (!p->s[p->at])
		return css_fail(p, p->at, "a selector is missing at the end");
	return fail_here(p);
}

/* What joins the next compound: a combinator, ' ' for a descendant, 0 at the end of a selector. */
static char read_combinator(struct css_parser *p)
{
	bool blank = css_is_blank(p->s[p->at]);
	char c;

	css_skip_blanks(p);
	c = p->s[p->at];
	if (c && strchr(">+~", c)) {
		p->at++;
		css_skip_blanks(p);
		return c;
	}
	return !c || c == ',' || c == ')' ? 0 : blank ? ' ' : '?';
}

/* axis::type[condition][more] */
static void write_step(struct buf *out, const char *axis, const struct css_compound *c,
		       const char *more)
{
	buf_printf(out, "%s%s", axis, buf_str(&c->type));
	if (c->condition.len)
		buf_printf(out, "[%s]", buf_str(&c->condition));
	if (more[0])
		buf_printf(out, "[%s]", more);
}

/* The condition that c, and `before` to its left, stand in that relation to an element. */
static void write_left(struct buf *out, char combinator, const struct css_compound *c,
		       const char *before)
{
	switch (combinator) {
	case '>': write_step(out, "parent::", c, before); break;
	case '~': write_step(out, "preceding-sibling::", c, before); break;
	case '+':
		buf_add_str(out, "preceding-sibling::*[1][");
		write_step(out, "self::", c, before);
		buf_add_char(out, ']');
		break;
	default: write_step(out, "ancestor::", c, before); break;
	}
}

static void write_right(struct buf *out, const struct css_compound *c)
{
	switch (c->combinator) {
	case '>': write_step(out, "child::", c, ""); break;
	case '~': write_step(out, "following-sibling::", c, ""); break;
	case '+':
		buf_add_str(out, "following-sibling::*[1][");
		write_step(out, "self::", c, "");
		buf_add_char(out, ']');
		break;
	default: write_step(out, "descendant::", c, ""); break;
	}
}

static void write_selector(enum css_list kind, const struct css_compound *c, size_t n,
			   struct buf *out)
{
	struct buf left = BUF_INIT(CSS_XPATH_MAX), next = BUF_INIT(CSS_XPATH_MAX);

	if (kind == CSS_HAS) {
		for (size_t i = 0; i < n; i++) {
			if (i)
				buf_add_char(out, '/');
			write_right(out, &c[i]);
		}
		return;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		buf_reset(&next);
		write_left(&next, c[i + 1].combinator, &c[i], buf_str(&left));
		if (next.overflow)
			out->overflow = true;
		struct buf swap = left;
		left = next;
		next = swap;
	}
	write_step(out, kind == CSS_PATHS ? "/descendant::" : "self::", &c[n - 1], buf_str(&left));
	buf_fini(&left);
	buf_fini(&next);
}

static bool read_selector(struct css_parser *p, enum css_list kind, struct buf *out)
{
	struct css_compound compounds[COMPOUNDS_MAX];
	size_t n = 0, from;
	char combinator = ' ';
	bool fine = true;

	css_skip_blanks(p);
	from = p->at;
	if (kind == CSS_HAS && p->s[p->at] && strchr(">+~", p->s[p->at])) {
		combinator = p->s[p->at++];
		css_skip_blanks(p);
	}
	while (fine && combinator) {
		if (n == COMPOUNDS_MAX) {
			fine = css_fail(p, p->at, "more than %d parts", COMPOUNDS_MAX);
			break;
		}
		compound_init(&compounds[n], combinator);
		fine = read_compound(p, &compounds[n++]);
		combinator = fine ? read_combinator(p) : 0;
		if (combinator == '?')
			fine = fail_here(p);
	}
	if (fine)
		write_selector(kind, compounds, n, out);
	while (n > 0)
		compound_fini(&compounds[--n]);
	return fine && (!out->overflow || css_fail(p, from, "the selector is too large"));
}

bool css_read_list(struct css_parser *p, enum css_list kind, struct buf *out)
{
	const char *between = kind == CSS_PATHS ? " | " : " or ";

	if (++p->depth > CSS_DEPTH_MAX)
		return css_fail(p, p->at, "nested more than %d deep", CSS_DEPTH_MAX);
	do {
		if (out->len)
			buf_add_str(out, between);
		if (!read_selector(p, kind, out))
			return false;
	} while (css_take(p, ','));
	p->depth--;
	return true;
}

/* ---- the interface ------------------------------------------------------------------------- */

static bool is_text(const char *s, size_t len)
{
	uint32_t cp = 0;

	for (size_t i = 0; i < len && cp != UTF8_INVALID;)
		i += utf8_next(s + i, len - i, &cp);
	return cp != UTF8_INVALID;
}

/* What no document can hold (XML 1.0, 2.2) is no XPath either. */
static bool is_xml_text(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			return false;
		if (c == 0xEF && i + 2 < len && (unsigned char)text[i + 1] == 0xBF &&
		    (unsigned char)text[i + 2] >= 0xBE)
			return false;
	}
	return true;
}

enum err css_to_xpath(const char *selector, enum css_dialect dialect, struct buf *out,
		      struct error *e)
{
	struct css_parser p = {.s = selector, .dialect = dialect, .e = e};
	struct buf list = BUF_INIT(CSS_XPATH_MAX);
	size_t len = strlen(selector);

	if (len > CSS_MAX_BYTES)
		return error_set(e, ERR_INVALID,
				 "the CSS selector has %zu bytes, at most %d are "
				 "possible",
				 len, CSS_MAX_BYTES);
	if (!is_text(selector, len))
		return error_set(e, ERR_INVALID, "the CSS selector is not UTF-8");
	if (css_read_list(&p, CSS_PATHS, &list) && p.s[p.at])
		fail_here(&p);
	if (!p.failed && !is_xml_text(buf_str(&list), list.len))
		css_fail(&p, 0, "it asks for a character that no document can hold");
	if (!p.failed && !buf_add(out, list.data, list.len))
		css_fail(&p, 0, "the selector is too large");
	buf_fini(&list);
	return p.failed;
}

enum err css_check(const char *selector, struct error *e)
{
	struct buf out = BUF_INIT(CSS_XPATH_MAX);
	enum err err = css_to_xpath(selector, CSS_HTML, &out, e);

	buf_fini(&out);
	return err;
}
