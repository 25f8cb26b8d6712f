/* What stands in brackets: [name], [name op value], with the flags i and s. */
#include <string.h>

#include "shared/css_internal.h"

/* ' i' or ' s' before the bracket. */
static bool read_flag(struct css_parser *p, bool *fold)
{
	char c;

	css_skip_blanks(p);
	c = p->s[p->at];
	*fold = c == 'i' || c == 'I';
	if (*fold || c == 's' || c == 'S')
		p->at++;
	css_skip_blanks(p);
	return css_expect(p, ']', "the attribute");
}

static bool read_value(struct css_parser *p, struct buf *out)
{
	char c = p->s[p->at];

	if (c == '"' || c == '\'')
		return css_read_string(p, out);
	if (css_name_begins(p))
		return css_read_name(p, out, "a value");
	return css_fail(p, p->at, "a value is missing; other than names they stand in quotes");
}

static bool read_operator(struct css_parser *p, char *op)
{
	const char *s = p->s + p->at;

	if (*s == '=') {
		*op = '=';
		p->at++;
		return true;
	}
	if (*s && strchr("~|^$*!", *s) && s[1] == '=') {
		*op = *s;
		p->at += 2;
		return true;
	}
	return css_fail(p, p->at, "']' or an operator as = ~= |= ^= $= *= is missing");
}

bool css_read_attribute(struct css_parser *p, struct css_attribute *a)
{
	*a = (struct css_attribute){.name = BUF_INIT(CSS_NAME_MAX),
				    .text = BUF_INIT(CSS_MAX_BYTES)};
	css_skip_blanks(p);
	if (p->s[p->at] == '*' && p->s[p->at + 1] == '|')
		p->at++;
	if (p->s[p->at] == '|')
		p->at++;
	if (!css_read_name(p, &a->name, "an attribute's name"))
		return false;
	if (p->s[p->at] == '|' && p->s[p->at + 1] != '=')
		return css_fail(p, p->at, "prefixes of namespaces are unknown here");
	if (p->dialect == CSS_HTML)
		css_lower(a->name.data);
	css_skip_blanks(p);
	if (css_take(p, ']'))
		return true;
	if (!read_operator(p, &a->op))
		return false;
	css_skip_blanks(p);
	if (!read_value(p, &a->text) || !read_flag(p, &a->fold))
		return false;
	if (a->fold && a->text.data)
		css_lower(a->text.data);
	return true;
}

void css_attribute_fini(struct css_attribute *a)
{
	buf_fini(&a->name);
	buf_fini(&a->text);
}
