#include "tui/app/form_secrets.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/webhook_secret.h"

enum { SECRETS_ASKED = 4 };

struct asking {
	struct app *app;
	struct form *form;
	struct {
		const struct field *field;
		char name[NAME_MAX_BYTES + 1];
	} at[SECRETS_ASKED];
	size_t n, i;
	char made[MADE_TEXT];
	void (*done)(void *arg, bool ok, const char *made);
	void *arg;
};

static void look(struct asking *a);

static void end(struct asking *a, bool ok)
{
	if (a->done)
		a->done(a->arg, ok, a->made);
	sodium_memzero(a->made, sizeof a->made);
	free(a);
}

/* ---- storing --------------------------------------------------------------------------------- */

static void on_stored(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct asking *a = arg;

	if (code == ERR_CANCELLED) {
		a->done = NULL;
		end(a, false);
		return;
	}
	a->form->call = NULL;
	if (code) {
		app_say_error(a->app, e);
		end(a, false);
		return;
	}
	a->i++;
	look(a);
}

static void store(struct asking *a, const char *value)
{
	struct buf path = BUF_INIT(512);

	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, a->at[a->i].name);
	buf_add_str(&path, "/value");
	a->form->call =
		channel_send(app_channel(a->app),
			     &(struct client_request){.method = "PUT",
						      .path = buf_str(&path),
						      .body = value,
						      .body_len = strlen(value),
						      .content_type = "application/octet-stream"},
			     on_stored, a);
	buf_fini(&path);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void on_value(void *arg, const char *text)
{
	struct asking *a = arg;
	const struct field *f = a->at[a->i].field;
	struct error e = {0};

	if (!text || !*text) {
		app_say(a->app, ROLE_ERROR, "not saved: the secret %s has no value yet",
			a->at[a->i].name);
		end(a, false);
	} else if (f->fits && f->fits(text, strlen(text), &e)) {
		app_say_error(a->app, &e);
		end(a, false);
	} else {
		store(a, text);
	}
}

static void ask_value(struct asking *a)
{
	char label[32];

	snprintf(label, sizeof label, "value of %.18s: ", a->at[a->i].name);
	app_prompt_hidden(a->app, label, on_value, a);
}

static void on_choice(void *arg, int chosen)
{
	struct asking *a = arg;
	char value[WEBHOOK_SECRET_TEXT];

	if (chosen == 1) {
		ask_value(a);
	} else if (chosen == 0 && sodium_init() >= 0) {
		webhook_secret_make(value);
		snprintf(a->made, sizeof a->made, "%s", value);
		store(a, value);
		sodium_memzero(value, sizeof value);
	} else {
		app_say(a->app, ROLE_ERROR, "not saved: the secret %s has no value yet",
			a->at[a->i].name);
		end(a, false);
	}
}

static void ask(struct asking *a)
{
	static const char *const labels[] = {"make one, shown once", "type or paste it", NULL};
	char title[64];

	if (a->at[a->i].field->fits != webhook_secret_fits) {
		ask_value(a);
		return;
	}
	snprintf(title, sizeof title, "The secret %.24s is new", a->at[a->i].name);
	app_choose(a->app, title, labels, on_choice, a);
}

static void on_found(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct asking *a = arg;

	if (code == ERR_CANCELLED) {
		a->done = NULL;
		end(a, false);
		return;
	}
	a->form->call = NULL;
	if (code == ERR_NOT_FOUND || (!code && !json_bool(r->data, "stored", true))) {
		ask(a);
	} else if (code) {
		app_say_error(a->app, e);
		end(a, false);
	} else {
		a->i++;
		look(a);
	}
}

static void look(struct asking *a)
{
	struct buf path = BUF_INIT(512);

	if (a->i == a->n) {
		end(a, true);
		return;
	}
	buf_add_str(&path, "/v1/secrets/");
	path_escape(&path, a->at[a->i].name);
	a->form->call = channel_get(app_channel(a->app), buf_str(&path), on_found, a);
	buf_fini(&path);
}

void form_secrets(struct app *app, struct form *f, const json_t *body,
		  void (*done)(void *arg, bool ok, const char *made), void *arg)
{
	struct asking *a = mem_zalloc(sizeof *a);

	*a = (struct asking){.app = app, .form = f, .done = done, .arg = arg};
	for (size_t i = 0; i < f->n && a->n < SECRETS_ASKED; i++) {
		const struct field *field = f->rows[i].field;
		const char *name = field && field->type == FIELD_SECRET
					   ? secret_ref(json_object_get(body, field->name))
					   : NULL;

		if (!name)
			continue;
		a->at[a->n].field = field;
		snprintf(a->at[a->n++].name, sizeof a->at->name, "%s", name);
	}
	look(a);
}
