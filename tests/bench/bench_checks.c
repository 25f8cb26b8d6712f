/* HTTP and HTTPS checks a second of processor time, against prometheus-blackbox-exporter on the
 * same nginx. Whoever checks is held on one processor, nginx has the other; in turns, medians.
 * Usage: bench_checks [ROUNDS] */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/checks/check.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "shared/mem.h"

enum { ROUNDS_MAX = 9, IN_FLIGHT = 64, OURS = 0, THEIRS = 1 };

enum mode { FRESH, REUSE, FULL, RESUMED };

/* ---- processes ----------------------------------------------------------------------------- */

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static pid_t run(int cpu, char *const argv[])
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		pin(cpu);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		setenv("GOMAXPROCS", "1", 1);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static bool succeeds(char *const argv[])
{
	int status;
	pid_t pid = run(THEIRS, argv);

	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* user and system time of a process, s */
static double cpu_of(pid_t pid)
{
	char path[64], text[1024];
	unsigned long user = 0, sys = 0;
	const char *after;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	after = strrchr(text, ')');
	if (after)
		sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &sys);
	return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static double cpu_here(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* ---- many checks at once ------------------------------------------------------------------- */

struct load {
	struct loop *loop;
	struct check_env env;
	const char *ca;
	void *config;
	bool fresh_session;
	long started, ended, wanted, bad;
	struct check_run runs[IN_FLIGHT];
	void *memory[IN_FLIGHT]; /* of each run, as of a monitor */
	char first_bad[CHECK_MESSAGE];
	sem_t done;
};

static void start_one(struct load *l, struct check_run *r)
{
	l->started++;
	check_result_init(&r->result);
	r->fresh_session = l->fresh_session;
	check_type_find("http")->start(r);
}

static void on_done(struct check_run *r, void *arg)
{
	struct load *l = arg;

	if (r->result.outcome != OUTCOME_UP && l->bad++ == 0)
		strcpy(l->first_bad, r->result.message);
	check_result_fini(&r->result);
	l->ended++;
	if (l->started < l->wanted)
		start_one(l, r);
	else if (l->ended == l->wanted)
		sem_post(&l->done);
}

static void start_all(void *arg)
{
	struct load *l = arg;

	for (int i = 0; i < IN_FLIGHT && l->started < l->wanted; i++) {
		l->runs[i] = (struct check_run){.type = check_type_find("http"),
						.config = l->config,
						.env = &l->env,
						.memory = &l->memory[i],
						.done = on_done,
						.arg = l};
		start_one(l, &l->runs[i]);
	}
}

static void open_net(void *arg)
{
	struct load *l = arg;
	struct error e = {0};
	struct resolver_options r = {
		.loop = l->loop, .clock = &clock_system, .nameservers = "127.0.0.1"};
	struct transfers_options t = {.loop = l->loop,
				      .clock = &clock_system,
				      .max_connections = 4 * IN_FLIGHT,
				      .ca_file = l->ca};

	pin(OURS);
	l->env = (struct check_env){.loop = l->loop,
				    .clock = &clock_system,
				    .resolver = resolver_new(&r, &e),
				    .transfers = transfers_new(&t, &e)};
	if (!l->env.resolver || !l->env.transfers) {
		fprintf(stderr, "bench_checks: %s\n", e.text);
		exit(1);
	}
}

static void close_net(void *arg)
{
	struct load *l = arg;

	transfers_free(l->env.transfers);
	resolver_free(l->env.resolver);
}

/* @return checks a second of processor time: ours, or that of pid when it is not 0 */
static double measure(struct load *l, const char *target, enum mode mode, long n, pid_t pid)
{
	struct error e = {0};
	json_t *spec = json_pack("{s:s, s:s, s:s, s:s}", "type", "http", "target", target,
				 "timeout", "20s", "connection", mode == REUSE ? "reuse" : "fresh");
	double before, used;

	if (check_type_find("http")->prepare(spec, &l->env, &l->config, &e)) {
		fprintf(stderr, "bench_checks: %s\n", e.text);
		exit(1);
	}
	json_decref(spec);
	for (int warm = 1; warm >= 0; warm--) {
		l->started = l->ended = l->bad = 0;
		l->wanted = warm ? IN_FLIGHT : n;
		l->fresh_session = mode == FULL;
		before = pid ? cpu_of(pid) : cpu_here();
		loop_call(l->loop, start_all, l);
		sem_wait(&l->done);
		used = (pid ? cpu_of(pid) : cpu_here()) - before;
	}
	check_type_find("http")->config_free(l->config);
	if (l->bad)
		printf("   %ld of %ld checks of %s failed: %s\n", l->bad, l->wanted, target,
		       l->first_bad);
	return used > 0 ? (double)n / used : 0;
}

/* ---- the servers --------------------------------------------------------------------------- */

static void write_file(const char *dir, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void write_file(const char *dir, const char *name, const char *fmt, ...)
{
	char path[256];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(1);
	}
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
}

static void write_configs(const char *dir, int port)
{
	write_file(dir, "page", "%1024s", "Add to basket");
	write_file(
		dir, "nginx.conf",
		"daemon off; worker_processes 1; pid %s/nginx.pid; error_log %s/error.log;\n"
		"events { worker_connections 4096; }\n"
		"http { access_log off; keepalive_requests 1000000; client_body_temp_path %s;\n"
		" proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;\n"
		" ssl_session_cache shared:S:1m; ssl_certificate %s/cert.pem;\n"
		" ssl_certificate_key %s/key.pem; root %s;\n"
		" server { listen 127.0.0.1:%d backlog=1024; listen 127.0.0.1:%d ssl backlog=1024; } }\n",
		dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, port, port + 1);
	write_file(dir, "blackbox.yml",
		   "modules:\n"
		   "  plain: {prober: http, timeout: 20s, http: {preferred_ip_protocol: ip4}}\n"
		   "  verified: {prober: http, timeout: 20s, http: {preferred_ip_protocol: ip4, "
		   "tls_config: {ca_file: %s/cert.pem}}}\n",
		   dir);
}

static bool answers(struct load *l, const char *target)
{
	for (int i = 0; i < 100; i++) {
		struct timespec pause = {.tv_nsec = 50000000};

		l->bad = 0;
		nanosleep(&pause, NULL);
		if (measure(l, target, FRESH, 1, 0) >= 0 && !l->bad)
			return true;
	}
	return false;
}

/* ---- rounds -------------------------------------------------------------------------------- */

struct line {
	const char *name;
	const char *target;
	enum mode mode;
	long n;
	pid_t pid; /* 0: ours */
	double got[ROUNDS_MAX];
	int peer; /* line to compare with, -1: none */
	double wanted;
};

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, ascending);
	return v[n / 2];
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 3, port = 18000 + getpid() % 2000 * 2;
	char dir[] = "/tmp/sellersmart-bench-XXXXXX", http[64], https[64], plain[160],
	     verified[160];
	char config[64], cert[64], key[64], blackbox_config[80], listen_at[64];
	struct load load = {.ca = cert};
	pid_t nginx, blackbox;
	struct error e = {0};

	signal(SIGPIPE, SIG_IGN);
	if (rounds < 1 || rounds > ROUNDS_MAX || !mkdtemp(dir))
		return 64;
	chmod(dir, 0755);
	snprintf(config, sizeof config, "%s/nginx.conf", dir);
	snprintf(cert, sizeof cert, "%s/cert.pem", dir);
	snprintf(key, sizeof key, "%s/key.pem", dir);
	snprintf(blackbox_config, sizeof blackbox_config, "--config.file=%s/blackbox.yml", dir);
	snprintf(listen_at, sizeof listen_at, "--web.listen-address=127.0.0.1:%d", port + 4001);
	snprintf(http, sizeof http, "http://127.0.0.1:%d/page", port);
	snprintf(https, sizeof https, "https://127.0.0.1:%d/page", port + 1);
	snprintf(plain, sizeof plain, "http://127.0.0.1:%d/probe?module=plain&target=%s",
		 port + 4001, http);
	snprintf(verified, sizeof verified, "http://127.0.0.1:%d/probe?module=verified&target=%s",
		 port + 4001, https);
	write_configs(dir, port);
	if (!succeeds((char *[]){"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
				 "ec_paramgen_curve:P-256", "-nodes", "-days", "90", "-subj",
				 "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
				 key, "-out", cert, NULL})) {
		printf("   no openssl command: nothing to measure with\n");
		return 0;
	}
	nginx = run(THEIRS, (char *[]){"nginx", "-c", config, NULL});
	blackbox = run(OURS, (char *[]){"prometheus-blackbox-exporter", blackbox_config, listen_at,
					"--log.level=error", NULL});
	sem_init(&load.done, 0, 0);
	load.loop = loop_new("net");
	if (loop_start(load.loop, open_net, &load, &e))
		return 1;
	if (freopen("/dev/null", "w", stderr) == NULL || !answers(&load, http)) {
		printf("   nginx does not answer: nothing to measure with\n");
		rounds = 0;
	}
	bool peer = rounds && answers(&load, plain);
	struct line lines[] = {
		{"blackbox HTTP", plain, REUSE, 3000, blackbox, {0}, -1, 0},
		{"blackbox HTTPS, verified", verified, REUSE, 1500, blackbox, {0}, -1, 0},
		{"HTTP, fresh connection", http, FRESH, 20000, 0, {0}, 0, 6},
		{"HTTP, kept alive", http, REUSE, 40000, 0, {0}, 0, 12},
		{"HTTPS, verified, full handshake", https, FULL, 2500, 0, {0}, 1, 1},
		{"HTTPS, verified, resumed", https, RESUMED, 4000, 0, {0}, 1, 1.8},
	};

	for (int r = 0; r < rounds; r++) {
		for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
			if (peer || !lines[i].pid)
				lines[i].got[r] = measure(&load, lines[i].target, lines[i].mode,
							  lines[i].n, lines[i].pid);
		}
	}
	for (size_t i = 0; rounds && i < ARRAY_LEN(lines); i++) {
		double rate = median(lines[i].got, rounds);

		if (!rate)
			continue;
		printf("   %-32s %8.0f checks a CPU second", lines[i].name, rate);
		if (lines[i].peer >= 0 && peer)
			printf("  %5.1f x blackbox (wanted %g x)",
			       rate / median(lines[lines[i].peer].got, rounds), lines[i].wanted);
		printf("\n");
	}
	loop_stop(load.loop, close_net, &load, 3000);
	loop_free(load.loop);
	kill(blackbox, SIGTERM);
	kill(nginx, SIGTERM);
	waitpid(blackbox, NULL, 0);
	waitpid(nginx, NULL, 0);
	if (!succeeds((char *[]){"rm", "-r", dir, NULL}))
		printf("   %s is left\n", dir);
	return 0;
}
