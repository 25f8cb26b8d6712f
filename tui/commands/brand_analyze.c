/* sellersmart brand analyze NAME: what the catalog says about a brand. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/brand_text.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { LINES = 8 };

static void market(struct invocation *in, const json_t *a)
{
	char bp[BRAND_CELL];
	const json_t *l = json_object_get(a, "listings"), *s = json_object_get(a, "availability");
	output_text(in->output, "listings    %lld, products %lld, sites %lld",
		    (long long)json_int(l, "total", 0), (long long)json_int(l, "products", 0),
		    (long long)json_int(l, "sites", 0));
	output_text(in->output, ", %lld mine, %lld unknown, %lld gone\n",
		    (long long)json_int(l, "mine", 0), (long long)json_int(l, "unknown", 0),
		    (long long)json_int(l, "gone", 0));
	output_text(in->output, "in stock    %s: %lld in, %lld out, %lld unknown\n",
		    brand_percent(s, "in_stock_bp", bp), (long long)json_int(s, "in_stock", 0),
		    (long long)json_int(s, "out_of_stock", 0),
		    (long long)json_int(s, "unknown", 0));
}

static void prices(struct invocation *in, const json_t *a)
{
	const json_t *p = json_object_get(a, "prices"), *c;
	char low[BRAND_CELL], mid[BRAND_CELL], high[BRAND_CELL], bp[BRAND_CELL];
	char title[OUTPUT_FIT];
	size_t i;
	json_array_foreach(json_object_get(p, "currencies"), i, c)
	{
		output_text(in->output, "%-11s %s to %s, median %s\n", i ? "" : "prices",
			    brand_money(c, "min_minor", low), brand_money(c, "max_minor", high),
			    brand_money(c, "median_minor", mid));
		output_text(in->output, "            %s between the offers of a product\n",
			    brand_percent(c, "spread_bp", bp));
	}
	json_array_foreach(json_object_get(p, "products"), i, c)
	{
		if (i == LINES / 2)
			break;
		output_text(in->output, "            %8s  %-12s %-12s %s\n",
			    brand_percent(c, "spread_bp", bp), brand_money(c, "min_minor", low),
			    brand_money(c, "max_minor", high),
			    output_fit(title, json_str(c, "title", ""), 32));
	}
}

static void minimum(struct invocation *in, const json_t *a)
{
	const json_t *m = json_object_get(a, "map");
	if (json_is_object(m))
		output_text(
			in->output, "minimum     %lld products have one, %lld prices below it\n",
			(long long)json_int(m, "products", 0), (long long)json_int(m, "below", 0));
}

static void ratings(struct invocation *in, const json_t *a)
{
	const json_t *r = json_object_get(a, "rating"), *p = json_object_get(a, "pace"), *c;
	char stars[BRAND_CELL], mean[BRAND_CELL], day[BRAND_CELL], when[32];
	size_t i;
	output_text(in->output, "rating      %s, plain mean %s, of %lld reviews\n",
		    brand_number(r, "bayes", stars), brand_number(r, "mean", mean),
		    (long long)json_int(r, "reviews", 0));
	output_text(in->output, "reviews     %lld new, %s a day; %lld times removed\n",
		    (long long)json_int(p, "gained", 0), brand_per_day(p, day),
		    (long long)json_int(p, "removals", 0));
	json_array_foreach(json_object_get(json_object_get(a, "reviews"), "low_clusters"), i, c)
	{
		size_t t;
		const json_t *topic;
		output_text(in->output, "%-11s %s: %lld low ratings of %lld listings", "low",
			    output_time(when, json_str(c, "from", "")),
			    (long long)json_int(c, "ratings", 0),
			    (long long)json_int(c, "listings", 0));
		json_array_foreach(json_object_get(c, "topics"), t, topic) output_text(
			in->output, "%s%s", t ? ", " : ", about ", json_string_value(topic));
		output_text(in->output, "\n");
	}
}

static void sellers(struct invocation *in, const json_t *a)
{
	const json_t *s = json_object_get(a, "sellers"), *one;
	char seller[OUTPUT_FIT], site[OUTPUT_FIT];
	size_t i;
	output_text(in->output, "sellers     %lld, with their listings\n",
		    (long long)json_int(s, "total", 0));
	json_array_foreach(json_object_get(s, "list"), i, one)
	{
		if (i == LINES)
			break;
		output_text(in->output, "            %s %s %6lld%s\n",
			    output_fit(seller, json_str(one, "seller", ""), 24),
			    output_fit(site, json_str(one, "site", ""), 18),
			    (long long)json_int(one, "listings", 0),
			    json_bool(one, "mine", false) ? ", mine" : "");
	}
}

static void changes(struct invocation *in, const json_t *a)
{
	const json_t *c;
	char when[32], site[OUTPUT_FIT], title[OUTPUT_FIT];
	size_t i;
	json_array_foreach(json_object_get(json_object_get(a, "changes"), "latest"), i, c)
	{
		if (i == LINES)
			break;
		output_text(in->output, "%-11s %.16s %-13.13s %s %s\n", i ? "" : "changes",
			    output_time(when, json_str(c, "at", "")), json_str(c, "what", ""),
			    output_fit(site, json_str(c, "site", ""), 12),
			    output_fit(title, json_str(c, "title", ""), 24));
	}
	json_array_foreach(json_object_get(json_object_get(a, "mentions"), "list"), i, c)
	{
		if (i == LINES)
			break;
		output_text(in->output, "%-11s %.16s %s %s\n", i ? "" : "mentions",
			    output_time(when, json_str(c, "at", "")),
			    output_fit(site, json_str(c, "source", ""), 13),
			    output_fit(title, json_str(c, "title", ""), 36));
	}
}

static void print(struct invocation *in, const json_t *a)
{
	const json_t *score = json_object_get(json_object_get(a, "reputation"), "score");
	char since[32];
	output_text(in->output, "%s", json_str(a, "brand", ""));
	if (json_is_integer(score))
		output_text(in->output, "   reputation %lld of 100",
			    (long long)json_integer_value(score));
	output_text(in->output, "   since %.10s\n", output_time(since, json_str(a, "since", "")));
	market(in, a);
	prices(in, a);
	minimum(in, a);
	ratings(in, a);
	sellers(in, a);
	changes(in, a);
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL;
	if (brand_ask(in, "/v1/brands/analyze", "brand", in->args[0], &reply, &e))
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
static const char *const examples[] = {"sellersmart brand analyze ACME",
				       "sellersmart brand analyze ACME --since 7d -o json", NULL};

const struct command command_brand_analyze = {
	.words = "brand analyze",
	.usage = "brand analyze BRAND [--since TIME]",
	.summary = "listings, sellers, prices, ratings, changes and mentions of a brand",
	.details =
		"BRAND is one that was added, by name or spelling, or any other as pages write it.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
