/* sellersmart rival analysis NAME: a rival against mine and the market. */
#include <string.h>

#include "shared/mem.h"
#include "shared/percent.h"
#include "tui/cli/cli.h"
#include "tui/cli/market.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { SHOWN = 15, TITLE_WIDTH = 34 };

static const struct {
	const char *member, *title;
} lists[] = {
	{"undercuts", "Cheaper than you"},  {"drops", "Prices fell"},
	{"rises", "Prices rose"},           {"new", "New"},
	{"removed", "No longer offered"},   {"out_of_stock", "Out of stock"},
	{"back_in_stock", "Back in stock"}, {"deals", "Good deals"},
};

static void print_row(struct output *o, const json_t *row)
{
	const char *currency = json_str(row, "currency", "");
	char price[MONEY_TEXT], other[MONEY_TEXT], gap[MARKET_GAP_TEXT], change[PERCENT_TEXT];
	char name[OUTPUT_FIT];

	output_text(o, "  %s %12s", output_fit(name, json_str(row, "title", ""), TITLE_WIDTH),
		    market_money(price, row, "price_minor", currency, true));
	if (json_object_get(row, "mine_minor"))
		output_text(o, "  you %s (%s)",
			    market_money(other, row, "mine_minor", currency, false),
			    market_gap_text(gap, row, currency));
	else if (json_object_get(row, "was_minor"))
		output_text(o, "  was %s (%s)",
			    market_money(other, row, "was_minor", currency, false),
			    change_format(change, json_int(row, "change_bp", 0)));
	if (json_str(row, "deal", NULL))
		output_text(o, "  %s", json_str(row, "deal", ""));
	output_text(o, "\n");
}

static void print_list(struct output *o, const json_t *a, const char *member, const char *title)
{
	const json_t *rows = json_object_get(a, member), *row;
	long long total = json_int(json_object_get(a, "counts"), member, 0);
	size_t i;

	if (!total)
		return;
	output_text(o, "\n%s: %lld\n", title, total);
	json_array_foreach(rows, i, row)
	{
		if (i == SHOWN)
			break;
		print_row(o, row);
	}
	if (total > SHOWN)
		output_text(o, "  and %lld more: -o json has them\n", total - SHOWN);
}

static void print(struct output *o, const json_t *a)
{
	char mean[MARKET_GAP_TEXT], median[MARKET_GAP_TEXT], at[32];
	const char *unknown = json_str(a, "unknown_since", NULL);

	output_text(o, "%s: %lld products, %lld compared with yours\n", json_str(a, "rival", ""),
		    (long long)json_int(a, "products", 0), (long long)json_int(a, "compared", 0));
	if (unknown)
		output_text(o, "  its prices are unknown since %s: %s\n", output_time(at, unknown),
			    json_str(a, "state_text", json_str(a, "state", "")));
	output_text(o, "  cheaper %lld, dearer %lld, equal %lld\n",
		    (long long)json_int(a, "cheaper", 0), (long long)json_int(a, "dearer", 0),
		    (long long)json_int(a, "equal", 0));
	output_text(o, "  price index %s (median %s); 100 is the market\n",
		    market_index_text(mean, a, "index_mean"),
		    market_index_text(median, a, "index_median"));
	output_text(o, "  changes since %s\n", output_time(at, json_str(a, "since", NULL)));
	if (json_str(a, "note", NULL))
		output_text(o, "  %s\n", json_str(a, "note", ""));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		print_list(o, a, lists[i].member, lists[i].title);
}

/* ---- a row each, with the list that it is of ------------------------------------------------- */

static const struct column csv_columns[] = {
	{.path = "list"},         {.path = "title"},     {.path = "sku"},
	{.path = "price_minor"},  {.path = "currency"},  {.path = "mine_minor"},
	{.path = "was_minor"},    {.path = "gap_minor"}, {.path = "gap_bp"},
	{.path = "availability"}, {.path = "at"},        {.path = "url"},
	{.path = "product"},
};
static const struct resource_kind csv_kind = {.kind = "row",
					      .plural = "rows",
					      .columns = csv_columns,
					      .n_columns = ARRAY_LEN(csv_columns)};

static void print_csv(struct output *o, const json_t *a)
{
	output_list_begin(o, &csv_kind);
	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		json_t *rows = json_object_get(a, lists[l].member), *row;
		size_t i;

		json_array_foreach(rows, i, row)
		{
			json_object_set_new(row, "list", json_string(lists[l].member));
			if (!json_object_get(row, "at"))
				json_object_set(row, "at", json_object_get(row, "since"));
		}
		output_list_rows(o, &csv_kind, rows);
	}
	output_list_end(o, &csv_kind);
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;

	buf_add_str(&path, "/v1/rivals/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/analysis");
	if (invocation_flag(in, "since"))
		path_add(&path, "since", invocation_flag(in, "since"));
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *a = json_object_get(reply, "data");
	if (output_format(in->output) == OUTPUT_CSV)
		print_csv(in->output, a);
	else if (!output_machine(in->output, a))
		print(in->output, a);
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"since", "TIME", "what became different since then: 7d (default), 24h, or RFC 3339",
	 false},
};
static const char *const examples[] = {"sellersmart rival analysis brightco",
				       "sellersmart rival analysis brightco --since 24h -o json",
				       NULL};

const struct command command_rival_analysis = {
	.words = "rival analysis",
	.usage = "rival analysis NAME [--since TIME]",
	.summary = "a rival against your prices and the market, and what changed",
	.details = "The price index is the rival's price against the mean (and the median) of all\n"
		   "who sell the product, you among them, over all products that can be compared;\n"
		   "100 is the market. What is out of stock, used, in another currency or unknown\n"
		   "does not count. Prices are compared with shipping where both are known.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
