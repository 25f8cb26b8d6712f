/* Telling the stream which rows are on the screen, so that only those come live. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app/internal.h"

static void on_watched(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct app *app = arg;

	app->watch_call = NULL;
	if (code == ERR_CANCELLED)
		return;
	if (code)
		watch_reset(app); /* said again with the next frame */
	else
		watch_update(app);
}

static bool same(const struct app *app, const struct resource_kind *kind, const char *ids[],
		 size_t n)
{
	if (kind != app->watched_kind || n != app->n_watched)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(ids[i], app->watched[i]) != 0)
			return false;
	return true;
}

static void send_watch(struct app *app)
{
	json_t *ids = json_array(), *whole;
	char path[96], *body;

	for (size_t i = 0; i < app->n_watched; i++)
		json_array_append_new(ids, json_string(app->watched[i]));
	whole = json_pack("{s:s, s:o}", "kind", app->watched_kind->kind, "ids", ids);
	body = json_dumps(whole, JSON_COMPACT);
	snprintf(path, sizeof path, "/v1/streams/%s/watch", live_stream_id(app->live));
	app->watch_call = channel_send(
		app->channel,
		&(struct client_request){
			.method = "PUT", .path = path, .body = body, .body_len = strlen(body)},
		on_watched, app);
	free(body);
	json_decref(whole);
}

void watch_update(struct app *app)
{
	struct view *v = app_view(app);
	const char *ids[WATCH_MAX];
	size_t n;

	if (!v || !v->kind || !v->screen->watched || !app->live || app->watch_call ||
	    !*live_stream_id(app->live))
		return;
	n = v->screen->watched(v, ids, WATCH_MAX);
	if (same(app, v->kind, ids, n))
		return;
	for (size_t i = 0; i < n; i++)
		snprintf(app->watched[i], sizeof app->watched[i], "%s", ids[i]);
	app->n_watched = n;
	app->watched_kind = v->kind;
	send_watch(app);
}

void watch_reset(struct app *app)
{
	app->n_watched = 0;
	app->watched_kind = NULL;
}
