/* One monitor for a person: is it up, since when, how fast is each part, what does the certificate
 * say, what broke lately, and which settings are not the usual ones. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/cli/request.h"
#include "tui/cli/views.h"
#include "tui/widgets/format.h"

enum { INCIDENTS_SHOWN = 3, ANSWERS_SHOWN = 5, LABEL_WIDTH = 13 };
enum { KNOWN_MOST = 95 }; /* percent of a window from which on it need not be said */

static const char *age(const char *rfc3339, char out[static DURATION_TEXT])
{
	int64_t at, now = (int64_t)time(NULL) * 1000;
	memcpy(out, "-", 2);
	if (rfc3339 && time_parse(rfc3339, &at))
		age_format(out, now > at ? now - at : 0);
	return out;
}

/* Further reading for the page; what does not come is left out. */
static json_t *ask(struct invocation *in, const json_t *m, const char *what)
{
	struct error e = {0};
	struct buf path = BUF_INIT(1024);
	json_t *reply = NULL;
	buf_printf(&path, "/v1/monitors/%s/%s", json_str(m, "id", ""), what);
	if (request_json(in, "GET", buf_str(&path), NULL, &reply, &e)) {
		json_decref(reply);
		reply = NULL;
	}
	buf_fini(&path);
	json_t *data = reply ? json_incref(json_object_get(reply, "data")) : NULL;
	json_decref(reply);
	return data;
}

static void head(struct invocation *in, const json_t *m)
{
	struct output *o = in->output;
	char state[48], at[32], old[DURATION_TEXT];
	output_text(o, "%s: ", json_str(m, "name", ""));
	fprintf(o->to, "%s", view_state(o, json_str(m, "state", "?"), state));
	output_text(o, " since %s (%s)\n", output_time(at, json_str(m, "since", NULL)),
		    age(json_str(m, "since", NULL), old));
	if (json_str(m, "reason", NULL))
		output_text(o, "%s\n", json_str(m, "reason", ""));
	output_text(o, "\n%-*s%s %s\n", LABEL_WIDTH, "checks", json_str(m, "type", ""),
		    json_str(m, "target", ""));
	long long failures = (long long)json_int(m, "failures", 0);
	if (json_str(m, "interval", NULL) && failures > 1)
		output_text(o, "%-*severy %s; down after %lld failures %s apart, up after %lld\n",
			    LABEL_WIDTH, "", json_str(m, "interval", ""), failures,
			    json_str(m, "retry_interval", ""),
			    (long long)json_int(m, "recoveries", 0));
	else if (json_str(m, "interval", NULL))
		output_text(o, "%-*severy %s; down after the first failure, up after %lld\n",
			    LABEL_WIDTH, "", json_str(m, "interval", ""),
			    (long long)json_int(m, "recoveries", 0));
}

/* A heartbeat asks nobody: what it waits for, and how to tell it. */
static void heartbeat(struct invocation *in, const json_t *m)
{
	char at[32];
	const char *cron = json_str(m, "cron", NULL);
	if (!json_str(m, "ping_url", NULL))
		return;
	if (cron)
		output_text(in->output, "%-*s%s (%s), %s of grace\n", LABEL_WIDTH, "expected", cron,
			    json_str(m, "zone", "UTC"), json_str(m, "grace", ""));
	else
		output_text(in->output, "%-*severy %s, %s of grace\n", LABEL_WIDTH, "expected",
			    json_str(m, "period", ""), json_str(m, "grace", ""));
	if (json_str(m, "deadline_at", NULL))
		output_text(in->output, "%-*s%s\n", LABEL_WIDTH, "late from",
			    output_time(at, json_str(m, "deadline_at", NULL)));
	output_text(in->output, "%-*ssellersmart heartbeat wrap %s -- COMMAND\n", LABEL_WIDTH,
		    "ping it by", json_str(m, "name", ""));
	output_text(in->output, "%-*sGET or POST %s[/start|/fail|/log|/EXIT-STATUS]\n", LABEL_WIDTH,
		    "or", json_str(m, "ping_url", ""));
}

static void last(struct invocation *in, const json_t *m)
{
	const json_t *l = json_object_get(m, "last");
	struct buf phases = BUF_INIT(1024);
	char at[32], old[DURATION_TEXT], span[32];
	if (!json_is_object(l)) {
		output_text(in->output, "\n%-*snot yet\n", LABEL_WIDTH, "last");
		return;
	}
	const char *message = json_str(l, "message", ""), *address = json_str(l, "address", "");
	age(json_str(l, "at", NULL), old);
	output_text(in->output, "\n%-*s%s (%s%s): %s%s%s%s%s\n", LABEL_WIDTH, "last",
		    output_time(at, json_str(l, "at", NULL)), old, strcmp(old, "now") ? " ago" : "",
		    json_str(l, "outcome", "?"), *message ? ", " : "", message,
		    *address ? ", from " : "", address);
	view_phases(json_object_get(l, "phases_ms"), &phases);
	if (json_is_number(json_object_get(l, "duration_ms")))
		output_text(in->output, "%-*s%s%s%s\n", LABEL_WIDTH, "",
			    output_span(span, json_num(l, "duration_ms", 0)),
			    phases.len ? ": " : "", phases.len ? buf_str(&phases) : "");
	view_redirects(in->output, l, "", LABEL_WIDTH);
	view_steps(in->output, l, "", LABEL_WIDTH);
	buf_fini(&phases);
}

static void measured(struct buf *out, const json_t *h, const char *member, const char *label)
{
	char span[32];
	const json_t *v = json_object_get(h, member);
	if (json_is_number(v))
		buf_printf(out, "%s%s %s", out->len ? ", " : "", label,
			   output_span(span, json_number_value(v)));
}

static void history(struct invocation *in, const json_t *m, const json_t *h)
{
	static const char *const windows[] = {"24h", "7d", "30d", "90d", "365d"};
	struct buf line = BUF_INIT(1024);
	char percent[32];
	for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
		const json_t *u = json_object_get(json_object_get(h, "uptime"), windows[i]);
		if (!json_is_number(json_object_get(u, "pct")))
			continue;
		double known = json_num(u, "known_pct", 0);
		/* 99.996 is not 100. */
		buf_printf(&line, "%s%s %s", line.len ? ", " : "", windows[i],
			   format_percent(percent, sizeof(percent), json_num(u, "pct", 0)));
		if (known < KNOWN_MOST)
			buf_printf(&line, known < 1 ? " (known <1%%)" : " (known %.0f%%)", known);
	}
	if (line.len)
		output_text(in->output, "\n%-*s%s\n", LABEL_WIDTH, "uptime", buf_str(&line));
	const char *spark = json_str(m, "spark", "");
	if (line.len && *spark)
		output_text(in->output,
			    "%-*s[%s] the last 24 hours: . up, o slow, x down, ? unknown\n",
			    LABEL_WIDTH, "", spark);
	buf_reset(&line);
	measured(&line, h, "p50_ms", "p50");
	measured(&line, h, "p95_ms", "p95");
	measured(&line, h, "p99_ms", "p99");
	if (line.len)
		output_text(in->output, "%-*s%s, of %lld answers in 24 hours\n", LABEL_WIDTH,
			    "answers in", buf_str(&line), (long long)json_int(h, "count", 0));
	buf_fini(&line);
}

/* "43m 12s allowed in 30d, 52 % used, 20m 44s left; burns 0.8x in 1 h, 0.3x in 6 h" */
static void budget(struct invocation *in, const json_t *m)
{
	static const char *const burns[] = {"1h", "6h", "24h"};
	const json_t *b = json_object_get(m, "budget");
	char span[32], left[32], member[16];
	struct buf line = BUF_INIT(512);
	if (!json_is_object(b))
		return;
	output_text(in->output, "\n%-*s%s %% in %s: %s, %.1f %% of %s used, %s left\n", LABEL_WIDTH,
		    "budget", json_str(b, "slo", "?"), json_str(b, "window", "?"),
		    json_str(b, "state", "?"), json_num(b, "used_pct", 0),
		    output_span(span, json_num(b, "allowed_ms", 0)),
		    output_span(left, json_num(b, "left_ms", 0)));
	for (size_t i = 0; i < ARRAY_LEN(burns); i++) {
		snprintf(member, sizeof(member), "burn_%s", burns[i]);
		if (json_is_number(json_object_get(b, member)))
			buf_printf(&line, "%s%.1fx over %s", line.len ? ", " : "",
				   json_num(b, member, 0), burns[i]);
	}
	if (line.len)
		output_text(in->output, "%-*sburns %s (1.0x uses up just all of it)\n", LABEL_WIDTH,
			    "", buf_str(&line));
	buf_fini(&line);
}

static void certificate(struct invocation *in, const json_t *m)
{
	const json_t *c = json_object_get(m, "certificate"), *v;
	struct buf names = BUF_INIT(4096);
	char at[32];
	size_t i;
	if (!json_is_object(c))
		return;
	output_text(in->output, "\n%-*s%s, by %s\n", LABEL_WIDTH, "certificate",
		    json_str(c, "subject", ""), json_str(c, "issuer", ""));
	long long days = (long long)json_int(c, "days_left", 0);
	output_text(in->output,
		    days < 0 ? "%-*sended %s, %lld days ago\n" : "%-*sends %s, in %lld days\n",
		    LABEL_WIDTH, "", output_time(at, json_str(c, "not_after", NULL)),
		    days < 0 ? -days : days);
	json_array_foreach(json_object_get(c, "names"), i, v) if (i < 10)
		buf_printf(&names, "%s%.255s", i ? ", " : "", json_string_value(v));
	if (i > 10)
		buf_printf(&names, " and %zu more", i - 10);
	if (names.len)
		output_text(in->output, "%-*sfor %s\n", LABEL_WIDTH, "", buf_str(&names));
	json_array_foreach(json_object_get(c, "chain"), i, v) if (i) output_text(
		in->output, "%-*schain: %s, ends %s\n", LABEL_WIDTH, "", json_str(v, "subject", ""),
		output_time(at, json_str(v, "not_after", NULL)));
	buf_fini(&names);
}

static void incidents(struct invocation *in, const json_t *h)
{
	const json_t *all = json_object_get(h, "incidents"), *x;
	char at[32], span[32], state[48];
	size_t i;
	json_array_foreach(all, i, x)
	{
		if (i == INCIDENTS_SHOWN)
			break;
		output_text(in->output, "%s%-*s%lld  %s  %s  ", i ? "" : "\n", LABEL_WIDTH,
			    i ? "" : "incidents", (long long)json_int(x, "number", 0),
			    output_time(at, json_str(x, "opened_at", NULL)),
			    output_span(span, json_num(x, "duration_ms", 0)));
		fprintf(in->output->to, "%s",
			view_state(in->output, json_str(x, "state", ""), state));
		output_text(in->output, "  %s\n", json_str(x, "message", ""));
		if (!strcmp(json_str(x, "state", ""), "open"))
			view_changed(in, x, "                 ");
	}
	if (json_array_size(all) > INCIDENTS_SHOWN)
		output_text(
			in->output,
			"%-*s%zu more in 24 hours: sellersmart incident list --filter monitor=%s\n",
			LABEL_WIDTH, "", json_array_size(all) - INCIDENTS_SHOWN,
			json_str(h, "monitor", ""));
}

static void answers(struct invocation *in, const json_t *samples)
{
	char at[32], span[32], state[48];
	const json_t *s;
	size_t i;
	json_array_foreach(samples, i, s)
	{
		const json_t *ms = json_object_get(s, "duration_ms");
		output_text(in->output, "%s%-*s%s  %9s  ", i ? "" : "\n", LABEL_WIDTH,
			    i ? "" : "answers", output_time(at, json_str(s, "at", NULL)),
			    json_is_number(ms) ? output_span(span, json_number_value(ms)) : "-");
		fprintf(in->output->to, "%s",
			view_state(in->output, json_str(s, "outcome", ""), state));
		output_text(in->output, "  %s\n", json_str(s, "message", ""));
	}
}

/* Only what differs from the defaults and does not stand above already. */
static void settings(struct invocation *in, const json_t *m)
{
	static const char *const above[] = {"type",           "target",     "interval", "failures",
					    "retry_interval", "recoveries", "cron",     "zone",
					    "period",         "grace"};
	const struct resource_kind *k = resource_kind_find("monitor");
	const struct field *fields[FIELDS_MAX];
	size_t n = resource_fields(k, resource_variant(k, m), fields);
	const char *key;
	const json_t *v;
	bool first = true;
	char text[1024];
	for (size_t i = 0; i < n; i++) {
		bool shown = false;
		for (size_t a = 0; a < ARRAY_LEN(above) && !shown; a++)
			shown = !strcmp(above[a], fields[i]->name);
		field_text(fields[i], json_object_get(m, fields[i]->name), text, sizeof(text));
		if (shown || !*text || (fields[i]->dflt && !strcmp(fields[i]->dflt, text)))
			continue;
		output_text(in->output, "%s%-*s%s: %s\n", first ? "\n" : "", LABEL_WIDTH,
			    first ? "settings" : "", fields[i]->name, text);
		first = false;
	}
	json_object_foreach(json_object_get(m, "labels"), key, v)
	{
		output_text(in->output, "%s%-*s%s=%s\n", first ? "\n" : "", LABEL_WIDTH,
			    first ? "labels" : "", key, json_string_value(v));
		first = false;
	}
}

void view_monitor(struct invocation *in, const json_t *m)
{
	json_t *h = ask(in, m, "history?since=24h&points=1"), *samples = NULL;
	char what[48];
	snprintf(what, sizeof(what), "samples?limit=%d", ANSWERS_SHOWN);
	samples = ask(in, m, what);
	head(in, m);
	heartbeat(in, m);
	last(in, m);
	history(in, m, h);
	budget(in, m);
	certificate(in, m);
	incidents(in, h);
	answers(in, samples);
	settings(in, m);
	json_decref(h);
	json_decref(samples);
}
