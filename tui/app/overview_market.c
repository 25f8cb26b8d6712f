#include "tui/app/overview_market.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { NAME_LEAST = 10, NAME_MOST = 20 };

static const json_t *rivals(const struct overview *o)
{
	return json_object_get(o->data, "rivals");
}

static const json_t *brands(const struct overview *o)
{
	return json_object_get(o->data, "brands");
}

size_t overview_market_items(const struct overview *o)
{
	return json_array_size(rivals(o)) + json_array_size(brands(o));
}

const json_t *overview_market_item(const struct overview *o, size_t index)
{
	size_t n = json_array_size(rivals(o));

	return index < n ? json_array_get(rivals(o), index) : json_array_get(brands(o), index - n);
}

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_rival(const json_t *item)
{
	return *json_str(item, "text", "") != '\0';
}

static enum role text_of(const json_t *item, char *out, size_t cap)
{
	const char *state = json_str(item, "state", "");
	int64_t n = json_int(item, "listings", 0);
	size_t at;

	if (is_rival(item)) {
		snprintf(out, cap, "%s", json_str(item, "text", ""));
		return !strcmp(state, "blocked") || !strcmp(state, "failing") ? state_role(state)
									      : ROLE_TEXT;
	}
	if (!n && !json_is_number(json_object_get(item, "score"))) {
		snprintf(out, cap, "was not seen anywhere yet");
		return ROLE_DIM;
	}
	at = (size_t)snprintf(out, cap, "%lld listing%s", (long long)n, n == 1 ? "" : "s");
	if (json_is_number(json_object_get(item, "rating")) && at < cap)
		at += (size_t)snprintf(out + at, cap - at, ", rating %.2f",
				       json_num(item, "rating", 0));
	if (json_is_number(json_object_get(item, "score")) && at < cap)
		at += (size_t)snprintf(out + at, cap - at, ", score %lld of 100",
				       (long long)json_int(item, "score", 0));
	if (json_bool(item, "fallen", false) && at < cap)
		snprintf(out + at, cap - at, ": FELL");
	return json_bool(item, "fallen", false) ? ROLE_DEGRADED : ROLE_TEXT;
}

/* "you are cheapest on 61 of 84", "" when nothing can be compared. */
static void market_text(const struct overview *o, char *out, size_t cap)
{
	const json_t *market = json_object_get(o->data, "market");

	out[0] = '\0';
	if (json_int(market, "compared", 0) > 0)
		snprintf(out, cap, "you are cheapest on %lld of %lld",
			 (long long)json_int(market, "cheapest", 0),
			 (long long)json_int(market, "compared", 0));
}

/* ---- drawing --------------------------------------------------------------------------------- */

int overview_market_draw(const struct overview *o, struct surface s, int above)
{
	int n = (int)overview_market_items(o), rows = s.height - 1, first = 0, width = NAME_LEAST;
	char text[FORMAT_TEXT];

	if (n == 0 || rows < 1)
		return 0;
	rows = n < rows ? n : rows;
	if (o->cursor - above >= rows)
		first = o->cursor - above - rows + 1;
	for (int i = 0; i < n; i++) {
		int w = outside_width(json_str(overview_market_item(o, (size_t)i), "name", ""));

		width = w > width ? w : width;
	}
	width = width > NAME_MOST ? NAME_MOST : width;
	market_text(o, text, sizeof text);
	section_draw(s, 0, "Rivals and brands", text);
	for (int i = 0; i < rows; i++) {
		const json_t *item = overview_market_item(o, (size_t)(first + i));
		enum role role = text_of(item, text, sizeof text);

		surface_outside(s, 1 + i, 2, ROLE_STRONG, json_str(item, "name", ""), width);
		surface_outside(s, 1 + i, width + 4, role, text, s.width - width - 5);
		if (above + first + i != o->cursor)
			continue;
		surface_glyph(s, 1 + i, 0, ROLE_KEY, GLYPH_CURSOR);
		surface_add_style(s, 1 + i, 0, s.width, STYLE_SELECTED);
	}
	return 1 + rows;
}

void overview_market_plain(const struct overview *o, struct buf *out)
{
	char text[FORMAT_TEXT];

	market_text(o, text, sizeof text);
	if (*text)
		buf_printf(out, "Market: %s\n", text);
	for (size_t i = 0; i < overview_market_items(o); i++) {
		const json_t *item = overview_market_item(o, i);

		text_of(item, text, sizeof text);
		buf_printf(out, "%s %s: %s\n", is_rival(item) ? "Rival" : "Brand",
			   json_str(item, "name", ""), text);
	}
}
