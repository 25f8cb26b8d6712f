#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/unit/daemon/services/sitemonitor/house.h"

HOUSE_DEFINITIONS

static const char shop[] =
	"{\"type\":\"http\",\"target\":\"http://shop.example/\",\"interval\":\"60s\","
	"\"failures\":3,\"retry_interval\":\"20s\"}";

/* ---- a witness that can be silenced --------------------------------------------------------- */

struct doorman {
	int fd;
	uint16_t port; /* 0: any */
};

static void doorman_open(struct doorman *l)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons(l->port)};
	socklen_t len = sizeof(at);
	int yes = 1;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	assert_int_equal(bind(l->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(l->fd, 16), 0);
	assert_int_equal(getsockname(l->fd, (struct sockaddr *)&at, &len), 0);
	l->port = ntohs(at.sin_port);
}

static void configure(void *arg)
{
	witness_configure(arg);
}

static void witnesses(struct house *h, const char *list)
{
	snprintf(h->config.witnesses, sizeof(h->config.witnesses), "%s", list);
	loop_call(h->d.net, configure, h->sm);
}

static void one_witness(struct house *h, const struct doorman *l)
{
	char list[64];
	snprintf(list, sizeof(list), "127.0.0.1:%u", l->port);
	witnesses(h, list);
}

/* The answer of the witnesses comes from the real network, in real time. */
static void settle(struct house *h)
{
	do {
		sched_yield();
		house_drain(h);
	} while (h->sm->uplink.waiting);
	house_drain(h);
}

static void check(struct house *h, uint64_t id, enum outcome outcome)
{
	house_check(h, id, outcome);
	settle(h);
}

static size_t attention(struct house *h, struct attention out[static 8])
{
	size_t total = 0;
	attention_lines(h->sm, out, 8, &total);
	return total;
}

static int64_t events(struct house *h, const char *topic)
{
	char sql[120];
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM events WHERE topic = '%s'", topic);
	house_write(h);
	return house_number(h, sql);
}

/* ---- lost ----------------------------------------------------------------------------------- */

static void failure__counts__while_a_witness_answers(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	doorman_open(&l);
	uint64_t id = house_put(h, "shop", shop);
	one_witness(h, &l);
	check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_PENDING);
	check(h, id, OUTCOME_DOWN);
	check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	assert_int_equal(events(h, "network.lost"), 0);
	close(l.fd);
}

static void failure__is_unknown_and_one_line__when_no_witness_answers(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	struct attention lines[8];
	doorman_open(&l);
	uint64_t a = house_put(h, "shop", shop), b = house_put(h, "blog", shop);
	one_witness(h, &l);
	close(l.fd);
	for (int i = 0; i < 4; i++) {
		check(h, a, OUTCOME_DOWN);
		check(h, b, OUTCOME_DOWN);
	}
	struct shown s = house_shown(h, a);
	assert_int_equal(s.state, STATE_UNKNOWN);
	assert_int_equal(s.fails, 0);
	assert_string_equal(s.reason, "our own connection is lost: none of 1 witness answered");
	assert_int_equal(attention(h, lines), 1);
	assert_string_equal(lines[0].word, "NETWORK");
	assert_string_equal(lines[0].text, "our own connection is lost: none of 1 witness answered;"
					   " 2 monitors unknown");
	assert_int_equal(events(h, "network.lost"), 1);
	assert_int_equal(events(h, "monitor.unknown"), 0);
	assert_int_equal(events(h, "monitor.down"), 0);
	assert_int_equal(house_number(h, "SELECT count(*) FROM incident"), 0);
}

static void uptime__is_untouched__while_the_connection_is_lost(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	struct series_summary sum;
	doorman_open(&l);
	uint64_t id = house_put(h, "shop", shop);
	one_witness(h, &l);
	close(l.fd);
	for (int i = 0; i < 5; i++)
		check(h, id, OUTCOME_DOWN);
	house_write(h);
	assert_true(series_summary(h->store.store, id, &sum));
	assert_int_equal(sum.last.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(sum.up_24h_ms, sum.known_24h_ms);
}

static void connection__comes_back__with_one_event_and_checks_at_once(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	struct attention lines[8];
	doorman_open(&l);
	uint64_t id = house_put(h, "shop", shop);
	one_witness(h, &l);
	close(l.fd);
	check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_UNKNOWN);
	doorman_open(&l);
	house_pass(h, 5000); /* they are asked again */
	settle(h);
	told.outcome = OUTCOME_UP;
	house_pass(h, 10000); /* the spread */
	settle(h);
	assert_int_equal(house_shown(h, id).state, STATE_UP);
	assert_int_equal(attention(h, lines), 0);
	assert_int_equal(events(h, "network.back"), 1);
	assert_int_equal(events(h, "network.lost"), 1);
	assert_int_equal(events(h, "monitor.up"), 1); /* the first answer of all */
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE topic = 'network.back'"
					 " AND data LIKE '%\"duration_ms\":5000%'"),
			 1);
	close(l.fd);
}

static void target_here__is_judged__though_the_connection_is_lost(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	doorman_open(&l);
	uint64_t far = house_put(h, "shop", shop), near = house_put(h, "till", shop);
	one_witness(h, &l);
	close(l.fd);
	check(h, far, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, far).state, STATE_UNKNOWN);
	assert_int_equal(house_shown(h, far).fails, 0);
	told.address = "127.0.0.1";
	for (int i = 0; i < 3; i++)
		check(h, near, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, near).state, STATE_DOWN);
}

static void outage__stays_open__through_a_loss_of_the_connection(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	doorman_open(&l);
	uint64_t id = house_put(h, "shop", shop);
	one_witness(h, &l);
	for (int i = 0; i < 3; i++)
		check(h, id, OUTCOME_DOWN);
	uint64_t incident = house_shown(h, id).incident;
	told.outcome = OUTCOME_UP;
	uint64_t other = house_put(h, "blog", shop);
	close(l.fd);
	house_pass(h, 6000);
	check(h, other, OUTCOME_DOWN);
	check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_UNKNOWN);
	assert_int_equal(house_shown(h, id).incident, incident);
	doorman_open(&l);
	house_pass(h, 5000);
	settle(h);
	check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
	house_write(h);
	assert_int_equal(house_number(h, "SELECT count(*) FROM events WHERE name = 'shop'"
					 " AND topic LIKE 'monitor.%'"),
			 2); /* up, down */
	close(l.fd);
}

/* ---- who is believed ------------------------------------------------------------------------ */

static void nobody__is_asked__without_witnesses(void **state)
{
	struct house *h = *state;
	uint64_t id = house_put(h, "shop", shop);
	witnesses(h, "none");
	for (int i = 0; i < 3; i++)
		check(h, id, OUTCOME_DOWN);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
}

static void auto__says_nothing__before_one_has_answered(void **state)
{
	struct house *h = *state;
	uint64_t id;
	told.address = "127.0.0.1"; /* a good answer from here asks nobody */
	id = house_put(h, "shop", shop);
	witnesses(h, "auto");
	assert_int_equal(h->sm->uplink.n, 3);
	told.address = NULL;
	for (int i = 0; i < 3; i++)
		check(h, id, OUTCOME_DOWN);
	assert_int_equal(h->sm->uplink.asked_ms, 0);
	assert_int_equal(house_shown(h, id).state, STATE_DOWN);
}

/* Nobody takes what comes to it, so a connection is neither made nor refused. */
static int silent(struct doorman *l, int fds[static 8])
{
	doorman_open(l);
	assert_int_equal(listen(l->fd, 0), 0);
	for (int i = 0; i < 8; i++) {
		struct sockaddr_in at = {.sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					 .sin_port = htons(l->port)};
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)!connect(fds[i], (struct sockaddr *)&at, sizeof(at));
	}
	return l->fd;
}

static void monitor__may_go__while_its_failure_waits(void **state)
{
	struct house *h = *state;
	struct doorman l = {0};
	int fds[8];
	int fd = silent(&l, fds);
	uint64_t id = house_put(h, "shop", shop);
	one_witness(h, &l);
	house_check(h, id, OUTCOME_DOWN);
	assert_int_equal(h->sm->uplink.n_held, 1);
	assert_int_equal(house_shown(h, id).state,
			 STATE_UP); /* nothing is said before it is known */
	house_delete(h, id);
	assert_int_equal(h->sm->uplink.n_held, 0);
	assert_int_equal(limits_running(h->sm->limits), 0);
	close(fd);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		house_test(failure__counts__while_a_witness_answers),
		house_test(failure__is_unknown_and_one_line__when_no_witness_answers),
		house_test(uptime__is_untouched__while_the_connection_is_lost),
		house_test(connection__comes_back__with_one_event_and_checks_at_once),
		house_test(target_here__is_judged__though_the_connection_is_lost),
		house_test(outage__stays_open__through_a_loss_of_the_connection),
		house_test(nobody__is_asked__without_witnesses),
		house_test(auto__says_nothing__before_one_has_answered),
		house_test(monitor__may_go__while_its_failure_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
