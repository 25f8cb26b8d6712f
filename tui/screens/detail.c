/* One resource of any kind that has no screen of its own. */
#include <stdlib.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/details.h"

struct detail {
	struct details *details;
	struct scroll scroll;
};

static void detail_open(struct view *v, const char *arg)
{
	struct detail *d = mem_zalloc(sizeof *d);

	v->state = d;
	v->scroll = &d->scroll;
	d->details = details_open(v, arg, NULL);
	details_refresh(v, d->details);
}

static void detail_close(struct view *v)
{
	struct detail *d = v->state;

	details_close(v, d->details);
	scroll_fini(&d->scroll);
	free(d);
}

static void detail_refresh(struct view *v)
{
	struct detail *d = v->state;

	details_refresh(v, d->details);
}

static void detail_message(struct view *v, const struct live_message *m)
{
	struct detail *d = v->state;

	details_message(v, d->details, m);
}

static void detail_draw(struct view *v, struct surface s)
{
	struct detail *d = v->state;
	struct surface page;

	if (!details_ready(v, d->details, s))
		return;
	page = scroll_begin(&d->scroll, s);
	scroll_end(&d->scroll, s, details_draw_members(v, page, 1));
}

static size_t detail_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return v->object && *ids[0] ? 1 : 0;
}

extern const struct screen screen_detail;
const struct screen screen_detail = {
	.name = "detail",
	.shape = SHAPE_DETAIL,
	.open = detail_open,
	.close = detail_close,
	.refresh = detail_refresh,
	.message = detail_message,
	.draw = detail_draw,
	.plain = details_write_plain,
	.watched = detail_watched,
};
