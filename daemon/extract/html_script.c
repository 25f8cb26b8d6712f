/* Scripts: what stands in a comment hides the end tag while another <script> is open in it. */
#include <string.h>

#include "daemon/extract/html_token_internal.h"

static const char *less(struct html_tokens *t, const char *p)
{
	t->back = S_SCRIPT;
	if (*p == '/') {
		t->state = S_TEXT_END_OPEN;
		return p + 1;
	}
	if (*p == '!') {
		t->state = S_SCRIPT_ESCAPE_START;
		html_give_text(t, "<!", 2);
		return p + 1;
	}
	t->state = S_SCRIPT;
	html_give_text(t, "<", 1);
	return p;
}

/* "<!" and "<!-" */
static const char *escape_start(struct html_tokens *t, const char *p)
{
	if (*p != '-') {
		t->state = S_SCRIPT;
		return p;
	}
	t->state = t->state == S_SCRIPT_ESCAPE_START ? S_SCRIPT_ESCAPE_START_DASH
						     : S_SCRIPT_ESCAPED_DASH_DASH;
	html_give_text(t, "-", 1);
	return p + 1;
}

/* In a comment, once (S_SCRIPT_ESCAPED and on) or twice (S_SCRIPT_DOUBLE and on) deep. */
static const char *escaped(struct html_tokens *t, const char *p, const char *end)
{
	bool twice = t->state >= S_SCRIPT_DOUBLE;
	enum html_state plain = twice ? S_SCRIPT_DOUBLE : S_SCRIPT_ESCAPED;
	const char *q;

	if (t->state == plain) {
		q = html_scan(p, end, B_DASH | B_LESS | B_NUL);
		html_give_text(t, p, (size_t)(q - p));
		if (q > p)
			return q;
	}
	if (*p == '-') {
		html_give_text(t, "-", 1);
		if (t->state < plain + 2)
			t->state++;
	} else if (*p == '<') {
		t->state = twice ? S_SCRIPT_DOUBLE_LESS : S_SCRIPT_ESCAPED_LESS;
		if (twice)
			html_give_text(t, "<", 1);
	} else if (*p == '>' && t->state == plain + 2) {
		t->state = S_SCRIPT;
		html_give_text(t, ">", 1);
	} else {
		t->state = plain;
		if (*p)
			return p;
		html_give_text(t, HTML_REPLACEMENT, 3);
	}
	return p + 1;
}

static const char *escaped_less(struct html_tokens *t, const char *p)
{
	if (*p == '/') {
		t->back = S_SCRIPT_ESCAPED;
		t->state = S_TEXT_END_OPEN;
		return p + 1;
	}
	html_give_text(t, "<", 1);
	t->state = S_SCRIPT_ESCAPED;
	if (html_is(*p, B_ALPHA)) {
		t->n_held = 0;
		t->state = S_SCRIPT_DOUBLE_START;
	}
	return p;
}

static const char *double_less(struct html_tokens *t, const char *p)
{
	if (*p != '/') {
		t->state = S_SCRIPT_DOUBLE;
		return p;
	}
	html_give_text(t, "/", 1);
	t->n_held = 0;
	t->state = S_SCRIPT_DOUBLE_END;
	return p + 1;
}

/* The name behind "<" or "</": is it script? */
static const char *double_edge(struct html_tokens *t, const char *p)
{
	static const char script[] = "script";
	bool starts = t->state == S_SCRIPT_DOUBLE_START;

	if (html_is(*p, B_ALPHA)) {
		if (t->n_held < HELD_MAX)
			t->held[t->n_held++] = html_lower(*p);
		html_give_text(t, p, 1);
		return p + 1;
	}
	if (!html_is(*p, B_BLANK | B_SLASH | B_GREATER)) {
		t->state = starts ? S_SCRIPT_ESCAPED : S_SCRIPT_DOUBLE;
		return p;
	}
	if (t->n_held == strlen(script) && !memcmp(t->held, script, t->n_held))
		starts = !starts;
	t->state = starts ? S_SCRIPT_ESCAPED : S_SCRIPT_DOUBLE;
	html_give_text(t, p, 1);
	return p + 1;
}

const char *html_step_script(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end) {
		switch ((int)t->state) {
		case S_SCRIPT_LESS: p = less(t, p); break;
		case S_SCRIPT_ESCAPE_START:
		case S_SCRIPT_ESCAPE_START_DASH: p = escape_start(t, p); break;
		case S_SCRIPT_ESCAPED:
		case S_SCRIPT_ESCAPED_DASH:
		case S_SCRIPT_ESCAPED_DASH_DASH:
		case S_SCRIPT_DOUBLE:
		case S_SCRIPT_DOUBLE_DASH:
		case S_SCRIPT_DOUBLE_DASH_DASH: p = escaped(t, p, end); break;
		case S_SCRIPT_ESCAPED_LESS: p = escaped_less(t, p); break;
		case S_SCRIPT_DOUBLE_LESS: p = double_less(t, p); break;
		case S_SCRIPT_DOUBLE_START:
		case S_SCRIPT_DOUBLE_END: p = double_edge(t, p); break;
		default: return p;
		}
	}
	return p;
}

void html_end_script(struct html_tokens *t)
{
	if (t->state == S_SCRIPT_LESS || t->state == S_SCRIPT_ESCAPED_LESS)
		html_give_text(t, "<", 1);
}
