/* What the bar of every screen tells: how many alerts wait, which messages have not left; and the
 * bell. It asks when the stream says that something changed, never by the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/app/internal.h"
#include "tui/widgets/format.h"

enum { ASK_EVERY_MS = 1000, RING_EVERY_MS = 10000 };

/* ---- the bell -------------------------------------------------------------------------------- */

static void ring(struct app *app)
{
	uint64_t now = app_ticks(app);

	if (app->bell_off || !app->term ||
	    (app->bar.rang && now - app->bar.rang_at < RING_EVERY_MS))
		return;
	app->bar.rang = true;
	app->bar.rang_at = now;
	term_bell(app->term);
}

/* ---- what is known --------------------------------------------------------------------------- */

/* Critical alerts of which something is told. */
static int64_t loud(const json_t *alerts)
{
	return json_int(alerts, "critical", 0) - json_int(alerts, "silenced", 0);
}

void app_house(struct app *app, json_t *overview)
{
	struct bar *b = &app->bar;
	json_t *alerts = json_object_get(overview, "alerts");
	bool more = b->alerts && loud(alerts) > loud(b->alerts) &&
		    json_int(alerts, "critical", 0) > json_int(b->alerts, "critical", 0);

	if (more)
		ring(app);
	json_decref(b->alerts);
	json_decref(b->outbox);
	b->alerts = json_incref(alerts);
	b->outbox = json_incref(json_object_get(overview, "outbox"));
	b->stale = false;
	app_damage(app);
}

static void on_overview(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct app *app = arg;

	app->bar.call = NULL;
	if (!code)
		app_house(app, r->data);
}

void bar_ask(struct app *app)
{
	app->bar.stale = true;
	app->bar.asked_at = 0;
}

void bar_freshen(struct app *app)
{
	struct bar *b = &app->bar;
	uint64_t now = app_ticks(app), waited = now - b->asked_at;

	/* The overview asks the same for itself and tells by app_house(). */
	if (!b->stale || b->call || !app->ever_connected || !app->connected ||
	    app_view(app)->screen->house)
		return;
	if (b->asked_at && waited < ASK_EVERY_MS) {
		app_damage_in(app, ASK_EVERY_MS - waited);
		return;
	}
	b->stale = false;
	b->asked_at = now;
	b->call = channel_get(app->channel, "/v1/overview", on_overview, app);
}

void bar_message(struct app *app, const struct live_message *m)
{
	static const char *const kinds[] = {"alert", "delivery", "notifier", "silence"};
	const char *topic = json_str(m->body, "topic", "");

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (m->what != LIVE_EVENT && !strcmp(m->kind, kinds[i]))
			app->bar.stale = true;
	if (m->what != LIVE_EVENT)
		return;
	if (!strncmp(topic, "alert", 5) || !strncmp(topic, "notifier.", 9) ||
	    !strncmp(topic, "silence.", 8))
		app->bar.stale = true;
	if (!strcmp(topic, "notifier.bell") || !strcmp(topic, "alerts.undelivered"))
		ring(app);
}

void bar_stop(struct app *app)
{
	call_cancel(app->bar.call);
	json_decref(app->bar.alerts);
	json_decref(app->bar.outbox);
	app->bar = (struct bar){0};
}

/* ---- words ----------------------------------------------------------------------------------- */

const json_t *app_alert_counts(const struct app *app)
{
	return app->bar.alerts;
}

int64_t bar_open_alerts(const struct app *app)
{
	return json_int(app->bar.alerts, "open", 0) - json_int(app->bar.alerts, "silenced", 0);
}

/* "2 messages have not left: ops: refused the connection, 12m". */
static size_t failing_text(const struct app *app, char *out, size_t cap)
{
	const json_t *o = app->bar.outbox;
	long long pending = (long long)json_int(o, "pending", 0);
	const char *why = json_str(o, "why", "");
	char age[FORMAT_TEXT] = "";
	int64_t since;
	int n;

	if (!pending || !*json_str(o, "failing", ""))
		return 0;
	if (time_parse(json_str(o, "failing_since", ""), &since))
		format_age(age, sizeof age, app_now_ms(app) - since);
	n = snprintf(out, cap, "%lld message%s not left: %s%s%s%s%s", pending,
		     pending == 1 ? " has" : "s have", json_str(o, "failing", ""),
		     *why ? ": " : " fails", why, *age ? ", " : "", age);
	return (size_t)n < cap ? (size_t)n : cap - 1;
}

bool bar_undelivered(const struct app *app, char *out, size_t cap)
{
	long long dead = (long long)json_int(app->bar.outbox, "dead", 0);
	size_t n = failing_text(app, out, cap);

	if (dead && n)
		snprintf(out + n, cap - n, "; %lld given up", dead);
	else if (dead)
		snprintf(out, cap, "%lld message%s given up: see :deliveries, r sends again", dead,
			 dead == 1 ? " was" : "s were");
	return n > 0 || dead > 0;
}
