#pragma once
/* What tests of the network share: the misbehaving servers, a net loop, one check at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/checks/check.h"
#include "daemon/extract/extract.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"

enum { HARNESS_PORTS = 64, HARNESS_PATIENCE_S = 60 };

struct fake {
	pid_t pid;
	int input; /* closing it ends the fake */
	struct {
		char name[32];
		int port;
	} ports[HARNESS_PORTS];
	int n;
};

struct harness {
	struct fake web, dns;
	char dir[32], ca[64], nameservers[32];
	struct loop *loop;
	struct check_env env;
	sem_t done;
	int64_t started_us;
};

static void fake_start(struct fake *f, const char *name, const char *arg)
{
	char path[4096], line[128];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 64);
	int in[2], out[2];
	char *tests;
	FILE *said;

	assert_true(n > 0);
	path[n] = '\0';
	tests = strstr(path, "/tests/unit/");
	assert_non_null(tests);
	sprintf(tests, "/tests/fakes/%s", name);
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	f->pid = fork();
	if (f->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl(path, name, arg, (char *)NULL);
		perror(path);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	f->input = in[1];
	f->n = 0;
	said = fdopen(out[0], "r");
	while (fgets(line, sizeof line, said) && strncmp(line, "ready", 5) &&
	       f->n < HARNESS_PORTS) {
		if (sscanf(line, "%31s %d", f->ports[f->n].name, &f->ports[f->n].port) == 2)
			f->n++;
	}
	fclose(said);
	assert_true(f->n > 0);
}

static void fake_stop(struct fake *f)
{
	close(f->input);
	waitpid(f->pid, NULL, 0);
}

static inline int fake_port(const struct fake *f, const char *name)
{
	for (int i = 0; i < f->n; i++) {
		if (!strcmp(f->ports[i].name, name))
			return f->ports[i].port;
	}
	fail_msg("no port %s", name);
	return 0;
}

static void harness_wait(struct harness *h)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += HARNESS_PATIENCE_S;
	if (sem_timedwait(&h->done, &until))
		fail_msg("nothing happened for %d s", HARNESS_PATIENCE_S);
}

static void harness_open(void *arg)
{
	struct harness *h = arg;
	struct error e = {0};
	struct resolver_options r = {.loop = h->loop,
				     .clock = &clock_system,
				     .nameservers = h->nameservers,
				     .timeout_ms = 300,
				     .tries = 2,
				     .cache_min_ms = 0,
				     .cache_max_ms = 60000,
				     .hosts_file = "/dev/null"};
	struct transfers_options t = {
		.loop = h->loop, .clock = &clock_system, .max_connections = 64, .ca_file = h->ca};

	/* Its workers are this program again: the main() of who asks it for something knows. */
	struct extract_options x = {.loop = h->loop, .clock = &clock_system};

	h->env.resolver = resolver_new(&r, &e);
	h->env.transfers = transfers_new(&t, &e);
	h->env.extract = extract_new(&x);
	if (!h->env.resolver || !h->env.transfers)
		fail_msg("%s", e.text);
}

static void harness_close(void *arg)
{
	struct harness *h = arg;

	extract_free(h->env.extract);
	transfers_free(h->env.transfers);
	resolver_free(h->env.resolver);
}

static int harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof *h);
	struct error e = {0};

	signal(SIGPIPE, SIG_IGN);
	strcpy(h->dir, "/tmp/sellersmart-test-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->ca, sizeof h->ca, "%s/ca.pem", h->dir);
	fake_start(&h->web, "badserver", h->dir);
	fake_start(&h->dns, "fakedns", NULL);
	snprintf(h->nameservers, sizeof h->nameservers, "127.0.0.1:%d", fake_port(&h->dns, "dns"));
	sem_init(&h->done, 0, 0);
	h->loop = loop_new("net");
	h->env.loop = h->loop;
	h->env.clock = &clock_system;
	if (loop_start(h->loop, harness_open, h, &e))
		fail_msg("%s", e.text);
	*state = h;
	return 0;
}

static void harness_remove(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char path[512];

	while (d && (entry = readdir(d))) {
		snprintf(path, sizeof path, "%.200s/%.255s", dir, entry->d_name);
		if (entry->d_name[0] != '.' && unlink(path))
			harness_remove(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

/* After the loop. */
static int harness_end(struct harness *h)
{
	loop_free(h->loop);
	fake_stop(&h->web);
	fake_stop(&h->dns);
	harness_remove(h->dir);
	sem_destroy(&h->done);
	free(h);
	return 0;
}

static inline int harness_teardown(void **state)
{
	struct harness *h = *state;

	loop_stop(h->loop, harness_close, h, 3000);
	return harness_end(h);
}

/* ---- one check ----------------------------------------------------------------------------- */

struct probe {
	struct harness *h;
	struct check_run run;
	void *config, *memory;
	int64_t took_ms;
	bool inside_start;
};

static void probe_done(struct check_run *run, void *arg)
{
	struct probe *p = arg;

	assert_false(p->inside_start);
	p->took_ms = (clock_boot_us(&clock_system) - p->h->started_us) / 1000;
	sem_post(&p->h->done);
}

static void probe_start(void *arg)
{
	struct probe *p = arg;

	p->h->started_us = clock_boot_us(&clock_system);
	p->inside_start = true;
	p->run.type->start(&p->run);
	p->inside_start = false;
}

static inline void probe_cancel(void *arg)
{
	struct probe *p = arg;

	p->run.type->cancel(&p->run);
}

/* Compile a spec given as JSON text. */
static void probe_prepare(struct probe *p, struct harness *h, const char *type,
			  const char *spec_text)
{
	struct error e = {0};
	json_error_t je;
	json_t *spec = json_loads(spec_text, 0, &je);

	if (!spec)
		fail_msg("%s: %s", spec_text, je.text);
	json_object_set_new(spec, "type", json_string(type));
	memset(p, 0, sizeof *p);
	p->h = h;
	p->run.type = check_type_find(type);
	assert_non_null(p->run.type);
	if (p->run.type->prepare(spec, &h->env, &p->config, &e))
		fail_msg("%s: %s", spec_text, e.text);
	json_decref(spec);
	p->run.config = p->config;
	p->run.env = &h->env;
	p->run.memory = &p->memory;
	p->run.done = probe_done;
	p->run.arg = p;
}

static void probe_run(struct probe *p)
{
	check_result_fini(&p->run.result);
	check_result_init(&p->run.result);
	loop_post(p->h->loop, probe_start, p);
	harness_wait(p->h);
}

static inline void probe(struct probe *p, struct harness *h, const char *type, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static inline void probe(struct probe *p, struct harness *h, const char *type, const char *fmt, ...)
{
	char spec[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(spec, sizeof spec, fmt, ap);
	va_end(ap);
	probe_prepare(p, h, type, spec);
	probe_run(p);
}

static inline void probe_fini(struct probe *p)
{
	check_result_fini(&p->run.result);
	p->run.type->config_free(p->config);
	if (p->run.type->memory_free)
		p->run.type->memory_free(p->memory);
}

/* A value for %d in a target: where a misbehaving server listens. */
#define PORT(h, name) fake_port(&(h)->web, name)

#define assert_result(p, wanted_outcome, wanted_cause)                                            \
	do {                                                                                      \
		const struct check_result *r_ = &(p)->run.result;                                 \
		if (r_->outcome != (wanted_outcome) || strcmp(r_->cause, (wanted_cause)))         \
			fail_msg("outcome %d cause \"%s\" (%s), expected %d \"%s\"", r_->outcome, \
				 r_->cause, r_->message, (wanted_outcome), (wanted_cause));       \
	} while (0)

#define assert_says(p, words)                                                                     \
	do {                                                                                      \
		if (!strstr((p)->run.result.message, (words)))                                    \
			fail_msg("\"%s\" does not say \"%s\"", (p)->run.result.message, (words)); \
	} while (0)

/* A member of the evidence; the caller decrefs *root. */
static inline json_t *evidence_of(struct probe *p, json_t **root)
{
	*root = p->run.result.evidence ? json_loads(p->run.result.evidence, 0, NULL) : NULL;
	assert_non_null(*root);
	return *root;
}
