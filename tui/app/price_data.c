#include "tui/app/price_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/timefmt.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"

#define RECENT_MS    (INT64_C(6) * 86400000)
#define FORGOTTEN_MS (INT64_C(8) * 86400000) /* unseen for so long, a price is not known */
static const char marks[TIME_CHART_SERIES] = {'*', 'm', '+', 'x'};

static int64_t time_of(const json_t *o, const char *member)
{
	int64_t at;

	return time_parse(json_str(o, member, ""), &at) ? at : 0;
}

/* ---- the chart ------------------------------------------------------------------------------- */

static void put(struct time_stretch *out, size_t *n, int64_t from, int64_t minor, char stock)
{
	if (*n && out[*n - 1].minor == minor && out[*n - 1].stock == stock)
		return;
	out[(*n)++] = (struct time_stretch){.from_ms = from, .minor = minor, .stock = stock};
}

size_t price_stretches(const json_t *points, int64_t to_ms, struct time_stretch **out)
{
	size_t count = json_array_size(points), n = 0, i;
	struct time_stretch *at = mem_array(NULL, 2 * count + 1, sizeof *at);
	const json_t *p;

	json_array_foreach(points, i, p)
	{
		const char *kind = json_str(p, "kind", "seen");
		int64_t from = time_of(p, "at"), until = time_of(p, "until");
		int64_t next = i + 1 < count ? time_of(json_array_get(points, i + 1), "at") : to_ms;

		if (!strcmp(kind, "doubtful"))
			continue;
		if (!strcmp(kind, "ended"))
			put(at, &n, from, TIME_CHART_ABSENT, '?');
		else if (!strcmp(kind, "unknown"))
			put(at, &n, from, TIME_CHART_UNKNOWN, '?');
		else {
			put(at, &n, from, json_int(p, "price_minor", TIME_CHART_UNKNOWN),
			    stock_mark(json_str(p, "availability", NULL)));
			if (until > from && next - until > FORGOTTEN_MS)
				put(at, &n, until, TIME_CHART_UNKNOWN, '?');
		}
	}
	*out = at;
	return n;
}

void price_chart_fini(struct time_chart *c)
{
	for (size_t i = 0; i < TIME_CHART_SERIES; i++) {
		free(c->series[i].at);
		c->series[i] = (struct time_series){0};
	}
	c->n = 0;
}

static void add_line(struct time_chart *c, const json_t *series)
{
	struct time_series *s = &c->series[c->n++];
	bool mine = json_bool(series, "mine", false);

	snprintf(s->title, sizeof s->title, "%s", mine ? "you" : json_str(series, "site", "?"));
	s->n = price_stretches(json_object_get(series, "points"), c->to_ms, &s->at);
	s->mark = mine ? 'm' : c->n == 1 ? '*' : marks[c->n <= 2 ? 2 : c->n - 1];
}

static bool is_focus(const json_t *series, const char *focus)
{
	return *focus && !strcmp(json_str(series, "listing", ""), focus);
}

size_t price_chart_fill(struct time_chart *c, const json_t *history, const char *focus, bool all)
{
	const json_t *list = json_object_get(history, "series"), *one;
	bool mine = false;
	size_t i, left = 0;

	price_chart_fini(c);
	c->from_ms = time_of(history, "from");
	c->to_ms = time_of(history, "until");
	c->floor_minor = json_int(history, "floor_minor", -1);
	c->stock = 0;
	snprintf(c->currency, sizeof c->currency, "%s", json_str(history, "currency", ""));
	json_array_foreach(list, i, one) if (is_focus(one, focus))
	{
		mine = json_bool(one, "mine", false);
		add_line(c, one);
		break;
	}
	json_array_foreach(list, i,
			   one) if (!mine && json_bool(one, "mine", false) && !is_focus(one, focus))
	{
		mine = true;
		add_line(c, one);
	}
	json_array_foreach(list, i, one)
	{
		if (json_bool(one, "mine", false) || is_focus(one, focus))
			continue;
		if ((all || c->n == 0) && c->n < TIME_CHART_SERIES)
			add_line(c, one);
		else
			left++;
	}
	return left;
}

/* ---- offers ---------------------------------------------------------------------------------- */

const json_t *price_offer(const json_t *offers, const char *listing)
{
	const json_t *one;
	size_t i;

	json_array_foreach(offers, i,
			   one) if (!strcmp(json_str(one, "listing", "-"), listing)) return one;
	return NULL;
}

const json_t *price_mine(const json_t *offers)
{
	const json_t *one, *best = NULL;
	size_t i;

	json_array_foreach(offers, i, one)
	{
		if (!json_bool(one, "mine", false) || json_int(one, "price_minor", -1) < 0)
			continue;
		if (!best || json_int(one, "price_minor", 0) < json_int(best, "price_minor", 0))
			best = one;
	}
	return best;
}

void price_offers_prepare(json_t *offers)
{
	json_t *one;
	size_t i;

	json_array_foreach(offers, i, one)
	{
		const char *site = json_str(one, "site", "?"),
			   *seller = json_str(one, "seller", "");
		const char *state = json_str(one, "state", "listed");
		char who[PRICE_TEXT], from[PRICE_TEXT];

		if (json_bool(one, "mine", false))
			snprintf(who, sizeof who, "you (%s)", site);
		else if (*seller && strcmp(seller, site) != 0)
			snprintf(who, sizeof who, "%s at %s", seller, site);
		else
			snprintf(who, sizeof who, "%s", site);
		snprintf(from, sizeof from, "%s%s", json_str(one, "source", ""),
			 !strcmp(state, "unknown") ? ", stale"
			 : !strcmp(state, "gone")  ? ", gone"
						   : "");
		json_object_set_new(one, "who", json_string(who));
		json_object_set_new(one, "from", json_string(from));
	}
}

/* ---- sentences ------------------------------------------------------------------------------- */

static size_t add(char *out, size_t cap, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static size_t add(char *out, size_t cap, size_t n, const char *fmt, ...)
{
	va_list ap;
	int more;

	if (n >= cap)
		return n;
	va_start(ap, fmt);
	more = vsnprintf(out + n, cap - n, fmt, ap);
	va_end(ap);
	return n + (more > 0 ? (size_t)more : 0);
}

static const char *signed_money(char out[static MONEY_TEXT + 1], int64_t minor,
				const char *currency)
{
	char text[MONEY_TEXT];

	snprintf(out, MONEY_TEXT + 1, "%s%s", minor > 0 ? "+" : "",
		 format_money(text, minor, currency));
	return out;
}

/* Landed where both are known to be, else as they are asked. */
static bool gap_of(const json_t *theirs, const json_t *mine, int64_t *gap, int64_t *bp)
{
	int64_t a = json_int(theirs, "landed_minor", -1), b = json_int(mine, "landed_minor", -1);

	if (a < 0 || b < 0) {
		a = json_int(theirs, "price_minor", -1);
		b = json_int(mine, "price_minor", -1);
	}
	if (a < 0 || b <= 0 ||
	    strcmp(json_str(theirs, "currency", ""), json_str(mine, "currency", "")) != 0)
		return false;
	*gap = a - b;
	*bp = (int64_t)((double)*gap * 10000 / (double)b + (*gap < 0 ? -0.5 : 0.5));
	return true;
}

/* "Sun 22:14" of the last days: shorter than a date. */
static const char *when(char *out, size_t cap, const json_t *o, const char *member, int64_t now_ms)
{
	int64_t at = time_of(o, member);
	time_t t = (time_t)(at / 1000);
	struct tm tm;

	if (at <= 0 || now_ms - at >= RECENT_MS || now_ms < at) {
		format_time(out, cap, at, now_ms);
	} else {
		localtime_r(&t, &tm);
		strftime(out, cap, "%a %H:%M", &tm);
	}
	return out + (*out == ' ');
}

static size_t say_offer(const json_t *offer, const json_t *listing, int64_t now_ms, char *out,
			size_t cap)
{
	const char *currency = json_str(offer, "currency", "");
	const char *state = json_str(offer, "state", "listed");
	int64_t price = json_int(offer, "price_minor", -1),
		was = json_int(listing, "was_minor", -1);
	char text[MONEY_TEXT], at[FORMAT_TEXT];
	size_t n = add(out, cap, 0, "%s ", json_str(offer, "who", json_str(offer, "site", "?")));

	if (price < 0)
		return add(out, cap, n, "has no price");
	if (strcmp(state, "listed") != 0) {
		return add(out, cap, n, "%s since %s, last %s %s",
			   !strcmp(state, "gone") ? "gone" : "not known",
			   when(at, sizeof at, offer, "seen_at", now_ms),
			   format_money(text, price, currency), currency);
	}
	n = add(out, cap, n, "%s %s", format_money(text, price, currency), currency);
	if (was >= 0 && was != price)
		n = add(out, cap, n, " (was %s until %s)", format_money(text, was, currency),
			when(at, sizeof at, listing, "price_since", now_ms));
	return n;
}

void price_headline(const json_t *product, const json_t *offer, const json_t *listing,
		    int64_t now_ms, char *out, size_t cap)
{
	const json_t *offers = json_object_get(product, "offers"), *mine = price_mine(offers);
	const char *mine_currency = json_str(mine, "currency", "");
	bool same = !strcmp(mine_currency, json_str(offer, "currency", ""));
	char text[MONEY_TEXT], gap_text[MONEY_TEXT + 1], share[32];
	int64_t gap, bp;
	size_t n;

	out[0] = '\0';
	if (!offer) {
		snprintf(out, cap, "nobody offers it now");
		return;
	}
	n = say_offer(offer, listing, now_ms, out, cap);
	if (json_bool(offer, "mine", false))
		return;
	if (!mine) {
		add(out, cap, n, "   you do not sell it");
		return;
	}
	n = add(out, cap, n, "   you %s%s%s",
		format_money(text, json_int(mine, "price_minor", 0), mine_currency),
		same ? "" : " ", same ? "" : mine_currency);
	if (!strcmp(json_str(offer, "state", "listed"), "listed") && gap_of(offer, mine, &gap, &bp))
		add(out, cap, n, "   gap %s, %s", signed_money(gap_text, gap, mine_currency),
		    format_share(share, sizeof share, bp));
}

void price_what_if_text(const json_t *answer, const json_t *product, char *out, size_t cap)
{
	const char *currency = json_str(answer, "currency", json_str(product, "currency", ""));
	int64_t cheapest = json_int(answer, "cheapest_minor", -1), of = json_int(answer, "of", 0);
	int64_t gap = json_int(answer, "gap_minor", 0),
		floor = json_int(answer, "floor_minor", json_int(product, "floor_minor", -1));
	int64_t lead = json_int(answer, "lead_minor", -1);
	char text[MONEY_TEXT];
	size_t n;

	n = 0;
	out[0] = '\0';
	if (json_bool(answer, "below_floor", false) && floor >= 0)
		n = add(out, cap, n, "BELOW your floor %s; ", format_money(text, floor, currency));
	if (of <= 1 && cheapest < 0) {
		add(out, cap, n, "nobody else's offer can be compared");
		return;
	}
	n = add(out, cap, n, "rank %lld of %lld", (long long)json_int(answer, "rank", 0),
		(long long)of);
	/* gap: of the cheapest other to this price. */
	if (cheapest < 0 || !json_is_integer(json_object_get(answer, "gap_minor")))
		return;
	if (gap == 0)
		n = add(out, cap, n, ", as the cheapest");
	else
		n = add(out, cap, n, gap > 0 ? ", %s under the others" : ", %s over the cheapest",
			format_money(text, gap < 0 ? -gap : gap, currency));
	if (gap <= 0 && lead > 0)
		add(out, cap, n, "; %s leads", format_money(text, lead, currency));
}

int64_t price_step(int64_t minor)
{
	int64_t unit = 1, third = minor / 300;

	while (unit * 10 <= third)
		unit *= 10;
	return third >= unit * 5 ? unit * 5 : unit;
}

void price_why(const json_t *listing, char *out, size_t cap)
{
	static const struct {
		const char *method, *text;
	} methods[] = {
		{"gtin", "the same GTIN"},
		{"mpn", "the same brand and part number"},
		{"title", "titles that are alike"},
		{"person", "your own decision"},
		{"new", "nothing: no other listing was like it when it was found"},
	};
	const char *method = json_str(listing, "match", "new");
	const char *why = method, *sku = json_str(listing, "sku", ""),
		   *gtin = json_str(listing, "gtin", "");
	int64_t score = json_int(listing, "match_score", 0);
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (!strcmp(methods[i].method, method))
			why = methods[i].text;
	n = add(out, cap, 0, "%s calls it \"%s\"%s%s%s%s. ", json_str(listing, "site", "the site"),
		json_str(listing, "title", "?"), *sku ? ", SKU " : "", sku, *gtin ? ", GTIN " : "",
		gtin);
	n = add(out, cap, n, "It was taken for this product by %s", why);
	if (!strcmp(method, "title"))
		n = add(out, cap, n, " (%lld.%lld%%)", (long long)(score / 10),
			(long long)(score % 10));
	add(out, cap, n, ". Its price was read from %s at %s", json_str(listing, "source", "?"),
	    json_str(listing, "url", "?"));
}
