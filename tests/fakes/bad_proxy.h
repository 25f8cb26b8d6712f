#pragma once
/* Proxies: every name they are asked for leads to the loopback, so that a name that no resolver
 * knows shows who looked it up. Some names mean a fault. User "monitor", password "sesame". */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fakes/bad_peer.h"

static inline int dial_loopback(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_port = htons((unsigned short)port),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&a, sizeof a)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Bytes both ways until one side ends. */
static inline void tunnel(struct peer *p, int fd)
{
	struct peer other = {.fd = fd};
	char data[16384];

	for (;;) {
		struct pollfd both[] = {{.fd = p->fd, .events = POLLIN},
					{.fd = fd, .events = POLLIN}};
		bool waiting = p->ssl && SSL_pending(p->ssl);
		ssize_t n;

		if (!waiting && poll(both, 2, 60000) <= 0)
			return;
		if (waiting || both[0].revents) {
			n = get(p, data, sizeof data);
			if (n <= 0 || !put(&other, data, (size_t)n))
				return;
		}
		if (both[1].revents) {
			n = get(&other, data, sizeof data);
			if (n <= 0 || !put(p, data, (size_t)n))
				return;
		}
	}
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

static inline bool proxy_says(struct peer *p, const char *line)
{
	char head[256];

	snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", line);
	put_text(p, head);
	return false;
}

static inline bool proxy_refuses(struct peer *p, const char *host)
{
	static const struct {
		const char *host, *line;
	} faults[] = {
		{"unreachable.test", "502 Bad Gateway"},
		{"busy.test", "503 Service Unavailable"},
		{"forbidden.test", "403 Forbidden"},
		{"wants-login.test", "407 Proxy Authentication Required"},
	};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (!strcmp(host, faults[i].host))
			return !proxy_says(p, faults[i].line);
	}
	return !strcmp(host, "hang.test") && !hang(p);
}

/* One request; what it asks for is forwarded, or tunnelled to. */
static inline void proxy_request(struct peer *p, const char *request)
{
	char method[16], host[128], path[1024] = "/", head[2048];
	int port = 0, fd;
	const char *rest = strstr(request, "\r\n");
	bool connects = sscanf(request, "CONNECT %127[^:]:%d", host, &port) == 2;

	if (!connects &&
	    sscanf(request, "%15s http://%127[^:]:%d%1023s", method, host, &port, path) < 3) {
		proxy_says(p, "400 Bad Request");
		return;
	}
	if (proxy_refuses(p, host))
		return;
	fd = dial_loopback(port);
	if (fd < 0) {
		proxy_says(p, "502 Bad Gateway");
		return;
	}
	if (connects) {
		put_text(p, "HTTP/1.1 200 Connection established\r\nX-From: proxy\r\n\r\n");
	} else {
		struct peer other = {.fd = fd};

		snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nVia: bad proxy", method, path);
		put_text(&other, head);
		put_text(&other, rest);
	}
	tunnel(p, fd);
	close(fd);
}

static inline void proxy_read(struct peer *p, bool wants_login)
{
	char request[16384];
	size_t len = 0;
	ssize_t n;

	request[0] = '\0';
	while (!strstr(request, "\r\n\r\n")) {
		n = get(p, request + len, sizeof request - 1 - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		request[len] = '\0';
	}
	if (wants_login && !strstr(request, "Proxy-Authorization: Basic bW9uaXRvcjpzZXNhbWU="))
		proxy_says(p, "407 Proxy Authentication Required\r\n"
			      "Proxy-Authenticate: Basic realm=\"bad proxy\"");
	else
		proxy_request(p, request);
}

static void serve_proxy(struct peer *p)
{
	proxy_read(p, false);
}

static void serve_proxy_login(struct peer *p)
{
	proxy_read(p, true);
}

/* ---- SOCKS 5 (RFC 1928, 1929) -------------------------------------------------------------- */

static inline bool get_exactly(struct peer *p, unsigned char *out, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t some = get(p, out + done, n - done);

		if (some <= 0)
			return false;
		done += (size_t)some;
	}
	return true;
}

static inline bool socks_login(struct peer *p)
{
	unsigned char head[2], user[256] = {0}, password[256] = {0}, len;
	bool known;

	put(p, "\5\2", 2);
	if (!get_exactly(p, head, 2) || !get_exactly(p, user, head[1]) ||
	    !get_exactly(p, &len, 1) || !get_exactly(p, password, len))
		return false;
	known = !strcmp((char *)user, "monitor") && !strcmp((char *)password, "sesame");
	put(p, known ? "\1\0" : "\1\1", 2);
	return known;
}

static inline unsigned char socks_fault(const char *host)
{
	static const struct {
		const char *host;
		unsigned char code;
	} faults[] = {{"failing.test", 1},
		      {"forbidden.test", 2},
		      {"no-network.test", 3},
		      {"unreachable.test", 4},
		      {"refusing.test", 5}};

	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (!strcmp(host, faults[i].host))
			return faults[i].code;
	}
	return 0;
}

static inline void socks_serve(struct peer *p, bool wants_login)
{
	unsigned char head[4], methods[256], len, port[2], reply[10] = {5, 0, 0, 1};
	char host[257] = {0};
	int fd;

	if (!get_exactly(p, head, 2) || !get_exactly(p, methods, head[1]))
		return;
	if (wants_login && !memchr(methods, 2, head[1])) {
		put(p, "\5\377", 2);
		return;
	}
	if (wants_login ? !socks_login(p) : !put(p, "\5\0", 2))
		return;
	/* Only names and IPv4: whoever looks up names on the client's side is found out. */
	if (!get_exactly(p, head, 4))
		return;
	if (head[3] == 1) {
		get_exactly(p, methods, 4);
	} else if (head[3] != 3 || !get_exactly(p, &len, 1) ||
		   !get_exactly(p, (unsigned char *)host, len)) {
		return;
	}
	if (!get_exactly(p, port, 2) || (!strcmp(host, "hang.test") && !hang(p)))
		return;
	reply[1] = socks_fault(host);
	fd = reply[1] ? -1 : dial_loopback(port[0] << 8 | port[1]);
	if (fd < 0 && !reply[1])
		reply[1] = 5;
	put(p, reply, sizeof reply);
	if (fd < 0)
		return;
	tunnel(p, fd);
	close(fd);
}

static void serve_socks(struct peer *p)
{
	socks_serve(p, false);
}

static void serve_socks_login(struct peer *p)
{
	socks_serve(p, true);
}
