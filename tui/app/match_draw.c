#include "tui/app/match_draw.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/money.h"
#include "shared/utf8.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/section.h"

enum {
	WIDE = 64,
	LABEL = 8,
	LEFT = 2,
	SIGN = 3, /* columns between the sides */
	TITLE_ROWS = 2,
	WHY_ROWS = 3,
	CELL = 256,
	SHORT = 36, /* bytes of a title in a few words */
};

static const struct {
	const char *label, *member;
	int rows;     /* at most */
	bool compare; /* alike or not says something */
} facts[] = {
	{"title", "title", TITLE_ROWS, false},
	{"brand", "brand", 1, true},
	{"GTIN", "gtin", 1, true},
	{"MPN", "mpn", 1, true},
	{"SKU", "sku", 1, false},
	{"pack", "pack", 1, true},
	{"price", "price_minor", 1, false},
	{"URL", "url", 2, false},
};
enum { TITLE_AT = 0, PRICE_AT = 6, URL_AT = 7 };

/* ---- words ----------------------------------------------------------------------------------- */

static const json_t *listing_of(const json_t *pair)
{
	return json_object_get(pair, "listing");
}

static const json_t *product_of(const json_t *pair)
{
	return json_object_get(pair, "product");
}

void match_listing_text(const json_t *pair, char *out, size_t cap)
{
	const char *title = json_str(listing_of(pair), "title", "?");
	size_t n = utf8_floor(title, strlen(title) < SHORT ? strlen(title) : SHORT);

	snprintf(out, cap, "%.*s%s at %.60s", (int)n, title, title[n] ? "..." : "",
		 json_str(listing_of(pair), "site", "a site that is gone"));
}

static void whose_listing(const json_t *pair, char *out, size_t cap)
{
	snprintf(out, cap, "%s of %s",
		 !strcmp(json_str(listing_of(pair), "site_kind", ""), "shop") ? "your listing"
									      : "listing",
		 json_str(listing_of(pair), "site", "a site that is gone"));
}

static void whose_product(const json_t *pair, char *out, size_t cap)
{
	int64_t n = json_int(product_of(pair), "listings", 0);

	snprintf(out, cap, "%s, %lld listing%s",
		 json_bool(product_of(pair), "mine", false) ? "your product" : "rivals' product",
		 (long long)n, n == 1 ? "" : "s");
}

static void likeness(const json_t *pair, char *out, size_t cap)
{
	char share[32];

	snprintf(out, cap, "likeness %s",
		 format_share(share, sizeof share, 10 * json_int(pair, "score", 0)));
}

/* Of a code only what counts: no signs, no zeros in front, one case. */
static void code_fold(const char *code, char *out, size_t cap)
{
	size_t n = 0;

	for (code += strspn(code, "0"); *code && n + 1 < cap; code++)
		if (*code & 0x80 || isalnum((unsigned char)*code))
			out[n++] = (char)tolower((unsigned char)*code);
	out[n] = '\0';
}

char match_compare(const char *member, const char *a, const char *b)
{
	bool code = !strcmp(member, "gtin") || !strcmp(member, "mpn");
	char x[CELL], y[CELL];

	if (!*a || !*b)
		return ' ';
	if (!code)
		return strcasecmp(a, b) ? '!' : '=';
	code_fold(a, x, sizeof x);
	code_fold(b, y, sizeof y);
	return strcmp(x, y) ? '!' : '=';
}

/* What a side says of a fact; "" when it says nothing. */
static void cell(const json_t *side, const char *member, char out[static CELL])
{
	int64_t minor = json_int(side, "price_minor", -1);
	char money[MONEY_TEXT];

	if (strcmp(member, "price_minor") != 0)
		snprintf(out, CELL, "%s", json_str(side, member, ""));
	else
		snprintf(out, CELL, "%s",
			 minor < 0 ? ""
				   : money_format(money, minor, json_str(side, "currency", "")));
}

struct compared {
	char listing[CELL], product[CELL];
	char sign;
};

static bool compare(const json_t *pair, size_t fact, struct compared *c)
{
	const char *member = facts[fact].member;

	cell(listing_of(pair), member, c->listing);
	cell(product_of(pair), member, c->product);
	c->sign = facts[fact].compare ? match_compare(member, c->listing, c->product) : ' ';
	return *c->listing || *c->product;
}

static enum role sign_role(char sign)
{
	return sign == '!' ? ROLE_DEGRADED : sign == '=' ? ROLE_UP : ROLE_DIM;
}

/* ---- beside each other ----------------------------------------------------------------------- */

static int draw_fact(struct surface s, int y, int width, size_t fact, const struct compared *c)
{
	int right = LEFT + LABEL + width + SIGN, a, b, rows = facts[fact].rows;
	enum role role = fact == TITLE_AT ? ROLE_STRONG : ROLE_TEXT;

	surface_outside(s, y, LEFT, ROLE_DIM, facts[fact].label, LABEL - 1);
	surface_code(s, y, LEFT + LABEL + width + 1, sign_role(c->sign), (uint32_t)c->sign);
	a = wrapped_draw(s, y, LEFT + LABEL, width, *c->listing ? role : ROLE_DIM,
			 *c->listing ? c->listing : "-", rows);
	b = wrapped_draw(s, y, right, width, *c->product ? role : ROLE_DIM,
			 *c->product ? c->product : "-", rows);
	return a > b ? a : b;
}

static int draw_wide(struct surface s, const json_t *pair)
{
	int width = (s.width - LEFT - LABEL - SIGN - 1) / 2, y = 0;
	char text[CELL];
	struct compared c;

	whose_listing(pair, text, sizeof text);
	surface_outside(s, y, LEFT + LABEL, ROLE_HEADER, text, width);
	whose_product(pair, text, sizeof text);
	surface_outside(s, y++, LEFT + LABEL + width + SIGN, ROLE_HEADER, text, width);
	for (size_t i = 0; i < ARRAY_LEN(facts) && y < s.height; i++)
		if (compare(pair, i, &c))
			y += draw_fact(s, y, width, i, &c);
	likeness(pair, text, sizeof text);
	section_draw(s, ++y, "why it is in doubt", text);
	y++;
	y += wrapped_draw(s, y, LEFT, s.width - 2 * LEFT, ROLE_TEXT, json_str(pair, "why", ""),
			  WHY_ROWS);
	return y;
}

/* ---- below each other ------------------------------------------------------------------------ */

static int draw_side(struct surface s, int y, const char *who, const json_t *side, int rows)
{
	char price[CELL];
	int width;

	cell(side, "price_minor", price);
	width = outside_width(price);
	surface_outside(s, y, 1, ROLE_HEADER, who, s.width - width - 3);
	surface_outside(s, y, s.width - width - 1, ROLE_TEXT, price, -1);
	return 1 + wrapped_draw(s, y + 1, 2, s.width - 3, ROLE_STRONG, json_str(side, "title", "?"),
				rows);
}

static int draw_line(struct surface s, int y, size_t fact, const struct compared *c)
{
	int x = 1 + surface_outside(s, y, 1, ROLE_DIM, facts[fact].label, -1);

	x += 1 + surface_outside(s, y, x + 1, ROLE_TEXT, *c->listing ? c->listing : "-",
				 (s.width - x) / 2 - 2);
	surface_code(s, y, x + 1, sign_role(c->sign), (uint32_t)(c->sign == ' ' ? '/' : c->sign));
	surface_outside(s, y, x + 3, ROLE_TEXT, *c->product ? c->product : "-", s.width - x - 4);
	return 1;
}

static int draw_lines(struct surface s, int y, int end, const json_t *pair, char sign)
{
	struct compared c;

	for (size_t i = 0; i < ARRAY_LEN(facts) && y < end; i++)
		if (i != TITLE_AT && i != PRICE_AT && i != URL_AT && compare(pair, i, &c) &&
		    c.sign == sign)
			y += draw_line(s, y, i, &c);
	return y;
}

static int draw_narrow(struct surface s, const json_t *pair)
{
	int rows = s.height >= 10 ? TITLE_ROWS : 1, y = 0, why = s.height >= 7 ? 2 : 1;
	char text[CELL], share[64], whole[2 * CELL];

	whose_listing(pair, text, sizeof text);
	y += draw_side(s, y, text, listing_of(pair), rows);
	whose_product(pair, text, sizeof text);
	y += draw_side(s, y, text, product_of(pair), rows);
	y = draw_lines(s, y, s.height - why, pair, '!');
	y = draw_lines(s, y, s.height - why, pair, '=');
	y = draw_lines(s, y, s.height - why, pair, ' ');
	if (y < s.height - why)
		y += wrapped_draw(s, y, 1, s.width - 2, ROLE_DIM,
				  json_str(listing_of(pair), "url", ""), 1);
	if (y < s.height - why)
		y += wrapped_draw(s, y, 1, s.width - 2, ROLE_DIM,
				  json_str(product_of(pair), "url", ""), 1);
	likeness(pair, share, sizeof share);
	snprintf(whole, sizeof whole, "%s: %s", share, json_str(pair, "why", ""));
	return y + wrapped_draw(s, y, 1, s.width - 2, ROLE_TEXT, whole, s.height - y);
}

int match_draw(struct surface s, const json_t *pair)
{
	return s.width >= WIDE && s.height >= 12 ? draw_wide(s, pair) : draw_narrow(s, pair);
}

void match_plain(const json_t *pair, struct buf *out)
{
	char text[CELL];
	struct compared c;

	whose_listing(pair, text, sizeof text);
	buf_printf(out, "Is the %s", text);
	whose_product(pair, text, sizeof text);
	buf_printf(out, " the %s?\n", text);
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (compare(pair, i, &c))
			buf_printf(out, "%s: %s; %s%s\n", facts[i].label,
				   *c.listing ? c.listing : "not said",
				   *c.product ? c.product : "not said",
				   c.sign == '!'   ? " (differ)"
				   : c.sign == '=' ? " (same)"
						   : "");
	likeness(pair, text, sizeof text);
	buf_printf(out, "%s, in doubt because: %s\n", text, json_str(pair, "why", ""));
}
