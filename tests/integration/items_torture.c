/* items_torture DIR N HOSTS SEED: one job of N fake items on that many hosts, with an engine on the
 * store in DIR. What was left over by a process that was killed goes on. Ends with 0 when the job
 * is over, and prints what is in the store: state found done failed rows facts distinct An item
 * keeps one row in `torture_fact`, every fifth in two slices; SELLERSMART_FAULT kills it where it
 * says. A tenth of the items fail at their first attempt; each page but the last finds two that
 * others find, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/core/clock.h"
#include "daemon/core/fault.h"
#include "daemon/jobs/items.h"
#include "daemon/store/database.h"
#include "shared/mem.h"

static int n_items, n_hosts;

static int number_of(const struct item *it)
{
	return it->key[0] ? atoi(it->key + 1) : 0;
}

static enum err add(struct item_out *out, int n, struct error *e)
{
	char key[32], host[32], payload[64];
	if (n >= n_items)
		return ERR_NONE;
	snprintf(key, sizeof(key), "p%d", n);
	snprintf(host, sizeof(host), "h%d.example", n % n_hosts);
	snprintf(payload, sizeof(payload), "{\"n\":%d}", n);
	const struct item_new item = {.key = key, .host = host, .payload = payload};
	return item_out_add(out, &item, e);
}

/* A tree of pages, and each finds its neighbour, too. */
static enum err handle(const struct item *it, const struct item_answer *answer,
		       struct item_out *out, struct error *e)
{
	int n = number_of(it);
	if (n % 10 == 9 && !it->attempts)
		return error_set(e, ERR_UNAVAILABLE, "not at first");
	enum err err = add(out, 2 * n + 1, e);
	err = err ? err : add(out, 2 * n + 2, e);
	err = err ? err : add(out, n + 1, e);
	item_out_facts(out, mem_printf("+%d", n));
	item_out_log(out, LOG_INFO, "page %d of %s", n, it->host);
	return err;
}

static enum err keep(struct txn *t, const struct item *it, void *facts, bool *more, struct error *e)
{
	int n = atoi(facts);
	bool begun = *(char *)facts == ' ';
	sqlite3_stmt *st =
		n % 5 == 4 && !begun
			? txn_prepare(t, "INSERT OR IGNORE INTO torture_slice (n) VALUES (?)", e)
			: txn_prepare(t, "INSERT INTO torture_fact (n) VALUES (?)", e);
	if (st)
		sqlite3_bind_int(st, 1, n);
	*more = n % 5 == 4 && !begun;
	*(char *)facts = ' ';
	return txn_exec(t, st, e);
}

static const struct job_type torture = {
	.name = "torture",
	.help = "fake pages",
	.attempts_max = 3,
	.retry_ms = 5,
	.handle = handle,
	.keep = keep,
	.facts_free = free,
};
static const struct job_type *const types[] = {&torture, NULL};

static enum err make_table(struct txn *t, void *arg, struct error *e)
{
	return database_exec(txn_db(t),
			     "CREATE TABLE IF NOT EXISTS torture_fact (n INTEGER NOT NULL);"
			     "CREATE TABLE IF NOT EXISTS torture_slice (n INTEGER PRIMARY KEY)",
			     "make the table", e);
}

static int64_t ask(struct store *s, const char *sql, char *text)
{
	struct error e = {0};
	struct reader *r = store_reader(s, &e);
	sqlite3_stmt *st = r ? reader_prepare(r, sql, &e) : NULL;
	int64_t n = -1;
	if (st && sqlite3_step(st) == SQLITE_ROW) {
		n = sqlite3_column_int64(st, 0);
		if (text)
			snprintf(text, 16, "%s", (const char *)sqlite3_column_text(st, 0));
	}
	if (st)
		sqlite3_reset(st);
	reader_done(r);
	return n;
}

static void report(struct store *s)
{
	char state[16] = "";
	ask(s, "SELECT state FROM job", state);
	printf("%s %lld %lld %lld %lld %lld %lld\n", state,
	       (long long)ask(s, "SELECT found FROM job", NULL),
	       (long long)ask(s, "SELECT done FROM job", NULL),
	       (long long)ask(s, "SELECT failed FROM job", NULL),
	       (long long)ask(s, "SELECT count(*) FROM job", NULL),
	       (long long)ask(s, "SELECT count(*) FROM torture_fact", NULL),
	       (long long)ask(s, "SELECT count(DISTINCT n) FROM torture_fact", NULL));
}

int main(int argc, char **argv)
{
	struct error e = {0};
	uint64_t id;
	if (argc < 4)
		return 64;
	n_items = atoi(argv[2]);
	n_hosts = atoi(argv[3]);
	fault_arm();
	log_setup(LOG_ERROR, false, STDERR_FILENO);
	const struct store_options so = {.dir = argv[1], .clock = &clock_system};
	struct store *s = store_open(&so, &e);
	if (!s || store_run(s, OP_PEOPLE, make_table, NULL, &e)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	const struct items_options io = {.store = s, .clock = &clock_system, .types = types};
	struct items *x = items_new(&io);
	if (items_start(x, &e))
		return 1;
	if (ask(s, "SELECT count(*) FROM job", NULL) == 0) {
		const struct job_start start = {.type = &torture, .name = "run", .cause = "person"};
		if (items_run(x, &start, &id, &e)) {
			fprintf(stderr, "%s\n", e.text);
			return 1;
		}
	}
	const struct timespec a_little = {.tv_nsec = 2000000};
	while (ask(s, "SELECT count(*) FROM job WHERE ended_ms IS NULL", NULL) > 0)
		nanosleep(&a_little, NULL);
	items_stop(x, 1000);
	report(s);
	store_close(s);
	items_free(x);
	return 0;
}
