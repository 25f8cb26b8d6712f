#include "daemon/alerts/text/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/text_safe.h"

enum { LINES_MAX = 60, MEMBERS_MAX = 12, SECTIONS_MAX = 16 };

void sheet_add(struct sheet *s, enum piece_kind kind, const char *label, const char *text)
{
	char line[PIECE_TEXT];
	struct piece *p = &s->pieces[s->n];
	if (s->n == PIECES_MAX || !text)
		return;
	text_safe(line, sizeof(line), text, strlen(text), 0, 0, NULL);
	if (!line[0])
		return;
	p->kind = kind;
	text_safe(p->label, sizeof(p->label), label, strlen(label), 0, 0, NULL);
	p->text = mem_strdup(line);
	s->n++;
}

void sheet_free(struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->pieces[i].text);
	free(s);
}

bool sheet_is_address(const char *text)
{
	if (strncmp(text, "https://", 8) && strncmp(text, "http://", 7))
		return false;
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("<>@\"'`|\\^{}()[]*", *p))
			return false;
	return true;
}

/* ---- alerts --------------------------------------------------------------------------------- */

static void add_more(struct sheet *s, size_t n, const struct wording *w)
{
	struct buf text = BUF_INIT(PIECE_TEXT);
	buf_add_str(&text, "and ");
	wording_number(w, &text, (int64_t)n, 0);
	buf_add_str(&text, " more: sellersmart alert list");
	sheet_add(s, PIECE_ITEM, "", buf_str(&text));
	buf_fini(&text);
}

/* The one that is told at length: the first that still needs somebody. */
static size_t foremost(const json_t *alerts)
{
	const json_t *a;
	size_t i;
	json_array_foreach((json_t *)alerts, i, a) if (!alert_is_resolved(a)) return i;
	return 0;
}

static void add_others(struct sheet *s, const json_t *alerts, size_t but, bool resolved,
		       const char *head, const struct wording *w)
{
	const json_t *a;
	size_t i, n = 0;
	json_array_foreach((json_t *)alerts, i, a)
	{
		if (i == but || alert_is_resolved(a) != resolved)
			continue;
		if (!n++)
			sheet_add(s, PIECE_HEAD, "", head);
		sheet_add_other(s, a, w);
	}
}

static void add_alerts(struct sheet *s, const json_t *message, const struct wording *w)
{
	const json_t *alerts = json_object_get(message, "alerts");
	size_t n = json_array_size(alerts), total = message_total(message), first;
	struct buf line = BUF_INIT(PIECE_TEXT);
	if (!n)
		return;
	first = foremost(alerts);
	if (total > 1) {
		alert_heading(json_array_get(alerts, first), w, &line);
		sheet_add(s, PIECE_HEAD, "", buf_str(&line));
	}
	sheet_add_alert(s, json_array_get(alerts, first), w);
	add_others(s, alerts, first, false, "Also", w);
	add_others(s, alerts, first, true, "Resolved", w);
	if (total > n)
		add_more(s, total - n, w);
	buf_fini(&line);
}

static void add_title(struct sheet *s, const json_t *message, bool of_alerts,
		      const struct wording *w)
{
	const json_t *alerts = json_object_get(message, "alerts");
	struct buf line = BUF_INIT(PIECE_TEXT);
	if (of_alerts && message_total(message) == 1)
		alert_heading(json_array_get(alerts, 0), w, &line);
	else
		message_title(message, w, &line);
	sheet_add(s, PIECE_TITLE, "", buf_str(&line));
	buf_fini(&line);
}

/* ---- lines and sections --------------------------------------------------------------------- */

static void add_lines(struct sheet *s, const json_t *lines, enum piece_kind kind)
{
	const json_t *line;
	size_t i;
	json_array_foreach((json_t *)lines, i, line)
	{
		if (i == LINES_MAX)
			break;
		if (json_is_string(line))
			sheet_add(s, kind, "", json_string_value(line));
	}
}

static void add_brief_line(struct sheet *s, const json_t *line, const struct wording *w)
{
	struct buf text = BUF_INIT(2 * PIECE_TEXT);
	char said[PIECE_TEXT];
	const char *sentence = json_str(line, "text", "");
	int64_t at = alert_time(line, "at");
	bool grave = !strcmp(json_str(line, "level", ""), "critical");
	text_safe(said, sizeof(said), sentence, strlen(sentence), 0, 0, NULL);
	if (at > 0) {
		wording_time(w, &text, at);
		buf_add_str(&text, ": ");
	}
	buf_add_str(&text, said);
	sheet_add(s, PIECE_ITEM, grave ? "!" : "", said[0] ? buf_str(&text) : "");
	buf_fini(&text);
}

static void add_sections(struct sheet *s, const json_t *message, const struct wording *w)
{
	const json_t *section, *line;
	size_t i, k;
	if (json_bool(message, "quiet", false)) /* then its title says what was watched */
		return;
	json_array_foreach(json_object_get(message, "sections"), i, section)
	{
		if (i == SECTIONS_MAX)
			break;
		sheet_add(s, PIECE_HEAD, "", json_str(section, "title", ""));
		json_array_foreach(json_object_get(section, "lines"), k, line)
		{
			if (k == LINES_MAX)
				break;
			add_brief_line(s, line, w);
		}
	}
}

/* ---- events of subscriptions ---------------------------------------------------------------- */

/* The title has the rest. */
static bool is_known(const char *name)
{
	static const char *const known[] = {"id", "seq", "at", "topic", "text", "severity"};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(known[i], name))
			return true;
	return false;
}

static void add_members(struct sheet *s, const json_t *data)
{
	const char *name;
	const json_t *v;
	size_t n = 0;
	json_object_foreach((json_t *)data, name, v)
	{
		char *text = is_known(name)      ? NULL
			     : json_is_string(v) ? mem_strdup(json_string_value(v))
			     : json_is_object(v) || json_is_array(v)
				     ? NULL
				     : json_dumps(v, JSON_ENCODE_ANY);
		if (text && n++ < MEMBERS_MAX)
			sheet_add(s, PIECE_FACT, name, text);
		free(text);
	}
}

struct sheet *sheet_new(const json_t *message, const struct wording *w)
{
	struct sheet *s = mem_zalloc(sizeof(*s));
	const char *type = json_str(message, "type", "");
	bool summary = !strcmp(type, "alert.summary");
	const json_t *alerts = json_object_get(message, "alerts");
	bool of_alerts = !summary && json_array_size(alerts);
	add_title(s, message, of_alerts, w);
	if (of_alerts) {
		add_lines(s, json_object_get(message, "lines"), PIECE_SAYS);
		add_alerts(s, message, w);
		return s;
	}
	if (!json_array_size(json_object_get(message, "sections")))
		add_lines(s, json_object_get(message, "lines"),
			  strcmp(type, "test") ? PIECE_ITEM : PIECE_SAYS);
	add_sections(s, message, w);
	if (summary) {
		add_others(s, alerts, SIZE_MAX, false, "Still open", w);
		add_others(s, alerts, SIZE_MAX, true, "Resolved", w);
		if (message_total(message) > json_array_size(alerts))
			add_more(s, message_total(message) - json_array_size(alerts), w);
	}
	add_members(s, json_object_get(message, "data"));
	add_members(s, json_object_get(json_object_get(message, "data"), "data"));
	return s;
}
