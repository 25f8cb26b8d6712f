/* sellersmart rival prices NAME: what a rival asks for what, beside what I ask. */
#include <stdlib.h>
#include <string.h>

#include "shared/ids.h"
#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/market.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { PAGE_ROWS = 200 };

static const struct column columns[] = {
	{.title = "product", .path = "title", .min_width = 20, .weight = 4, .priority = 0},
	{.title = "price", .path = "price", .min_width = 11, .priority = 0},
	{.title = "you", .path = "you", .min_width = 8, .priority = 0},
	{.title = "gap", .path = "gap", .min_width = 15, .priority = 0},
	{.title = "stock", .path = "stock", .min_width = 5, .priority = 1},
	{.title = "seen", .path = "seen_at", .format = COLUMN_AGE, .min_width = 4, .priority = 2},
	{.title = "since",
	 .path = "price_since",
	 .format = COLUMN_AGE,
	 .min_width = 5,
	 .priority = 3},
};
static const struct resource_kind table_kind = {
	.kind = "price", .plural = "prices", .columns = columns, .n_columns = ARRAY_LEN(columns)};

/* For programs: numbers as they are. */
static const struct column csv_columns[] = {
	{.path = "title"},        {.path = "sku"},
	{.path = "price_minor"},  {.path = "currency"},
	{.path = "was_minor"},    {.path = "list_minor"},
	{.path = "landed_minor"}, {.path = "mine.price_minor"},
	{.path = "gap_minor"},    {.path = "gap_bp"},
	{.path = "availability"}, {.path = "state"},
	{.path = "price_since"},  {.path = "seen_at"},
	{.path = "source"},       {.path = "url"},
	{.path = "listing"},      {.path = "product"},
};
static const struct resource_kind csv_kind = {.kind = "price",
					      .plural = "prices",
					      .columns = csv_columns,
					      .n_columns = ARRAY_LEN(csv_columns)};

/* Cells that are put together; programs get the rows as they came. */
static void add_cells(json_t *rows)
{
	size_t i;
	json_t *row;

	json_array_foreach(rows, i, row)
	{
		const char *currency = json_str(row, "currency", "");
		char money[MONEY_TEXT], gap[MARKET_GAP_TEXT];
		const char *state = json_str(row, "state", "");

		json_object_set_new(row, "you",
				    json_string(market_money(money, json_object_get(row, "mine"),
							     "price_minor", currency, false)));
		json_object_set_new(row, "gap", json_string(market_gap_text(gap, row, currency)));
		json_object_set_new(row, "stock",
				    json_string(!strcmp(state, "unknown") ? "?"
						: !strcmp(state, "gone")  ? "gone"
									  : market_stock(row)));
	}
}

static void path_of(const struct invocation *in, const char *after, int64_t limit, struct buf *path)
{
	static const char *const names[] = {"since", "product", "sort"};
	const char *value;

	buf_add_str(path, "/v1/rivals/");
	path_escape(path, in->args[0]);
	buf_printf(path, "/prices?limit=%lld", (long long)limit);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if ((value = invocation_flag(in, names[i])))
			path_add(path, names[i], value);
	if ((value = invocation_flag(in, "query")))
		path_add(path, "q", value);
	if (invocation_flag(in, "cheaper"))
		path_add(path, "filter[cheaper]", "true");
	if (invocation_flag(in, "mine"))
		path_add(path, "filter[mine]", "true");
	if (after)
		path_add(path, "after", after);
}

static int run(struct invocation *in)
{
	enum output_format format = output_format(in->output);
	bool people = format == OUTPUT_TABLE || format == OUTPUT_PLAIN;
	const struct resource_kind *k = format == OUTPUT_CSV ? &csv_kind : &table_kind;
	const char *given = invocation_flag(in, "limit");
	int64_t left = given ? strtoll(given, NULL, 10) : INT64_MAX;
	char after[ID_TEXT] = "";
	struct error e = {0};

	if (left < 1) {
		error_set(&e, ERR_USAGE, "--limit %.20s: 1 or more", given);
		return invocation_fail(&e);
	}
	output_list_begin(in->output, k);
	do {
		struct buf path = BUF_INIT(4096);
		json_t *reply = NULL;

		path_of(in, *after ? after : NULL, left < PAGE_ROWS ? left : PAGE_ROWS, &path);
		enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
		buf_fini(&path);
		if (err)
			return invocation_fail(&e);
		json_t *rows = json_object_get(reply, "data");
		if (people)
			add_cells(rows);
		output_list_rows(in->output, k, rows);
		left -= (int64_t)json_array_size(rows);
		snprintf(after, sizeof(after), "%s",
			 json_str(json_object_get(reply, "meta"), "next", ""));
		json_decref(reply);
	} while (*after && left > 0);
	output_list_end(in->output, k);
	return 0;
}

static const struct flag flags[] = {
	{"since", "TIME", "with each price's history since then: 90d, or RFC 3339", false},
	{"query", "WORDS", "only what has these words in title, brand or codes", false},
	{"product", "ID", "only this product", false},
	{"mine", NULL, "only what I sell, too", false},
	{"cheaper", NULL, "only what is cheaper there than mine", false},
	{"sort", "NAME", "title, gap, price_minor, price_since, found_at; - in front: descending",
	 false},
	{"limit", "N", "at most so many", false},
};
static const char *const examples[] = {"sellersmart rival prices brightco --cheaper --sort gap",
				       "sellersmart rival prices brightco --since 90d -o json",
				       "sellersmart rival prices brightco --query lamp -o csv",
				       NULL};

const struct command command_rival_prices = {
	.words = "rival prices",
	.usage = "rival prices NAME [--since TIME] [--mine] [--cheaper] [--sort NAME]",
	.summary = "what a rival asks for what, beside your own price",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
