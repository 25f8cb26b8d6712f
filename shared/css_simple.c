#include "shared/css_simple.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/css_internal.h"
#include "shared/mem.h"

struct reader {
	struct css_parser p;
	struct css_simple *out;
	size_t tests;
};

/* ---- reading ------------------------------------------------------------------------------- */

static struct css_test *test_add(struct reader *r, struct css_part *part, enum css_test_kind kind,
				 const struct buf *text)
{
	struct css_test *test;

	r->tests++;
	part->tests = mem_array(part->tests, part->n + 1, sizeof *part->tests);
	test = &part->tests[part->n++];
	*test = (struct css_test){
		.kind = kind, .text = mem_strdup(buf_str(text)), .text_len = text->len};
	return test;
}

static bool read_attribute(struct reader *r, struct css_part *part)
{
	struct css_attribute a;
	bool fine = css_read_attribute(&r->p, &a);

	if (fine) {
		struct css_test *test = test_add(r, part, CSS_TEST_ATTRIBUTE, &a.text);

		test->op = a.op;
		test->fold = a.fold;
		test->name = mem_strdup(a.name.data);
		test->name_len = a.name.len;
	}
	css_attribute_fini(&a);
	return fine;
}

static bool read_test(struct reader *r, struct css_part *part)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX);
	char kind = r->p.s[r->p.at++];
	bool fine;

	if (r->tests == CSS_SIMPLE_TESTS_MAX)
		return false;
	if (kind == '[')
		return read_attribute(r, part);
	if (kind == '.')
		fine = css_read_name(&r->p, &name, "a class's name");
	else
		fine = css_read_hash(&r->p, &name);
	if (fine)
		test_add(r, part, kind == '.' ? CSS_TEST_CLASS : CSS_TEST_ID, &name);
	buf_fini(&name);
	return fine;
}

static bool read_type(struct reader *r, struct css_part *part)
{
	struct buf name = BUF_INIT(CSS_NAME_MAX);
	bool fine = css_read_name(&r->p, &name, "an element's name");

	if (fine) {
		css_lower(name.data);
		part->type = buf_take(&name);
	}
	buf_fini(&name);
	return fine;
}

static bool read_part(struct reader *r, char combinator)
{
	struct css_part *part;
	bool any = css_take(&r->p, '*');

	if (r->out->n == CSS_SIMPLE_PARTS_MAX)
		return false;
	r->out->parts = mem_array(r->out->parts, r->out->n + 1, sizeof *r->out->parts);
	part = &r->out->parts[r->out->n++];
	*part = (struct css_part){.combinator = combinator};
	if (!any && css_name_begins(&r->p)) {
		any = true;
		if (!read_type(r, part))
			return false;
	}
	while (r->p.s[r->p.at] && strchr(".#[", r->p.s[r->p.at])) {
		any = true;
		if (!read_test(r, part))
			return false;
	}
	return any;
}

/* ' ' or '>'; 0: the selector ends here, or goes on with what is not simple. */
static char read_combinator(struct css_parser *p)
{
	bool blank = css_is_blank(p->s[p->at]);

	css_skip_blanks(p);
	if (css_take(p, '>')) {
		css_skip_blanks(p);
		return '>';
	}
	return blank && p->s[p->at] && !strchr(",+~", p->s[p->at]) ? ' ' : 0;
}

static bool read_list(struct reader *r)
{
	do {
		char combinator = 0;

		css_skip_blanks(&r->p);
		do {
			if (!read_part(r, combinator))
				return false;
			combinator = read_combinator(&r->p);
		} while (combinator);
		r->out->parts[r->out->n - 1].last = true;
	} while (css_take(&r->p, ','));
	return r->p.s[r->p.at] == '\0';
}

struct css_simple *css_simple_new(const char *selector)
{
	struct error e;
	struct reader r = {.p = {.s = selector, .dialect = CSS_HTML, .e = &e}};

	if (css_check(selector, &e))
		return NULL;
	r.out = mem_zalloc(sizeof *r.out);
	if (read_list(&r))
		return r.out;
	css_simple_free(r.out);
	return NULL;
}

void css_simple_free(struct css_simple *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->parts[i].n; k++) {
			free(s->parts[i].tests[k].name);
			free(s->parts[i].tests[k].text);
		}
		free(s->parts[i].tests);
		free(s->parts[i].type);
	}
	free(s->parts);
	free(s);
}

/* ---- testing ------------------------------------------------------------------------------- */

static bool same(const struct css_test *test, const char *s)
{
	return test->fold ? !strncasecmp(s, test->text, test->text_len)
			  : !memcmp(s, test->text, test->text_len);
}

static bool holds(const struct css_test *test, const char *s, size_t len)
{
	if (!test->fold)
		return memmem(s, len, test->text, test->text_len) != NULL;
	for (size_t i = 0; i + test->text_len <= len; i++) {
		if (same(test, s + i))
			return true;
	}
	return false;
}

/* One of the words between blanks; a text with a blank is none. */
static bool has_word(const struct css_test *test, const char *s, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		while (i < len && css_is_blank(s[i]))
			i++;
		for (n = 0; i + n < len && !css_is_blank(s[i + n]); n++)
			;
		if (n && n == test->text_len && same(test, s + i))
			return true;
		i += n;
	}
	return false;
}

static bool test_attribute(const struct css_test *test, const char *s, size_t len)
{
	size_t n = test->text_len;

	switch (test->op) {
	case 0: return true;
	case '=': return len == n && same(test, s);
	case '!': return len != n || !same(test, s);
	case '^': return n && len >= n && same(test, s);
	case '$': return n && len >= n && same(test, s + len - n);
	case '*': return n && holds(test, s, len);
	case '|': return len >= n && same(test, s) && (len == n || s[n] == '-');
	default: return has_word(test, s, len);
	}
}

bool css_test_value(const struct css_test *test, const char *value, size_t len)
{
	switch (test->kind) {
	case CSS_TEST_ID: return len == test->text_len && same(test, value);
	case CSS_TEST_CLASS: return has_word(test, value, len);
	case CSS_TEST_ATTRIBUTE: break;
	}
	return test_attribute(test, value, len);
}
