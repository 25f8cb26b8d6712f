/* One alert for a person: what, since when, what changed, who was told, what happened. */
#include <string.h>

#include "tui/cli/views.h"

static void line(struct output *o, const char *label, const char *value)
{
	if (value && *value)
		output_text(o, "%-12s%s\n", label, value);
}

static void head(struct output *o, const json_t *a)
{
	char state[48];
	output_text(o, "alert %lld of %s: ", (long long)json_int(a, "number", 0),
		    json_str(a, "subject", "?"));
	fprintf(o->to, "%s", view_state(o, json_str(a, "state", "?"), state));
	output_text(o, ", %s%s%s\n%s\n\n", json_str(a, "severity", ""),
		    json_bool(a, "silenced", false) ? ", silenced" : "",
		    json_bool(a, "inhibited", false) ? ", told of through its cause" : "",
		    json_str(a, "text", ""));
}

static void times(struct output *o, const json_t *a)
{
	char at[32], span[32];
	const char *by = json_str(a, "acknowledged_by", NULL), *note = json_str(a, "note", NULL);
	output_text(o, "%-12s%s\n", "since", output_time(at, json_str(a, "since", NULL)));
	output_span(span, json_num(a, "duration_ms", 0));
	if (json_str(a, "resolved_at", NULL))
		output_text(o, "%-12s%s, after %s\n", "resolved",
			    output_time(at, json_str(a, "resolved_at", NULL)), span);
	else
		output_text(o, "%-12snot yet, it lasts %s\n", "resolved", span);
	if (by)
		output_text(o, "%-12sby %s, %s%s%s\n", "seen to", by,
			    output_time(at, json_str(a, "acknowledged_at", NULL)), note ? ": " : "",
			    note ? note : "");
	if (json_str(a, "snoozed_until", NULL))
		line(o, "snoozed", output_time(at, json_str(a, "snoozed_until", NULL)));
	line(o, "rule", json_str(a, "rule", NULL));
	line(o, "incident", json_str(a, "incident", NULL));
	line(o, "runbook", json_str(a, "runbook", NULL));
}

static void deliveries(struct output *o, const json_t *a)
{
	const json_t *all = json_object_get(a, "deliveries"), *d;
	char at[32];
	size_t i;
	if (!json_array_size(all))
		output_text(o, "\nnobody was told yet\n");
	json_array_foreach(all, i, d)
	{
		const char *answer = json_str(d, "answer", NULL);
		long long status = (long long)json_int(d, "status", 0);
		char code[24] = "";
		if (status)
			snprintf(code, sizeof(code), " %lld", status);
		output_text(o, "%s  %s  %-8s %s%s%s%s  %s\n", i ? "" : "\ntold\n",
			    output_time(at, json_str(d, "created_at", NULL)),
			    json_str(d, "state", ""), json_str(d, "notifier", ""), code,
			    answer ? ": " : "", answer ? answer : "", json_str(d, "id", ""));
	}
}

static void steps(struct output *o, const json_t *a)
{
	const json_t *s;
	char at[32];
	size_t i;
	json_array_foreach(json_object_get(a, "steps"), i, s)
		output_text(o, "%s  %s  %-12s %s\n", i ? "" : "\nwhat happened\n",
			    output_time(at, json_str(s, "at", NULL)), json_str(s, "what", ""),
			    json_str(s, "text", ""));
}

void view_alert(struct invocation *in, const json_t *a)
{
	struct output *o = in->output;
	long long number = (long long)json_int(a, "number", 0);
	const char *state = json_str(a, "state", "");
	head(o, a);
	times(o, a);
	if (json_array_size(json_object_get(a, "changed"))) {
		fputc('\n', o->to);
		view_changed(in, a, "");
	}
	view_evidence(in, "evidence", json_object_get(a, "evidence"), NULL);
	deliveries(o, a);
	steps(o, a);
	if (!strcmp(state, "open"))
		output_note(o, "see to it: sellersmart ack %lld", number);
	if (!strcmp(json_str(a, "subject_kind", ""), "monitor"))
		output_note(o, "see: sellersmart monitor show %s", json_str(a, "subject", ""));
}
