#include "daemon/alerts/outbox/fallback.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/alerts/outbox/outbox_internal.h"
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

void fallback_here(struct outbox *o, const char *text)
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
	bool nobody; /* of what no notifier takes */
	bool again;  /* is it over? */
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

static enum err write_event(struct txn *t, const struct alarm *a, const char *topic,
			    enum severity severity, const char *text, struct error *e)
{
	struct event ev = {.at_ms = outbox_wall_ms(a->o),
			   .severity = severity,
			   .subject = a->notifier,
			   .text = (char *)(uintptr_t)text};

	snprintf(ev.topic, sizeof ev.topic, "%s", topic);
	snprintf(ev.subject_kind, sizeof ev.subject_kind, "notifier");
	snprintf(ev.name, sizeof ev.name, "%s", a->name[0] ? a->name : "alerts");
	return feed_event(t, &ev, e);
}

static enum err run_raise(struct txn *t, void *arg, struct error *e)
{
	const struct alarm *a = arg;
	char text[MESSAGE_TITLE_MAX + 128], kept[64];
	enum err rc;

	if (a->name[0])
		snprintf(text, sizeof text, "nobody could be told: %s", a->title);
	else
		snprintf(text, sizeof text, "no notifier takes it: %s", a->title);
	rc = write_event(t, a, "alerts.undelivered", SEVERITY_CRITICAL, text, e);
	snprintf(kept, sizeof kept, "%" PRIu64 " %" PRIu64 " %d", a->from, a->upto, a->nobody);
	return rc ? rc : txn_meta_set(t, "outbox.alarm", kept, e);
}

static enum err run_over(struct txn *t, void *arg, struct error *e)
{
	const struct alarm *a = arg;
	enum err rc = write_event(t, a, "alerts.delivered", SEVERITY_INFO,
				  "what nobody could be told of has left", e);

	return rc ? rc : txn_meta_set(t, "outbox.alarm", "", e);
}

void fallback_recall(struct outbox *o, const char *text)
{
	int nobody = 0;

	o->alarmed = sscanf(text, "%" SCNu64 " %" SCNu64 " %d", &o->alarm_from, &o->alarm_upto,
			    &nobody) == 3;
	o->alarm_nobody = nobody;
	o->alarm_again = o->alarmed;
	o->alarmed_ms = outbox_boot_ms(o) - AGAIN_MS;
}

/* ---- raising it, and its end ---------------------------------------------------------------- */

static void raise_alarm(struct alarm *a)
{
	struct error e = {0};

	if (store_run(a->o->d->store, OP_PEOPLE, run_raise, a, &e))
		log_error("outbox", "nobody could be told, and that cannot be stored: %s",
			  a->title);
	fallback_here(a->o, a->title);
}

/* What is new, together with what is known already. */
static bool note_alarm(struct alarm *a)
{
	struct outbox *o = a->o;
	int64_t now_ms = outbox_boot_ms(o);
	bool tell = a->n && (!o->alarmed || now_ms - o->alarmed_ms >= AGAIN_MS);

	if (!a->n)
		return false;
	if (o->alarmed) {
		a->from = o->alarm_from < a->from ? o->alarm_from : a->from;
		a->upto = o->alarm_upto > a->upto ? o->alarm_upto : a->upto;
		a->nobody = a->nobody || o->alarm_nobody;
	}
	o->alarmed = true;
	o->alarm_from = a->from;
	o->alarm_upto = a->upto;
	o->alarm_nobody = a->nobody;
	if (tell)
		o->alarmed_ms = now_ms;
	return tell;
}

static void end_alarm(struct alarm *a)
{
	struct outbox *o = a->o;
	struct error e = {0};

	if (a->n || a->nobody)
		return;
	if (store_run(o->d->store, OP_PEOPLE, run_over, a, &e)) {
		log_warn("outbox", "that all were told again cannot be stored now: %s", e.text);
		return; /* with the next message */
	}
	pthread_mutex_lock(&o->lock);
	/* Unless there is more of it by now. */
	if (o->alarm_upto == a->upto && !o->alarm_nobody)
		o->alarmed = false;
	pthread_mutex_unlock(&o->lock);
}

static void run_look(void *arg)
{
	struct alarm *a = arg;
	struct outbox *o = a->o;
	bool tell = false;

	if (a->nobody && !a->again)
		a->n = 1; /* no notifier takes it */
	else
		find(a);
	if (a->again) {
		end_alarm(a);
	} else {
		pthread_mutex_lock(&o->lock);
		tell = note_alarm(a);
		pthread_mutex_unlock(&o->lock);
	}
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

/* @return false: there is no thread for it now */
static bool start_look(struct outbox *o, const struct alarm *what)
{
	struct alarm *a = mem_alloc(sizeof *a);

	*a = *what;
	o->alarm_busy = pool_submit(o->pool, run_look, a);
	if (!o->alarm_busy)
		free(a);
	return o->alarm_busy;
}

int64_t fallback_due(struct outbox *o, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;
	struct alarm a = {.o = o};
	uint64_t upto;

	if (o->alarm_busy)
		return INT64_MAX;
	upto = overdue(o, now_ms, &next_ms);
	if (o->given_up > upto)
		upto = o->given_up;
	if (o->nobody[0]) {
		a.nobody = true;
		a.from = a.upto = o->alarmed_up_to;
		snprintf(a.title, sizeof a.title, "%s", o->nobody);
		if (!start_look(o, &a))
			return now_ms + 1000;
		o->nobody[0] = '\0';
		return INT64_MAX;
	}
	if (upto > o->alarmed_up_to) {
		a.from = o->alarmed_up_to;
		a.upto = upto;
		if (!start_look(o, &a))
			return now_ms + 1000;
		o->alarmed_up_to = upto;
		return INT64_MAX;
	}
	if (!o->alarmed || !o->alarm_again)
		return next_ms;
	a.again = true;
	a.from = o->alarm_from;
	a.upto = o->alarm_upto;
	a.nobody = o->alarm_nobody;
	if (!start_look(o, &a))
		return now_ms + 1000;
	o->alarm_again = false;
	return INT64_MAX;
}

void fallback_sent(struct outbox *o, bool critical)
{
	pthread_mutex_lock(&o->lock);
	if (o->alarmed) {
		o->alarm_again = true;
		o->alarm_nobody = o->alarm_nobody && !critical;
		pthread_cond_signal(&o->wake);
	}
	pthread_mutex_unlock(&o->lock);
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
