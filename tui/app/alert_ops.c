#include "tui/app/alert_ops.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/internal.h"
#include "tui/app/listing.h"
#include "tui/widgets/told.h"

enum { NOTE_MAX = 300, SUBJECT_MAX = 64, MORNING = 8 };

static const struct deed {
	const char *verb, *doing, *done;
} deeds[] = {
	{"ack", "acknowledging", "acknowledged"},
	{"unack", "taking back", "not acknowledged any more:"},
	{"snooze", "snoozing", "snoozed"},
	{"resolve", "resolving", "resolved"},
	{"redeliver", "sending again", "sent again"},
};

/* One order, to one alert or several; ends with the last answer. */
struct order {
	struct app *app;
	struct targets targets;
	char subject[SUBJECT_MAX];
	const struct deed *deed;
	const char *undo; /* the verb that takes it back, NULL: none */
	json_t *body;
	int64_t until_ms; /* of a snooze */
	size_t waiting, failed, sent;
	struct error fault;
};

static const char *own_name(void)
{
	const struct passwd *me = getpwuid(getuid());

	return me ? me->pw_name : "";
}

const char *alert_by(const char *name)
{
	return *name && !strcmp(own_name(), name) ? "you" : name;
}

bool alert_targets(const struct view *v, struct targets *t)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);
	int64_t number = json_int(row, "alert", 0);

	if (kind && row && !strcmp(kind->kind, "alert"))
		return view_targets(v, t);
	if (!number)
		return false;
	memset(t, 0, sizeof *t);
	t->kind = resource_kind_find("alert");
	t->n = 1;
	snprintf(t->at[0].id, sizeof t->at[0].id, "%lld", (long long)number);
	snprintf(t->at[0].name, sizeof t->at[0].name, "%lld", (long long)number);
	return t->kind != NULL;
}

/* ---- orders ---------------------------------------------------------------------------------- */

static void send_order(struct order *o);

static struct order *order_new(struct app *app, const struct targets *t, const char *verb)
{
	struct order *o = mem_zalloc(sizeof *o);

	o->app = app;
	o->targets = *t;
	o->body = json_object();
	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		if (!strcmp(deeds[i].verb, verb))
			o->deed = &deeds[i];
	if (*own_name() && strcmp(verb, "redeliver") != 0)
		json_object_set_new(o->body, "by", json_string(own_name()));
	return o;
}

static void order_free(struct order *o)
{
	json_decref(o->body);
	free(o);
}

static void on_undo(void *arg, bool undo)
{
	struct order *o = arg, *back;

	if (undo) {
		back = order_new(o->app, &o->targets, o->undo);
		if (!strcmp(o->undo, "snooze"))
			json_object_set_new(back->body, "for", json_string("0s"));
		snprintf(back->subject, sizeof back->subject, "%s", o->subject);
		send_order(back);
	}
	order_free(o);
}

static void about(const struct order *o, size_t n, char *out, size_t cap)
{
	if (n == 1)
		snprintf(out, cap, "%s%s%s", o->targets.at[0].name, *o->subject ? ", " : "",
			 o->subject);
	else
		snprintf(out, cap, "%zu alerts", n);
}

/* The words at the end; @return true when o lives on as an undo */
static bool tell(struct order *o)
{
	size_t done = o->targets.n - o->failed;
	char what[160], when[48] = "", at[32];

	if (o->failed) {
		if (done)
			app_say(o->app, ROLE_ERROR, "%zu of %zu not: %s", o->failed, o->targets.n,
				o->fault.text);
		else
			app_say_error(o->app, &o->fault);
		return false;
	}
	about(o, done, what, sizeof what);
	if (!strcmp(o->deed->verb, "redeliver")) {
		app_say(o->app, o->sent ? ROLE_UP : ROLE_INFO,
			o->sent ? "%zu message%s of %s on the way again"
				: "%zu message%s of %s: all that was told got out",
			o->sent, o->sent == 1 ? "" : "s", what);
		return false;
	}
	if (o->until_ms)
		snprintf(when, sizeof when, " until %s",
			 told_time(at, sizeof at, o->until_ms, app_now_ms(o->app)));
	app_say(o->app, ROLE_UP, "%s %s%s%s", o->deed->done, what, when,
		o->undo ? "   u undo" : "");
	if (o->undo)
		app_offer_undo(o->app, on_undo, o);
	return o->undo != NULL;
}

static void on_answer(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct order *o = arg;

	if (code) {
		o->failed++;
		o->fault = *e;
	} else {
		o->sent += (size_t)json_int(r->data, "redelivered", 0);
	}
	if (--o->waiting > 0)
		return;
	if (code == ERR_CANCELLED) {
		order_free(o);
		return;
	}
	navigation_refresh(o->app);
	bar_ask(o->app);
	if (!tell(o))
		order_free(o);
}

static void send_order(struct order *o)
{
	char *body = json_dumps(o->body, JSON_COMPACT), what[160];

	o->waiting = o->targets.n;
	about(o, o->targets.n, what, sizeof what);
	app_say(o->app, ROLE_DIM, "%s %s", o->deed->doing, what);
	for (size_t i = 0, n = o->targets.n; i < n; i++) {
		struct buf path = BUF_INIT(512);

		buf_add_str(&path, "/v1/alerts/");
		path_escape(&path, o->targets.at[i].id);
		buf_printf(&path, "/%s", o->deed->verb);
		channel_send(o->app->channel,
			     &(struct client_request){.method = "POST",
						      .path = buf_str(&path),
						      .body = body,
						      .body_len = strlen(body)},
			     on_answer, o);
		buf_fini(&path);
	}
	free(body);
}

/* An order of what is under the cursor now, which may move. */
static struct order *order_of(struct view *v, const struct targets *t, const char *verb)
{
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);
	struct order *o = order_new(v->app, t, verb);

	if (t->n == 1)
		snprintf(o->subject, sizeof o->subject, "%s",
			 json_str(row, "subject", json_str(row, "name", "")));
	if (v->listing)
		listing_unmark(v->listing);
	return o;
}

/* ---- acknowledge ----------------------------------------------------------------------------- */

void alert_ack(struct view *v, const struct targets *t, const char *note)
{
	struct order *o = order_of(v, t, "ack");

	if (note && *note)
		json_object_set_new(o->body, "note", json_string(note));
	o->undo = "unack";
	send_order(o);
}

static void on_note(void *arg, const char *text)
{
	struct order *o = arg;

	if (!text) {
		order_free(o);
		return;
	}
	if (*text)
		json_object_set_new(o->body, "note", json_stringn(text, strnlen(text, NOTE_MAX)));
	send_order(o);
}

void alert_ack_note(struct view *v, const struct targets *t)
{
	struct order *o = order_of(v, t, "ack");

	o->undo = "unack";
	app_prompt(v->app, "note for others: ", "", NULL, on_note, o);
}

void alert_unack(struct view *v, const struct targets *t)
{
	send_order(order_of(v, t, "unack"));
}

/* ---- snooze ---------------------------------------------------------------------------------- */

/* ms until the clock on the wall shows that next. */
static int64_t until_clock(int hour, int minute, int64_t now_ms)
{
	time_t now = (time_t)(now_ms / 1000), then;
	struct tm t;

	localtime_r(&now, &t);
	t.tm_hour = hour;
	t.tm_min = minute;
	t.tm_sec = 0;
	t.tm_isdst = -1;
	then = mktime(&t);
	if (then <= now) {
		t.tm_mday++;
		t.tm_isdst = -1;
		then = mktime(&t);
	}
	return (int64_t)(then - now) * 1000;
}

int64_t alert_snooze_ms(const char *text, int64_t now_ms)
{
	int hour, minute, used = 0;
	int64_t ms;

	if (duration_parse(text, &ms))
		return ms;
	if (sscanf(text, "%2d:%2d%n", &hour, &minute, &used) == 2 && !text[used] && hour >= 0 &&
	    hour < 24 && minute >= 0 && minute < 60)
		return until_clock(hour, minute, now_ms);
	return 0;
}

static void snooze_for(struct order *o, int64_t ms)
{
	char text[DURATION_TEXT];

	json_object_set_new(o->body, "for", json_string(duration_format(text, ms / 1000 * 1000)));
	o->until_ms = ms ? app_now_ms(o->app) + ms : 0;
	o->undo = "snooze";
	send_order(o);
}

static void on_duration(void *arg, const char *text)
{
	struct order *o = arg;
	int64_t ms = text ? alert_snooze_ms(text, app_now_ms(o->app)) : 0;

	if (ms > 0) {
		snooze_for(o, ms);
		return;
	}
	if (text)
		app_say(o->app, ROLE_ERROR, "\"%.40s\" is no time - try: 45m, 2h, 1d or 8:00",
			text);
	order_free(o);
}

enum { SNOOZE_MORNING = 3, SNOOZE_TYPED, SNOOZE_END };

static const int64_t snooze_ms[] = {30 * 60000, 60 * 60000, 240 * 60000};

static void on_choice(void *arg, int chosen)
{
	struct order *o = arg;
	int64_t now = app_now_ms(o->app);

	switch (chosen) {
	case -1: order_free(o); break;
	case SNOOZE_MORNING: snooze_for(o, until_clock(MORNING, 0, now)); break;
	case SNOOZE_TYPED:
		app_prompt(o->app, "how long, or until: ", "", NULL, on_duration, o);
		break;
	case SNOOZE_END:
		json_object_set_new(o->body, "for", json_string("0s"));
		send_order(o);
		break;
	default: snooze_for(o, snooze_ms[chosen]); break;
	}
}

void alert_snooze(struct view *v, const struct targets *t)
{
	static const char *const labels[] = {"30 minutes",
					     "1 hour",
					     "4 hours",
					     "until 8:00",
					     "type how long, or until when",
					     "no longer: tell again",
					     NULL};
	const char *shown[ARRAY_LEN(labels)];
	const struct resource_kind *kind;
	const json_t *row = view_subject(v, &kind);
	bool snoozed = told_snoozed(row, app_now_ms(v->app)) > 0;
	char title[96];

	memcpy(shown, labels, sizeof shown);
	if (!snoozed)
		shown[SNOOZE_END] = NULL;
	snprintf(title, sizeof title, "Tell nothing of %s for",
		 t->n == 1 ? t->at[0].name : "these");
	app_choose(v->app, title, shown, on_choice, order_of(v, t, "snooze"));
}

/* ---- redeliver, resolve ---------------------------------------------------------------------- */

void alert_redeliver(struct view *v, const struct targets *t)
{
	send_order(order_of(v, t, "redeliver"));
}

static void on_resolve(void *arg, bool yes)
{
	if (yes)
		send_order(arg);
	else
		order_free(arg);
}

void alert_resolve(struct view *v, const struct targets *t)
{
	struct order *o = order_of(v, t, "resolve");
	char what[160], question[320];

	about(o, t->n, what, sizeof what);
	snprintf(question, sizeof question,
		 "Is it over: %s? What is still wrong opens a new alert at its next event.", what);
	app_confirm(v->app, "Resolve", question, on_resolve, o);
}
