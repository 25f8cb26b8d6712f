#include "tui/cli/files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/schema/files.h"
#include "tui/cli/file_order.h"
#include "tui/cli/generic.h"
#include "tui/cli/request.h"

enum { BATCH_ITEMS = 500 };

struct item {
	const struct resource_kind *kind;
	char *text;    /* what is sent */
	json_t *links; /* whom it names, or NULL */
	char name[NAME_MAX_BYTES + 1];
	int line;
	size_t place;
};

struct items {
	struct item *all;
	size_t n, cap;
	json_t *named; /* {kind: {name: it is in the list}}; NULL: sent as a whole */
};

static void items_add(struct items *list, const struct resource_item *from)
{
	json_t *o = json_object();
	json_object_set_new(o, "kind", json_string(from->kind->kind));
	json_object_set_new(o, "name", json_string(from->input.name));
	if (from->input.renamed_from[0])
		json_object_set_new(o, "renamed_from", json_string(from->input.renamed_from));
	if (from->input.labels)
		json_object_set(o, "labels", from->input.labels);
	json_object_update(o, from->input.spec);
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 64;
		list->all = mem_array(list->all, list->cap, sizeof(*list->all));
	}
	struct item *i = &list->all[list->n];
	*i = (struct item){.kind = from->kind,
			   .text = json_dumps(o, JSON_COMPACT),
			   .line = from->line,
			   .place = list->n};
	snprintf(i->name, sizeof(i->name), "%s", from->input.name);
	const struct field *links = resource_link_field(from->kind);
	i->links = links ? json_incref(json_object_get(from->input.spec, links->name)) : NULL;
	list->n++;
	json_decref(o);
}

static void items_fini(struct items *list)
{
	for (size_t i = 0; i < list->n; i++) {
		free(list->all[i].text);
		json_decref(list->all[i].links);
	}
	json_decref(list->named);
	free(list->all);
}

static int by_name(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->kind->kind, y->kind->kind);
	if (!order)
		order = strcmp(x->name, y->name);
	return order ? order : x->line - y->line;
}

static int by_order(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->kind->order != y->kind->order)
		return x->kind->order < y->kind->order ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static size_t find_duplicates(struct items *list)
{
	size_t found = 0;
	if (list->n)
		qsort(list->all, list->n, sizeof(*list->all), by_name);
	for (size_t i = 1; i < list->n; i++) {
		const struct item *x = &list->all[i - 1], *y = &list->all[i];
		if (x->kind != y->kind || strcmp(x->name, y->name))
			continue;
		struct error e = {0};
		error_set(&e, ERR_INVALID, "name: %s \"%s\" is on line %d already", y->kind->kind,
			  y->name, x->line);
		e.line = y->line;
		invocation_fail(&e);
		found++;
	}
	if (list->n)
		qsort(list->all, list->n, sizeof(*list->all), by_order);
	return found;
}

static void note_named(json_t *named, const struct item *from)
{
	json_t *names = json_object_get(named, from->kind->kind);
	const json_t *name;
	size_t i;
	if (!names) {
		names = json_object();
		json_object_set_new(named, from->kind->kind, names);
	}
	json_array_foreach(from->links, i, name)
		json_object_set_new(names, json_string_value(name), json_false());
}

static void order_items(struct items *list)
{
	struct order_item *from = mem_array(NULL, list->n, sizeof(*from));
	size_t *order = mem_array(NULL, list->n, sizeof(*order));
	struct item *all = mem_array(NULL, list->n, sizeof(*all));
	for (size_t i = 0; i < list->n; i++) {
		const struct item *item = &list->all[i];
		from[i] = (struct order_item){item->kind, item->name, item->links};
	}
	order_parents_first(from, list->n, order);
	for (size_t i = 0; i < list->n; i++)
		all[i] = list->all[order[i]];
	free(list->all);
	list->all = all;
	list->cap = list->n;
	free(order);
	free(from);
}

/* What an item names may be in another part than itself. */
static void prepare_parts(struct items *list)
{
	list->named = json_object();
	for (size_t i = 0; i < list->n; i++)
		if (list->all[i].links)
			note_named(list->named, &list->all[i]);
	if (!json_object_size(list->named))
		return;
	for (size_t i = 0; i < list->n; i++) {
		json_t *names = json_object_get(list->named, list->all[i].kind->kind);
		if (json_object_get(names, list->all[i].name))
			json_object_set_new(names, list->all[i].name, json_true());
	}
	order_items(list);
}

static int read_items(struct resource_file *f, const char *path, struct items *list)
{
	struct error_list *errors = mem_zalloc(sizeof(*errors));
	int status = 0, got = 0;
	do {
		struct resource_item item = {0};
		size_t before = errors->total;
		got = resource_file_next(f, &item, errors);
		if (got == 1) {
			items_add(list, &item);
			resource_input_fini(&item.input);
		} else if (got < 0 && errors->total == before) {
			break; /* cannot go on */
		}
	} while (got && errors->total < ERRORS_MAX);
	resource_file_free(f);
	if (errors->total)
		status = generic_fail(errors);
	if (find_duplicates(list) && !status)
		status = 65;
	if (status)
		fprintf(stderr, "nothing was written: %s\n", path);
	else if (list->n > BATCH_ITEMS)
		prepare_parts(list);
	free(errors);
	return status;
}

static int64_t monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* For the daemon, when it only tries: what the part names and another part brings. */
static json_t *promised(const struct items *list, size_t from, size_t n)
{
	json_t *all = json_object();
	for (size_t i = from; list->named && i < from + n; i++) {
		const struct item *item = &list->all[i];
		const json_t *known = json_object_get(list->named, item->kind->kind), *name;
		json_t *names = json_object_get(all, item->kind->kind);
		size_t k;
		json_array_foreach(item->links, k, name)
		{
			if (!json_is_true(json_object_get(known, json_string_value(name))))
				continue;
			if (!names) {
				names = json_object();
				json_object_set_new(all, item->kind->kind, names);
			}
			json_object_set_new(names, json_string_value(name), json_true());
		}
	}
	return all;
}

static json_t *batch_body(const struct items *list, size_t from, size_t n, bool dry_run)
{
	json_t *array = json_array();
	for (size_t i = from; i < from + n; i++)
		json_array_append_new(array, json_loads(list->all[i].text, 0, NULL));
	json_t *body = json_pack("{s:o,s:b}", "items", array, "dry_run", dry_run);
	if (dry_run)
		json_object_set_new(body, "promised", promised(list, from, n));
	return body;
}

/* Name the file's line of each item that the daemon refused. */
static void say_failed(const struct items *list, size_t from, const json_t *reply)
{
	size_t i;
	const json_t *r;
	json_array_foreach(json_path(reply, "data.results"), i, r)
	{
		const json_t *why = json_object_get(r, "error");
		if (!why || from + i >= list->n)
			continue;
		struct error e = {0};
		error_set(&e, err_from_code(json_str(why, "code", "invalid")), "%s \"%s\": %s",
			  list->all[from + i].kind->kind, list->all[from + i].name,
			  json_str(why, "detail", "refused"));
		error_hint(&e, "%s", json_str(why, "hint", ""));
		e.line = list->all[from + i].line;
		invocation_fail(&e);
	}
}

static int send_all(struct invocation *in, const struct items *list, bool dry_run,
		    struct file_result *out)
{
	int64_t started = monotonic_ms();
	for (size_t at = 0; at < list->n; at += BATCH_ITEMS) {
		size_t n = list->n - at < BATCH_ITEMS ? list->n - at : BATCH_ITEMS;
		struct error e = {0};
		json_t *reply = NULL, *body = batch_body(list, at, n, dry_run);
		enum err err = request_json(in, "POST", "/v1/batch", body, &reply, &e);
		json_decref(body);
		if (err) {
			say_failed(list, at, reply);
			json_decref(reply);
			if (!dry_run && at)
				fprintf(stderr,
					"%zu of %zu were written; apply again when it is mended\n",
					at, list->n);
			return invocation_fail(&e);
		}
		const json_t *counts = json_path(reply, "data.counts");
		out->created += (size_t)json_int(counts, "created", 0);
		out->changed += (size_t)json_int(counts, "changed", 0);
		out->unchanged += (size_t)json_int(counts, "unchanged", 0);
		size_t i;
		json_t *r;
		json_array_foreach(json_path(reply, "data.results"), i, r)
		{
			json_array_append(out->items, r);
			size_t s;
			json_t *name;
			json_array_foreach(json_object_get(r, "missing_secrets"), s,
					   name) if (json_is_string(name))
				json_object_set_new(out->missing_secrets, json_string_value(name),
						    json_true());
		}
		json_decref(reply);
		if (monotonic_ms() - started > 1000 && isatty(STDERR_FILENO) && !in->output->quiet)
			fprintf(stderr, "\r%s %zu of %zu", dry_run ? "checked" : "written", at + n,
				list->n);
	}
	if (monotonic_ms() - started > 1000 && isatty(STDERR_FILENO) && !in->output->quiet)
		fputc('\n', stderr);
	return 0;
}

static void result_init(struct file_result *r)
{
	*r = (struct file_result){.items = json_array(), .missing_secrets = json_object()};
}

static int send_file(struct invocation *in, struct resource_file *f, const char *path, bool dry_run,
		     struct file_result *out)
{
	struct items list = {0};
	int status = read_items(f, path, &list);
	/* All batches are tried first, so that a fault in the last one leaves nothing half written.
	 */
	if (!status && (dry_run || list.n > BATCH_ITEMS))
		status = send_all(in, &list, true, out);
	if (!status && !dry_run) {
		file_result_fini(out);
		result_init(out);
		status = send_all(in, &list, false, out);
	}
	items_fini(&list);
	return status;
}

int file_send(struct invocation *in, const char *path, bool dry_run, struct file_result *out)
{
	struct error e = {0};
	struct resource_file *f = resource_file_open(path, &e);
	result_init(out);
	return f ? send_file(in, f, path, dry_run, out) : invocation_fail(&e);
}

int file_send_memory(struct invocation *in, const char *name, const char *data, size_t len,
		     bool dry_run, struct file_result *out)
{
	result_init(out);
	return send_file(in, resource_file_from_memory(data, len), name, dry_run, out);
}

void file_result_fini(struct file_result *r)
{
	json_decref(r->items);
	json_decref(r->missing_secrets);
	*r = (struct file_result){0};
}

bool file_read_one(const char *path, const struct resource_kind *k, const json_t *flags,
		   struct resource_input *out, struct error_list *faults)
{
	struct error e = {0};
	struct resource_item item = {0}, second = {0};
	struct resource_file *file = resource_file_open(path, &e);
	if (file) {
		resource_file_expect(file, k, flags);
		int got = resource_file_next(file, &item, faults);
		if (!got && !faults->n)
			error_set(&e, ERR_INVALID, "%.200s: there is no %s in it", path, k->kind);
		else if (got == 1 && item.kind != k)
			error_set(&e, ERR_INVALID, "%.200s: this is a %s, not a %s", path,
				  item.kind->kind, k->kind);
		else if (got == 1 && resource_file_next(file, &second, faults) == 1)
			error_set(&e, ERR_INVALID, "%.200s: describes more than one", path);
		if (e.code)
			error_hint(&e,
				   "several at once, or of other kinds: sellersmart apply -f FILE");
	}
	if (e.code)
		errors_add(faults, &e);
	resource_file_free(file);
	resource_input_fini(&second.input);
	if (faults->total)
		resource_input_fini(&item.input);
	else
		*out = item.input;
	return !faults->total;
}
