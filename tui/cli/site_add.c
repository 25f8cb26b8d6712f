#include "tui/cli/site_add.h"

#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "tui/cli/job_watch.h"

enum { LOOKS = 200, LOOK_MS = 50 /* until the scan has begun: 10 s */ };

struct adding {
	struct invocation *in;
	const char *kind;
	json_t *site, *job;
	bool there; /* it was there already */
};

static enum err get_site(struct adding *a, const char *name, struct error *e)
{
	struct buf path = BUF_INIT(256);
	json_t *reply = NULL;
	buf_printf(&path, "/v1/%ss/%s", a->kind, name);
	enum err err = request_json(a->in, "GET", buf_str(&path), NULL, &reply, e);
	if (!err) {
		json_decref(a->site);
		a->site = json_incref(json_object_get(reply, "data"));
	}
	json_decref(reply);
	buf_fini(&path);
	return err;
}

/* The name that was given, or the one that the daemon would have made. */
static bool name_of(const struct adding *a, const json_t *body, char *out, size_t cap)
{
	const struct resource_kind *k = resource_kind_find(a->kind);
	const char *given = json_str(body, "name", NULL);
	if (given) {
		snprintf(out, cap, "%s", given);
		return true;
	}
	return k && k->name_propose && k->name_propose(body, out, cap);
}

/* One that has the name is the one that is meant when it has the address, too. */
static enum err take_what_is_there(struct adding *a, const json_t *body, struct error *e)
{
	char name[NAME_MAX_BYTES + 1];
	struct error ignored = {0};
	if (!name_of(a, body, name, sizeof(name)) || get_site(a, name, &ignored))
		return e->code;
	if (strcmp(json_str(a->site, "url", ""), json_str(body, "url", ""))) {
		error_hint(e, "give this one another name: --name NAME");
		return e->code;
	}
	a->there = true;
	return ERR_NONE;
}

static enum err make_site(struct adding *a, struct error *e)
{
	const char *address = a->in->args[0], *every = invocation_flag(a->in, "every");
	const char *name = invocation_flag(a->in, "name");
	char *url =
		strstr(address, "://") ? mem_strdup(address) : mem_printf("https://%s", address);
	struct buf path = BUF_INIT(64);
	json_t *reply = NULL, *body = json_pack("{s:s}", "url", url);
	if (every)
		json_object_set_new(body, "every", json_string(every));
	if (name)
		json_object_set_new(body, "name", json_string(name));
	buf_printf(&path, "/v1/%ss", a->kind);
	enum err err = request_json(a->in, "POST", buf_str(&path), body, &reply, e);
	if (!err)
		a->site = json_incref(json_object_get(reply, "data"));
	else if (err == ERR_EXISTS)
		err = take_what_is_there(a, body, e);
	json_decref(reply);
	json_decref(body);
	buf_fini(&path);
	free(url);
	return err;
}

/* Its scan begins right after it was made. */
static enum err wait_for_job(struct adding *a, char *id, size_t cap, struct error *e)
{
	const struct timespec t = {.tv_nsec = LOOK_MS * 1000000L};
	char name[NAME_MAX_BYTES + 1];
	snprintf(name, sizeof(name), "%s", json_str(a->site, "name", ""));
	*id = 0;
	for (int i = 0; i < LOOKS; i++) {
		enum err err = get_site(a, name, e);
		if (err)
			return err;
		/* Of one that was there already only a scan that runs is waited for. */
		const char *job = json_str(a->site, a->there ? "job" : "last_job", NULL);
		if (job) {
			snprintf(id, cap, "%s", job);
			return ERR_NONE;
		}
		if (a->there || strcmp(json_str(a->site, "state", "new"), "new") != 0)
			return ERR_NONE;
		nanosleep(&t, NULL);
	}
	return ERR_NONE;
}

static void print(struct adding *a, const json_t *monitors)
{
	const char *name = json_str(a->site, "name", ""), *state = json_str(a->site, "state", "");
	json_t *all = json_pack("{s:O,s:O?}", a->kind, a->site, "scan", a->job);
	if (monitors)
		json_object_set(all, "monitors", (json_t *)monitors);
	if (output_machine(a->in->output, all)) {
		json_decref(all);
		return;
	}
	json_decref(all);
	if (!a->job) {
		output_text(a->in->output, "%s %s %s, %s\n", a->kind, name,
			    a->there ? "is there already" : "created", state);
		return;
	}
	const char *result = json_str(a->job, "result", "");
	if (!job_is_over(a->job))
		output_text(a->in->output, "%s %s %s: its products are being looked for\n", a->kind,
			    name, a->there ? "is there already" : "created");
	else if (job_exit_status(a->job))
		output_text(a->in->output, "%s %s %s, but could not be read: %s\n", a->kind, name,
			    a->there ? "is there already" : "created", result);
	else
		output_text(a->in->output, "%s %s: %s\n", a->kind, name, result);
}

static void say_next(struct adding *a)
{
	const char *name = json_str(a->site, "name", "");
	if (a->job && !job_is_over(a->job))
		job_say_left(a->in, a->job);
	else if (a->job && job_exit_status(a->job))
		output_note(
			a->in->output,
			"try: sellersmart job log %s; again: sellersmart %s scan %s; take it away: "
			"sellersmart %s rm %s",
			json_str(a->job, "id", ""), a->kind, name, a->kind, name);
	else
		output_note(a->in->output, "see: sellersmart listing list --filter site=%s", name);
}

static enum err follow(struct adding *a, bool *left, struct error *e)
{
	char id[32];
	bool wait = !invocation_flag(a->in, "no-wait");
	enum err err = wait_for_job(a, id, sizeof(id), e);
	if (err || !*id)
		return err;
	if (!wait) {
		struct buf path = BUF_INIT(64);
		json_t *reply = NULL;
		buf_printf(&path, "/v1/jobs/%s", id);
		err = request_json(a->in, "GET", buf_str(&path), NULL, &reply, e);
		a->job = json_incref(json_object_get(reply, "data"));
		json_decref(reply);
		buf_fini(&path);
		return err;
	}
	char name[NAME_MAX_BYTES + 1];
	snprintf(name, sizeof(name), "%s", json_str(a->site, "name", ""));
	output_note(a->in->output, "%s %s: what is it made with, and where are its products?",
		    a->kind, name);
	err = job_watch(a->in, id, &a->job, left, e);
	return err ? err : get_site(a, name, e);
}

int site_add(struct invocation *in, const char *kind, const json_t *monitors)
{
	struct error e = {0};
	struct adding a = {.in = in, .kind = kind};
	bool left = false;
	int status = 0;
	enum err err = make_site(&a, &e);
	if (err && monitors && !strcmp(e.field, "url")) {
		/* They are what was asked for, too. */
		if (!output_machine(in->output, monitors))
			output_note(in->output, "its products are not read: %s%s%s", e.text,
				    e.hint[0] ? "; " : "", e.hint);
		return 0;
	}
	if (!err)
		err = follow(&a, &left, &e);
	if (err) {
		status = invocation_fail(&e);
	} else {
		print(&a, monitors);
		say_next(&a);
		status = left ? 130 : a.job ? job_exit_status(a.job) : 0;
	}
	json_decref(a.site);
	json_decref(a.job);
	return status;
}
