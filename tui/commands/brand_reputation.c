/* sellersmart brand reputation NAME: the score, and the arithmetic that made it. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/brand_text.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { WIDE = 78, INDENT = 4 };

/* The sentence below its row, broken at blanks. */
static void why(struct invocation *in, const char *text)
{
	while (*text) {
		size_t n = strlen(text), cut = WIDE - INDENT;
		if (n > cut) {
			while (cut > 1 && text[cut] != ' ')
				cut--;
			n = cut > 1 ? cut : WIDE - INDENT;
		}
		output_text(in->output, "%*s%.*s\n", INDENT, "", (int)n, text);
		text += n;
		text += *text == ' ';
	}
}

static void print_part(struct invocation *in, const json_t *p)
{
	char value[BRAND_CELL], points[BRAND_CELL];
	output_text(in->output, "%-20s %10s %7lld %8s\n", json_str(p, "title", ""),
		    json_bool(p, "known", false) ? brand_percent(p, "value_bp", value) : "unknown",
		    (long long)json_int(p, "weight", 0), brand_number(p, "points", points));
	why(in, json_str(p, "why", ""));
}

static void print(struct invocation *in, const json_t *data)
{
	const json_t *p;
	char score[BRAND_CELL];
	long long known = json_int(data, "known_weight", 0);
	size_t i;
	output_text(in->output, "%s\n\n%-20s %10s %7s %8s\n", json_str(data, "brand", ""), "part",
		    "value", "weight", "points");
	json_array_foreach(json_object_get(data, "parts"), i, p) print_part(in, p);
	output_text(in->output, "\n%-20s %10s %7lld %8s\n", "reputation", "", known,
		    brand_number(data, "score", score));
	if (known < 100)
		why(in,
		    "Points = value x weight / the weight that is known. What is unknown is left "
		    "out: it counts neither for nor against.");
	else
		why(in, "Points = value x weight / 100.");
	if (!json_is_integer(json_object_get(data, "score")))
		why(in,
		    "There is no score while neither a rating nor reviews are known: shops that "
		    "have stock are no reputation.");
}

static int run(struct invocation *in)
{
	struct error e = {0};
	json_t *reply = NULL;
	if (brand_ask(in, "/v1/brands/reputation", "brand", in->args[0], &reply, &e))
		return invocation_fail(&e);
	if (!output_machine(in->output, json_object_get(reply, "data")))
		print(in, json_object_get(reply, "data"));
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"since", "TIME", "what is new since then: 7d, or RFC 3339; default 30d", false},
};
static const char *const examples[] = {"sellersmart brand reputation ACME",
				       "sellersmart brand reputation ACME -o json", NULL};

const struct command command_brand_reputation = {
	.words = "brand reputation",
	.usage = "brand reputation BRAND [--since TIME]",
	.summary = "a brand's score of 0 to 100, with its arithmetic",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
