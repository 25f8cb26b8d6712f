/* sellersmart monitor history NAME: uptime, percentiles, points, incidents. */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void number(struct invocation *in, const char *label, const json_t *o, const char *member,
		   const char *unit)
{
	const json_t *v = json_object_get(o, member);
	if (json_is_number(v))
		output_text(in->output, "%-10s %.*f%s\n", label, unit[0] == '%' ? 3 : 1,
			    json_number_value(v), unit);
	else
		output_text(in->output, "%-10s unknown\n", label);
}

static void print(struct invocation *in, const json_t *h)
{
	size_t i;
	const json_t *point, *incident;
	char from[32], to[32], span[32];
	output_text(in->output, "%s, %s to %s\n", json_str(h, "monitor", ""),
		    output_time(from, json_str(h, "since", NULL)),
		    output_time(to, json_str(h, "until", NULL)));
	number(in, "uptime", h, "uptime_pct", "%");
	number(in, "p50", h, "p50_ms", " ms");
	number(in, "p95", h, "p95_ms", " ms");
	number(in, "p99", h, "p99_ms", " ms");
	output_text(in->output, "\n%-20s %10s %10s %6s %5s %5s %5s\n", "time", "p50 ms", "p95 ms",
		    "up", "slow", "down", "?");
	json_array_foreach(json_object_get(h, "points"), i, point)
	{
		if (!json_int(point, "count", 0))
			continue;
		char p50[24] = "-", p95[24] = "-";
		if (json_is_number(json_object_get(point, "p50_ms"))) {
			snprintf(p50, sizeof(p50), "%.1f", json_num(point, "p50_ms", 0));
			snprintf(p95, sizeof(p95), "%.1f", json_num(point, "p95_ms", 0));
		}
		output_text(in->output, "%-20s %10s %10s %6lld %5lld %5lld %5lld\n",
			    output_time(from, json_str(point, "at", NULL)), p50, p95,
			    (long long)json_int(point, "up", 0),
			    (long long)json_int(point, "degraded", 0),
			    (long long)json_int(point, "down", 0),
			    (long long)json_int(point, "unknown", 0));
	}
	json_array_foreach(json_object_get(h, "incidents"), i, incident)
		output_text(in->output, "%sincident %lld: %s, %s, %s: %s\n", i ? "" : "\n",
			    (long long)json_int(incident, "number", 0),
			    output_time(from, json_str(incident, "opened_at", NULL)),
			    output_span(span, json_num(incident, "duration_ms", 0)),
			    json_str(incident, "state", ""), json_str(incident, "message", ""));
}

/* ---- --by hour or day: a row each ------------------------------------------------------------ */

static const struct column columns[] = {
	{.title = "from", .path = "at", .format = COLUMN_TIME, .min_width = 12, .priority = 0},
	{.title = "uptime", .path = "uptime_pct", .format = COLUMN_PERCENT, .min_width = 7},
	{.title = "p50", .path = "p50_ms", .format = COLUMN_MS, .min_width = 6},
	{.title = "p95", .path = "p95_ms", .format = COLUMN_MS, .min_width = 6},
	{.title = "p99", .path = "p99_ms", .format = COLUMN_MS, .min_width = 6},
	{.title = "checks", .path = "count", .format = COLUMN_INT, .min_width = 6},
	{.title = "up", .path = "up", .format = COLUMN_INT, .min_width = 5},
	{.title = "slow", .path = "degraded", .format = COLUMN_INT, .min_width = 5},
	{.title = "down", .path = "down", .format = COLUMN_INT, .min_width = 5},
	{.title = "?", .path = "unknown", .format = COLUMN_INT, .min_width = 4},
	{.title = "known s", .path = "known_s", .format = COLUMN_INT, .min_width = 7},
};
static const struct resource_kind rows_kind = {
	.kind = "row", .plural = "rows", .columns = columns, .n_columns = ARRAY_LEN(columns)};

/* Stretches in which nothing was looked at have no row. */
static void print_rows(struct invocation *in, const json_t *h)
{
	size_t i;
	json_t *rows = json_array(), *point;
	json_array_foreach(json_object_get(h, "points"), i, point)
	{
		if (json_int(point, "count", 0) || json_int(point, "maintenance", 0))
			json_array_append(rows, point);
	}
	output_list_begin(in->output, &rows_kind);
	output_list_rows(in->output, &rows_kind, rows);
	output_list_end(in->output, &rows_kind);
	json_decref(rows);
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(2048);
	json_t *reply = NULL;
	static const char *const names[] = {"since", "until", "points", "by"};
	buf_add_str(&path, "/v1/monitors/");
	path_escape(&path, in->args[0]);
	buf_add_str(&path, "/history");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (invocation_flag(in, names[i]))
			path_add(&path, names[i], invocation_flag(in, names[i]));
	enum err err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	if (invocation_flag(in, "by") || output_format(in->output) == OUTPUT_CSV)
		print_rows(in, json_object_get(reply, "data"));
	else if (!output_machine(in->output, json_object_get(reply, "data")))
		print(in, json_object_get(reply, "data"));
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"since", "TIME", "1h, 7d, or RFC 3339; default 24h", false},
	{"until", "TIME", "default now", false},
	{"points", "N", "at most so many points, default 120", false},
	{"by", "hour|day", "hour or day (of UTC): a row each, with p50, p95 and p99", false},
};
static const char *const examples[] = {
	"sellersmart monitor history shop --since 1h",
	"sellersmart monitor history shop --since 7d --by day",
	"sellersmart monitor history shop --since 30d --by day -o csv",
	"sellersmart monitor history shop --since 30d --points 30 -o json", NULL};

const struct command command_monitor_history = {
	.words = "monitor history",
	.usage = "monitor history NAME [--since TIME] [--until TIME] [--points N] [--by hour|day]",
	.summary = "uptime, percentiles and incidents of a span",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
