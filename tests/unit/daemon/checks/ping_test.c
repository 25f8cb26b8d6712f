/* In a network namespace of its own, where the kernel does not answer pings and a child does, each
 * loopback address in another way. Where no namespace can be had, only what needs none is tested.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "daemon/net/echo.h"
#include "shared/json.h"

static bool isolated;
static pid_t responder;

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool fine = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return fine;
}

static bool allow_datagrams(bool allowed)
{
	return write_file("/proc/sys/net/ipv4/ping_group_range", allowed ? "0 0" : "1 0");
}

/* ---- who answers --------------------------------------------------------------------------- */

static void reply(int fd, unsigned char *packet, size_t len, const struct sockaddr_in *to)
{
	struct icmphdr *icmp = (struct icmphdr *)(packet + 20);

	icmp->checksum = 0;
	icmp->checksum = htons(echo_checksum(packet + 20, len - 20));
	sendto(fd, packet, len, 0, (const struct sockaddr *)to, sizeof *to);
}

/* 127.0.0.N: 3 every second one, 4 none, 5 twice, 6 another's data, 7 late, 8 a router's report,
 * 9 the first only. */
static void answer(int fd, unsigned char *packet, size_t len)
{
	struct iphdr *ip = (struct iphdr *)packet;
	struct icmphdr *icmp = (struct icmphdr *)(packet + 20);
	unsigned last = ntohl(ip->daddr) & 0xFF, seq = ntohs(icmp->un.echo.sequence);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = ip->saddr};
	unsigned char original[28];
	uint32_t us = ip->daddr;

	if (icmp->type != ICMP_ECHO || last == 4 || (last == 3 && seq % 2) || (last == 9 && seq))
		return;
	if (last == 7)
		usleep(60000);
	memcpy(original, packet, sizeof original);
	ip->daddr = ip->saddr;
	ip->saddr = us;
	icmp->type = ICMP_ECHOREPLY;
	if (last == 6)
		packet[30] ^= 1;
	if (last == 8) {
		icmp->type = ICMP_DEST_UNREACH;
		icmp->code = ICMP_HOST_UNREACH;
		memset(&icmp->un, 0, sizeof icmp->un);
		memcpy(packet + 28, original, sizeof original);
		len = 28 + sizeof original;
		ip->tot_len = htons((uint16_t)len);
	}
	reply(fd, packet, len, &to);
	if (last == 5)
		reply(fd, packet, len, &to);
}

static void start_responder(void)
{
	int in = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	int out = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	unsigned char packet[9000];
	ssize_t n;

	responder = fork();
	if (responder) {
		close(in);
		close(out);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((n = recv(in, packet, sizeof packet, 0)) > 0) {
		if (n >= 28)
			answer(out, packet, (size_t)n);
	}
	_exit(0);
}

static bool isolate(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd;
	bool up;

	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	up = !ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return up && allow_datagrams(false) &&
	       write_file("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1");
}

/* ---- tests --------------------------------------------------------------------------------- */

static void ping__tells__loss_and_times(void **state)
{
	static const struct {
		const char *target, *fields;
		enum outcome outcome;
		const char *cause, *says;
	} cases[] = {
		{"127.0.0.2", "\"count\":3", OUTCOME_UP, "", "3 of 3 answered, "},
		{"127.0.0.2", "\"count\":1,\"size\":24", OUTCOME_UP, "", "1 of 1 answered, "},
		{"127.0.0.2", "\"size\":8192", OUTCOME_UP, "", "jitter "},
		{"v4.test", "\"slow\":\"9s\"", OUTCOME_UP, "", "(min/avg/max)"},
		{"127.0.0.5", "\"count\":4", OUTCOME_UP, "", "4 of 4 answered"},
		{"127.0.0.3", "\"count\":3,\"timeout\":\"300ms\"", OUTCOME_UP, "",
		 "2 of 3 answered"},
		{"127.0.0.3", "\"count\":4,\"timeout\":\"300ms\"", OUTCOME_DEGRADED, "loss",
		 "2 of 4 packets lost (50 %), "},
		{"127.0.0.9", "\"count\":5,\"timeout\":\"300ms\",\"loss_down\":80", OUTCOME_DOWN,
		 "loss", "4 of 5 packets lost (80 %)"},
		{"127.0.0.9", "\"count\":5,\"timeout\":\"300ms\",\"loss_degraded\":81", OUTCOME_UP,
		 "", "1 of 5 answered"},
		{"127.0.0.4", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout",
		 "no answer to 3 packets within 300ms"},
		{"127.0.0.4", "\"timeout\":\"300ms\",\"count\":1", OUTCOME_DOWN, "timeout",
		 "no answer to 1 packet within 300ms"},
		{"127.0.0.6", "\"timeout\":\"300ms\"", OUTCOME_DOWN, "timeout", "no answer"},
		{"127.0.0.7", "\"gap\":\"80ms\",\"slow\":\"40ms\"", OUTCOME_DEGRADED, "slow",
		 "slower than 40 ms on average: "},
		{"127.0.0.8", "\"count\":3", OUTCOME_DOWN, "unreachable",
		 "127.0.0.8 cannot be reached: No route to host"},
		{"nx.test", "\"count\":3", OUTCOME_DOWN, "nxdomain", "nx.test"},
		{"empty.test", "\"count\":3", OUTCOME_DOWN, "no_address", "empty.test"},
		{"silent.test", "\"timeout\":\"400ms\"", OUTCOME_UNKNOWN, "resolver", "silent"},
	};
	struct harness *h = *state;
	struct probe p;
	json_t *root;

	if (!isolated)
		skip();
	for (int datagrams = 0; datagrams < 2; datagrams++) {
		assert_true(allow_datagrams(datagrams));
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			bool heard;

			probe(&p, h, "ping", "{\"target\":\"%s\",%s%s}", cases[i].target,
			      cases[i].fields,
			      strstr(cases[i].fields, "gap") ? "" : ",\"gap\":\"20ms\"");
			assert_result(&p, cases[i].outcome, cases[i].cause);
			assert_says(&p, cases[i].says);
			heard = strstr(p.run.result.message, "avg") != NULL;
			assert_int_equal(p.run.result.total_us > 0, heard);
			if (strstr(cases[i].target, "127.")) {
				assert_string_equal(p.run.result.address, cases[i].target);
				assert_string_equal(json_str(evidence_of(&p, &root), "address", ""),
						    cases[i].target);
				json_decref(root);
			}
			assert_true(p.took_ms < 20000);
			probe_fini(&p);
		}
	}
}

static void ping__asks__the_families_it_is_told_to(void **state)
{
	static const struct {
		const char *target, *ip;
		bool dead6;
		enum outcome outcome;
		const char *cause, *says;
	} cases[] = {
		{"::1", "auto", false, OUTCOME_UP, "", "3 of 3"},
		{"dual.test", "6", false, OUTCOME_UP, "", "3 of 3"},
		{"dual.test", "both", false, OUTCOME_UP, "", "3 of 3"},
		{"v4.test", "6", false, OUTCOME_DOWN, "no_address", "v4.test"},
		{"dual.test", "auto", true, OUTCOME_UP, "", "IPv6 did not answer, IPv4 did"},
		{"dual.test", "both", true, OUTCOME_DEGRADED, "ipv6", "IPv6 fails: no answer"},
		{"dual.test", "6", true, OUTCOME_DOWN, "timeout", "no answer to 3 packets"},
	};
	struct harness *h = *state;
	struct probe p;

	if (!isolated)
		skip();
	for (int datagrams = 0; datagrams < 2; datagrams++) {
		assert_true(allow_datagrams(datagrams));
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			if (!write_file("/proc/sys/net/ipv6/icmp/echo_ignore_all",
					cases[i].dead6 ? "1" : "0"))
				skip(); /* a machine without IPv6 */
			probe(&p, h, "ping",
			      "{\"target\":\"%s\",\"ip\":\"%s\",\"gap\":\"20ms\",\"timeout\":"
			      "\"300ms\"}",
			      cases[i].target, cases[i].ip);
			assert_result(&p, cases[i].outcome, cases[i].cause);
			assert_says(&p, cases[i].says);
			probe_fini(&p);
		}
	}
}

/* Capabilities belong to threads: the loop's gives up the one for raw sockets, and takes it back.
 */
static void set_raw(bool allowed)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];

	syscall(SYS_capget, &head, caps);
	if (allowed)
		caps[0].effective |= 1U << CAP_NET_RAW;
	else
		caps[0].effective &= ~(1U << CAP_NET_RAW);
	syscall(SYS_capset, &head, caps);
}

static void forbid_raw(void *arg)
{
	set_raw(false);
}

static void permit_raw(void *arg)
{
	set_raw(true);
}

static void ping__without_permission__says_what_to_enable(void **state)
{
	struct harness *h = *state;
	struct probe p;

	if (!isolated)
		skip();
	assert_true(allow_datagrams(false));
	loop_call(h->loop, forbid_raw, NULL);
	probe(&p, h, "ping", "{\"target\":\"127.0.0.2\"}");
	loop_call(h->loop, permit_raw, NULL);
	assert_result(&p, OUTCOME_UNKNOWN, "local");
	assert_says(&p, "does not let the daemon ping: sysctl -w "
			"net.ipv4.ping_group_range='0 2147483647', or give sellersmartd "
			"CAP_NET_RAW");
	probe_fini(&p);
}

/* Many at once to one host: each hears only its own. */
static void ping__runs_beside_others(void **state)
{
	enum { MANY = 40 };
	struct harness *h = *state;
	static struct probe p[MANY];

	if (!isolated)
		skip();
	assert_true(allow_datagrams(false));
	for (int i = 0; i < MANY; i++) {
		char spec[96];

		snprintf(spec, sizeof spec, "{\"target\":\"127.0.0.%d\",\"gap\":\"10ms\"%s}",
			 i % 2 ? 2 : 4, i % 2 ? "" : ",\"timeout\":\"300ms\"");
		probe_prepare(&p[i], h, "ping", spec);
		check_result_init(&p[i].run.result);
		loop_post(h->loop, probe_start, &p[i]);
	}
	for (int i = 0; i < MANY; i++)
		harness_wait(h);
	for (int i = 0; i < MANY; i++) {
		assert_result(&p[i], i % 2 ? OUTCOME_UP : OUTCOME_DOWN, i % 2 ? "" : "timeout");
		probe_fini(&p[i]);
	}
}

static void ping__can_be_cancelled__at_any_time(void **state)
{
	static const char *const specs[] = {
		"{\"target\":\"127.0.0.4\"}",
		"{\"target\":\"silent.test\"}",
		"{\"target\":\"127.0.0.2\",\"count\":20,\"gap\":\"100ms\"}",
		"{\"target\":\"dual.test\",\"ip\":\"both\",\"count\":20,\"gap\":\"100ms\"}",
	};
	struct harness *h = *state;
	struct probe p;

	if (!isolated)
		skip();
	for (size_t i = 0; i < 2 * sizeof specs / sizeof *specs; i++) {
		probe_prepare(&p, h, "ping", specs[i / 2]);
		check_result_init(&p.run.result);
		loop_post(h->loop, probe_start, &p);
		if (i % 2)
			usleep(20000);
		loop_post(h->loop, probe_cancel, &p);
		harness_wait(h);
		assert_result(&p, OUTCOME_UNKNOWN, "cancelled");
		probe_fini(&p);
	}
}

static void echo__knows__its_own(void **state)
{
	unsigned char packet[20 + 8 + ECHO_TOKEN] = {[0] = 0x45, [26] = 1, [27] = 2};
	struct echo e = {.family = AF_INET, .raw = true, .token = "0123456789abcdef"};
	unsigned seq = 0;

	memcpy(packet + 28, e.token, ECHO_TOKEN);
	assert_true(echo_reply_read(&e, packet, sizeof packet, &seq));
	assert_int_equal(seq, 258);
	for (size_t n = 0; n < sizeof packet; n++)
		assert_false(echo_reply_read(&e, packet, n, &seq));
	packet[20] = 8; /* a request, our own on loopback */
	assert_false(echo_reply_read(&e, packet, sizeof packet, &seq));
	packet[20] = 0;
	packet[43] ^= 1;
	assert_false(echo_reply_read(&e, packet, sizeof packet, &seq));
	packet[43] ^= 1;
	packet[0] = 0x4F; /* longer than what came */
	assert_false(echo_reply_read(&e, packet, sizeof packet, &seq));
	e.raw = false;
	assert_true(echo_reply_read(&e, packet + 20, sizeof packet - 20, &seq));
	/* RFC 1071, 3: its example, and a lone last byte */
	assert_int_equal(echo_checksum((const unsigned char *)"\0\1\xf2\3\xf4\xf5\xf6\xf7", 8),
			 0x220d);
	assert_int_equal(echo_checksum((const unsigned char *)"\1", 1), 0xFEFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ping__tells__loss_and_times),
		cmocka_unit_test(ping__asks__the_families_it_is_told_to),
		cmocka_unit_test(ping__without_permission__says_what_to_enable),
		cmocka_unit_test(ping__runs_beside_others),
		cmocka_unit_test(ping__can_be_cancelled__at_any_time),
		cmocka_unit_test(echo__knows__its_own),
	};
	int failed;

	isolated = isolate();
	if (isolated)
		start_responder();
	failed = cmocka_run_group_tests(tests, harness_setup, harness_teardown);
	if (responder > 0) {
		kill(responder, SIGKILL);
		waitpid(responder, NULL, 0);
	}
	return failed;
}
