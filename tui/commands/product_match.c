/* sellersmart product match: pairs in doubt, one after the other by single keys, or by id. */
#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/money.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

extern const struct resource_kind resource_match;

enum { AT_ONCE = 1000 };

static enum err decide(struct invocation *in, const char *id, bool yes, json_t **reply,
		       struct error *e)
{
	struct buf path = BUF_INIT(256);

	buf_add_str(&path, "/v1/matches/");
	path_escape(&path, id);
	buf_printf(&path, "/%s", yes ? "confirm" : "reject");
	enum err err = request_json(in, "POST", buf_str(&path), NULL, reply, e);
	buf_fini(&path);
	return err;
}

/* ---- by id ----------------------------------------------------------------------------------- */

static int decide_all(struct invocation *in)
{
	bool yes = invocation_flag(in, "confirm"), no = invocation_flag(in, "reject");
	int status = 0;

	if (yes == no) {
		struct error e = {0};

		error_set(&e, ERR_USAGE, "yes or no? Say --confirm or --reject");
		error_hint(&e, "sellersmart product match %.64s --confirm", in->args[0]);
		return invocation_fail(&e);
	}
	for (int i = 0; i < in->n_args; i++) {
		struct error e = {0};
		json_t *reply = NULL;
		const json_t *m;

		if (decide(in, in->args[i], yes, &reply, &e)) {
			status = invocation_fail(&e);
			continue;
		}
		m = json_object_get(reply, "data");
		if (!output_machine(in->output, m))
			output_text(in->output, "%s: %s is %s%s\n", json_str(m, "state", ""),
				    json_str(json_path(m, "listing"), "title", ""),
				    yes ? "" : "not ",
				    json_str(json_path(m, "product"), "title", ""));
		json_decref(reply);
	}
	return status;
}

/* ---- one after the other --------------------------------------------------------------------- */

/* A key without Enter; 0: the end. */
static char read_key(void)
{
	struct termios old, raw;
	char c = 0;
	ssize_t n;

	if (tcgetattr(STDIN_FILENO, &old))
		return 0;
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	do
		n = read(STDIN_FILENO, &c, 1);
	while (n < 0 && errno == EINTR);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	return n == 1 ? c : 0;
}

static void show_side(struct invocation *in, const char *head, const json_t *side,
		      const char *where)
{
	int64_t minor = json_int(side, "price_minor", -1);
	char price[MONEY_TEXT];

	output_text(in->output, "  %-8s %s\n", head, json_str(side, "title", ""));
	output_text(in->output, "           %s%s%s%s%s%s%s\n", where, minor >= 0 ? ", " : "",
		    minor >= 0 ? money_format(price, minor, json_str(side, "currency", "")) : "",
		    json_str(side, "gtin", NULL) ? ", GTIN " : "", json_str(side, "gtin", ""),
		    json_str(side, "pack", NULL) ? ", " : "", json_str(side, "pack", ""));
	if (json_str(side, "url", NULL))
		output_text(in->output, "           %s\n", json_str(side, "url", ""));
}

static void show(struct invocation *in, const json_t *m, size_t at, size_t all)
{
	const json_t *listing = json_path(m, "listing"), *product = json_path(m, "product");

	output_text(in->output, "\n%zu of %zu, likeness %lld of 1000\n", at + 1, all,
		    (long long)json_int(m, "score", 0));
	show_side(in, "listing", listing, json_str(listing, "site", "a site that is gone"));
	show_side(in, "product", product,
		  json_bool(product, "mine", false) ? "yours" : "of rivals");
	output_text(in->output, "  why      %s\n", json_str(m, "why", ""));
	output_text(in->output, "  the same? [y] yes  [n] no  [s] skip  [q] end: ");
	fflush(in->output->to);
}

static int walk(struct invocation *in, const json_t *matches)
{
	size_t i, yes = 0, no = 0, left = json_array_size(matches);
	const json_t *m;
	int status = 0;
	char key = 0;

	json_array_foreach(matches, i, m)
	{
		struct error e = {0};
		json_t *reply = NULL;

		show(in, m, i, json_array_size(matches));
		do
			key = read_key();
		while (key && !strchr("ynsq\x1b\x03\x04", key));
		output_text(in->output, "%s\n",
			    key == 'y'   ? "yes"
			    : key == 'n' ? "no"
			    : key == 's' ? "skipped"
					 : "end");
		if (key == 's')
			continue;
		if (key != 'y' && key != 'n')
			break;
		if (decide(in, json_str(m, "id", ""), key == 'y', &reply, &e)) {
			status = invocation_fail(&e);
		} else {
			left--;
			key == 'y' ? yes++ : no++;
		}
		json_decref(reply);
	}
	output_text(in->output, "%zu confirmed, %zu rejected, %zu left\n", yes, no, left);
	return status;
}

static bool may_walk(const struct invocation *in)
{
	return cli_may_ask(in) && isatty(STDOUT_FILENO) &&
	       output_format(in->output) == OUTPUT_TABLE && !invocation_flag(in, "pending");
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(128);
	json_t *reply = NULL;
	int status = 0;

	if (in->n_args)
		return decide_all(in);
	if (invocation_flag(in, "confirm") || invocation_flag(in, "reject")) {
		error_set(&e, ERR_USAGE, "which one? --confirm and --reject want an id");
		error_hint(&e, "sellersmart product match --pending has them");
		return invocation_fail(&e);
	}
	buf_printf(&path, "/v1/matches?limit=%d", AT_ONCE);
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *matches = json_object_get(reply, "data");
	if (may_walk(in) && json_array_size(matches)) {
		status = walk(in, matches);
	} else {
		output_list_begin(in->output, &resource_match);
		output_list_rows(in->output, &resource_match, matches);
		output_list_end(in->output, &resource_match);
	}
	json_decref(reply);
	return status;
}

static const struct flag flags[] = {
	{"pending", NULL, "list them, also on a terminal", false},
	{"confirm", NULL, "with ids: the listing is that product", false},
	{"reject", NULL, "with ids: it is not, and that is not asked again", false},
};
static const char *const examples[] = {
	"sellersmart product match", "sellersmart product match --pending -o json",
	"sellersmart product match mat_01H5ZK3QW8F2A --confirm", NULL};

const struct command command_product_match = {
	.words = "product match",
	.usage = "product match [--pending] | ID... --confirm|--reject",
	.summary = "listings that may be a product that is known: look at both, say yes or no",
	.details =
		"On a terminal they come one after the other: y yes, n no, s skip, q end. Yes moves\n"
		"the listing to the product, with its history. Both are taken back by product split,\n"
		"or by the other answer with the pair's id.",
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.examples = examples,
	.max_args = -1,
	.run = run,
};
