/* sellersmart monitor report: what each monitor did in a month. */
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/client/zone.h"
#include "tui/commands/command.h"
#include "tui/widgets/format.h"

enum { IN_FULL_MAX = 3, NAME_WIDTH = 20 };

/* For programs: everything, as it came. */
static const struct column columns[] = {
	{.path = "monitor"},         {.path = "uptime_pct"},
	{.path = "down_ms"},         {.path = "incidents"},
	{.path = "longest_ms"},      {.path = "mttr_ms"},
	{.path = "mtbf_ms"},         {.path = "p50_ms"},
	{.path = "p95_ms"},          {.path = "p99_ms"},
	{.path = "checks"},          {.path = "unknown_pct"},
	{.path = "budget.slo"},      {.path = "budget.verdict"},
	{.path = "budget.used_pct"}, {.path = "budget.allowed_ms"},
};
static const struct resource_kind csv_kind = {.kind = "monitor",
					      .plural = "monitors",
					      .columns = columns,
					      .n_columns = ARRAY_LEN(columns)};

static const char *span_of(const json_t *m, const char *member, char out[static 32])
{
	const json_t *v = json_object_get(m, member);
	if (!json_is_number(v))
		snprintf(out, 32, "-");
	else if (json_number_value(v) <= 0)
		snprintf(out, 32, "0");
	else
		output_span(out, json_number_value(v));
	return out;
}

/* Never rounded up: 99.9996 is not 100. */
static const char *percent_of(const json_t *m, const char *member, char out[static 32])
{
	const json_t *v = json_object_get(m, member);
	if (json_is_number(v))
		snprintf(out, 32, "%.3f%%", json_number_value(v));
	else
		snprintf(out, 32, "unknown");
	return out;
}

static const char *ms_of(const json_t *m, const char *member, char out[static 32])
{
	return format_ms(out, 32, json_num(m, member, -1));
}

/* Nearly all is not all, and a little is not nothing. */
static const char *known_of(const json_t *m, char out[static 32])
{
	double known = 100 - json_num(m, "unknown_pct", 100);
	if (known > 0 && known < 1)
		snprintf(out, 32, "<1%%");
	else if (known > 99 && known < 99.9995)
		snprintf(out, 32, ">99%%");
	else
		snprintf(out, 32, "%.0f%%", known);
	return out;
}

static const char *verdict_of(const json_t *m, const json_t *report, char out[static 64])
{
	const json_t *b = json_object_get(m, "budget");
	const char *verdict = json_str(b, "verdict", NULL);
	if (!verdict)
		snprintf(out, 64, "-");
	else
		snprintf(out, 64, "%s%s", verdict,
			 json_bool(report, "so_far", false) && strcmp(verdict, "unknown")
				 ? " so far"
				 : "");
	return out;
}

/* ---- the head -------------------------------------------------------------------------------- */

static void title_of(const json_t *report, char *out, size_t cap)
{
	static const char *const months[] = {"January",   "February", "March",    "April",
					     "May",       "June",     "July",     "August",
					     "September", "October",  "November", "December"};
	const char *month = json_str(report, "month", NULL);
	char from[32], to[32];
	int year = 0, number = 0;
	if (month && sscanf(month, "%d-%d", &year, &number) == 2 && number >= 1 && number <= 12)
		snprintf(out, cap, "%s %d%s, %s", months[number - 1], year,
			 json_bool(report, "so_far", false) ? " so far" : "",
			 json_str(report, "zone", "UTC"));
	else
		snprintf(out, cap, "%s to %s", output_time(from, json_str(report, "since", NULL)),
			 output_time(to, json_str(report, "until", NULL)));
}

/* ---- a page for people: 80 columns ---------------------------------------------------------- */

static void print_table(struct invocation *in, const json_t *report)
{
	const json_t *m;
	size_t i;
	output_text(in->output, "%-*s %9s %9s %4s %9s %8s %6s %s\n", NAME_WIDTH, "monitor",
		    "uptime", "down", "inc", "longest", "p95", "known", "budget");
	json_array_foreach(json_object_get(report, "monitors"), i, m)
	{
		char up[32], down[32], longest[32], p95[32], verdict[64];
		char known[32];
		output_text(in->output, "%-*.*s %9s %9s %4lld %9s %8s %6s %s\n", NAME_WIDTH,
			    NAME_WIDTH, json_str(m, "monitor", ""), percent_of(m, "uptime_pct", up),
			    span_of(m, "down_ms", down), (long long)json_int(m, "incidents", 0),
			    span_of(m, "longest_ms", longest), ms_of(m, "p95_ms", p95),
			    known_of(m, known), verdict_of(m, report, verdict));
	}
}

static void print_one(struct invocation *in, const json_t *report, const json_t *m)
{
	struct output *o = in->output;
	const json_t *b = json_object_get(m, "budget");
	char up[32], a[32], c[32], verdict[64];
	output_text(o, "\n%s\n", json_str(m, "monitor", ""));
	output_text(o, "  %-10s %s, down %s; %s of the time known, %lld checks\n", "uptime",
		    percent_of(m, "uptime_pct", up), span_of(m, "down_ms", a), known_of(m, c),
		    (long long)json_int(m, "checks", 0));
	long long incidents = (long long)json_int(m, "incidents", 0);
	output_text(o, "  %-10s %lld", "incidents", incidents);
	if (incidents)
		output_text(o, ", longest %s", span_of(m, "longest_ms", a));
	if (json_is_number(json_object_get(m, "mttr_ms")))
		output_text(o, ", mean time to repair %s", span_of(m, "mttr_ms", a));
	if (json_is_number(json_object_get(m, "mtbf_ms")))
		output_text(o, "\n  %-10s mean time between failures %s", "",
			    span_of(m, "mtbf_ms", c));
	output_text(o, "\n  %-10s", "answers in");
	output_text(o, " p50 %s", ms_of(m, "p50_ms", a));
	output_text(o, ", p95 %s", ms_of(m, "p95_ms", a));
	output_text(o, ", p99 %s\n", ms_of(m, "p99_ms", a));
	if (json_is_object(b))
		output_text(o, "  %-10s %s %%: %s, %.1f%% of %s used\n", "budget",
			    json_str(b, "slo", "?"), verdict_of(m, report, verdict),
			    json_num(b, "used_pct", 0), span_of(b, "allowed_ms", a));
	if (!json_bool(m, "exact", true))
		output_text(o,
			    "  %-10s old samples are kept by the hour or day of UTC: the edges "
			    "moved out\n",
			    "note");
}

static void print_page(struct invocation *in, const json_t *report)
{
	const json_t *all = json_object_get(report, "monitors"), *m;
	char title[160];
	size_t i;
	title_of(report, title, sizeof(title));
	output_text(in->output, "Monitors, %s\n", title);
	if (json_array_size(all) > IN_FULL_MAX) {
		output_text(in->output, "\n");
		print_table(in, report);
		return;
	}
	json_array_foreach(all, i, m) print_one(in, report, m);
}

/* ---- markdown -------------------------------------------------------------------------------- */

/* A cell may hold no bar; names have none, but the daemon says what they are. */
static const char *cell(const char *text, char out[static 128])
{
	size_t n = 0;
	for (; *text && n < 126; text++) {
		if (*text == '|')
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n] = '\0';
	return out;
}

static void print_markdown(struct invocation *in, const json_t *report)
{
	const json_t *m;
	char title[160];
	size_t i;
	title_of(report, title, sizeof(title));
	output_text(in->output, "# Monitors, %s\n\n", title);
	output_text(in->output,
		    "| Monitor | Uptime | Down | Incidents | Longest | MTTR | MTBF | p50 "
		    "| p95 | p99 | Checks | Unknown | Budget |\n");
	output_text(in->output, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n");
	json_array_foreach(json_object_get(report, "monitors"), i, m)
	{
		char name[128], up[32], down[32], longest[32], mttr[32], mtbf[32], p50[32], p95[32],
			p99[32], unknown[32], verdict[64];
		output_text(
			in->output,
			"| %s | %s | %s | %lld | %s | %s | %s | %s | %s | %s | %lld | %s | %s |\n",
			cell(json_str(m, "monitor", ""), name), percent_of(m, "uptime_pct", up),
			span_of(m, "down_ms", down), (long long)json_int(m, "incidents", 0),
			span_of(m, "longest_ms", longest), span_of(m, "mttr_ms", mttr),
			span_of(m, "mtbf_ms", mtbf), ms_of(m, "p50_ms", p50),
			ms_of(m, "p95_ms", p95), ms_of(m, "p99_ms", p99),
			(long long)json_int(m, "checks", 0), percent_of(m, "unknown_pct", unknown),
			verdict_of(m, report, verdict));
	}
}

/* ---- the command ----------------------------------------------------------------------------- */

static void this_month(char out[static 16])
{
	time_t now = time(NULL);
	struct tm t;
	localtime_r(&now, &t);
	strftime(out, 16, "%Y-%m", &t);
}

static enum err make_path(struct invocation *in, struct buf *path, struct error *e)
{
	char zone[128], month[16];
	const char *since = invocation_flag(in, "since"), *until = invocation_flag(in, "until");
	const char *given = invocation_flag(in, "month"), *in_zone = invocation_flag(in, "zone");
	buf_add_str(path, "/v1/reports/monitors");
	if (given || (!since && !until)) {
		this_month(month);
		path_add(path, "month", given ? given : month);
		path_add(path, "zone", in_zone ? in_zone : local_zone(zone, sizeof(zone)));
	}
	if (since)
		path_add(path, "since", since);
	if (until)
		path_add(path, "until", until);
	for (size_t i = 0; i < in->n_flags; i++) {
		char key[128];
		const char *value = in->flags[i].value;
		if (strcmp(in->flags[i].flag->name, "label"))
			continue;
		size_t n = strcspn(value, "=");
		if (!value[n] || !n || n > 63)
			return error_set(e, ERR_USAGE, "--label takes KEY=VALUE, not \"%.40s\"",
					 value);
		snprintf(key, sizeof(key), "filter[labels.%.*s]", (int)n, value);
		path_add(path, key, value + n + 1);
	}
	for (int i = 0; i < in->n_args; i++)
		path_add(path, "name", in->args[i]);
	return ERR_NONE;
}

static int run(struct invocation *in)
{
	struct error e = {0};
	struct buf path = BUF_INIT(8192);
	json_t *reply = NULL;
	enum err err = make_path(in, &path, &e);
	if (!err)
		err = request_json(in, "GET", buf_str(&path), NULL, &reply, &e);
	buf_fini(&path);
	if (err)
		return invocation_fail(&e);
	const json_t *report = json_object_get(reply, "data");
	if (invocation_flag(in, "markdown")) {
		print_markdown(in, report);
	} else if (output_format(in->output) == OUTPUT_CSV) {
		output_list_begin(in->output, &csv_kind);
		output_list_rows(in->output, &csv_kind, json_object_get(report, "monitors"));
		output_list_end(in->output, &csv_kind);
	} else if (output_format(in->output) == OUTPUT_JSONL) {
		output_machine(in->output, json_object_get(report, "monitors"));
	} else if (!output_machine(in->output, report)) {
		print_page(in, report);
	}
	json_decref(reply);
	return 0;
}

static const struct flag flags[] = {
	{"month", "YYYY-MM", "default: this month, so far", false},
	{"zone", "ZONE", "whose month; default: yours", false},
	{"since", "TIME", "instead of a month: 7d, or RFC 3339", false},
	{"until", "TIME", "default now", false},
	{"label", "KEY=VALUE", "only monitors with this label", true},
	{"markdown", NULL, "as a table of Markdown", false},
};
static const char *const examples[] = {
	"sellersmart monitor report --month 2026-10",
	"sellersmart monitor report --month 2026-10 --zone Europe/Berlin -o csv > october.csv",
	"sellersmart monitor report shop checkout --since 7d",
	"sellersmart monitor report --label owner=mine --markdown", NULL};

extern const struct command command_monitor_report;
const struct command command_monitor_report = {
	.words = "monitor report",
	.usage = "monitor report [NAME...] [--month YYYY-MM] [--zone ZONE] [--label KEY=VALUE]",
	.summary = "uptime, incidents, percentiles and budget of a month",
	.details =
		"MTTR is the mean duration of the incidents that ended in the span, MTBF its up "
		"time for each\nincident that began in it. Unknown time and maintenance count for "
		"neither side.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.max_args = -1,
	.run = run,
};
