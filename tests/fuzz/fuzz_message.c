/* Messages: any JSON document is drawn in every form, within its bounds, and what it says stays
 * text. The first byte chooses the language and the room, the rest is the document. */
#include "tests/fuzz/fuzz.h"

#include "daemon/alerts/text/message.h"
#include "shared/languages.h"

static void lines_are_plain(const struct buf *out, bool one)
{
	for (size_t i = 0; i < out->len; i++) {
		unsigned char c = (unsigned char)out->data[i];
		MUST(c >= ' ' || (c == '\n' && !one));
		MUST(c != 0x7F);
	}
}

/* In Slack's and Telegram's there is no tag but ours. */
static void tags_are_ours(const char *text)
{
	static const char *const ours[] = {"<http",   "<b>",  "</b>", "<code>",
					   "</code>", "<a h", "</a>"};
	for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<')) {
		bool known = false;
		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			known |= !strncmp(p, ours[i], strlen(ours[i]));
		MUST(known);
	}
	MUST(!strstr(text, "@everyone") && !strstr(text, "@here"));
}

static void draw(const json_t *m, const struct wording *w, size_t max)
{
	struct buf out = BUF_INIT(max);
	message_title(m, w, &out);
	MUST(out.len <= MESSAGE_TITLE_MAX && out.len <= max);
	lines_are_plain(&out, true);
	buf_reset(&out);
	message_text(m, w, &out);
	MUST(out.len <= max);
	lines_are_plain(&out, false);
	buf_reset(&out);
	message_html(m, w, &out);
	MUST(out.len <= max);
	lines_are_plain(&out, false);
	MUST(!strstr(buf_str(&out), "<script"));
	for (int how = MARKUP_SLACK; how <= MARKUP_MARKDOWN; how++) {
		buf_reset(&out);
		message_markup(m, w, (enum message_markup)how, &out);
		MUST(out.len <= max);
		lines_are_plain(&out, false);
		if (how == MARKUP_SLACK || how == MARKUP_TELEGRAM_HTML)
			tags_are_ours(buf_str(&out));
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t languages = 0;
	if (!size)
		return 0;
	while (language_names[languages])
		languages++;
	struct wording w = {.language = language_names[data[0] % languages],
			    .now_ms = INT64_C(1795000000000)};
	json_t *m = json_loadb((const char *)data + 1, size - 1,
			       JSON_ALLOW_NUL | JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, NULL);
	draw(m, &w, data[0] & 0x80 ? 300 : 1 << 17);
	struct message made;
	message_make(&(struct message_parts){.alerts = json_object_get(m, "alerts"),
					     .total = data[0],
					     .lines = json_object_get(m, "lines")},
		     &made);
	message_fini(&made);
	json_decref(m);
	return 0;
}
