/* The API of a real daemon over its Unix socket: GET of one monitor a second, kept alive; 1,000
 * open streams and how long the last of them waits for what the first one got. Where nginx is
 * installed it serves the same bytes as a static file over a Unix socket, in turns, for the ratio.
 * Usage: bench_api [SECONDS A ROUND] */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shared/buf.h"
#include "shared/mem.h"

enum { CONNECTIONS = 64, ROUNDS = 3, STREAMS = 1000, LATENCIES_MAX = 1 << 22, EVENT_ROUNDS = 5 };

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_api: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static int dial(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	if (connect(fd, (struct sockaddr *)&a, sizeof a)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A child on the first processor. */
static pid_t start(char *const argv[])
{
	pid_t pid = fork();
	int null;

	if (pid)
		return pid;
	pin(0);
	null = open("/dev/null", O_RDWR);
	dup2(null, 1);
	dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

static bool wait_listening(const char *path)
{
	for (int i = 0; i < 1000; i++) {
		int fd = dial(path);

		if (fd >= 0) {
			close(fd);
			return true;
		}
		usleep(10000);
	}
	return false;
}

/* One exchange; the whole answer. */
static struct buf ask(const char *path, const char *request)
{
	struct buf in = BUF_INIT(4 << 20);
	char chunk[65536];
	int fd = dial(path);
	ssize_t n;

	if (fd < 0 || write(fd, request, strlen(request)) < 0)
		die("ask");
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_add(&in, chunk, (size_t)n);
	close(fd);
	return in;
}

/* ---- requests a second
 * ------------------------------------------------------------------------------ */

struct client {
	int fd;
	size_t got, want;
	double sent;
};

struct load {
	double per_second, p50_us, p99_us, cpu_us;
};

static double cpu_s(pid_t pid)
{
	char path[64], line[1024], *p;
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f || !fgets(line, sizeof line, f))
		die(path);
	fclose(f);
	p = strrchr(line, ')');
	sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* Every answer has the same length; it is found out with the first. */
static size_t answer_length(const char *path, const char *request)
{
	struct buf in = BUF_INIT(1 << 20);
	char chunk[65536], *end, *length;
	int fd = dial(path);
	size_t n = 0;

	if (fd < 0 || write(fd, request, strlen(request)) < 0)
		die("first request");
	while (!n || in.len < n) {
		ssize_t got = read(fd, chunk, sizeof chunk);

		if (got <= 0)
			die("first answer");
		buf_add(&in, chunk, (size_t)got);
		end = strstr(in.data, "\r\n\r\n");
		length = strcasestr(in.data, "Content-Length: ");
		if (end && length)
			n = (size_t)(end + 4 - in.data) + (size_t)atol(length + 16);
	}
	if (strncmp(in.data, "HTTP/1.1 200", 12)) {
		fprintf(stderr, "bench_api: %s\n", in.data);
		exit(1);
	}
	close(fd);
	buf_fini(&in);
	return n;
}

static struct load measure(const char *path, pid_t pid, const char *request, double seconds)
{
	static float latencies[LATENCIES_MAX];
	static char chunk[65536];
	struct client clients[CONNECTIONS];
	struct epoll_event events[CONNECTIONS];
	size_t want = answer_length(path, request), len = strlen(request), done = 0;
	int poll = epoll_create1(EPOLL_CLOEXEC);
	double begin = now_s(), now = begin, cpu = cpu_s(pid);
	struct load l;

	for (int i = 0; i < CONNECTIONS; i++) {
		struct client *c = &clients[i];
		struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};

		*c = (struct client){.fd = dial(path), .want = want, .sent = now};
		if (c->fd < 0)
			die("connect");
		epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &ev);
		if (write(c->fd, request, len) != (ssize_t)len)
			die("write");
	}
	while (now - begin < seconds) {
		int n = epoll_wait(poll, events, CONNECTIONS, 1000);

		now = now_s();
		for (int i = 0; i < n; i++) {
			struct client *c = events[i].data.ptr;
			ssize_t got = read(c->fd, chunk, sizeof chunk);

			if (got <= 0)
				die("read");
			c->got += (size_t)got;
			if (c->got < c->want)
				continue;
			if (done < LATENCIES_MAX)
				latencies[done] = (float)((now - c->sent) * 1e6);
			done++;
			c->got = 0;
			c->sent = now;
			if (write(c->fd, request, len) != (ssize_t)len)
				die("write");
		}
	}
	l.cpu_us = (cpu_s(pid) - cpu) * 1e6 / (double)done;
	l.per_second = (double)done / (now - begin);
	for (int i = 0; i < CONNECTIONS; i++)
		close(clients[i].fd);
	close(poll);
	done = done < LATENCIES_MAX ? done : LATENCIES_MAX;
	qsort(latencies, done, sizeof *latencies, by_size);
	l.p50_us = latencies[done / 2];
	l.p99_us = latencies[done * 99 / 100];
	return l;
}

/* ---- nginx
 * -------------------------------------------------------------------------------------------- */

static pid_t worker_of(pid_t master)
{
	char path[64], text[64] = "";
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)master, (int)master);
	f = fopen(path, "r");
	if (f && !fgets(text, sizeof text, f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return atoi(text);
}

static pid_t start_nginx(const char *dir, const char *body, size_t len)
{
	char conf[256], file[256], socket_path[256];
	char *argv[] = {"nginx", "-c", conf, "-p", (char *)dir, "-e", "/dev/null", NULL};
	pid_t pid;
	FILE *f;

	if (system("command -v nginx >/dev/null 2>&1"))
		return 0;
	snprintf(conf, sizeof conf, "%s/nginx.conf", dir);
	snprintf(file, sizeof file, "%s/m1", dir);
	snprintf(socket_path, sizeof socket_path, "%s/nginx.sock", dir);
	f = fopen(file, "w");
	fwrite(body, 1, len, f);
	fclose(f);
	f = fopen(conf, "w");
	fprintf(f,
		"daemon off; worker_processes 1; pid %s/nginx.pid; user root;\n"
		"events { worker_connections 1024; }\n"
		"http { access_log off; keepalive_requests 100000000; default_type application/json;\n"
		"open_file_cache max=10; sendfile on; tcp_nopush off;\n"
		"client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s;\n"
		"uwsgi_temp_path %s; scgi_temp_path %s;\n"
		"server { listen unix:%s; root %s; location /v1/monitors/ { alias %s/; } } }\n",
		dir, dir, dir, dir, dir, dir, socket_path, dir, dir);
	fclose(f);
	pid = start(argv);
	if (!wait_listening(socket_path)) {
		kill(pid, SIGTERM);
		waitpid(pid, NULL, 0);
		return 0;
	}
	return pid;
}

/* ---- streams
 * ------------------------------------------------------------------------------------------- */

static long rss_kb(pid_t pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (!strncmp(line, "VmRSS:", 6))
			kb = atol(line + 6);
	if (f)
		fclose(f);
	return kb;
}

static void read_until(int fd, const char *want)
{
	char text[8192];
	size_t n = 0;

	do {
		ssize_t got = read(fd, text + n, sizeof text - 1 - n);

		if (got <= 0)
			die("stream");
		n += (size_t)got;
		text[n] = '\0';
	} while (!strstr(text, want));
}

static void streams(const char *path, pid_t pid)
{
	static const char request[] = "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static int fds[STREAMS];
	struct epoll_event events[STREAMS];
	double worst = 0, sum = 0;
	long before = rss_kb(pid), after;
	int poll = epoll_create1(EPOLL_CLOEXEC);

	for (int i = 0; i < STREAMS; i++) {
		struct epoll_event ev = {.events = EPOLLIN, .data.fd = i};

		fds[i] = dial(path);
		if (fds[i] < 0 || write(fds[i], request, sizeof request - 1) < 0)
			die("stream");
		read_until(fds[i], "event: hello");
		epoll_ctl(poll, EPOLL_CTL_ADD, fds[i], &ev);
	}
	after = rss_kb(pid);
	for (int round = 0; round < EVENT_ROUNDS; round++) {
		static bool has[STREAMS];
		char text[4096], body[128], create[512];
		double first = 0, last = 0;
		int n_has = 0;
		pid_t writer;

		memset(has, 0, sizeof has);
		usleep(1100000); /* a list is told of at most once a second */
		snprintf(body, sizeof body,
			 "{\"name\":\"new-%d\",\"target\":\"http://127.0.0.1:1/\","
			 "\"paused\":true}",
			 round);
		snprintf(create, sizeof create,
			 "POST /v1/monitors HTTP/1.1\r\nHost: localhost\r\n"
			 "Connection: close\r\nContent-Length: %zu\r\n\r\n%s",
			 strlen(body), body);
		writer = fork(); /* so that this process waits when the event comes */
		if (!writer) {
			usleep(50000);
			ask(path, create);
			_exit(0);
		}
		while (n_has < STREAMS) {
			int n = epoll_wait(poll, events, STREAMS, 5000);
			double now = now_s();

			if (n <= 0)
				die("a stream got nothing");
			for (int i = 0; i < n; i++) {
				int k = events[i].data.fd;

				if (read(fds[k], text, sizeof text) <= 0)
					die("stream");
				if (has[k])
					continue;
				has[k] = true;
				n_has++;
				first = first ? first : now;
				last = now;
			}
		}
		waitpid(writer, NULL, 0);
		sum += (last - first) * 1e3;
		worst = last - first > worst ? last - first : worst;
	}
	printf("  %d streams: %.1f MB more resident (%.0f bytes each)\n", STREAMS,
	       (double)(after - before) / 1024, (double)(after - before) * 1024 / STREAMS);
	printf("  last stream after the first: %.1f ms on average, %.1f ms at worst\n",
	       sum / EVENT_ROUNDS, worst * 1e3);
	for (int i = 0; i < STREAMS; i++)
		close(fds[i]);
	close(poll);
}

int main(int argc, char **argv)
{
	static const char get[] = "GET /v1/monitors/m1 HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static const char one[] = "GET /v1/monitors/m1 HTTP/1.1\r\nHost: localhost\r\n"
				  "Connection: close\r\n\r\n";
	const char *build = getenv("BUILD");
	char dir[] = "/tmp/bench-api-XXXXXX", program[256], data[256], path[256], nginx_path[256];
	char *daemon_argv[] = {program, "--data-dir", data, "--socket", path, NULL};
	double seconds = argc > 1 ? atof(argv[1]) : 2, ours[ROUNDS], theirs[ROUNDS];
	struct buf body = BUF_INIT(1 << 20), in;
	struct rlimit limit;
	pid_t pid, nginx;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
	pin(1);
	if (!mkdtemp(dir))
		die("mkdtemp");
	snprintf(program, sizeof program, "%s/sellersmartd", build ? build : "build");
	snprintf(data, sizeof data, "%s/data", dir);
	snprintf(path, sizeof path, "%s/s", dir);
	snprintf(nginx_path, sizeof nginx_path, "%s/nginx.sock", dir);
	pid = start(daemon_argv);
	if (!wait_listening(path))
		die("the daemon did not start");

	buf_add_str(&body, "{\"items\":[");
	for (int i = 0; i < 100; i++)
		buf_printf(
			&body,
			"%s{\"kind\":\"monitor\",\"name\":\"m%d\",\"target\":\"http://127.0.0.1:1/%d\","
			"\"paused\":true}",
			i ? "," : "", i, i);
	buf_add_str(&body, "]}");
	in = BUF_INIT(1 << 20);
	buf_printf(&in,
		   "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		   "Content-Length: %zu\r\n\r\n%s",
		   body.len, body.data);
	buf_fini(&body);
	body = ask(path, in.data);
	buf_fini(&in);
	buf_fini(&body);

	in = ask(path, one);
	body = BUF_INIT(1 << 20);
	buf_add_str(&body, strstr(in.data, "\r\n\r\n") + 4);
	nginx = start_nginx(dir, body.data, body.len);
	printf("  GET of one monitor (%zu bytes), %d connections kept alive, Unix socket\n",
	       body.len, CONNECTIONS);
	for (int i = 0; i < ROUNDS; i++) {
		struct load l = measure(path, pid, get, seconds);

		ours[i] = l.per_second;
		printf("  sellersmartd %8.0f/s  p50 %4.0f us  p99 %4.0f us  cpu %4.1f us each\n",
		       l.per_second, l.p50_us, l.p99_us, l.cpu_us);
		if (!nginx)
			continue;
		l = measure(nginx_path, worker_of(nginx), get, seconds);
		theirs[i] = l.per_second;
		printf("  nginx static %8.0f/s  p50 %4.0f us  p99 %4.0f us  cpu %4.1f us each   ratio %.2f\n",
		       l.per_second, l.p50_us, l.p99_us, l.cpu_us, ours[i] / theirs[i]);
	}
	if (nginx) {
		kill(nginx, SIGTERM);
		waitpid(nginx, NULL, 0);
	}
	streams(path, pid);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	buf_fini(&in);
	buf_fini(&body);
	snprintf(program, sizeof program, "rm -rf %s", dir);
	return system(program) ? 1 : 0;
}
