/* Microsoft Teams: an adaptive card for a workflow that posts what its webhook gets. */
#include <string.h>

#include "daemon/alerts/notifiers/services/service.h"

enum { CARD_TEXT_MAX = 8000, LINES_MAX = 60 }; /* a message is 28 kB at most */

static void write_line(struct json_writer *w, const char *line, size_t n, const char *color,
		       bool apart)
{
	jw_object(w);
	jw_kv_str(w, "type", "TextBlock");
	jw_key(w, "text");
	jw_strn(w, line, n);
	jw_kv_bool(w, "wrap", true);
	if (color)
		jw_kv_str(w, "color", color);
	if (!apart)
		jw_kv_str(w, "spacing", "None");
	jw_object_end(w);
}

/* A block each: in a block of several the line ends are lost. */
static void write_lines(struct json_writer *w, const char *text, const char *color)
{
	bool apart = true;

	for (int i = 0; *text && i < LINES_MAX; i++) {
		size_t n = strcspn(text, "\n"), gap;

		write_line(w, text, n, color, apart);
		text += n;
		gap = strspn(text, "\n");
		apart = gap > 1;
		text += gap;
		color = NULL; /* only the title has one */
	}
}

static void teams_write(const struct service_message *m, size_t part, struct json_writer *w)
{
	static const char *const colors[] = {"Good", "Accent", "Warning", "Attention"};
	struct buf text = BUF_INIT(CARD_TEXT_MAX);

	message_markup(m->message, m->wording, MARKUP_MARKDOWN, &text);
	jw_kv_str(w, "type", "message");
	jw_key(w, "attachments");
	jw_array(w);
	jw_object(w);
	jw_kv_str(w, "contentType", "application/vnd.microsoft.card.adaptive");
	jw_key(w, "contentUrl");
	jw_null(w);
	jw_key(w, "content");
	jw_object(w);
	jw_kv_str(w, "$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
	jw_kv_str(w, "type", "AdaptiveCard");
	jw_kv_str(w, "version", "1.4");
	service_title(w, "fallbackText", m);
	jw_key(w, "msteams");
	jw_object(w);
	jw_kv_str(w, "width", "Full");
	jw_object_end(w);
	jw_key(w, "body");
	jw_array(w);
	write_lines(w, buf_str(&text), colors[service_gravity(m)]);
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
	jw_array_end(w);
	buf_fini(&text);
}

const struct chat_service service_teams = {.name = "teams", .write = teams_write};
