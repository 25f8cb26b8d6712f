/* One product: prices over time, all offers, what if. Opened from a rival it begins with his. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/timefmt.h"
#include "tui/app/price_page.h"
#include "tui/widgets/format.h"

enum { ASK_EVERY_MS = 2000, PRESSED_MS = 150, TELL_MAX = 1024 };

static const struct column columns[] = {
	{.title = "seller", .path = "who", .min_width = 14, .weight = 3, .priority = 0},
	{.title = "price",
	 .path = "price_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 8,
	 .priority = 1},
	{.title = "ship",
	 .path = "shipping_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 6,
	 .priority = 3},
	{.title = "total",
	 .path = "landed_minor",
	 .format = COLUMN_MONEY,
	 .min_width = 8,
	 .priority = 0},
	{.title = "stock",
	 .path = "availability",
	 .format = COLUMN_STOCK,
	 .min_width = 5,
	 .priority = 2},
	{.title = "per",
	 .path = "unit_price.minor",
	 .format = COLUMN_MONEY,
	 .min_width = 7,
	 .priority = 6},
	{.title = "deal", .path = "deal", .min_width = 4, .priority = 5},
	{.title = "seen", .path = "seen_at", .format = COLUMN_TIME, .min_width = 12, .priority = 3},
	{.title = "source", .path = "from", .min_width = 10, .weight = 1, .priority = 4},
};

/* ---- asking ---------------------------------------------------------------------------------- */

static void path_of(struct view *v, struct buf *path, const char *what)
{
	buf_add_str(path, "/v1/products/");
	path_escape(path, v->ref);
	buf_printf(path, "/%s", what);
}

static void make_chart(struct view *v)
{
	struct price_page *p = v->state;
	int64_t cursor = p->chart.cursor_ms;

	if (!p->history.data)
		return;
	p->left_out = price_chart_fill(&p->chart, p->history.data, p->focus, p->all);
	if (!p->cursor)
		return;
	cursor = cursor < p->chart.from_ms ? p->chart.from_ms : cursor;
	p->chart.cursor_ms = cursor >= p->chart.to_ms ? p->chart.to_ms - 1 : cursor;
}

static void ask_history(struct view *v)
{
	struct price_page *p = v->state;
	struct buf path = BUF_INIT(512);

	path_of(v, &path, "history");
	path_add_int(&path, "days", price_spans[p->span].days);
	asked_get(v, &p->history, buf_str(&path), make_chart);
	buf_fini(&path);
	p->asked_at = app_ticks(v->app);
	p->stale = false;
}

/* What its listing was before, and why it is this product. */
static void ask_listing(struct view *v)
{
	struct price_page *p = v->state;
	struct buf path = BUF_INIT(512);

	json_decref(p->listing.data);
	p->listing.data = NULL;
	if (!*p->focus)
		return;
	buf_add_str(&path, "/v1/listings/");
	path_escape(&path, p->focus);
	asked_get(v, &p->listing, buf_str(&path), NULL);
	buf_fini(&path);
}

/* The chart follows the row under the cursor. */
static void follow(struct view *v)
{
	struct price_page *p = v->state;
	const char *listing = json_str(sheet_here(&p->offers), "listing", "");

	if (!strcmp(listing, p->focus))
		return;
	snprintf(p->focus, sizeof p->focus, "%s", listing);
	make_chart(v);
	ask_listing(v);
}

static void first_row(struct price_page *p)
{
	if (*p->rival)
		sheet_go(&p->offers, "site", p->rival);
}

static void on_product(struct view *v)
{
	struct price_page *p = v->state;
	json_t *offers = json_object_get(v->object, "offers");
	bool first = !p->offers.list;

	snprintf(v->title, sizeof v->title, "%s", json_str(v->object, "title", v->ref));
	if (json_is_array(offers)) {
		price_offers_prepare(offers);
		sheet_set(&p->offers, offers, "listing");
	}
	if (first)
		first_row(p);
	follow(v);
	if (!first)
		p->stale = true;
}

static void product_refresh(struct view *v)
{
	struct price_page *p = v->state;

	details_refresh(v, p->details);
	ask_history(v);
}

static void ask_what_if(struct view *v)
{
	struct price_page *p = v->state;
	struct buf path = BUF_INIT(512);
	char price[MONEY_TEXT];

	money_format(price, p->price, json_str(v->object, "currency", ""));
	price[strcspn(price, " ")] = '\0';
	path_of(v, &path, "what-if");
	path_add(&path, "price", price);
	asked_get(v, &p->what_if, buf_str(&path), NULL);
	buf_fini(&path);
	p->what_if_stale = false;
}

/* Not at each press of a key that is held down, nor at each event of a scan. */
static void freshen(struct view *v)
{
	struct price_page *p = v->state;
	uint64_t now = app_ticks(v->app);

	follow(v);
	if (p->what_if_stale && now - p->moved_at >= PRESSED_MS)
		ask_what_if(v);
	else if (p->what_if_stale)
		app_damage_in(v->app, PRESSED_MS);
	if (p->stale && !p->history.call && now - p->asked_at >= ASK_EVERY_MS)
		ask_history(v);
	else if (p->stale)
		app_damage_in(v->app, ASK_EVERY_MS);
}

/* ---- life ------------------------------------------------------------------------------------ */

static void product_open(struct view *v, const char *arg)
{
	struct price_page *p = mem_zalloc(sizeof *p);

	v->state = p;
	v->sheet = &p->offers;
	p->offers = (struct sheet){.columns = columns, .n_columns = ARRAY_LEN(columns), .sort = -1};
	p->span = 1;
	p->price = -1;
	p->chart.floor_minor = -1;
	snprintf(p->rival, sizeof p->rival, "%s", arg);
	p->details = details_open(v, NULL, on_product);
	product_refresh(v);
}

static void product_close(struct view *v)
{
	struct price_page *p = v->state;

	details_close(v, p->details);
	asked_fini(&p->history);
	asked_fini(&p->listing);
	asked_fini(&p->what_if);
	call_cancel(p->told);
	sheet_fini(&p->offers);
	price_chart_fini(&p->chart);
	free(p);
}

static void product_message(struct view *v, const struct live_message *m)
{
	struct price_page *p = v->state;

	/* A live row may have less than the page needs: it is asked for whole. */
	if (m->what == LIVE_ROW && v->kind && !strcmp(m->kind, v->kind->kind) &&
	    !strcmp(json_str(m->body, "id", "-"), json_str(v->object, "id", ""))) {
		details_refresh(v, p->details);
		p->stale = true;
	}
}

static void product_draw(struct view *v, struct surface s)
{
	struct price_page *p = v->state;

	if (!details_ready(v, p->details, s))
		return;
	freshen(v);
	price_page_draw(v, p, s);
}

static void product_plain(struct view *v, struct buf *out)
{
	struct price_page *p = v->state;

	if (!v->object)
		return;
	freshen(v);
	price_page_plain(v, p, out);
}

static size_t product_watched(struct view *v, const char *ids[], size_t max)
{
	ids[0] = json_str(v->object, "id", "");
	return *ids[0] ? 1 : 0;
}

/* ---- keys: time ------------------------------------------------------------------------------ */

static bool run_span(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;

	p->span = (p->span + (!strcmp(b->action, "longer") ? 1 : PRICE_SPANS - 1)) % PRICE_SPANS;
	ask_history(v);
	return true;
}

static bool run_cursor(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;

	p->cursor = !p->cursor && p->chart.n > 0;
	p->chart.cursor_ms = p->cursor ? p->chart.to_ms - 1 : 0;
	return true;
}

static bool run_back(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;

	if (!p->cursor && !p->full)
		return false; /* Esc leaves the page then */
	p->full = false;
	p->cursor = false;
	p->chart.cursor_ms = 0;
	return true;
}

static bool run_all(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;

	p->all = !p->all;
	make_chart(v);
	return true;
}

static bool run_full(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;

	p->full = !p->full;
	return true;
}

/* ---- keys: what if --------------------------------------------------------------------------- */

/* Where the arrows begin: at my price, else at the best there is. */
static int64_t price_here(const struct view *v)
{
	const json_t *mine = price_mine(json_object_get(v->object, "offers"));

	return json_int(mine, "price_minor",
			json_int(v->object, "mine_minor", json_int(v->object, "best_minor", -1)));
}

static void set_price(struct view *v, int64_t minor)
{
	struct price_page *p = v->state;

	p->price = minor < 1 ? 1 : minor;
	p->what_if_stale = true;
	p->moved_at = app_ticks(v->app);
	app_damage(v->app);
}

static bool run_arrow(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;
	int sign = !strcmp(b->action, "right") ? 1 : -1;
	int64_t from = p->price < 0 ? price_here(v) : p->price;

	if (p->cursor) {
		int64_t column =
			(p->chart.to_ms - p->chart.from_ms) / (p->columns > 0 ? p->columns : 1);
		int64_t at = p->chart.cursor_ms + sign * column;

		at = at < p->chart.from_ms ? p->chart.from_ms : at;
		p->chart.cursor_ms = at >= p->chart.to_ms ? p->chart.to_ms - 1 : at;
		return true;
	}
	if (from < 0) {
		app_say(v->app, ROLE_INFO, "there is no price to begin with: t types one");
		return true;
	}
	set_price(v, from + sign * price_step(from));
	return true;
}

static void on_typed(void *arg, const char *text)
{
	struct view *v = arg;
	int64_t minor;

	if (!text || !*text)
		return;
	if (money_from_decimal(text, json_str(v->object, "currency", ""), &minor, NULL) &&
	    minor > 0)
		set_price(v, minor);
	else
		app_say(v->app, ROLE_ERROR, "\"%.40s\" is no price: type it as 34.89", text);
}

static bool run_type(struct view *v, const struct binding *b)
{
	app_prompt(v->app, "what if I asked: ", "", NULL, on_typed, v);
	return true;
}

/* ---- keys: the floor ------------------------------------------------------------------------- */

static void on_floor(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct price_page *p = v->state;

	p->told = NULL;
	if (code == ERR_CANCELLED)
		return;
	if (code) {
		app_say_error(v->app, e);
		return;
	}
	app_say(v->app, ROLE_UP, "the floor is kept");
	product_refresh(v);
	p->what_if_stale = p->price >= 0;
}

static void on_floor_typed(void *arg, const char *text)
{
	struct view *v = arg;
	struct price_page *p = v->state;
	struct buf path = BUF_INIT(512);
	json_t *body;
	char *bytes;

	if (!text)
		return;
	body = *text ? json_pack("{s:s}", "price", text) : json_pack("{s:n}", "price");
	if (!body) {
		app_say(v->app, ROLE_ERROR, "that is no price: type it as 33.20");
		return;
	}
	bytes = json_dumps(body, JSON_COMPACT);
	path_of(v, &path, "floor");
	call_cancel(p->told);
	p->told = channel_send(app_channel(v->app),
			       &(struct client_request){.method = "POST",
							.path = buf_str(&path),
							.body = bytes,
							.body_len = strlen(bytes)},
			       on_floor, v);
	free(bytes);
	json_decref(body);
	buf_fini(&path);
}

static bool run_floor(struct view *v, const struct binding *b)
{
	int64_t floor = json_int(v->object, "floor_minor", -1);
	char text[MONEY_TEXT] = "";

	if (!v->object)
		return false;
	if (floor >= 0) {
		money_format(text, floor, json_str(v->object, "currency", ""));
		text[strcspn(text, " ")] = '\0';
	}
	app_prompt(v->app, "never below (empty: none): ", text, NULL, on_floor_typed, v);
	return true;
}

/* ---- keys: where it comes from --------------------------------------------------------------- */

static void on_evidence(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct view *v = arg;
	struct price_page *p = v->state;
	char text[TELL_MAX], at[FORMAT_TEXT];
	const json_t *d = r->data, *page = json_object_get(d, "page");

	p->told = NULL;
	if (code == ERR_CANCELLED)
		return;
	if (code) {
		app_say_error(v->app, e);
		return;
	}
	format_time_of(at, sizeof at, d, "at", app_now_ms(v->app));
	snprintf(text, sizeof text,
		 "read from %.60s%s%s at %.200s; SHA-256 of the bytes begins %.64s; %s",
		 json_str(d, "source", "?"), *at != '-' ? ", " : "", *at != '-' ? at : "",
		 json_str(page, "url", json_str(page, "listing_url", "?")),
		 json_str(d, "hash", "?"),
		 json_bool(d, "kept", false) ? "the page itself is kept"
					     : "the page itself was not kept");
	app_tell(v->app, "evidence", ROLE_TEXT, text, "");
}

static bool run_evidence(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;
	struct buf path = BUF_INIT(1024);
	char at[TIME_TEXT];

	if (!*p->focus)
		return false;
	buf_add_str(&path, "/v1/listings/");
	path_escape(&path, p->focus);
	buf_add_str(&path, "/evidence");
	if (p->cursor)
		path_add(&path, "at", time_rfc3339(at, p->chart.cursor_ms));
	call_cancel(p->told);
	p->told = channel_get(app_channel(v->app), buf_str(&path), on_evidence, v);
	buf_fini(&path);
	return true;
}

static bool run_why(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;
	char text[TELL_MAX];

	if (!p->listing.data) {
		app_say(v->app, ROLE_INFO,
			*p->focus ? "asking the daemon" : "there is no offer to explain");
		return true;
	}
	price_why(p->listing.data, text, sizeof text);
	app_tell(v->app, "why", ROLE_TEXT, text,
		 "sellersmart product match --pending has what is in doubt");
	return true;
}

static bool run_open(struct view *v, const struct binding *b)
{
	struct price_page *p = v->state;
	const struct resource_kind *listing = resource_kind_find("listing");

	if (!listing || !*p->focus)
		return false;
	app_open(v->app, SHAPE_DETAIL, listing, p->focus, "");
	return true;
}

static const struct binding bindings[] = {
	{.context = "product-detail",
	 .keys = "Left",
	 .action = "left",
	 .brief = "Right what if",
	 .run = run_arrow,
	 .help = "what if I asked less; with the cursor: earlier"},
	{.context = "product-detail",
	 .keys = "Right",
	 .action = "right",
	 .run = run_arrow,
	 .help = "what if I asked more; with the cursor: later"},
	{.context = "product-detail",
	 .keys = "t",
	 .action = "type",
	 .run = run_type,
	 .help = "what if: type a price"},
	{.context = "product-detail",
	 .keys = "+ ]",
	 .action = "longer",
	 .brief = "span",
	 .run = run_span,
	 .help = "a longer span of time: 30d 90d 180d 1y"},
	{.context = "product-detail",
	 .keys = "- [",
	 .action = "shorter",
	 .run = run_span,
	 .help = "a shorter span of time"},
	{.context = "product-detail",
	 .keys = "c",
	 .action = "cursor",
	 .brief = "cursor",
	 .run = run_cursor,
	 .help = "a cursor in the chart: the arrows move it, it tells what was then"},
	{.context = "product-detail",
	 .keys = "p",
	 .action = "evidence",
	 .brief = "page",
	 .run = run_evidence,
	 .help = "the page the price came from: at the cursor, else the last one"},
	{.context = "product-detail",
	 .keys = "w",
	 .action = "why",
	 .brief = "why",
	 .run = run_why,
	 .help = "why this offer is of this product, and where its price was read"},
	{.context = "product-detail",
	 .keys = "f",
	 .action = "floor",
	 .brief = "floor",
	 .run = run_floor,
	 .help = "the price you never go below; :freeze holds updates"},
	{.context = "product-detail",
	 .keys = "o",
	 .action = "offers",
	 .brief = "offers",
	 .run = run_full,
	 .help = "all offers alone, or the chart again"},
	{.context = "product-detail",
	 .keys = "a",
	 .action = "all",
	 .run = run_all,
	 .help = "a line for every rival, as many as there are marks, or for one"},
	{.context = "product-detail",
	 .keys = "Enter",
	 .action = "open",
	 .run = run_open,
	 .help = "the listing of the offer under the cursor"},
	{.context = "product-detail",
	 .keys = "Esc",
	 .action = "leave",
	 .run = run_back,
	 .help = "leave the cursor or the list of offers, then the page"},
};

extern const struct screen screen_product_detail;
const struct screen screen_product_detail = {
	.name = "product-detail",
	.shape = SHAPE_DETAIL,
	.kind = "product",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = product_open,
	.close = product_close,
	.refresh = product_refresh,
	.message = product_message,
	.draw = product_draw,
	.plain = product_plain,
	.watched = product_watched,
};
