/* sellersmart product what-if REF PRICE: where a price of mine would stand. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/market.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void print(struct output *o, const json_t *a)
{
	const char *currency = json_str(a, "currency", "");
	char price[MONEY_TEXT], other[MONEY_TEXT], gap[MARKET_GAP_TEXT], mean[MARKET_GAP_TEXT];
	bool landed = json_bool(a, "landed", false);

	output_text(o, "%s for %s: rank %lld of %lld%s\n", json_str(a, "title", ""),
		    market_money(price, a, "price_minor", currency, true),
		    (long long)json_int(a, "rank", 0), (long long)json_int(a, "of", 0),
		    json_int(a, "offers_equal", 0) ? ", with others" : "");
	if (json_is_integer(json_object_get(a, "mine_minor")))
		output_text(o, "  now         %s, rank %lld\n",
			    market_money(other, a, "mine_minor", currency, false),
			    (long long)json_int(a, "rank_now", 0));
	if (json_is_integer(json_object_get(a, "cheapest_minor")))
		output_text(o, "  cheapest    %s of others (%s)%s\n",
			    market_money(other, a, "cheapest_minor", currency, false),
			    market_gap_text(gap, a, currency), landed ? ", with shipping" : "");
	if (json_is_integer(json_object_get(a, "lead_minor")))
		output_text(o, "  to lead     %s\n",
			    market_money(other, a, "lead_minor", currency, false));
	if (json_is_integer(json_object_get(a, "index_mean")))
		output_text(o, "  index       %s; 100 is the market, %s on average\n",
			    market_index_text(mean, a, "index_mean"),
			    market_money(other, a, "mean_minor", currency, false));
	if (json_is_integer(json_object_get(a, "floor_minor")))
		output_text(o, "  floor       %s%s\n",
			    market_money(other, a, "floor_minor", currency, false),
			    json_bool(a, "below_floor", false) ? ": BELOW IT" : "");
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;

	buf_add_str(&path, "/v1/products/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/what-if");
	path_add(&path, "price", in->args[1]);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *a = json_object_get(reply, "data");
	if (!output_machine(in->output, a))
		print(in->output, a);
	json_decref(reply);
	return 0;
}

static const char *const examples[] = {
	"sellersmart product what-if LMP-101 34.89",
	"sellersmart product what-if prd_01H5ZK3QW8F2A 34.89 -o json", NULL};

const struct command command_product_what_if = {
	.words = "product what-if",
	.usage = "product what-if REF PRICE",
	.summary = "where a price of yours would stand among the offers of others",
	.details = "REF is an id, a GTIN, or a SKU or MPN that only one product has.",
	.examples = examples,
	.min_args = 2,
	.max_args = 2,
	.run = run,
};
