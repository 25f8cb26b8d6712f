/* Durable operations a second from 1, 8 and 64 clients, and their ratio to the disk's own fdatasync
 * measured between the runs. Usage: bench_store [SECONDS] [DIR] */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/core/thread.h"
#include "daemon/store/resources.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"

enum { CLIENTS_MAX = 64, ROWS = 10000, FLOOR_SYNCS = 1000 };

struct client {
	pthread_t thread;
	struct store *store;
	unsigned number;
	unsigned long done;
	_Atomic int *stop;
};

/* An update of a row, its position in the feed and a small new row. */
static enum err run_change(struct txn *t, void *arg, struct error *e)
{
	struct client *c = arg;
	unsigned long row = (c->done * 2654435761U + c->number * 40503U) % ROWS;
	sqlite3_stmt *st = txn_prepare(t,
				       "INSERT INTO cursors(name, seq) VALUES(?, 1) "
				       "ON CONFLICT(name) DO UPDATE SET seq = seq + 1",
				       e);
	char key[32];
	enum err rc;

	if (!st)
		return ERR_STORE;
	snprintf(key, sizeof key, "bench.%lu", row);
	sqlite3_bind_text(st, 1, key, -1, SQLITE_TRANSIENT);
	rc = txn_exec(t, st, e);
	return rc ? rc : feed_change(t, "bench", row + 1, false, e);
}

static void *client_main(void *arg)
{
	struct client *c = arg;
	struct error e;

	while (!*c->stop) {
		if (store_run(c->store, OP_PEOPLE, run_change, c, &e)) {
			fprintf(stderr, "bench_store: %s\n", e.text);
			exit(1);
		}
		c->done++;
	}
	return NULL;
}

static double floor_per_second(const char *dir)
{
	char path[512], block[4120] = {0};
	int64_t began;
	int fd;

	snprintf(path, sizeof path, "%s/floor", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	began = thread_now_us();
	for (int i = 0; i < FLOOR_SYNCS; i++) {
		if (pwrite(fd, block, sizeof block, (off_t)i * (off_t)sizeof block) < 0 ||
		    fdatasync(fd)) {
			perror(path);
			exit(1);
		}
	}
	close(fd);
	unlink(path);
	return FLOOR_SYNCS / ((double)(thread_now_us() - began) / 1e6);
}

static double cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void measure(struct store *s, const char *dir, unsigned clients, double seconds)
{
	static struct client c[CLIENTS_MAX];
	_Atomic int stop = 0;
	struct store_health before, after;
	double syncs = floor_per_second(dir), cpu, took;
	unsigned long done = 0;
	int64_t began;

	store_health(s, &before);
	cpu = cpu_us();
	began = thread_now_us();
	for (unsigned i = 0; i < clients; i++) {
		c[i] = (struct client){.store = s, .number = i, .stop = &stop};
		if (thread_start(&c[i].thread, "client", THREAD_STACK_SMALL, client_main, &c[i],
				 NULL))
			exit(1);
	}
	usleep((useconds_t)(seconds * 1e6));
	stop = 1;
	for (unsigned i = 0; i < clients; i++) {
		pthread_join(c[i].thread, NULL);
		done += c[i].done;
	}
	took = (double)(thread_now_us() - began) / 1e6;
	store_health(s, &after);
	printf("store: %2u clients %8.0f durable operations/s = %5.2f x fdatasync (%.0f/s), group %.1f, "
	       "%.1f us CPU and %.0f bytes an operation, longest commit %.1f ms\n",
	       clients, (double)done / took, (double)done / took / syncs, syncs,
	       (double)(after.operations - before.operations) /
		       (double)(after.commits - before.commits),
	       (cpu_us() - cpu) / (double)done,
	       (double)(after.bytes_written - before.bytes_written) / (double)done,
	       (double)after.commit_us_max / 1e3);
}

enum { RESOURCES = 10000, LOOKUPS = 2000000 };

static enum err run_resources(struct txn *t, void *arg, struct error *e)
{
	const struct resource_kind *k = resource_kind_find("monitor");
	enum err rc = ERR_NONE;

	for (int i = 0; !rc && i < RESOURCES; i++) {
		struct resource_put p = {.kind = k, .mode = PUT_CREATE, .spec = "{}"};
		char name[32];

		snprintf(name, sizeof name, "monitor-%d", i);
		p.name = name;
		rc = resource_put(t, &p, e);
		resource_unref(p.result);
	}
	return rc;
}

static void measure_lookups(struct store *s)
{
	const struct resource_kind *k = resource_kind_find("monitor");
	static char names[RESOURCES][32];
	struct error e;
	int64_t began;

	if (store_run(s, OP_PEOPLE, run_resources, NULL, &e)) {
		fprintf(stderr, "bench_store: %s\n", e.text);
		exit(1);
	}
	for (int i = 0; i < RESOURCES; i++)
		snprintf(names[i], sizeof names[i], "monitor-%d", i);
	began = thread_now_us();
	for (int i = 0; i < LOOKUPS; i++) {
		const struct resource *r =
			resource_get(s, k, names[(unsigned)i * 7919U % RESOURCES]);

		if (!r)
			exit(1);
		resource_unref(r);
	}
	printf("store: a resource of %d by its name from memory: %.0f ns\n", RESOURCES,
	       (double)(thread_now_us() - began) * 1e3 / LOOKUPS);
}

int main(int argc, char **argv)
{
	static const unsigned clients[] = {1, 8, 64};
	double seconds = argc > 1 ? atof(argv[1]) : 3;
	char dir[256], command[300];
	struct error e;
	struct store *s;

	snprintf(dir, sizeof dir, "%s/bench-store-XXXXXX", argc > 2 ? argv[2] : "/var/tmp");
	if (!mkdtemp(dir))
		return 1;
	s = store_open(&(struct store_options){.dir = dir, .clock = &clock_system}, &e);
	if (!s) {
		fprintf(stderr, "bench_store: %s\n", e.text);
		return 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(clients); i++)
		measure(s, dir, clients[i], seconds);
	measure_lookups(s);
	store_close(s);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	return system(command) != 0;
}
