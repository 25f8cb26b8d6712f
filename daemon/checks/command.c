/* The command check: a program says by its exit status how it is, and in a line why. What only
 * says that the program could not do its work is unknown. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/checks/common/command_gate.h"
#include "daemon/checks/common/plugin_output.h"
#include "daemon/checks/common/spec.h"
#include "daemon/core/child.h"
#include "daemon/core/config.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum { ARGUMENTS_MAX = 64, VARIABLES_MAX = 40, LINE_SHOWN = 120 };

struct command_config {
	char *argv[ARGUMENTS_MAX + 2]; /* program, arguments, NULL */
	char *envp[VARIABLES_MAX + 1]; /* "NAME=value": may hold secrets */
	size_t n_argv, n_envp;
	enum outcome on_timeout;
	int64_t timeout_ms;
};

struct command_run {
	struct check_run *run;
	struct child *child;
	char **allowed; /* copied: a reload may come in between */
	size_t n_allowed;
	char real[PATH_MAX];
	struct verdict gate; /* why it was refused */
};

/* ---- configuration ------------------------------------------------------------------------- */

static void command_config_free(void *config)
{
	struct command_config *c = config;

	if (!c)
		return;
	for (size_t i = 0; i < c->n_argv; i++)
		free(c->argv[i]);
	for (size_t i = 0; i < c->n_envp; i++)
		spec_wipe(c->envp[i]);
	free(c);
}

static void add_variable(struct command_config *c, const char *name, const char *value)
{
	if (value && c->n_envp < VARIABLES_MAX)
		c->envp[c->n_envp++] = mem_printf("%s=%s", name, value);
}

/* Nothing of ours but what programs need: the daemon's own environment may hold secrets. */
static enum err prepare_env(struct command_config *c, const json_t *spec,
			    const struct check_env *env, struct error *e)
{
	const json_t *given = spec_value(monitor_kind(), spec, "env");
	const char *name;
	json_t *value;

	add_variable(c, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	if (!json_object_get(given, "HOME"))
		add_variable(c, "HOME", getenv("HOME"));
	if (!json_object_get(given, "LANG"))
		add_variable(c, "LANG", "C.UTF-8");
	if (!json_object_get(given, "TZ"))
		add_variable(c, "TZ", getenv("TZ"));
	json_object_foreach((json_t *)given, name, value)
	{
		char *secret = json_is_string(value) ? NULL : spec_secret(value, env, e);
		const char *text = secret ? secret : json_string_value(value);

		if (!text)
			return e && e->code ? e->code : ERR_NOT_FOUND;
		add_variable(c, name, text);
		spec_wipe(secret);
	}
	return ERR_NONE;
}

static enum err command_prepare(const json_t *spec, const struct check_env *env, void **config,
				struct error *e)
{
	const char *program = spec_text(monitor_kind(), spec, "program");
	const char *state = spec_text(monitor_kind(), spec, "timeout_state");
	struct command_config *c;
	enum err err;
	json_t *item;
	size_t i;

	if (!program)
		return error_field(e, ERR_INVALID, "program", "program: missing");
	c = mem_zalloc(sizeof *c);
	err = prepare_env(c, spec, env, e);
	if (err) {
		command_config_free(c);
		return err;
	}
	c->argv[c->n_argv++] = mem_strdup(program);
	json_array_foreach((json_t *)spec_value(monitor_kind(), spec, "arguments"), i, item)
	{
		if (json_is_string(item) && c->n_argv <= ARGUMENTS_MAX)
			c->argv[c->n_argv++] = mem_strdup(json_string_value(item));
	}
	c->timeout_ms = spec_ms_of(spec, "timeout");
	c->on_timeout = state && !strcmp(state, "unknown")    ? OUTCOME_UNKNOWN
			: state && !strcmp(state, "degraded") ? OUTCOME_DEGRADED
							      : OUTCOME_DOWN;
	*config = c;
	return ERR_NONE;
}

static const struct command_config *config_of(const struct command_run *s)
{
	return s->run->config;
}

/* ---- verdict ------------------------------------------------------------------------------- */

enum { STATUS_MAX = 3 };

/* The exit status of the plug-in guidelines. */
static const struct {
	enum outcome outcome;
	const char *cause, *word;
} statuses[STATUS_MAX + 1] = {
	{OUTCOME_UP, "", "OK"},
	{OUTCOME_DEGRADED, "warning", "WARNING"},
	{OUTCOME_DOWN, "critical", "CRITICAL"},
	{OUTCOME_UNKNOWN, "plugin_unknown", "UNKNOWN"},
};

/* What it said last, behind our own words. */
static void add_words(struct verdict *v, const struct plugin_output *out)
{
	if (out->message[0])
		verdict_note(v, "it said \"%.100s\"", out->message);
}

static void judge_exit(struct verdict *v, int status, const struct plugin_output *out)
{
	if (status >= 0 && status <= STATUS_MAX) {
		if (out->message[0])
			verdict_set(v, statuses[status].outcome, statuses[status].cause, "%s",
				    out->message);
		else
			verdict_set(v, statuses[status].outcome, statuses[status].cause,
				    "%s (exit status %d), without a word", statuses[status].word,
				    status);
		return;
	}
	verdict_set(v, OUTCOME_UNKNOWN, "exit_status", "exit status %d, expected 0 to 3%s", status,
		    status == 126   ? ": something in it may not be executed"
		    : status == 127 ? ": something that it calls is not there"
				    : "");
	add_words(v, out);
}

static void judge_signal(struct verdict *v, int number, const struct plugin_output *out)
{
	verdict_set(v, OUTCOME_UNKNOWN, "signal", "ended by signal %d (%s)%s", number,
		    strsignal(number), number == SIGXCPU ? "; it used up its processor time" : "");
	add_words(v, out);
}

static void judge_not_started(struct verdict *v, const char *program, int error)
{
	char shown[LINE_SHOWN];

	text_safe(shown, sizeof shown, program, strlen(program), 0, 0, NULL);
	switch (error) {
	case ENOENT: /* it was there: what its first line names is not */
		verdict_set(v, OUTCOME_UNKNOWN, "not_found",
			    "%s: its interpreter is not there; see its first line", shown);
		return;
	case ENOEXEC:
		verdict_set(v, OUTCOME_UNKNOWN, "not_executable",
			    "%s is no program; a script begins with #! and its interpreter", shown);
		return;
	case EACCES:
		verdict_set(v, OUTCOME_UNKNOWN, "not_executable",
			    "%s or its interpreter may not be executed", shown);
		return;
	default:
		verdict_set(v, OUTCOME_UNKNOWN, "local", "%s was not started: %s", shown,
			    strerror(error));
	}
}

static void judge(struct command_run *s, const struct child_result *r,
		  const struct plugin_output *out, struct verdict *v)
{
	const struct command_config *c = config_of(s);
	char limit[DURATION_TEXT];

	switch (r->end) {
	case CHILD_EXITED: judge_exit(v, r->number, out); return;
	case CHILD_SIGNALLED: judge_signal(v, r->number, out); return;
	case CHILD_TIMEOUT:
		duration_format(limit, c->timeout_ms);
		verdict_set(v, c->on_timeout, "timeout", "killed: it did not end within %s", limit);
		add_words(v, out);
		return;
	case CHILD_REFUSED: *v = s->gate; return;
	case CHILD_NOT_STARTED: judge_not_started(v, c->argv[0], r->number); return;
	case CHILD_CANCELLED: verdict_set(v, OUTCOME_UNKNOWN, "cancelled", "cancelled"); return;
	}
}

static char *evidence_of(const struct child_result *r, const struct plugin_output *out,
			 enum outcome outcome)
{
	struct buf text = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;

	jw_init(&w, &text);
	jw_object(&w);
	if (r->end == CHILD_EXITED)
		jw_kv_int(&w, "exit_status", r->number);
	if (r->cut)
		jw_kv_bool(&w, "truncated", true);
	if (out->more[0] && outcome != OUTCOME_UP)
		jw_kv_str(&w, "output", out->more);
	if (out->n_perf) {
		jw_key(&w, "perfdata");
		plugin_perf_write(&w, out);
	}
	jw_object_end(&w);
	if (text.overflow) {
		buf_reset(&text);
		buf_add_str(&text, "{\"truncated\":true}");
	}
	return buf_take(&text);
}

static void fill_result(struct command_run *s, const struct child_result *r)
{
	struct plugin_output *out = mem_zalloc(sizeof *out);
	const struct buf *said = r->out.len ? &r->out : &r->err;
	struct check_result *result = &s->run->result;
	struct verdict v = {0};

	plugin_output_parse(buf_str(said), said->len, out);
	judge(s, r, out, &v);
	result->outcome = v.outcome;
	memcpy(result->cause, v.cause, sizeof result->cause);
	text_safe(result->message, sizeof result->message, v.message, strlen(v.message), 0, 0,
		  NULL);
	result->total_us = r->end == CHILD_EXITED ? r->took_us : -1;
	result->evidence = evidence_of(r, out, v.outcome);
	free(out);
}

/* ---- life ---------------------------------------------------------------------------------- */

static void deliver(struct command_run *s)
{
	struct check_run *run = s->run;

	for (size_t i = 0; i < s->n_allowed; i++)
		free(s->allowed[i]);
	free(s->allowed);
	free(s);
	run->state = NULL;
	run->done(run, run->arg);
}

static void on_ended(const struct child_result *r, void *arg)
{
	struct command_run *s = arg;

	fill_result(s, r);
	deliver(s);
}

/* Disks may be slow: on a worker. */
static const char *allow(void *arg)
{
	struct command_run *s = arg;

	return command_gate("commands", config_of(s)->argv[0], s->allowed, s->n_allowed, s->real,
			    &s->gate)
		       ? s->real
		       : NULL;
}

static void copy_allowed(struct command_run *s)
{
	const struct config *c = s->run->env->config ? atomic_load(s->run->env->config) : NULL;

	if (!c || !c->n_commands)
		return;
	s->allowed = mem_array(NULL, c->n_commands, sizeof *s->allowed);
	for (; s->n_allowed < c->n_commands; s->n_allowed++)
		s->allowed[s->n_allowed] = mem_strdup(c->commands[s->n_allowed]);
}

static void no_worker(void *arg)
{
	struct child_result r = {.end = CHILD_NOT_STARTED, .number = EAGAIN, .took_us = -1};

	on_ended(&r, arg);
}

static void command_start(struct check_run *run)
{
	const struct command_config *c = run->config;
	struct command_run *s = mem_zalloc(sizeof *s);
	struct child_request q = {.loop = run->env->loop,
				  .allow = allow,
				  .argv = c->argv,
				  .envp = c->envp,
				  .timeout_ms = c->timeout_ms,
				  .output_max = PLUGIN_OUTPUT_MAX,
				  .done = on_ended,
				  .arg = s};

	s->run = run;
	run->state = s;
	copy_allowed(s);
	s->child = child_start(&q);
	if (!s->child)
		loop_post(run->env->loop, no_worker, s);
}

/* done comes by itself, once it is dead. */
static void command_cancel(struct check_run *run)
{
	struct command_run *s = run->state;

	if (s->child)
		child_cancel(s->child);
}

/* As many at once of one program as of checks of one host. */
static const char *command_host(const void *config)
{
	return ((const struct command_config *)config)->argv[0];
}

const struct check_type check_command = {
	.name = "command",
	.prepare = command_prepare,
	.config_free = command_config_free,
	.host = command_host,
	.start = command_start,
	.cancel = command_cancel,
};
