#include "daemon/net/dns_channel.h"

#include <ares_nameser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/net/address.h"
#include "shared/log.h"
#include "shared/mem.h"

enum { CONF_LOOK_MS = 2000, TIMEOUT_MS = 2000, TRIES = 3 };
#define RESOLV_CONF "/etc/resolv.conf"

struct dns_channel {
	struct loop *loop;
	const struct clock *clock;
	char *nameservers; /* "": resolv.conf */
	int timeout_ms, tries;
	bool strict;
	ares_channel ares;
	char server[72];
	struct dns_socket *sockets;
	uv_timer_t timer;
	int open_handles;
	bool closing;
	int inside; /* c-ares runs below us: it must not be destroyed */
	int64_t conf_looked_ms;
	struct timespec conf_modified;
	ino_t conf_inode;
};

struct dns_socket {
	uv_poll_t poll;
	struct dns_channel *c;
	ares_channel ares; /* whose it is, also when another one took over */
	ares_socket_t fd;
	struct dns_socket *next;
};

static void on_handle_closed(struct dns_channel *c)
{
	if (--c->open_handles || !c->closing)
		return;
	free(c->nameservers);
	free(c);
}

/* ---- sockets and time ---------------------------------------------------------------------- */

static void arm(struct dns_channel *c);

static void on_timer(uv_timer_t *timer)
{
	struct dns_channel *c = timer->data;

	c->inside++;
	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	c->inside--;
	arm(c);
}

static void arm(struct dns_channel *c)
{
	struct timeval tv, *left;

	if (c->closing)
		return;
	left = ares_timeout(c->ares, NULL, &tv);
	if (!left)
		uv_timer_stop(&c->timer);
	else
		uv_timer_start(
			&c->timer, on_timer,
			(uint64_t)left->tv_sec * 1000 + (uint64_t)(left->tv_usec + 999) / 1000, 0);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct dns_socket *s = poll->data;
	struct dns_channel *c = s->c;
	bool readable = status < 0 || (events & UV_READABLE);
	bool writable = status < 0 || (events & UV_WRITABLE);

	c->inside++;
	ares_process_fd(s->ares, readable ? s->fd : ARES_SOCKET_BAD,
			writable ? s->fd : ARES_SOCKET_BAD);
	c->inside--;
	arm(c);
}

static void on_socket_closed(uv_handle_t *handle)
{
	struct dns_socket *s = handle->data;

	on_handle_closed(s->c);
	free(s);
}

static struct dns_socket *socket_add(struct dns_channel *c, ares_socket_t fd)
{
	struct dns_socket *s = mem_zalloc(sizeof *s);

	if (uv_poll_init_socket(loop_uv(c->loop), &s->poll, fd)) {
		free(s);
		return NULL;
	}
	s->c = c;
	s->fd = fd;
	s->ares = c->ares;
	s->poll.data = s;
	s->next = c->sockets;
	c->sockets = s;
	c->open_handles++;
	return s;
}

/* c-ares closes the descriptor right after it says that it wants nothing any more. */
static void on_socket_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns_channel *c = arg;
	struct dns_socket **at = &c->sockets, *s;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	s = *at;
	if (!readable && !writable) {
		if (!s)
			return;
		*at = s->next;
		uv_close((uv_handle_t *)&s->poll, on_socket_closed);
		return;
	}
	if (!s)
		s = socket_add(c, fd);
	if (s)
		uv_poll_start(&s->poll, (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0),
			      on_event);
}

/* ---- name servers -------------------------------------------------------------------------- */

static void note_server(struct dns_channel *c)
{
	struct ares_addr_port_node *servers = NULL;
	struct sockaddr_storage a = {0};
	char text[ADDRESS_TEXT];

	snprintf(c->server, sizeof c->server, "the name server");
	if (ares_get_servers_ports(c->ares, &servers) != ARES_SUCCESS || !servers)
		return;
	a.ss_family = (sa_family_t)servers->family;
	if (servers->family == AF_INET)
		((struct sockaddr_in *)&a)->sin_addr = servers->addr.addr4;
	else
		memcpy(&((struct sockaddr_in6 *)&a)->sin6_addr, &servers->addr.addr6, 16);
	snprintf(c->server, sizeof c->server, "name server %s", address_text(&a, text));
	ares_free_data(servers);
}

static bool open_ares(struct dns_channel *c, ares_channel *ares, struct error *e)
{
	char lookups[] = "b"; /* the hosts file is read elsewhere, and not for each question */
	struct ares_options o = {
		.timeout = c->timeout_ms,
		.tries = c->tries,
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = c,
		.lookups = lookups,
		.flags = c->strict ? ARES_FLAG_NOCHECKRESP : 0,
	};
	int status =
		ares_init_options(ares, &o,
				  ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
					  ARES_OPT_LOOKUPS | (c->strict ? ARES_OPT_FLAGS : 0));

	if (status == ARES_SUCCESS && c->nameservers[0]) {
		status = ares_set_servers_ports_csv(*ares, c->nameservers);
		if (status != ARES_SUCCESS)
			ares_destroy(*ares);
	}
	if (status == ARES_SUCCESS)
		return true;
	error_set(e, ERR_CONFIG, "name servers \"%s\": %s", c->nameservers, ares_strerror(status));
	error_hint(e, "write addresses like 192.0.2.53,[2001:db8::53]:5353");
	return false;
}

static bool conf_changed(struct dns_channel *c)
{
	int64_t now_ms = clock_boot_ms(c->clock);
	struct stat st;

	if (now_ms - c->conf_looked_ms < CONF_LOOK_MS)
		return false;
	c->conf_looked_ms = now_ms;
	if (stat(RESOLV_CONF, &st))
		memset(&st, 0, sizeof st);
	if (st.st_ino == c->conf_inode && st.st_mtim.tv_sec == c->conf_modified.tv_sec &&
	    st.st_mtim.tv_nsec == c->conf_modified.tv_nsec)
		return false;
	c->conf_inode = st.st_ino;
	c->conf_modified = st.st_mtim;
	return true;
}

/* A laptop that came into another network has other name servers. */
bool dns_channel_follow(struct dns_channel *c)
{
	ares_channel old = c->ares;

	if (c->inside || c->nameservers[0] || !conf_changed(c))
		return false;
	if (!open_ares(c, &c->ares, NULL)) {
		c->ares = old;
		return false;
	}
	note_server(c);
	c->inside++;
	ares_destroy(old);
	c->inside--;
	log_info("net", "%s changed: asking %s", RESOLV_CONF, c->server);
	return true;
}

const char *dns_channel_nameservers(const struct dns_channel *c)
{
	return c->nameservers;
}

const char *dns_channel_server(const struct dns_channel *c)
{
	return c->server;
}

/* ---- questions ----------------------------------------------------------------------------- */

void dns_channel_ask(struct dns_channel *c, const char *host, int type, ares_callback fn, void *arg)
{
	/* A name with a dot is meant as it is: with the search list a shop that vanished could turn
	 * into a host of ours. */
	if (strchr(host, '.'))
		ares_query(c->ares, host, ns_c_in, type, fn, arg);
	else
		ares_search(c->ares, host, ns_c_in, type, fn, arg);
	arm(c);
}

void dns_channel_send(struct dns_channel *c, const unsigned char *message, int len,
		      ares_callback fn, void *arg)
{
	ares_send(c->ares, message, len, fn, arg);
	arm(c);
}

/* ---- life ---------------------------------------------------------------------------------- */

static struct dns_channel *channel_new(struct loop *l, const struct clock *clock,
				       const char *nameservers, int timeout_ms, int tries,
				       bool strict, struct error *e)
{
	struct dns_channel *c = mem_zalloc(sizeof *c);

	c->loop = l;
	c->clock = clock;
	c->strict = strict;
	c->nameservers = mem_strdup(nameservers ? nameservers : "");
	c->timeout_ms = timeout_ms > 0 ? timeout_ms : TIMEOUT_MS;
	c->tries = tries > 0 ? tries : TRIES;
	c->conf_looked_ms = -CONF_LOOK_MS;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS || !open_ares(c, &c->ares, e)) {
		free(c->nameservers);
		free(c);
		return NULL;
	}
	conf_changed(c);
	note_server(c);
	uv_timer_init(loop_uv(l), &c->timer);
	c->timer.data = c;
	c->open_handles = 1;
	return c;
}

struct dns_channel *dns_channel_new(struct loop *l, const struct clock *clock,
				    const char *nameservers, int timeout_ms, int tries,
				    struct error *e)
{
	return channel_new(l, clock, nameservers, timeout_ms, tries, false, e);
}

struct dns_channel *dns_channel_new_strict(struct loop *l, const struct clock *clock,
					   const char *nameservers, int timeout_ms, int tries,
					   struct error *e)
{
	return channel_new(l, clock, nameservers, timeout_ms, tries, true, e);
}

static void on_timer_closed(uv_handle_t *handle)
{
	on_handle_closed(handle->data);
}

void dns_channel_free(struct dns_channel *c)
{
	if (!c)
		return;
	c->closing = true;
	ares_destroy(c->ares);
	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}
