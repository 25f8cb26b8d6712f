#include "tui/cli/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/cli/members.h"
#include "tui/cli/request.h"
#include "tui/client/live.h"

enum { PAGE_ROWS = 500 };

/* Query parameters are named as in the descriptor: --after-seq is after_seq. */
static const char *param_name(const struct resource_kind *k, const char *flag)
{
	for (size_t i = 0; i < k->n_list_params; i++) {
		char name[48];
		field_flag(&k->list_params[i], name, sizeof(name));
		if (!strcmp(name + 2, flag))
			return k->list_params[i].name;
	}
	return flag;
}

bool list_may_be_open(const struct resource_kind *k)
{
	for (size_t i = 0; k->filters && k->filters[i]; i++)
		if (!strcmp(k->filters[i], "open"))
			return true;
	return false;
}

/* Somebody has to see to it. */
static bool is_open(const json_t *row)
{
	return !strcmp(json_str(row, "state", ""), "open") && !json_bool(row, "silenced", false) &&
	       !json_bool(row, "inhibited", false);
}

static enum err list_path(const struct invocation *in, const struct resource_kind *k,
			  struct buf *path, struct error *e)
{
	buf_printf(path, "/v1/%s", k->plural);
	for (size_t i = 0; i < in->n_flags; i++) {
		const char *name = in->flags[i].flag->name, *value = in->flags[i].value;
		if (!strcmp(name, "filter") || !strcmp(name, "label")) {
			const char *equals = strchr(value, '=');
			char key[96];
			if (!equals)
				return error_set(e, ERR_USAGE, "--%s %.64s: write FIELD=VALUE",
						 name, value);
			snprintf(key, sizeof(key), "filter[%s%.*s]",
				 name[0] == 'l' ? "labels." : "", (int)(equals - value), value);
			path_add(path, key, equals + 1);
		} else if (!strcmp(name, "query")) {
			path_add(path, "q", value);
		} else if (strcmp(name, "limit") && strcmp(name, "exit-status")) {
			path_add(path, param_name(k, name), value);
		}
	}
	return ERR_NONE;
}

static enum err list_limit(const char *text, long *limit, struct error *e)
{
	char *end;
	if (!text)
		return ERR_NONE;
	*limit = strtol(text, &end, 10);
	if (end != text && !*end && *limit > 0)
		return ERR_NONE;
	error_set(e, ERR_USAGE, "--limit %.32s: a number of rows from 1", text);
	error_hint(e, "leave it out for all rows");
	return ERR_USAGE;
}

/* ---- pages --------------------------------------------------------------------------------- */

typedef void rows_fn(const json_t *rows, void *arg);

static enum err each_page(struct invocation *in, const char *path, long left, rows_fn *fn,
			  void *arg, struct error *e)
{
	char after[64] = "";
	for (bool more = true; more && left;) {
		struct buf page = BUF_INIT(20000);
		json_t *reply = NULL;
		buf_add_str(&page, path);
		path_add_int(&page, "limit", left > 0 && left < PAGE_ROWS ? left : PAGE_ROWS);
		if (after[0])
			path_add(&page, "after", after);
		enum err err = request_json(in, "GET", buf_str(&page), NULL, &reply, e);
		buf_fini(&page);
		if (err)
			return err;
		const json_t *rows = json_object_get(reply, "data");
		fn(rows, arg);
		if (left > 0)
			left -= (long)json_array_size(rows);
		const char *next = json_str(json_object_get(reply, "meta"), "next", "");
		more = next[0] && strcmp(next, after);
		snprintf(after, sizeof(after), "%s", next);
		json_decref(reply);
	}
	return ERR_NONE;
}

/* ---- --watch ------------------------------------------------------------------------------- */

struct watching {
	struct invocation *in;
	const struct resource_kind *kind;
	const char *path;
	long limit;
	json_t *seen;                  /* id -> what of the row would be news */
	json_t *here;                  /* ids of the reading under way */
	long long last_seq, floor_seq; /* printed; of them before the reading under way */
	bool events, up;               /* up: it was once connected */
	bool open;                     /* one of the rows is */
	bool ends;                     /* when one is open */
	unsigned attempt;              /* to connect again */
	enum err err;
	struct error *e;
};

static void print_row(struct watching *w, const json_t *row)
{
	json_t *rows = json_array();
	json_array_append(rows, (json_t *)row);
	output_list_rows(w->in->output, w->kind, rows);
	json_decref(rows);
}

/* Every check moves the times and percentiles of a row; only these are news. */
static json_t *news_of(const json_t *row)
{
	static const char *const members[] = {"version",   "state",      "since", "reason",
					      "closed_at", "stored",     "text",  "severity",
					      "silenced",  "resolved_at"};
	json_t *out = json_array();
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		json_t *v = json_object_get(row, members[i]);
		json_array_append_new(out, v ? json_incref(v) : json_null());
	}
	const char *subject = json_str(row, "subject", "");
	json_array_append_new(out, json_string(json_str(row, "name", subject)));
	return out;
}

static void watch_rows(const json_t *rows, void *arg)
{
	struct watching *w = arg;
	size_t i;
	const json_t *row;
	json_array_foreach(rows, i, row)
	{
		const char *id = json_str(row, "id", "");
		w->open = w->open || is_open(row);
		if (w->events) {
			long long seq = json_int(row, "seq", 0);
			w->last_seq = seq > w->last_seq ? seq : w->last_seq;
			if (seq > w->floor_seq)
				print_row(w, row);
			continue;
		}
		json_t *news = news_of(row);
		if (!json_equal(json_object_get(w->seen, id), news))
			print_row(w, row);
		json_object_set_new(w->here, id, news);
	}
}

/* Rows that are new or changed are printed; of those that are gone, the name. */
static bool watch_read(struct watching *w)
{
	const char *id;
	const json_t *news;
	struct buf path = BUF_INIT(20000);
	w->here = json_object();
	w->floor_seq = w->last_seq;
	buf_add_str(&path, w->path);
	if (w->events && w->floor_seq && !strstr(w->path, "after_seq="))
		path_add_int(&path, "after_seq", w->floor_seq);
	w->err =
		each_page(w->in, buf_str(&path), w->floor_seq ? -1 : w->limit, watch_rows, w, w->e);
	buf_fini(&path);
	if (w->err) { /* what was printed stays known, for the next reading */
		json_object_update(w->seen, w->here);
		json_decref(w->here);
		w->here = NULL;
		return false;
	}
	json_object_foreach(w->seen, id, news)
	{
		if (w->events || json_object_get(w->here, id))
			continue;
		const char *name =
			json_string_value(json_array_get(news, json_array_size(news) - 1));
		output_note(w->in->output, "%s %s is no longer in the list", w->kind->kind,
			    name && *name ? name : id);
	}
	json_decref(w->seen);
	w->seen = w->here;
	w->here = NULL;
	fflush(w->in->output->to);
	return !(w->ends && w->open);
}

/* The stream tells of every event; the list's own conditions count here too. */
static bool wanted(const struct watching *w, const json_t *event)
{
	for (size_t i = 0; i < w->in->n_flags; i++) {
		const char *name = w->in->flags[i].flag->name, *value = w->in->flags[i].value;
		char key[32];
		if (!strcmp(name, "filter")) {
			const char *equals = strchr(value, '=');
			snprintf(key, sizeof(key), "%.*s", (int)(equals - value), value);
			name = key;
			value = equals + 1;
		}
		if (!strcmp(name, "query") && !strstr(json_str(event, "text", ""), value))
			return false;
		if ((!strcmp(name, "severity") || !strcmp(name, "subject") ||
		     !strcmp(name, "name")) &&
		    strcmp(json_str(event, name, ""), value))
			return false;
		size_t n = strlen(value);
		const char *topic = json_str(event, "topic", "");
		if (!strcmp(name, "topic") &&
		    (strncmp(topic, value, n) || (topic[n] && topic[n] != '.')))
			return false;
	}
	return true;
}

static bool watch_message(const char *event, const json_t *data, void *arg)
{
	struct watching *w = arg;
	/* The stream is open before the first reading, so that nothing falls between. */
	if (!strcmp(event, "hello")) {
		if (w->attempt)
			output_note(w->in->output, "the daemon is back");
		w->up = true;
		w->attempt = 0;
		return watch_read(w);
	}
	if (w->events && !strcmp(event, "event") && json_int(data, "seq", 0) > w->last_seq) {
		w->last_seq = json_int(data, "seq", 0);
		if (wanted(w, data))
			print_row(w, data);
	}
	if (!w->events &&
	    (!strcmp(event, "resync") ||
	     (!strcmp(event, "list") && !strcmp(json_str(data, "kind", ""), w->kind->kind))))
		return watch_read(w);
	return true;
}

static void wait_for_daemon(struct watching *w, const struct error *why)
{
	uint32_t random = 0;
	if (!w->attempt)
		output_note(w->in->output, "%s; it is waited for", why->text);
	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = w->attempt;
	int ms = live_backoff_ms(w->attempt++, random);
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
	nanosleep(&t, NULL);
}

static int watch(struct invocation *in, const struct resource_kind *k, const char *path, long limit)
{
	struct error e = {0};
	struct watching w = {.in = in,
			     .kind = k,
			     .path = path,
			     .limit = limit,
			     .seen = json_object(),
			     .events = !strcmp(k->kind, "event"),
			     .ends = invocation_flag(in, "exit-status"),
			     .e = &e};
	if (output_format(in->output) == OUTPUT_JSON)
		in->output->format = OUTPUT_JSONL;
	output_list_begin(in->output, k);
	enum err err;
	for (;;) {
		w.err = ERR_NONE;
		e = (struct error){0};
		err = request_stream(in, "/v1/stream", watch_message, &w, &e);
		err = err ? err : w.err;
		if (w.ends && w.open && !w.err) {
			json_decref(w.seen);
			return 1;
		}
		/* A daemon that was here comes back: it was restarted. */
		if (!w.up || (err != ERR_UNAVAILABLE && err != ERR_BUSY && err != ERR_TIMEOUT))
			break;
		wait_for_daemon(&w, &e);
	}
	json_decref(w.seen);
	return err ? invocation_fail(&e) : 0;
}

/* ---- the verb ------------------------------------------------------------------------------ */

static void print_rows(const json_t *rows, void *arg)
{
	struct watching *w = arg;
	size_t i;
	const json_t *row;
	json_array_foreach(rows, i, row) w->open = w->open || is_open(row);
	output_list_rows(w->in->output, w->kind, rows);
}

int list_run(struct invocation *in, const struct resource_kind *k)
{
	struct error e = {0};
	struct buf path = BUF_INIT(16384);
	struct watching w = {.in = in, .kind = k};
	long limit = -1;
	int status = 0;
	if (in->output->fields && !in->output->fields[0]) { /* bare --json lists what there is */
		members_print(in->output, k);
	} else if (members_check(k, in->output->fields, &e) ||
		   list_limit(invocation_flag(in, "limit"), &limit, &e) ||
		   list_path(in, k, &path, &e)) {
		status = invocation_fail(&e);
	} else if (in->watch) {
		status = watch(in, k, buf_str(&path), limit);
	} else {
		output_list_begin(in->output, k);
		if (each_page(in, buf_str(&path), limit, print_rows, &w, &e))
			status = invocation_fail(&e);
		else
			output_list_end(in->output, k);
		if (!status)
			status = w.open && invocation_flag(in, "exit-status");
	}
	buf_fini(&path);
	return status;
}
