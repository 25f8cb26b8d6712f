/* sellersmart ack [N...]: somebody sees to it. Alone it takes the only alert that is open. */
#include "tui/cli/alerts.h"
#include "tui/commands/command.h"
#include "shared/mem.h"

static int run(struct invocation *in)
{
	return alerts_act(in, "ack", "acknowledged");
}

static const struct flag flags[] = {
	{"note", "TEXT", "a remark for others", false},
	{"by", "WHO", "who says so; left out: who runs this", false},
};
static const char *const examples[] = {"sellersmart ack 14 --note \"on it\"",
				       "sellersmart ack     # the only one that is open",
				       "sellersmart ack 14 15 16", NULL};

const struct command command_ack = {
	.words = "ack",
	.usage = "ack [N...] [--note TEXT] [--by WHO]",
	.summary = "somebody sees to these alerts: no reminders until they are resolved",
	.details =
		"Without a number it takes the only alert that is open; when there are several it "
		"names them and takes none.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = -1,
	.run = run,
};
