#include "tui/app/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/internal.h"
#include "tui/client/propose.h"
#include "tui/widgets/format.h"

enum { NAMES_SHOWN = 4, ACTION_TIMEOUT_MS = 150000 /* a check takes its timeout and a retry */ };

bool targets_add(struct targets *t, const json_t *row)
{
	const char *name = json_str(row, "name", json_str(row, "id", ""));
	const char *id = json_str(row, "id", name);
	int64_t number = json_int(row, "number", 0);

	if (t->n >= TARGETS_MAX || !*id)
		return false;
	snprintf(t->at[t->n].id, sizeof t->at[t->n].id, "%s", id);
	snprintf(t->at[t->n].name, sizeof t->at[t->n].name, "%s", name);
	if (number && !*json_str(row, "name", ""))
		snprintf(t->at[t->n].name, sizeof t->at[t->n].name, "%lld", (long long)number);
	t->n++;
	return true;
}

/* "shop", or "12 monitors: shop, garden, uk, lamps and 8 more". */
static void describe(const struct targets *t, char *out, size_t cap)
{
	size_t n = 0;

	out[0] = '\0';
	if (t->n > 1)
		n = (size_t)snprintf(out, cap, "%zu %s: ", t->n, t->kind->plural);
	for (size_t i = 0; i < t->n && i < NAMES_SHOWN && n < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? ", " : "", t->at[i].name);
	if (t->n > NAMES_SHOWN && n < cap)
		snprintf(out + n, cap - n, " and %zu more", t->n - NAMES_SHOWN);
}

/* ---- delete and undo
 * ------------------------------------------------------------------------------ */

/* One order to delete: it lives until its undo is used or gone. */
struct removal {
	struct app *app;
	struct targets targets;
	size_t waiting, failed;
	json_t *removed; /* what the daemon gave back, for undo */
	struct error fault;
};

static void removal_free(struct removal *r)
{
	json_decref(r->removed);
	free(r);
}

static void on_restored(void *arg, enum err code, struct reply *reply, const struct error *e)
{
	struct app *app = arg;

	if (code == ERR_CANCELLED)
		return;
	if (code)
		app_say_error(app, e);
	else
		app_say(app, ROLE_UP, "%s is back", json_str(reply->data, "name", "it"));
	navigation_refresh(app);
}

static void on_undo(void *arg, bool undo)
{
	struct removal *r = arg;
	json_t *row;
	size_t i;

	json_array_foreach(r->removed, i, row)
	{
		char path[128], *body;

		if (!undo)
			break;
		snprintf(path, sizeof path, "/v1/%s", r->targets.kind->plural);
		body = json_dumps(row, JSON_COMPACT);
		channel_send(r->app->channel,
			     &(struct client_request){.method = "POST",
						      .path = path,
						      .body = body,
						      .body_len = strlen(body)},
			     on_restored, r->app);
		free(body);
	}
	removal_free(r);
}

static void on_removed(void *arg, enum err code, struct reply *reply, const struct error *e)
{
	struct removal *r = arg;
	size_t done;

	if (code) {
		r->failed++;
		r->fault = *e;
	} else if (reply->data) {
		json_array_append(r->removed, reply->data);
	}
	if (--r->waiting > 0)
		return;
	if (code == ERR_CANCELLED) {
		removal_free(r);
		return;
	}
	done = r->targets.n - r->failed;
	navigation_refresh(r->app);
	if (done == 0) {
		app_say_error(r->app, &r->fault);
		removal_free(r);
		return;
	}
	if (!(r->targets.kind->ops & OP_ADD) || json_array_size(r->removed) == 0 ||
	    !strcmp(r->targets.kind->kind, "secret")) {
		/* A secret's value is never given back: its deletion is final. */
		app_say(r->app, ROLE_UP, "deleted %zu", done);
		removal_free(r);
		return;
	}
	app_say(r->app, ROLE_UP, "deleted %s%s   u undo", done == 1 ? r->targets.at[0].name : "",
		done == 1 ? "" : "the marked rows");
	app_offer_undo(r->app, on_undo, r);
}

static void on_delete_answer(void *arg, bool yes)
{
	struct removal *r = arg;

	if (!yes) {
		removal_free(r);
		return;
	}
	r->waiting = r->targets.n;
	for (size_t i = 0; i < r->targets.n; i++) {
		struct buf path = BUF_INIT(512);

		buf_printf(&path, "/v1/%s/", r->targets.kind->plural);
		path_escape(&path, r->targets.at[i].id);
		channel_send(r->app->channel,
			     &(struct client_request){.method = "DELETE", .path = buf_str(&path)},
			     on_removed, r);
		buf_fini(&path);
	}
}

void ops_delete(struct app *app, const struct targets *t)
{
	struct removal *r = mem_zalloc(sizeof *r);
	char names[320], question[512];

	r->app = app;
	r->targets = *t;
	r->removed = json_array();
	describe(t, names, sizeof names);
	snprintf(question, sizeof question, "Delete %s%s?%s", t->n == 1 ? t->kind->kind : "",
		 t->n == 1 ? "" : names,
		 !strcmp(t->kind->kind, "secret") ? " Its value cannot be brought back." : "");
	if (t->n == 1)
		snprintf(question, sizeof question, "Delete the %s %s?%s", t->kind->kind, names,
			 !strcmp(t->kind->kind, "secret") ? " Its value cannot be brought back."
							  : "");
	app_confirm(app, "Delete", question, on_delete_answer, r);
}

/* ---- actions
 * ------------------------------------------------------------------------------------------ */

struct deed {
	struct app *app;
	struct targets targets;
	const struct action *action;
	size_t waiting;
};

/* A try tells how it went: {ok, status, took_ms, text, hint}. What went wrong is worth a box. */
static void tell_try(struct deed *d, const json_t *answer)
{
	const char *text = json_str(answer, "text", ""), *name = d->targets.at[0].name;
	long long status = (long long)json_int(answer, "status", 0);
	char took[FORMAT_TEXT], head[128], code[24] = "", whole[512];

	if (status)
		snprintf(code, sizeof code, "%lld", status);
	if (*code && !strncmp(text, code, strlen(code)))
		code[0] = '\0'; /* the answer says it itself */
	format_ms(took, sizeof took, json_num(answer, "took_ms", -1));
	if (json_bool(answer, "ok", false)) {
		app_say(d->app, ROLE_UP, "%s took it: %s%s%s in %s", name, code,
			*code && *text ? " " : "", text, took);
		return;
	}
	snprintf(head, sizeof head, "%s %s", d->action->verb, name);
	snprintf(whole, sizeof whole, "%s did not take it, after %s: %s%s%s", name, took, code,
		 *code && *text ? " " : "", text);
	app_tell(d->app, head, ROLE_DOWN, whole, json_str(answer, "hint", ""));
}

static void on_done(void *arg, enum err code, struct reply *reply, const struct error *e)
{
	struct deed *d = arg;

	if (code == ERR_CANCELLED) {
		if (--d->waiting == 0)
			free(d);
		return;
	}
	if (code) {
		app_say_error(d->app, e);
	} else if (json_object_get(reply->data, "ok")) {
		tell_try(d, reply->data);
	} else if (json_object_get(reply->data, "redelivered")) {
		app_say(d->app, ROLE_UP, "%s: %lld on the way again", d->targets.at[0].name,
			(long long)json_int(reply->data, "redelivered", 0));
	} else if (json_is_object(reply->data)) {
		struct live_message m = {
			.what = LIVE_ROW, .kind = d->targets.kind->kind, .body = reply->data};
		const char *state = json_str(reply->data, "state", "");

		view_message(d->app, &m);
		app_say(d->app, ROLE_UP, "%s %s%s%s", d->action->verb,
			json_str(reply->data, "name", d->targets.at[0].name), *state ? ": " : "",
			state);
	}
	if (--d->waiting == 0) {
		navigation_refresh(d->app);
		free(d);
	}
}

static void on_deed_answer(void *arg, bool yes)
{
	struct deed *d = arg;

	if (!yes) {
		free(d);
		return;
	}
	d->waiting = d->targets.n;
	app_say(d->app, ROLE_DIM, "%s %s", d->action->verb, d->targets.at[0].name);
	for (size_t i = 0, n = d->targets.n; i < n; i++) {
		struct buf path = BUF_INIT(512);

		buf_printf(&path, "/v1/%s/", d->targets.kind->plural);
		path_escape(&path, d->targets.at[i].id);
		buf_printf(&path, "/%s", d->action->verb);
		channel_send(d->app->channel,
			     &(struct client_request){.method = d->action->method,
						      .path = buf_str(&path),
						      .timeout_ms = ACTION_TIMEOUT_MS},
			     on_done, d);
		buf_fini(&path);
	}
}

void ops_action(struct app *app, const struct targets *t, const struct action *action)
{
	struct deed *d = mem_zalloc(sizeof *d);
	char names[320], question[512];

	d->app = app;
	d->targets = *t;
	d->action = action;
	if (!action->confirm && t->n == 1) {
		on_deed_answer(d, true);
		return;
	}
	describe(t, names, sizeof names);
	snprintf(question, sizeof question, "%s: %s %s?", action->help, action->verb, names);
	app_confirm(app, action->verb, question, on_deed_answer, d);
}

/* ---- an address
 * --------------------------------------------------------------------------------------- */

struct addition {
	struct app *app;
	json_t *items;
	bool dry_run;
	void (*done)(void *arg, const struct error *e);
	void *arg;
};

static void on_batch(void *arg, enum err code, struct reply *reply, const struct error *e);

static void addition_end(struct addition *a, const struct error *e)
{
	bool ending = e && e->code == ERR_CANCELLED;

	if (a->done && !ending)
		a->done(a->arg, e);
	else if (e && !ending)
		app_say_error(a->app, e);
	json_decref(a->items);
	free(a);
}

static void send_batch(struct addition *a)
{
	json_t *whole = json_pack("{s:O, s:b}", "items", a->items, "dry_run", a->dry_run);
	char *body = json_dumps(whole, JSON_COMPACT);

	channel_send(a->app->channel,
		     &(struct client_request){.method = "POST",
					      .path = "/v1/batch",
					      .body = body,
					      .body_len = strlen(body)},
		     on_batch, a);
	free(body);
	json_decref(whole);
}

/* A name that is taken by something else must not be changed by adding an address. */
static bool would_change(const json_t *results, struct error *e)
{
	json_t *r;
	size_t i;

	json_array_foreach(results, i, r)
	{
		const char *name = json_str(r, "name", "");

		if (strcmp(json_str(r, "outcome", ""), "changed") != 0)
			continue;
		error_set(e, ERR_EXISTS, "a monitor called %.64s is there already and is different",
			  name);
		error_hint(e, "press n and give the new one another name");
		return true;
	}
	return false;
}

static void on_batch(void *arg, enum err code, struct reply *reply, const struct error *e)
{
	struct addition *a = arg;
	json_t *results = json_object_get(reply->data, "results"), *r;
	char names[256];
	struct error fault = {0};
	size_t i, n = 0, created = 0;

	if (code) {
		addition_end(a, e);
		return;
	}
	if (a->dry_run) {
		if (would_change(results, &fault)) {
			addition_end(a, &fault);
			return;
		}
		a->dry_run = false;
		send_batch(a);
		return;
	}
	names[0] = '\0';
	json_array_foreach(results, i, r)
	{
		created += !strcmp(json_str(r, "outcome", ""), "created");
		if (n < sizeof names)
			n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? " and " : "",
					      json_str(r, "name", ""));
	}
	app_say(a->app, ROLE_UP, created ? "watching %s now" : "%s: already watched", names);
	navigation_refresh(a->app);
	addition_end(a, NULL);
}

void ops_add_address(struct app *app, const char *address,
		     void (*done)(void *arg, const struct error *e), void *arg)
{
	struct addition *a = mem_zalloc(sizeof *a);
	struct error e = {0};

	*a = (struct addition){.app = app, .dry_run = true, .done = done, .arg = arg};
	a->items = propose_monitors(address, NULL, &e);
	if (a->items)
		send_batch(a);
	else
		addition_end(a, &e);
}

/* ---- pause and go on, by one key ------------------------------------------------------------- */

static const struct action *action_named(const struct resource_kind *k, const char *verb)
{
	for (size_t i = 0; k && i < k->n_actions; i++)
		if (!strcmp(k->actions[i].verb, verb))
			return &k->actions[i];
	return NULL;
}

bool ops_pause(struct view *v)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);
	bool paused = !strcmp(json_str(row, "state", ""), "paused");
	const struct action *a = action_named(kind, paused ? "resume" : "pause");
	struct targets t;

	if (!a || !view_targets(v, &t))
		return false;
	ops_action(v->app, &t, a);
	return true;
}

/* ---- a try of what is new -------------------------------------------------------------------- */

struct trial {
	struct app *app;
	struct targets targets;
	const struct action *action;
};

static void on_trial(void *arg, bool yes)
{
	struct trial *t = arg;

	if (yes)
		ops_action(t->app, &t->targets, t->action);
	free(t);
}

void ops_offer_test(struct app *app, const struct resource_kind *kind, const json_t *row,
		    const char *made)
{
	const struct action *a = action_named(kind, "test");
	struct trial *t;
	char question[512];

	if (!a || strcmp(a->method, "POST") != 0 || a->n_params)
		return;
	t = mem_zalloc(sizeof *t);
	t->app = app;
	t->action = a;
	t->targets.kind = kind;
	if (!targets_add(&t->targets, row)) {
		free(t);
		return;
	}
	snprintf(question, sizeof question, "%s is saved.%s%s Send a test message now, for real?",
		 t->targets.at[0].name,
		 *made ? " Its receiver must know this secret, which is not shown again: " : "",
		 made);
	app_confirm(app, "Try it", question, on_trial, t);
	explicit_bzero(question, sizeof question);
}
