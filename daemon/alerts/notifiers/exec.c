/* A program, with the message as JSON on its standard input. Exit status 0: told; 75 (EX_TEMPFAIL):
 * try again later; anything else: refused. Its first line is the answer. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "daemon/alerts/notifiers/common/answer.h"
#include "daemon/alerts/notifiers/common/program.h"
#include "daemon/alerts/notifiers/common/webhook_body.h"
#include "daemon/checks/common/command_gate.h"
#include "daemon/core/config.h"
#include "daemon/store/secrets.h"
#include "shared/ids.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

enum {
	ARGUMENTS_MAX = 64,
	VARIABLES_MAX = 48,
	SAID_MAX = 4096,
	INPUT_MAX = 64 * 1024,
	TEXT_MAX = 24 * 1024,
	TEMPORARY = 75, /* EX_TEMPFAIL */
};

struct call {
	const struct notifier_send *send;
	char *argv[ARGUMENTS_MAX + 1], *envp[VARIABLES_MAX + 1];
	size_t n_argv, n_envp;
	struct buf title, input;
	char id[ID_TEXT], real[PATH_MAX];
};

/* ---- what it gets --------------------------------------------------------------------------- */

static void add_variable(struct call *c, const char *name, const char *value)
{
	if (value && c->n_envp < VARIABLES_MAX)
		c->envp[c->n_envp++] = mem_printf("%s=%s", name, value);
}

static enum err add_given(struct call *c, struct error *e)
{
	const struct notifier_send *s = c->send;
	const char *name;
	json_t *given;

	json_object_foreach((json_t *)spec_value(s->kind, s->spec, "env"), name, given)
	{
		size_t len = 0;
		char *secret = json_is_string(given)
				       ? NULL
				       : secret_get(s->store, secret_ref(given), &len, e);

		if (!secret && !json_is_string(given)) {
			error_prefix(e, "env: ");
			return e->code;
		}
		add_variable(c, name, secret ? secret : json_string_value(given));
		secret_wipe(secret, len);
	}
	return ERR_NONE;
}

/* Nothing of ours but what programs need: the daemon's own environment may hold secrets. */
static enum err make_environment(struct call *c, struct error *e)
{
	const struct notifier_send *s = c->send;
	const json_t *given = spec_value(s->kind, s->spec, "env");

	add_variable(c, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	if (!json_object_get(given, "HOME"))
		add_variable(c, "HOME", getenv("HOME"));
	if (!json_object_get(given, "LANG"))
		add_variable(c, "LANG", "C.UTF-8");
	if (!json_object_get(given, "TZ"))
		add_variable(c, "TZ", getenv("TZ"));
	add_variable(c, "SELLERSMART_ID", c->id);
	add_variable(c, "SELLERSMART_TYPE", json_str(s->message, "type", ""));
	add_variable(c, "SELLERSMART_SEVERITY", json_str(s->message, "severity", ""));
	add_variable(c, "SELLERSMART_TITLE", buf_str(&c->title));
	return add_given(c, e);
}

/* As a webhook has it, with the texts for people beside it. */
static void make_input(struct call *c)
{
	const struct notifier_send *s = c->send;
	struct buf text = BUF_INIT(TEXT_MAX), body = BUF_INIT(WEBHOOK_BODY_MAX);
	struct json_writer w;

	message_text(s->message, &s->wording, &text);
	webhook_body(s->message, &body);
	jw_init(&w, &c->input);
	jw_object(&w);
	jw_kv_str(&w, "id", c->id);
	jw_kv_str(&w, "notifier", s->name);
	jw_kv_int(&w, "attempt", s->attempt);
	jw_kv_str(&w, "severity", json_str(s->message, "severity", "info"));
	jw_kv_str(&w, "title", buf_str(&c->title));
	jw_kv_str(&w, "text", buf_str(&text));
	jw_key(&w, "message");
	jw_raw(&w, buf_str(&body), body.len);
	jw_object_end(&w);
	buf_add_char(&c->input, '\n');
	buf_fini(&text);
	buf_fini(&body);
}

static enum err make_arguments(struct call *c, struct error *e)
{
	const struct notifier_send *s = c->send;
	size_t i;
	json_t *item;

	json_array_foreach((json_t *)spec_value(s->kind, s->spec, "command"), i, item)
	{
		if (c->n_argv < ARGUMENTS_MAX)
			c->argv[c->n_argv++] = mem_strdup(json_string_value(item));
	}
	return c->n_argv ? ERR_NONE
			 : error_field(e, ERR_INVALID, "command", "command: there is no program");
}

static void call_fini(struct call *c)
{
	for (size_t i = 0; i < c->n_argv; i++)
		free(c->argv[i]);
	for (size_t i = 0; i < c->n_envp; i++) {
		sodium_memzero(c->envp[i], strlen(c->envp[i]));
		free(c->envp[i]);
	}
	buf_fini(&c->title);
	buf_fini(&c->input);
}

/* ---- what it says --------------------------------------------------------------------------- */

static void say_first_line(const struct program_run *r, enum notifier_end end, const char *what,
			   struct notifier_answer *a)
{
	const struct buf *said = r->out.len ? &r->out : &r->err;
	const char *line = buf_str(said) + strspn(buf_str(said), " \t\r\n");
	size_t n = strcspn(line, "\r\n");

	if (n)
		answer_set(a, end, "%s: %.*s", what, (int)(n < 200 ? n : 200), line);
	else
		answer_set(a, end, "%s", what);
}

static void judge_exit(const struct program_run *r, struct notifier_answer *a)
{
	char what[64];

	snprintf(what, sizeof what, "exit status %d", r->number);
	a->status = r->number;
	say_first_line(r,
		       !r->number               ? NOTIFIER_SENT
		       : r->number == TEMPORARY ? NOTIFIER_RETRY
						: NOTIFIER_REFUSED,
		       what, a);
	if (r->number == 127)
		answer_hint(a, "something that it calls is not there");
	else if (r->number && r->number != TEMPORARY)
		answer_hint(a, "exit status 0 says told, 75 try again later");
}

static void judge(const struct program_run *r, struct notifier_answer *a)
{
	char limit[DURATION_TEXT], what[96];

	a->took_ms = r->took_ms;
	switch (r->end) {
	case PROGRAM_EXITED: judge_exit(r, a); return;
	case PROGRAM_SIGNALLED:
		snprintf(what, sizeof what, "ended by signal %d (%s)", r->number,
			 strsignal(r->number));
		say_first_line(r, NOTIFIER_REFUSED, what, a);
		return;
	case PROGRAM_TIMEOUT:
		snprintf(what, sizeof what, "killed: it did not end within %s",
			 duration_format(limit, r->timeout_ms));
		say_first_line(r, NOTIFIER_RETRY, what, a);
		answer_hint(a, "a longer timeout, or a program that is quicker");
		return;
	case PROGRAM_CANCELLED: answer_set(a, NOTIFIER_RETRY, "cancelled"); return;
	case PROGRAM_NOT_STARTED:
		answer_set(a, NOTIFIER_REFUSED, "%s was not started: %s", r->argv[0],
			   strerror(r->number));
		answer_hint(a, "a script begins with #! and the path of its interpreter");
		return;
	}
}

static bool is_allowed(struct call *c, struct notifier_answer *a)
{
	const struct config *config = c->send->config;
	struct verdict why = {0};

	if (command_gate("notify_programs", c->argv[0], config ? config->notify_programs : NULL,
			 config ? config->n_notify_programs : 0, c->real, &why))
		return true;
	answer_set(a, NOTIFIER_REFUSED, "%s", why.message);
	return false;
}

static void exec_send(const struct notifier_send *s, struct notifier_answer *a)
{
	struct call *c = mem_zalloc(sizeof *c);
	struct error e = {0};

	c->send = s;
	c->title = BUF_INIT(MESSAGE_TITLE_MAX);
	c->input = BUF_INIT(INPUT_MAX);
	id_format(c->id, "msg", s->id);
	message_title(s->message, &s->wording, &c->title);
	if (make_arguments(c, &e) || make_environment(c, &e)) {
		answer_refuse(a, &e);
	} else if (is_allowed(c, a)) {
		struct program_run r = {.path = c->real,
					.argv = c->argv,
					.envp = c->envp,
					.timeout_ms = s->timeout_ms,
					.cancel = s->cancel,
					.out = BUF_INIT(SAID_MAX),
					.err = BUF_INIT(SAID_MAX)};

		make_input(c);
		r.input = buf_str(&c->input);
		r.input_len = c->input.len;
		program_feed(&r);
		judge(&r, a);
		buf_fini(&r.out);
		buf_fini(&r.err);
	}
	call_fini(c);
	free(c);
}

const struct notifier_type notifier_exec = {.name = "exec", .send = exec_send};
