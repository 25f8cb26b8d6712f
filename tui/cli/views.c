#include "tui/cli/views.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

bool view_object(struct invocation *in, const struct resource_kind *k, const json_t *object)
{
	if (output_format(in->output) != OUTPUT_TABLE)
		return false;
	if (!strcmp(k->kind, "monitor"))
		view_monitor(in, object);
	else if (!strcmp(k->kind, "incident"))
		view_incident(in, object);
	else if (!strcmp(k->kind, "alert"))
		view_alert(in, object);
	else
		return false;
	return true;
}

const char *view_state(const struct output *o, const char *state, char out[static 48])
{
	static const struct {
		const char *state, *shown, *color;
	} states[] = {{"up", "up", "32"},
		      {"down", "DOWN", "1;31"},
		      {"degraded", "DEGRADED", "33"},
		      {"pending", "pending", "33"},
		      {"unknown", "UNKNOWN", "35"},
		      {"flapping", "FLAPPING", "33"},
		      {"open", "open", "1;31"}};
	snprintf(out, 48, "%.20s", state);
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (!strcmp(state, states[i].state))
			snprintf(out, 48, o->color ? "\033[%2$sm%1$s\033[0m" : "%s",
				 states[i].shown, states[i].color);
	return out;
}

void view_redirects(struct output *o, const json_t *last, const char *indent, int label_width)
{
	const json_t *hop;
	size_t i;
	json_array_foreach(json_object_get(last, "redirects"), i, hop)
		output_text(o, "%s%-*s%lld %s\n", indent, label_width, i ? "" : "redirects",
			    (long long)json_int(hop, "status", 0), json_str(hop, "url", ""));
	if (i && json_str(last, "final_url", NULL))
		output_text(o, "%s%-*sto %s\n", indent, label_width, "",
			    json_str(last, "final_url", ""));
}

void view_steps(struct output *o, const json_t *last, const char *indent, int label_width)
{
	const json_t *step;
	size_t i;
	json_array_foreach(json_object_get(last, "steps"), i, step)
	{
		char span[32], status[24] = "-";
		if (json_int(step, "status", 0))
			snprintf(status, sizeof(status), "%lld",
				 (long long)json_int(step, "status", 0));
		output_text(o, "%s%-*s%2zu %-16s %-4s%9s  %s\n", indent, label_width,
			    i ? "" : "steps", i + 1, json_str(step, "name", ""), status,
			    output_span(span, json_num(step, "ms", 0)), json_str(step, "url", ""));
	}
}

void view_phases(const json_t *phases_ms, struct buf *out)
{
	static const struct {
		const char *member, *label;
	} phases[] = {{"resolve", "resolve"},
		      {"connect", "connect"},
		      {"tls", "TLS"},
		      {"first_byte", "first byte"},
		      {"transfer", "transfer"}};
	char span[32];
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		const json_t *v = json_object_get(phases_ms, phases[i].member);
		if (json_is_number(v))
			buf_printf(out, "%s%s %s", out->len ? ", " : "", phases[i].label,
				   output_span(span, json_number_value(v)));
	}
}

static const char *scalar(const json_t *v, char *out, size_t cap)
{
	if (!v || json_is_null(v))
		snprintf(out, cap, "nothing");
	else if (json_is_string(v))
		snprintf(out, cap, "%s", json_string_value(v));
	else if (json_is_real(v))
		snprintf(out, cap, "%.10g", json_real_value(v));
	else {
		char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
		snprintf(out, cap, "%s", text ? text : "?");
		free(text);
	}
	return out;
}

void view_changed(struct invocation *in, const json_t *incident, const char *indent)
{
	const json_t *changed = json_object_get(incident, "changed"), *c;
	size_t i;
	json_array_foreach(changed, i, c)
	{
		char from[512], to[512];
		if (!i)
			output_text(in->output, "%schanged since the last good check:\n", indent);
		output_text(in->output, "%s  %s: %s -> %s\n", indent, json_str(c, "what", "?"),
			    scalar(json_object_get(c, "from"), from, sizeof(from)),
			    scalar(json_object_get(c, "to"), to, sizeof(to)));
	}
	if (!json_array_size(changed) && json_is_object(json_object_get(incident, "last_good")))
		output_text(in->output, "%snothing comparable changed since the last good check\n",
			    indent);
}

/* ---- incident ------------------------------------------------------------------------------ */

void view_evidence(struct invocation *in, const char *title, const json_t *e, const char *at)
{
	const char *key, *sub;
	const json_t *v, *item;
	char time[32], text[1024];
	size_t i;
	if (!json_object_size(e))
		return;
	output_text(in->output, "\n%s%s%s%s\n", title, at ? " (" : "",
		    at ? output_time(time, at) : "", at ? ")" : "");
	json_object_foreach((json_t *)e, key, v)
	{
		if (json_is_object(v) && json_object_size(v)) {
			output_text(in->output, "  %s\n", key);
			json_object_foreach((json_t *)v, sub, item) output_text(
				in->output, "    %s: %s\n", sub, scalar(item, text, sizeof(text)));
		} else if (json_is_array(v) && json_array_size(v)) {
			output_text(in->output, "  %s\n", key);
			json_array_foreach(v, i, item) output_text(
				in->output, "    %s\n", scalar(item, text, sizeof(text)));
		} else if (!json_is_null(v)) {
			output_text(in->output, "  %-14s %s\n", key, scalar(v, text, sizeof(text)));
		}
	}
}

void view_incident(struct invocation *in, const json_t *i)
{
	struct output *o = in->output;
	char state[48], span[32], at[32];
	const json_t *good = json_object_get(i, "last_good");
	bool open = !strcmp(json_str(i, "state", ""), "open");
	output_text(o, "incident %lld of %s: ", (long long)json_int(i, "number", 0),
		    json_str(i, "monitor", "?"));
	fprintf(o->to, "%s\n", view_state(o, json_str(i, "state", "?"), state));
	output_text(o, "%s (%s)\n\n", json_str(i, "message", ""), json_str(i, "cause", "?"));
	if (json_str(good, "at", NULL))
		output_text(o, "last good   %s\n", output_time(at, json_str(good, "at", NULL)));
	output_text(o, "first bad   %s\n", output_time(at, json_str(i, "opened_at", NULL)));
	output_text(o, "confirmed   %s, after %lld failed check%s\n",
		    output_time(at, json_str(i, "confirmed_at", NULL)),
		    (long long)json_int(i, "failures", 0),
		    json_int(i, "failures", 0) == 1 ? "" : "s");
	output_span(span, json_num(i, "duration_ms", 0));
	if (open)
		output_text(o, "ended       not yet, it lasts %s\n", span);
	else
		output_text(o, "ended       %s, after %s\n",
			    output_time(at, json_str(i, "closed_at", NULL)), span);
	if (json_is_object(good))
		fputc('\n', o->to);
	else
		output_text(o, "last good   never before\n");
	view_changed(in, i, "");
	view_evidence(in, "first bad check", json_object_get(i, "evidence"),
		      json_str(i, "opened_at", NULL));
	view_evidence(in, "last good check", json_object_get(good, "evidence"),
		      json_str(good, "at", NULL));
	output_note(o, "see: sellersmart monitor show %s", json_str(i, "monitor", ""));
}
