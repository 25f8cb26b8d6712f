/* sellersmart product map REF PRICE: watch a minimum advertised price. */
#include "shared/mem.h"
#include "tui/commands/command.h"
#include "tui/commands/product_say.h"

static int run(struct invocation *in)
{
	return product_say(in, "map", "minimum advertised price");
}

static const struct flag flags[] = {{"none", NULL, "watch it no more", false}};
static const char *const examples[] = {"sellersmart product map LMP-101 36.00",
				       "sellersmart product map LMP-101 --none", NULL};

const struct command command_product_map = {
	.words = "product map",
	.usage = "product map REF PRICE|--none",
	.summary = "watch a minimum advertised price: who advertises it for less",
	.details =
		"A breach is a price (without shipping) below the minimum, seen twice in a row; the\n"
		"pages are kept as evidence. Asking others for minimum prices is resale price\n"
		"maintenance: unlawful in the EU and the UK, judged case by case in the US. Ask\n"
		"counsel before you act on what this shows.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
