/* sellersmart daemon status */
#include <string.h>

#include "shared/mem.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { LABEL_WIDTH = 10 };

static const char *megabytes(char out[static 24], int64_t bytes)
{
	snprintf(out, 24, "%.1f MB", (double)bytes / (1 << 20));
	return out;
}

static void loop_line(struct output *o, const json_t *data, const char *name)
{
	char path[32], span[32];
	snprintf(path, sizeof(path), "loops.%s", name);
	const json_t *loop = json_path(data, path);
	bool alive = json_bool(loop, "alive", false);
	output_text(o, "%-*s%s loop %s, latest delay %s\n", LABEL_WIDTH,
		    strcmp(name, "net") ? "" : "alive", name, alive ? "answers" : "DOES NOT ANSWER",
		    output_span(span, json_number_value(json_object_get(loop, "lag_ms_max"))));
}

static void store_lines(struct output *o, const json_t *store)
{
	char size[24], wal[24], left[24];
	const char *reason = json_str(store, "reason", "");
	output_text(o, "%-*s%s\n", LABEL_WIDTH, "store", json_str(store, "dir", ""));
	output_text(o, "%-*s%s and a journal of %s; %s free on its disk\n", LABEL_WIDTH, "",
		    megabytes(size, json_int(store, "bytes", 0)),
		    megabytes(wal, json_int(store, "wal_bytes", 0)),
		    megabytes(left, json_int(store, "disk_free", 0)));
	if (json_bool(store, "readonly", false))
		output_text(o, "%-*sTAKES NO WRITES: %s\n", LABEL_WIDTH, "", reason);
	else
		output_text(o, "%-*s%lld operations in %lld commits; %lld wait\n", LABEL_WIDTH, "",
			    (long long)json_int(store, "operations", 0),
			    (long long)json_int(store, "commits", 0),
			    (long long)(json_int(store, "queued_people", 0) +
					json_int(store, "queued_background", 0)));
	if (!json_bool(store, "clean_start", true))
		output_text(o, "%-*sits last end was not clean%s\n", LABEL_WIDTH, "",
			    json_bool(store, "checking", false) ? ": it is being looked through"
								: "; no fault was found");
}

static void page(struct output *o, const json_t *data)
{
	char span[32], since[32], size[24];
	const json_t *http = json_object_get(data, "http");
	output_text(o, "%-*ssellersmartd %s, process %lld, for %s (since %s)\n", LABEL_WIDTH,
		    "runs", json_str(data, "version", ""), (long long)json_int(data, "pid", 0),
		    output_span(span, (double)json_int(data, "uptime_s", 0) * 1000),
		    output_time(since, json_str(data, "started_at", NULL)));
	output_text(o, "%-*s%s%s%s\n", LABEL_WIDTH, "answers", json_str(data, "socket", ""),
		    json_str(data, "listen", NULL) ? ", " : "", json_str(data, "listen", ""));
	output_text(o, "%-*s%s\n", LABEL_WIDTH, "config",
		    json_str(data, "config", "no file: the defaults"));
	output_text(o, "%-*s%s resident\n", LABEL_WIDTH, "memory",
		    megabytes(size, json_int(data, "resident_bytes", 0)));
	loop_line(o, data, "net");
	loop_line(o, data, "api");
	store_lines(o, json_object_get(data, "store"));
	output_text(o,
		    "%-*s%lld requests, %lld refused; %lld connections and %lld streams are "
		    "open\n",
		    LABEL_WIDTH, "API", (long long)json_int(http, "requests", 0),
		    (long long)json_int(http, "refused", 0),
		    (long long)json_int(http, "connections", 0),
		    (long long)json_int(http, "streams", 0));
}

static int run(struct invocation *in)
{
	static const struct resource_kind shape = {.kind = "daemon", .plural = "daemons"};
	struct error e = {0};
	json_t *reply = NULL;
	if (request_json(in, "GET", "/v1/daemon", NULL, &reply, &e))
		return invocation_fail(&e);
	const json_t *data = json_object_get(reply, "data");
	if (output_format(in->output) == OUTPUT_TABLE && !in->output->fields)
		page(in->output, data);
	else
		output_object(in->output, &shape, data);
	json_decref(reply);
	return 0;
}

const struct command command_daemon_status = {
	.words = "daemon status",
	.usage = "daemon status",
	.summary = "whether the daemon runs, its loops, queues and store; exit 69 when it is away",
	.run = run,
};
