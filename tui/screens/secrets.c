/* Secrets: names for values that are never shown; v stores a value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/listing.h"

struct storing {
	struct app *app;
	struct view *view;
	char name[NAME_MAX_BYTES + 1];
};

static void on_stored(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct storing *s = arg;

	if (code != ERR_CANCELLED) {
		if (code)
			app_say_error(s->app, e);
		else
			app_say(s->app, ROLE_UP, "the value of %s is stored", s->name);
		if (app_view(s->app) == s->view)
			listing_refresh(s->view);
	}
	free(s);
}

static void on_value(void *arg, const char *text)
{
	struct storing *s = arg;
	struct buf path = BUF_INIT(512);

	if (!text || !*text) {
		free(s);
		return;
	}
	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, s->name);
	buf_add_str(&path, "/value");
	channel_send(app_channel(s->app),
		     &(struct client_request){.method = "PUT",
					      .path = buf_str(&path),
					      .body = text,
					      .body_len = strlen(text),
					      .content_type = "application/octet-stream"},
		     on_stored, s);
	buf_fini(&path);
}

static void ask_value(struct view *v, const char *name)
{
	struct storing *s = mem_zalloc(sizeof *s);
	char label[32];

	s->app = v->app;
	s->view = v;
	snprintf(s->name, sizeof s->name, "%s", name);
	snprintf(label, sizeof label, "value of %.18s: ", name);
	app_prompt_hidden(v->app, label, on_value, s);
}

static bool run_value(struct view *v, const struct binding *b)
{
	const json_t *row = listing_row(v->listing);

	if (!row)
		return false;
	ask_value(v, json_str(row, "name", ""));
	return true;
}

static void on_name(void *arg, const char *text)
{
	struct view *v = arg;
	struct error e = {0};

	if (!text || !*text)
		return;
	if (!name_valid(v->kind, text, &e))
		app_say_error(v->app, &e);
	else
		ask_value(v, text);
}

/* A secret is its value: it is made by storing one. */
static bool run_new(struct view *v, const struct binding *b)
{
	app_prompt(v->app, "name of the secret: ", "", NULL, on_name, v);
	return true;
}

static const struct binding bindings[] = {
	{.context = "secrets",
	 .keys = "n",
	 .action = "new",
	 .brief = "new",
	 .run = run_new,
	 .help = "store a new secret"},
	{.context = "secrets",
	 .keys = "v",
	 .action = "value",
	 .brief = "value",
	 .run = run_value,
	 .help = "store another value under this name"},
};

extern const struct screen screen_secrets;
const struct screen screen_secrets = {
	.name = "secrets",
	.tab = 90,
	.kind = "secret",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	LISTING_SCREEN,
};
