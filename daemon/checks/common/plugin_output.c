#include "daemon/checks/common/plugin_output.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "shared/text_safe.h"

/* ---- what it measured ---------------------------------------------------------------------- */

struct cursor {
	const char *at, *end;
};

static bool take_label(struct cursor *c, char out[static PERF_LABEL])
{
	char raw[PERF_LABEL];
	size_t n = 0;
	bool quoted = c->at < c->end && *c->at == '\'';

	c->at += quoted;
	for (; c->at < c->end; c->at++) {
		bool twice = quoted && *c->at == '\'' && c->at + 1 < c->end && c->at[1] == '\'';

		if (quoted ? *c->at == '\'' && !twice : *c->at == '=')
			break;
		if (!quoted && isspace((unsigned char)*c->at))
			return false;
		c->at += twice;
		if (n + 1 < sizeof raw)
			raw[n++] = *c->at;
	}
	c->at += quoted && c->at < c->end;
	if (c->at == c->end || *c->at != '=' || !n)
		return false;
	c->at++;
	text_safe(out, PERF_LABEL, raw, n, 0, 0, NULL);
	return out[0] != '\0';
}

static size_t take_exponent(struct cursor *c, char out[static PERF_TEXT], size_t n)
{
	const char *p = c->at;
	size_t digits = 0, from = n;

	if (p == c->end || (*p != 'e' && *p != 'E') || n + 6 >= PERF_TEXT)
		return n;
	out[n++] = 'e';
	p++;
	if (p < c->end && (*p == '-' || *p == '+'))
		out[n++] = *p++;
	for (; p < c->end && isdigit((unsigned char)*p) && digits < 3; digits++)
		out[n++] = *p++;
	if (!digits)
		return from;
	c->at = p;
	return n;
}

/* A number, as a JSON number is written: ".5", "5.", "+5" and "0,5" occur. */
static bool take_number(struct cursor *c, char out[static PERF_TEXT])
{
	size_t n = 0, whole = 0, fraction = 0;

	if (c->at < c->end && (*c->at == '-' || *c->at == '+')) {
		if (*c->at == '-')
			out[n++] = '-';
		c->at++;
	}
	while (c->at < c->end && *c->at == '0' && c->at + 1 < c->end &&
	       isdigit((unsigned char)c->at[1]))
		c->at++;
	for (; c->at < c->end && isdigit((unsigned char)*c->at) && n + 3 < PERF_TEXT;
	     c->at++, whole++)
		out[n++] = *c->at;
	if (c->at < c->end && isdigit((unsigned char)*c->at)) /* it would be another number */
		return false;
	if (!whole)
		out[n++] = '0';
	if (c->at < c->end && (*c->at == '.' || *c->at == ',')) {
		size_t point = n;

		out[n++] = '.';
		c->at++;
		for (; c->at < c->end && isdigit((unsigned char)*c->at); c->at++, fraction++) {
			if (n + 1 < PERF_TEXT)
				out[n++] = *c->at;
		}
		if (n == point + 1) /* no digit behind it, or no room for one */
			n = point;
	}
	n = take_exponent(c, out, n);
	out[n] = '\0';
	return whole || fraction;
}

static void take_unit(struct cursor *c, char *out, size_t cap)
{
	size_t n = 0;

	for (; c->at < c->end && (isalpha((unsigned char)*c->at) || *c->at == '%'); c->at++) {
		if (n + 1 < cap)
			out[n++] = *c->at;
	}
	out[n] = '\0';
}

/* "10", "10:", "~:10", "@10:20" */
static void take_range(struct cursor *c, char out[static PERF_TEXT])
{
	size_t n = 0;

	if (c->at == c->end || *c->at != ';')
		return;
	for (c->at++; c->at < c->end && *c->at && strchr("0123456789.,+-~@:eE", *c->at); c->at++) {
		if (n + 1 < PERF_TEXT)
			out[n++] = *c->at;
	}
	out[n] = '\0';
}

static bool take_item(struct cursor *c, struct perf_item *item)
{
	memset(item, 0, sizeof *item);
	if (!take_label(c, item->label))
		return false;
	if (c->at < c->end && *c->at == 'U')
		c->at++;
	else if (!take_number(c, item->value))
		return false;
	take_unit(c, item->unit, sizeof item->unit);
	take_range(c, item->warn);
	take_range(c, item->crit);
	return true;
}

static void take_perf(const char *text, size_t len, struct plugin_output *out)
{
	struct cursor c = {.at = text, .end = text + len};

	while (c.at < c.end && out->n_perf < PERF_MAX) {
		if (isspace((unsigned char)*c.at)) {
			c.at++;
			continue;
		}
		if (take_item(&c, &out->perf[out->n_perf]))
			out->n_perf++;
		while (c.at < c.end &&
		       !isspace((unsigned char)*c.at)) /* limits, or what is wrong */
			c.at++;
	}
}

/* ---- lines --------------------------------------------------------------------------------- */

static size_t trimmed(const char *text, size_t len)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

static void add_more(struct plugin_output *out, const char *text, size_t len)
{
	size_t used = strlen(out->more);

	len = trimmed(text, len);
	if (!len || used + 4 >= sizeof out->more)
		return;
	if (used) {
		memcpy(out->more + used, "; ", 3);
		used += 2;
	}
	text_safe(out->more + used, sizeof out->more - used, text, len, 0, 0, NULL);
}

void plugin_output_parse(const char *text, size_t len, struct plugin_output *out)
{
	bool first = true, in_perf = false;
	const char *end = text + len;

	memset(out, 0, sizeof *out);
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		const char *bar = in_perf ? NULL : memchr(text, '|', (size_t)(stop - text));
		const char *words_end = in_perf ? text : bar ? bar : stop;
		size_t words = (size_t)(words_end - text);

		if (first)
			text_safe(out->message, sizeof out->message, text, trimmed(text, words), 0,
				  0, NULL);
		else
			add_more(out, text, words);
		if (in_perf)
			take_perf(text, (size_t)(stop - text), out);
		else if (bar)
			take_perf(bar + 1, (size_t)(stop - bar - 1), out);
		/* Behind the bar of a later line there is nothing else to come. */
		in_perf = in_perf || (bar && !first);
		first = false;
		text = stop + 1;
	}
}

void plugin_perf_write(struct json_writer *w, const struct plugin_output *o)
{
	jw_array(w);
	for (size_t i = 0; i < o->n_perf; i++) {
		const struct perf_item *p = &o->perf[i];

		jw_object(w);
		jw_kv_str(w, "label", p->label);
		jw_key(w, "value");
		if (p->value[0])
			jw_raw(w, p->value, strlen(p->value));
		else
			jw_null(w);
		if (p->unit[0])
			jw_kv_str(w, "unit", p->unit);
		if (p->warn[0])
			jw_kv_str(w, "warn", p->warn);
		if (p->crit[0])
			jw_kv_str(w, "crit", p->crit);
		jw_object_end(w);
	}
	jw_array_end(w);
}
