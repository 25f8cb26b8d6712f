/* sellersmart unack N...: nobody sees to it any more. */
#include "tui/cli/alerts.h"
#include "tui/commands/command.h"
#include "shared/mem.h"

static int run(struct invocation *in)
{
	return alerts_act(in, "unack", "open again");
}

static const struct flag flags[] = {
	{"by", "WHO", "who says so; left out: who runs this", false},
};
static const char *const examples[] = {"sellersmart unack 14", NULL};

const struct command command_unack = {
	.words = "unack",
	.usage = "unack N... [--by WHO]",
	.summary = "nobody sees to these alerts any more: reminders go on",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
