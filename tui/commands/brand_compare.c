/* sellersmart brand compare A B...: brands side by side. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/brand_text.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { LABEL = 16, WIDE = 80, BRANDS_MAX = 8 };

static const struct {
	const char *label, *member;
	const char *(*text)(const json_t *o, const char *member, char out[static BRAND_CELL]);
} rows[] = {
	{"reputation", "score", brand_number},        {"rating", "rating", brand_number},
	{"reviews", "reviews", brand_number},         {"low ratings", "low_ratings", brand_number},
	{"listings", "listings", brand_number},       {"mine", "mine", brand_number},
	{"products", "products", brand_number},       {"sites", "sites", brand_number},
	{"sellers", "sellers", brand_number},         {"in stock", "in_stock_bp", brand_percent},
	{"price spread", "spread_bp", brand_percent}, {"harmed", "listings_harmed", brand_number},
	{"mentions", "mentions", brand_number},
};

static const struct {
	const char *label, *member;
} counts[] = {
	{"new sellers", "seller_joined"},
	{"buy boxes lost", "buy_box_lost"},
	{"gone", "delisted"},
};

static void print(struct invocation *in, const json_t *data)
{
	const json_t *brands = json_object_get(data, "brands"), *b;
	size_t i, n = json_array_size(brands);
	int width = n ? (WIDE - LABEL) / (int)n : WIDE - LABEL;
	char cell[BRAND_CELL];
	width = width > 20 ? 20 : width;
	output_text(in->output, "%-*s", LABEL, "");
	json_array_foreach(brands, i, b)
		output_text(in->output, "%*.*s", width, width - 1, json_str(b, "brand", ""));
	for (size_t row = 0; row < ARRAY_LEN(rows); row++) {
		output_text(in->output, "\n%-*s", LABEL, rows[row].label);
		json_array_foreach(brands, i, b) output_text(
			in->output, "%*s", width, rows[row].text(b, rows[row].member, cell));
	}
	output_text(in->output, "\n%-*s", LABEL, "reviews a day");
	json_array_foreach(brands, i, b)
		output_text(in->output, "%*s", width, brand_per_day(b, cell));
	for (size_t row = 0; row < ARRAY_LEN(counts); row++) {
		output_text(in->output, "\n%-*s", LABEL, counts[row].label);
		json_array_foreach(brands, i, b) output_text(
			in->output, "%*s", width,
			brand_number(json_object_get(b, "changes"), counts[row].member, cell));
	}
	output_text(in->output, "\n");
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf names = BUF_INIT(2048);
	json_t *reply = NULL;
	for (int i = 0; i < in->n_args; i++)
		buf_printf(&names, "%s%s", i ? "," : "", in->args[i]);
	enum err err = brand_ask(in, "/v1/brands/compare", "brands", buf_str(&names), &reply, &e);
	buf_fini(&names);
	if (err)
		return invocation_fail(&e);
	if (!output_machine(in->output, json_object_get(reply, "data")))
		print(in, json_object_get(reply, "data"));
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"since", "TIME", "changes, ratings and mentions since then: 7d, or RFC 3339; default 30d",
	 false},
};
static const char *const examples[] = {"sellersmart brand compare ACME BETA",
				       "sellersmart brand compare ACME BETA GAMMA -o json", NULL};

const struct command command_brand_compare = {
	.words = "brand compare",
	.usage = "brand compare BRAND BRAND... [--since TIME]",
	.summary = "two to eight brands side by side",
	.details = "A dash is what no page says. Brands need not have been added.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 2,
	.max_args = BRANDS_MAX,
	.run = run,
};
