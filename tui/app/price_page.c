#include "tui/app/price_page.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/section.h"

enum {
	OFFERS_LEAST = 2,
	OFFERS_MOST = 8,
	CHART_MOST = 24,
	LOW = 14, /* rows: fewer show either the chart or the offers */
	NARROW = 60,
};

const struct price_span price_spans[PRICE_SPANS] = {
	{"30d", 30}, {"90d", 90}, {"180d", 180}, {"1y", 365}};

/* ---- the chart ------------------------------------------------------------------------------- */

static void draw_title(const struct price_page *p, struct surface s, int y)
{
	char title[64], remark[96];
	size_t n = 0;

	for (size_t i = 0; i < PRICE_SPANS; i++)
		n += (size_t)snprintf(remark + n, sizeof remark - n, i == p->span ? "[%s] " : "%s ",
				      price_spans[i].name);
	if (s.width >= NARROW)
		snprintf(remark + n, sizeof remark - n, "  %s",
			 p->cursor ? "arrows move, c ends" : "c cursor");
	else
		remark[n - 1] = '\0';
	n = (size_t)snprintf(title, sizeof title, "price%s%s", *p->chart.currency ? ", " : "",
			     p->chart.currency);
	if (p->left_out)
		snprintf(title + n, sizeof title - n, p->all ? ", %zu not drawn" : ", a: %zu more",
			 p->left_out);
	section_draw(s, y, title, remark);
}

static void draw_chart(struct view *v, struct price_page *p, struct surface s)
{
	if (!asked_ready(&p->history, s))
		return;
	if (p->chart.n == 0) {
		surface_outside(s, 0, 1, ROLE_DIM, "No price was ever read.", -1);
		return;
	}
	p->chart.style = app_graph(v->app);
	s = surface_part(s, 0, 0, -1, s.width - 1);
	p->columns = time_chart_columns(s, &p->chart);
	time_chart_draw(s, &p->chart);
}

/* ---- offers, what if ------------------------------------------------------------------------- */

static void draw_offers(struct view *v, struct price_page *p, struct surface s)
{
	char remark[64];
	size_t n = json_array_size(p->offers.list);

	snprintf(remark, sizeof remark, "%zu, %s", n, json_str(v->object, "currency", "-"));
	section_draw(s, 0, "all offers, the lowest landed first", remark);
	if (n == 0)
		surface_outside(s, 1, 1, ROLE_DIM, "Nobody offers it now.", -1);
	else
		sheet_draw(v, &p->offers, surface_part(s, 1, 0, -1, -1));
}

static void draw_what_if(struct view *v, struct price_page *p, struct surface s, int y)
{
	const char *currency = json_str(v->object, "currency", "");
	char text[PRICE_TEXT], price[MONEY_TEXT];
	enum role role = ROLE_TEXT;
	int x = 1;

	x += surface_outside(s, y, x, ROLE_HEADER, "What if", -1) + 1;
	x += surface_outside(s, y, x, ROLE_KEY, "<", -1) + 1;
	if (p->price < 0) {
		x += surface_outside(s, y, x, ROLE_DIM, "your price", -1) + 1;
		x += surface_outside(s, y, x, ROLE_KEY, ">", -1) + 1;
		surface_outside(s, y, x, ROLE_DIM, "arrows change it, t types one", -1);
		return;
	}
	x += surface_outside(s, y, x, ROLE_STRONG, format_money(price, p->price, currency), -1) + 1;
	x += surface_outside(s, y, x, ROLE_KEY, ">", -1) + 2;
	if (p->what_if.failed) {
		snprintf(text, sizeof text, "%.200s", p->what_if.fault.text);
		role = ROLE_ERROR;
	} else if (!p->what_if.data || p->what_if_stale || p->what_if.call) {
		snprintf(text, sizeof text, "...");
		role = ROLE_DIM;
	} else {
		price_what_if_text(p->what_if.data, v->object, text, sizeof text);
		if (json_bool(p->what_if.data, "below_floor", false))
			role = ROLE_DEGRADED;
	}
	surface_outside(s, y, x, role, text, s.width - x - 1);
}

/* ---- the page -------------------------------------------------------------------------------- */

static int draw_headline(struct view *v, const struct price_page *p, struct surface s)
{
	const json_t *offer = price_offer(p->offers.list, p->focus);
	const char *state = json_str(offer, "state", "listed");
	char text[PRICE_TEXT];

	price_headline(v->object, offer, p->listing.data, app_now_ms(v->app), text, sizeof text);
	return wrapped_draw(s, 0, 1, s.width - 2,
			    strcmp(state, "listed") ? ROLE_UNKNOWN : ROLE_STRONG, text,
			    s.height > LOW ? 2 : 1);
}

/* Rows of the section of offers, its title and header included. */
static int offers_rows(const struct price_page *p, int room)
{
	int n = (int)json_array_size(p->offers.list);

	n = n < OFFERS_LEAST ? OFFERS_LEAST : n > OFFERS_MOST ? OFFERS_MOST : n;
	n += 2;
	/* What the chart must have comes first, then half of what is there. */
	if (n > room - TIME_CHART_HEIGHT_MIN - 1)
		n = room - TIME_CHART_HEIGHT_MIN - 1;
	if (n > room / 2 && room > LOW)
		n = room / 2;
	return n;
}

void price_page_draw(struct view *v, struct price_page *p, struct surface s)
{
	int y = draw_headline(v, p, s), rows = s.height - y - 1, offers, chart;

	if (p->full) {
		draw_offers(v, p, surface_part(s, y, 0, rows, -1));
	} else if (s.height < LOW) {
		/* No room for titles: the chart alone. */
		draw_chart(v, p, surface_part(s, y, 0, rows, -1));
	} else {
		offers = offers_rows(p, rows);
		chart = rows - offers - 1;
		if (chart > CHART_MOST) {
			chart = CHART_MOST;
			offers = rows - chart - 1;
		}
		draw_title(p, s, y);
		draw_chart(v, p, surface_part(s, y + 1, 0, chart, -1));
		draw_offers(v, p, surface_part(s, y + 1 + chart, 0, offers, -1));
	}
	draw_what_if(v, p, s, s.height - 1);
}

/* ---- as text --------------------------------------------------------------------------------- */

static void plain_series(struct buf *out, const struct time_chart *c, int64_t now)
{
	char at[FORMAT_TEXT], price[MONEY_TEXT];

	for (size_t i = 0; i < c->n; i++) {
		const struct time_series *s = &c->series[i];

		buf_printf(out, "price of %s:\n", s->title);
		for (size_t k = 0; k < s->n; k++) {
			format_time(at, sizeof at, s->at[k].from_ms, now);
			if (s->at[k].minor == TIME_CHART_UNKNOWN)
				buf_printf(out, "  from %s not known\n", at);
			else if (s->at[k].minor == TIME_CHART_ABSENT)
				buf_printf(out, "  from %s not offered\n", at);
			else
				buf_printf(out, "  from %s %s %s, stock %s\n", at,
					   format_money(price, s->at[k].minor, c->currency),
					   c->currency,
					   s->at[k].stock == 'y'   ? "yes"
					   : s->at[k].stock == 'n' ? "no"
								   : "unknown");
		}
	}
}

void price_page_plain(struct view *v, struct price_page *p, struct buf *out)
{
	char text[PRICE_TEXT], price[MONEY_TEXT];

	price_headline(v->object, price_offer(p->offers.list, p->focus), p->listing.data,
		       app_now_ms(v->app), text, sizeof text);
	buf_printf(out, "%s\n%s\n", json_str(v->object, "title", ""), text);
	plain_series(out, &p->chart, app_now_ms(v->app));
	buf_printf(out, "offers: %zu\n", json_array_size(p->offers.list));
	sheet_plain(v, &p->offers, out);
	if (p->price < 0 || !p->what_if.data)
		return;
	price_what_if_text(p->what_if.data, v->object, text, sizeof text);
	buf_printf(out, "what if %s: %s\n",
		   format_money(price, p->price, json_str(v->object, "currency", "")), text);
}
