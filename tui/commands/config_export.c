/* sellersmart config export: everything configured, as a file that apply reads. */
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "tui/cli/cli.h"
#include "tui/cli/generic.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { PAGE_ROWS = 500 };

static int export_rows(struct invocation *in, const struct resource_kind *k, const json_t *rows,
		       bool *headed)
{
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	struct buf out = BUF_INIT(16 << 20);
	size_t i;
	const json_t *row;
	int status = 0;
	json_array_foreach(rows, i, row)
	{
		struct resource_input input = {0};
		/* The daemon's answer goes through the same validator and comes out canonical. */
		if (!resource_validate(k, row, 0, NULL, &input, errors)) {
			status = generic_fail(errors);
			break;
		}
		if (!*headed)
			fprintf(in->output->to, "%s:\n", k->plural);
		*headed = true;
		buf_reset(&out);
		resource_write_yaml(&out, k, input.name, input.labels, input.spec);
		fwrite(buf_str(&out), 1, out.len, in->output->to);
		resource_input_fini(&input);
	}
	buf_fini(&out);
	free(errors);
	return status;
}

static int export_kind(struct invocation *in, const struct resource_kind *k)
{
	char after[64] = "";
	bool headed = false;
	for (bool more = true; more;) {
		struct error e = {0};
		struct buf path = BUF_INIT(1024);
		json_t *reply = NULL;
		buf_printf(&path, "/v1/%s", k->plural);
		path_add(&path, "sort", "name");
		path_add_int(&path, "limit", PAGE_ROWS);
		if (k->n_builtins)
			path_add(&path, "filter[origin]", "edited,own");
		if (after[0])
			path_add(&path, "after", after);
		enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
		buf_fini(&path);
		if (err)
			return invocation_fail(&e);
		int status = export_rows(in, k, json_object_get(reply, "data"), &headed);
		const char *next = json_str(json_object_get(reply, "meta"), "next", "");
		more = next[0] != 0;
		snprintf(after, sizeof(after), "%s", next);
		json_decref(reply);
		if (status)
			return status;
	}
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct resource_kind *x = *(const struct resource_kind *const *)a;
	const struct resource_kind *y = *(const struct resource_kind *const *)b;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->kind, y->kind);
}

static int run(struct invocation *in)
{
	const struct resource_kind *kinds[64];
	size_t n = 0;
	int status = 0;
	for (size_t i = 0; resource_table[i] && n < ARRAY_LEN(kinds); i++)
		if ((resource_table[i]->ops & (OP_ADD | OP_LIST)) == (OP_ADD | OP_LIST))
			kinds[n++] = resource_table[i];
	qsort(kinds, n, sizeof(*kinds), by_order);
	for (size_t i = 0; i < n && !status; i++)
		status = export_kind(in, kinds[i]);
	return status;
}

static const char *const examples[] = {"sellersmart config export > all.yaml", NULL};

const struct command command_config_export = {
	.words = "config export",
	.usage = "config export",
	.summary = "print everything configured, in the form that apply reads",
	.details =
		"Values of secrets are never part of it; apply lists the secrets that are missing.",
	.examples = examples,
	.run = run,
};
