/* sellersmart complete -- WORDS: candidates for the last word, one a line; what completions call.
 */
#include <stdio.h>

#include "tui/cli/complete.h"
#include "tui/commands/command.h"

enum { CANDIDATES_MAX_BYTES = 1 << 20 };

static int run(struct invocation *in)
{
	struct buf out = BUF_INIT(CANDIDATES_MAX_BYTES);
	complete_words(&out, in->n_rest, in->rest);
	fputs(buf_str(&out), stdout);
	buf_fini(&out);
	return 0;
}

const struct command command_candidates = {
	.words = "complete",
	.usage = "complete -- WORD...",
	.summary = "candidates for a shell's completion",
	.hidden = true,
	.rest = true,
	.local = true,
	.run = run,
};
