/* Routes of no resource, for the OpenAPI document. The daemon's tables decide what there is; this
 * says what a reader of the document has to know of each. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

static const struct {
	const char *path, *method, *summary, *type; /* media type of a good answer, NULL: none */
} routes[] = {
	{"/v1/overview", "get", "What needs a person now, counts, shops, store",
	 "application/json"},
	{"/v1/overview/seen", "post", "What was new is not new any more", NULL},
	{"/v1/monitors/create", "post", "The same as POST /v1/monitors", "application/json"},
	{"/v1/monitors/status", "get", "Counts by state, and the worst rows", "application/json"},
	{"/v1/monitors/history", "get", "History of ?monitor=REF", "application/json"},
	{"/v1/reports/monitors", "get",
	 "Uptime, downtime, incidents, percentiles and budget of each monitor in ?month=2026-10 (of "
	 "?zone=), or from ?since= to ?until=; ?name= and ?filter[labels.KEY]= choose",
	 "application/json"},
	{"/v1/batch", "post",
	 "Up to 500 resources, all or none; dry_run only compares, and takes promised "
	 "({\"monitor\": {\"NAME\": true}}) as if they were there",
	 "application/json"},
	{"/v1/secrets/{ref}/value", "put", "Store the raw body as the secret's value",
	 "application/json"},
	{"/v1/config", "get", "The settings in force and where each comes from",
	 "application/json"},
	{"/v1/reload", "post", "Read the configuration again", NULL},
	{"/v1/daemon", "get", "Version, loops, queues, store", "application/json"},
	{"/v1/doctor", "get", "What is wrong with the installation, as the daemon sees it",
	 "application/json"},
	{"/v1/once", "post", "Check what is due, wait for the verdicts", "application/json"},
	{"/v1/openapi.json", "get", "This document", "application/json"},
	{"/v1/stream", "get", "Events and live rows as server-sent events", "text/event-stream"},
	{"/v1/streams/{ref}/watch", "put", "Which rows a stream tells of", NULL},
	{"/ping/{ref}", "get",
	 "A heartbeat's job ended well; also POST and HEAD; below it /start, "
	 "/fail, /log or an exit status",
	 "text/plain"},
	{"/badge/{ref}/status.svg", "get",
	 "A monitor's badge by its key: status, uptime/WINDOW or p50, p95, p99/WINDOW (24h 7d 30d "
	 "90d 365d), as .svg or as .json for shields.io",
	 "image/svg+xml"},
	{"/healthz", "get", "200 while loops and writer answer", "text/plain"},
	{"/readyz", "get", "200 while the store takes writes, else why not", "text/plain"},
	{"/metrics", "get", "Metrics in the text form of Prometheus", "text/plain"},
};

static void write_route(struct json_writer *w, size_t i)
{
	char id[96];
	size_t n = 0;
	/* "get_v1_overview": unique, as path and method are. */
	n = (size_t)snprintf(id, sizeof(id), "%s_", routes[i].method);
	for (const char *c = routes[i].path + 1; *c && n + 1 < sizeof(id); c++)
		if (*c != '{' && *c != '}')
			id[n++] = *c == '/' || *c == '.' ? '_' : *c;
	id[n] = '\0';
	jw_key(w, routes[i].path);
	jw_object(w);
	if (strstr(routes[i].path, "{ref}"))
		openapi_ref_parameter(w);
	jw_key(w, routes[i].method);
	jw_object(w);
	jw_kv_str(w, "operationId", id);
	jw_kv_str(w, "summary", routes[i].summary);
	jw_key(w, "responses");
	jw_object(w);
	jw_key(w, "2XX");
	jw_object(w);
	jw_kv_str(w, "description", "Done");
	if (routes[i].type) {
		jw_key(w, "content");
		jw_object(w);
		jw_key(w, routes[i].type);
		jw_object(w);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_object_end(w);
	openapi_refusal(w);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

void openapi_routes(struct json_writer *w)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		write_route(w, i);
}
