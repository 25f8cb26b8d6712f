#include "daemon/net/answers.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "shared/timefmt.h"

/* Does this machine have a way to that IPv6 address? Connecting a datagram socket sends nothing. */
static bool has_route(const struct sockaddr_storage *a)
{
	struct sockaddr_storage to = *a;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool fine;

	if (fd < 0)
		return false;
	address_set_port(&to, 53);
	fine = connect(fd, (struct sockaddr *)&to, address_len(&to)) == 0;
	close(fd);
	return fine;
}

static void append(struct resolved *out, const struct answer *a)
{
	for (int i = 0; a->status == RESOLVE_OK && i < a->n && out->n < RESOLVE_MAX; i++)
		out->addr[out->n++] = a->addr[i];
}

static void set_failure(const char *server, const struct answer *a, int64_t waited_ms,
			struct resolved *out)
{
	char after[DURATION_TEXT];

	switch (out->status) {
	case RESOLVE_NXDOMAIN:
		snprintf(out->message, sizeof out->message, "the name does not exist");
		break;
	case RESOLVE_NODATA:
		snprintf(out->message, sizeof out->message, "the name has no address");
		break;
	case RESOLVE_FAILED:
		if (a->timed_out)
			snprintf(out->message, sizeof out->message, "no answer from %s within %s",
				 server, duration_format(after, (waited_ms + 50) / 100 * 100));
		else
			snprintf(out->message, sizeof out->message,
				 "%s refuses or answers with a failure", server);
		break;
	case RESOLVE_OK:
	case RESOLVE_CANCELLED: break;
	}
}

void answers_compose(const char *server, enum ip_family family, const struct answer a[ANSWERS],
		     int64_t waited_ms, struct resolved *out)
{
	const struct answer *v4 = &a[ANSWER_V4], *v6 = &a[ANSWER_V6];

	out->n = 0;
	out->message[0] = '\0';
	out->ttl_ms = 0;
	if (family != IP_AUTO) {
		const struct answer *one = family == IP_4 ? v4 : v6;

		const struct answer *other = family == IP_4 ? v6 : v4;

		out->status = one->status;
		/* Some servers deny a name that has addresses of the other family only. */
		if (one->status == RESOLVE_NXDOMAIN && other->status == RESOLVE_OK)
			out->status = RESOLVE_NODATA;
		append(out, one);
		out->ttl_ms = one->ttl_ms;
		set_failure(server, one, waited_ms, out);
		if (out->status == RESOLVE_NODATA)
			snprintf(out->message, sizeof out->message, "the name has no IPv%d address",
				 family == IP_4 ? 4 : 6);
		return;
	}
	if (v4->status == RESOLVE_OK || v6->status == RESOLVE_OK) {
		bool v6_first = v6->status == RESOLVE_OK &&
				(v4->status != RESOLVE_OK || has_route(&v6->addr[0]));

		out->status = RESOLVE_OK;
		append(out, v6_first ? v6 : v4);
		/* Room for the other family, however many the first one has. */
		if (v4->status == v6->status && out->n > RESOLVE_MAX / 2)
			out->n = RESOLVE_MAX / 2;
		append(out, v6_first ? v4 : v6);
		out->ttl_ms = v4->status != RESOLVE_OK ? v6->ttl_ms : v4->ttl_ms;
		return;
	}
	/* Some servers deny a name that has addresses of the other family: only both can know. */
	if (v4->status == RESOLVE_FAILED || v6->status == RESOLVE_FAILED)
		out->status = RESOLVE_FAILED;
	else if (v4->status == RESOLVE_NXDOMAIN || v6->status == RESOLVE_NXDOMAIN)
		out->status = RESOLVE_NXDOMAIN;
	else
		out->status = RESOLVE_NODATA;
	set_failure(server, v4->status == RESOLVE_FAILED ? v4 : v6, waited_ms, out);
}
