#include "daemon/alerts/fallback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/alerts/outbox_internal.h"
#include "daemon/core/child.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { AGAIN_MS = 600000, CHILD_MS = 5000, ENV_MAX = 8, TOLD_TEXT = MESSAGE_TITLE_MAX + 32 };

/* ---- programs of this machine --------------------------------------------------------------- */

static const struct way {
	unsigned flag;
	const char *path;
	const char *const args[4]; /* before the text */
} ways[] = {
	{FALLBACK_WALL, "/usr/bin/wall", {NULL}},
	{FALLBACK_DESKTOP,
	 "/usr/bin/notify-send",
	 {"--urgency=critical", "--app-name=SellerSmart", "SellerSmart", NULL}},
};

/* One that runs; the net loop's. */
struct teller {
	struct fallback *owner;
	struct teller *next;
	const struct way *way;
	struct child *child;
	char text[TOLD_TEXT];
	char *argv[8], *envp[ENV_MAX + 1];
};

struct fallback {
	struct daemon *d;
	struct teller *running;
};

struct fallback *fallback_new(struct daemon *d)
{
	struct fallback *f = mem_zalloc(sizeof *f);

	f->d = d;
	return f;
}

void fallback_free(struct fallback *f)
{
	free(f);
}

static void teller_free(struct teller *t)
{
	for (size_t i = 0; i < ENV_MAX && t->envp[i]; i++)
		free(t->envp[i]);
	free(t);
}

static const char *allow(void *arg)
{
	const struct teller *t = arg;

	return access(t->way->path, X_OK) == 0 ? t->way->path : NULL;
}

static void on_told(const struct child_result *r, void *arg)
{
	struct teller *t = arg, **at = &t->owner->running;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (r->end != CHILD_EXITED || r->number != 0)
		log_warn("outbox", "%s could not tell what no notifier gets out", t->way->path);
	teller_free(t);
}

/* What a program needs to find the desktop of whom we run as, nothing else of ours. */
static void set_environment(struct teller *t)
{
	static const char *const names[ENV_MAX] = {"DBUS_SESSION_BUS_ADDRESS",
						   "XDG_RUNTIME_DIR",
						   "DISPLAY",
						   "WAYLAND_DISPLAY",
						   "XAUTHORITY",
						   "HOME",
						   "LANG",
						   "LC_ALL"};
	size_t n = 0;

	for (size_t i = 0; i < ENV_MAX; i++) {
		const char *value = getenv(names[i]);

		if (value)
			t->envp[n++] = mem_printf("%s=%s", names[i], value);
	}
}

static void start_teller(void *arg)
{
	struct teller *t = arg;
	size_t n = 0;

	t->argv[n++] = (char *)(uintptr_t)t->way->path;
	for (size_t i = 0; i < ARRAY_LEN(t->way->args) && t->way->args[i]; i++)
		t->argv[n++] = (char *)(uintptr_t)t->way->args[i];
	t->argv[n] = t->text;
	set_environment(t);

	struct child_request q = {.loop = t->owner->d->net,
				  .allow = allow,
				  .argv = t->argv,
				  .envp = t->envp,
				  .timeout_ms = CHILD_MS,
				  .output_max = 256,
				  .done = on_told,
				  .arg = t};

	t->child = child_start(&q);
	if (!t->child) {
		teller_free(t);
		return;
	}
	t->next = t->owner->running;
	t->owner->running = t;
}

static void tell_here(struct outbox *o, const char *text)
{
	const struct config *c = outbox_config(o);
	unsigned allowed = c ? c->alerts_fallback : 0;

	config_unref(c);
	for (size_t i = 0; i < ARRAY_LEN(ways) && o->d->net; i++) {
		struct teller *t;

		if (!(allowed & ways[i].flag))
			continue;
		t = mem_zalloc(sizeof *t);
		t->owner = o->fallback;
		t->way = &ways[i];
		/* The first word keeps it from being an option. */
		snprintf(t->text, sizeof t->text, "SellerSmart: %s", text);
		loop_post(o->d->net, start_teller, t);
	}
}

static void cancel_all(void *arg)
{
	struct fallback *f = arg;

	for (struct teller *t = f->running, *next; t; t = next) {
		next = t->next;
		child_cancel(t->child);
	}
}

void fallback_stop(struct fallback *f)
{
	if (f && f->d->net)
		loop_call(f->d->net, cancel_all, f);
}

/* ---- looking -------------------------------------------------------------------------------- */

struct alarm {
	struct outbox *o;
	uint64_t from, upto, notifier;
	size_t n;
	char title[MESSAGE_TITLE_MAX + 1], name[64];
};

/* What is critical, not sent, and about nothing of which another notifier was told since. */
static void find(struct alarm *a)
{
	struct reader *r = store_reader(a->o->d->store, NULL);
	sqlite3_stmt *st =
		r ? reader_prepare(r,
				   "SELECT d.title, d.notifier, d.notifier_name FROM delivery d"
				   " JOIN resource k ON k.id = d.notifier"
				   " WHERE d.id > ?1 AND d.id <= ?2 AND d.severity >= ?3"
				   " AND k.kind = 'notifier' AND d.state IN ('pending', 'dead')"
				   " AND NOT EXISTS (SELECT 1 FROM delivery_alert x"
				   " JOIN delivery_alert y ON y.alert = x.alert"
				   " JOIN delivery s ON s.id = y.delivery"
				   " JOIN resource n ON n.id = s.notifier"
				   " WHERE x.delivery = d.id AND s.state = 'sent'"
				   " AND n.kind = 'notifier' AND s.sent_ms >= d.created_ms)"
				   " ORDER BY d.id",
				   NULL)
		  : NULL;

	if (st) {
		sqlite3_bind_int64(st, 1, (int64_t)a->from);
		sqlite3_bind_int64(st, 2, (int64_t)a->upto);
		sqlite3_bind_int(st, 3, SEVERITY_CRITICAL);
	}
	while (st && sqlite3_step(st) == SQLITE_ROW) {
		if (a->n++)
			continue;
		snprintf(a->title, sizeof a->title, "%s", (const char *)sqlite3_column_text(st, 0));
		a->notifier = (uint64_t)sqlite3_column_int64(st, 1);
		snprintf(a->name, sizeof a->name, "%s", (const char *)sqlite3_column_text(st, 2));
	}
	if (r)
		reader_done(r);
}

static enum err run_event(struct txn *t, void *arg, struct error *e)
{
	const struct alarm *a = arg;
	char text[MESSAGE_TITLE_MAX + 128];
	struct event ev = {.at_ms = outbox_wall_ms(a->o),
			   .severity = SEVERITY_CRITICAL,
			   .subject = a->notifier,
			   .text = text};

	snprintf(ev.topic, sizeof ev.topic, "alerts.undelivered");
	snprintf(ev.subject_kind, sizeof ev.subject_kind, "notifier");
	snprintf(ev.name, sizeof ev.name, "%s", a->name[0] ? a->name : "alerts");
	if (a->name[0])
		snprintf(text, sizeof text, "nobody could be told: %s", a->title);
	else
		snprintf(text, sizeof text, "no notifier takes it: %s", a->title);
	return feed_event(t, &ev, e);
}

static void raise_alarm(struct alarm *a)
{
	struct error e = {0};

	if (store_run(a->o->d->store, OP_PEOPLE, run_event, a, &e))
		log_error("outbox", "nobody could be told, and that cannot be stored: %s",
			  a->title);
	tell_here(a->o, a->title);
}

static void run_look(void *arg)
{
	struct alarm *a = arg;
	struct outbox *o = a->o;
	bool tell;

	if (a->title[0])
		a->n = 1; /* no notifier takes it */
	else
		find(a);
	pthread_mutex_lock(&o->lock);
	tell = a->n && (!o->alarmed || outbox_boot_ms(o) - o->alarmed_ms >= AGAIN_MS);
	if (tell) {
		o->alarmed = true;
		o->alarmed_ms = outbox_boot_ms(o);
	}
	pthread_mutex_unlock(&o->lock);
	if (tell)
		raise_alarm(a);
	pthread_mutex_lock(&o->lock);
	o->alarm_busy = false;
	pthread_cond_signal(&o->wake);
	pthread_cond_broadcast(&o->calm);
	pthread_mutex_unlock(&o->lock);
	free(a);
}

/* The youngest critical message that has waited for too long, and when the next one has. */
static uint64_t overdue(const struct outbox *o, int64_t now_ms, int64_t *next_ms)
{
	uint64_t upto = 0;

	for (size_t i = 0; i < o->n_lanes; i++) {
		const struct lane *l = o->lanes[i];

		for (size_t k = l->first; k < l->n; k++) {
			const struct entry *e = &l->entries[k];
			int64_t due_ms = e->since_ms + UNDELIVERED_MS;

			if (e->severity < SEVERITY_CRITICAL || e->id <= o->alarmed_up_to ||
			    entry_is_held(e, now_ms))
				continue;
			if (due_ms > now_ms && due_ms < *next_ms)
				*next_ms = due_ms;
			if (due_ms <= now_ms && e->id > upto)
				upto = e->id;
		}
	}
	return upto;
}

int64_t fallback_due(struct outbox *o, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;
	struct alarm *a;
	uint64_t upto;

	if (o->alarm_busy)
		return INT64_MAX;
	upto = overdue(o, now_ms, &next_ms);
	if (o->given_up > upto)
		upto = o->given_up;
	if (upto <= o->alarmed_up_to && !o->nobody[0])
		return next_ms;
	a = mem_zalloc(sizeof *a);
	a->o = o;
	a->from = o->alarmed_up_to;
	a->upto = upto;
	snprintf(a->title, sizeof a->title, "%s", o->nobody);
	if (!pool_submit(o->pool, run_look, a)) {
		free(a);
		return now_ms + 1000;
	}
	o->alarm_busy = true;
	if (!o->nobody[0])
		o->alarmed_up_to = upto;
	o->nobody[0] = '\0';
	return INT64_MAX;
}

void fallback_look(struct outbox *o, uint64_t id)
{
	if (id > o->given_up)
		o->given_up = id;
}

void outbox_nobody(struct outbox *o, const char *title)
{
	pthread_mutex_lock(&o->lock);
	snprintf(o->nobody, sizeof o->nobody, "%s", title);
	pthread_cond_signal(&o->wake);
	pthread_mutex_unlock(&o->lock);
}
