/* A web server that misbehaves on demand: what it does is in the path. Prints "NAME PORT" lines,
 * then serves until its standard input ends.
 *
 *   badserver DIR     writes DIR/ca.pem, which signed the certificates of the good ports, and
 *                     DIR/client*.pem, certificates with keys for those that ask for one */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/fakes/bad_oauth.h"
#include "tests/fakes/bad_peer.h"
#include "tests/fakes/bad_proxy.h"
#include "tests/fakes/bad_smtp.h"
#include "tests/fakes/bad_websocket.h"

enum { REQUEST_MAX = 65536, DAY_S = 86400 };

/* ---- what it can do ------------------------------------------------------------------------ */

static bool answer(struct peer *p, int status, const char *headers, const char *body)
{
	char head[8192];

	snprintf(head, sizeof head,
		 "HTTP/1.1 %d Status\r\nServer: badserver\r\nX-Connection: %u\r\n"
		 "Content-Length: %zu\r\n%s\r\n",
		 status, p->number, strlen(body), headers);
	return put_text(p, head) && put_text(p, body);
}

static bool drip(struct peer *p, const char *text)
{
	for (; *text; text++) {
		if (!put(p, text, 1) || !wait_ms(p, 1000))
			return false;
	}
	return true;
}

static bool slow_headers(struct peer *p)
{
	return drip(p,
		    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Very-Long-Name-For-A-Header: x\r\n");
}

static bool slow_body(struct peer *p)
{
	put_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
	return drip(
		p,
		"one byte a second, that is all you get, so wait as long as you like or go away");
}

static bool endless_chunks(struct peer *p)
{
	char chunk[4096 + 16];
	int n = snprintf(chunk, sizeof chunk, "1000\r\n");

	memset(chunk + n, 'x', 4096);
	memcpy(chunk + n + 4096, "\r\n", 2);
	put_text(p, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	while (put(p, chunk, (size_t)n + 4098))
		;
	return false;
}

static bool endless_headers(struct peer *p)
{
	char line[1100];

	memset(line, 'h', sizeof line);
	memcpy(line, "X-H: ", 5);
	memcpy(line + sizeof line - 2, "\r\n", 2);
	put_text(p, "HTTP/1.1 200 OK\r\n");
	while (put(p, line, sizeof line))
		;
	return false;
}

static bool one_endless_header(struct peer *p)
{
	char part[4096];

	memset(part, 'h', sizeof part);
	put_text(p, "HTTP/1.1 200 OK\r\nX-H: ");
	while (put(p, part, sizeof part))
		;
	return false;
}

/* Ten gigabytes of zeros in ten megabytes, made as they are asked for. */
static bool gzip_bomb(struct peer *p)
{
	static const char zeros[65536];
	unsigned char out[65536];
	z_stream z = {0};
	bool fine = true;

	deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	put_text(p, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
	for (long i = 0; fine && i < 10L * 1024 * 1024 * 1024 / (long)sizeof zeros; i++) {
		z.next_in = (unsigned char *)(uintptr_t)zeros;
		z.avail_in = sizeof zeros;
		do {
			z.next_out = out;
			z.avail_out = sizeof out;
			deflate(&z, Z_NO_FLUSH);
			fine = put(p, out, sizeof out - z.avail_out);
		} while (fine && !z.avail_out);
	}
	deflateEnd(&z);
	return false;
}

static bool half_answer(struct peer *p)
{
	put_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
	return false;
}

static bool reset_in_body(struct peer *p)
{
	put_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
	wait_ms(p, 50);
	reset_on_close(p->fd);
	return false;
}

static bool split_keyword(struct peer *p)
{
	static const char *const chunks[] = {"5\r\nAdd t\r\n", "1\r\no\r\n", "9\r\n basket!!\r\n",
					     "0\r\n\r\n"};

	put_text(p, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		if (!put_text(p, chunks[i]) || !wait_ms(p, 20))
			return false;
	}
	return true;
}

static bool not_http(struct peer *p)
{
	put_text(p, "220 mail.example ESMTP ready\r\n");
	return false;
}

static bool escapes(struct peer *p)
{
	return answer(p, 500,
		      "Content-Type: text/\033[31mred\r\nX-Powered-By: \033]0;owned\007\r\n",
		      "\033[2Jcleared\033]52;c;cm0=\007");
}

static bool gzipped(struct peer *p)
{
	static const char text[] = "a page that says Add to basket";
	unsigned char out[256];
	char head[160];
	z_stream z = {.next_in = (unsigned char *)(uintptr_t)text,
		      .avail_in = sizeof text - 1,
		      .next_out = out,
		      .avail_out = sizeof out};

	deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	snprintf(head, sizeof head,
		 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n",
		 z.total_out);
	return put_text(p, head) && put(p, out, z.total_out);
}

static bool json_page(struct peer *p)
{
	return answer(p, 200, "Content-Type: application/json\r\n",
		      "{\"status\":\"degraded\",\"items\":[1,2],\"evil\":\"\\u001b[31mred\"}");
}

static bool shop_page(struct peer *p)
{
	return answer(p, 200, "Content-Type: text/html\r\n",
		      "<html><body><h1>Lamp</h1><p id=price> 19,90 <b>EUR</b></p>"
		      "<p class=stock>sold \033[31mout</p></body></html>");
}

static bool feed_page(struct peer *p)
{
	return answer(
		p, 200, "Content-Type: application/xml\r\n",
		"<?xml version=\"1.0\"?><offers><offer id=\"7\"><price>5</price></offer></offers>");
}

/* JSON, longer than what is read of it. */
static bool long_json(struct peer *p)
{
	static const char begin[] = "{\"status\":\"ok\",\"x\":\"";
	char body[4096];

	memset(body, 'x', sizeof body);
	memcpy(body, begin, sizeof begin - 1);
	memcpy(body + sizeof body - 3, "\"}", 3);
	return answer(p, 200, "Content-Type: application/json\r\n", body);
}

static bool close_now(struct peer *p)
{
	return false;
}

static bool ok(struct peer *p)
{
	return answer(p, 200, "Content-Type: text/html\r\n", "<h1>Shop</h1> Add to basket");
}

static bool loop_a(struct peer *p)
{
	return answer(p, 302, "Location: /loop-b\r\n", "");
}

static bool loop_b(struct peer *p)
{
	return answer(p, 302, "Location: loop-a\r\n", "");
}

static bool no_location(struct peer *p)
{
	return answer(p, 302, "", "");
}

static bool redirect_to_file(struct peer *p)
{
	return answer(p, 302, "Location: file:///etc/passwd\r\n", "");
}

static const struct {
	const char *path;
	bool (*act)(struct peer *p);
} acts[] = {
	{"/ok", ok},
	{"/slow-headers", slow_headers},
	{"/slow-body", slow_body},
	{"/endless-chunks", endless_chunks},
	{"/endless-headers", endless_headers},
	{"/endless-header", one_endless_header},
	{"/gzip-bomb", gzip_bomb},
	{"/gzip", gzipped},
	{"/json", json_page},
	{"/json-long", long_json},
	{"/shop", shop_page},
	{"/feed", feed_page},
	{"/half", half_answer},
	{"/reset", reset_in_body},
	{"/split-keyword", split_keyword},
	{"/not-http", not_http},
	{"/escapes", escapes},
	{"/hang", hang},
	{"/close", close_now},
	{"/loop-a", loop_a},
	{"/loop-b", loop_b},
	{"/no-location", no_location},
	{"/redirect-file", redirect_to_file},
};

/* ---- paths with a parameter ---------------------------------------------------------------- */

static bool redirect_count(struct peer *p, int n)
{
	char location[64];

	if (n <= 0)
		return ok(p);
	snprintf(location, sizeof location, "Location: /redirect/%d\r\n", n - 1);
	return answer(p, 302, location, "gone on");
}

static bool redirect_to(struct peer *p, int status, const char *target)
{
	char location[4096];

	snprintf(location, sizeof location, "Location: %.4000s\r\n", target);
	return answer(p, status, location, "");
}

static bool cookie_gate(struct peer *p, const char *request)
{
	if (strstr(request, "\r\nCookie: seen=1"))
		return ok(p);
	return answer(p, 302, "Location: /cookie-gate\r\nSet-Cookie: seen=1; Path=/; HttpOnly\r\n",
		      "");
}

static bool slow_first(struct peer *p, int ms)
{
	return wait_ms(p, ms) && ok(p);
}

static bool big(struct peer *p, int bytes)
{
	char head[128], part[4096];

	memset(part, 'b', sizeof part);
	snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", bytes);
	if (!put_text(p, head))
		return false;
	for (; bytes > 0; bytes -= (int)sizeof part) {
		if (!put(p, part, bytes < (int)sizeof part ? (size_t)bytes : sizeof part))
			return false;
	}
	return true;
}

/* @return whether the connection may be used again */
static bool respond(struct peer *p, const char *request)
{
	char path[4096];

	if (sscanf(request, "%*s %4095s", path) != 1)
		return false;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		if (!strcmp(path, acts[i].path))
			return acts[i].act(p);
	}
	if (!strncmp(path, "/status/", 8))
		return answer(p, atoi(path + 8), "", "status page");
	if (!strncmp(path, "/redirect/", 10))
		return redirect_count(p, atoi(path + 10));
	if (!strncmp(path, "/to?", 4))
		return redirect_to(p, 302, path + 4);
	if (!strncmp(path, "/to307?", 7))
		return redirect_to(p, 307, path + 7);
	if (!strncmp(path, "/slow-first/", 12))
		return slow_first(p, atoi(path + 12));
	if (!strncmp(path, "/big/", 5))
		return big(p, atoi(path + 5));
	if (!strncmp(path, "/ws/", 4))
		return websocket_respond(p, path, request);
	if (!strncmp(path, "/oauth/", 7))
		return oauth_respond(p, path, request);
	if (!strcmp(path, "/cookie-gate"))
		return cookie_gate(p, request);
	if (!strcmp(path, "/echo"))
		return answer(p, 200, "Content-Type: text/plain\r\n", request);
	return answer(p, 404, "", "no such misbehaviour");
}

/* One request, head and body; false at its end or when it is too long. */
static bool read_request(struct peer *p, char request[static REQUEST_MAX])
{
	size_t len = 0, wanted = 0;
	char *end = NULL, *length;

	while (!end || len < wanted) {
		ssize_t n = get(p, request + len, REQUEST_MAX - 1 - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
		request[len] = '\0';
		end = strstr(request, "\r\n\r\n");
		if (!end)
			continue;
		length = strcasestr(request, "\r\nContent-Length:");
		wanted = (size_t)(end + 4 - request) +
			 (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
		if (wanted > REQUEST_MAX - 1)
			return false;
	}
	return true;
}

static void serve_http(struct peer *p)
{
	char *request = malloc(REQUEST_MAX);

	while (read_request(p, request) && respond(p, request))
		;
	free(request);
}

/* A greeting, then what comes is sent back. */
static void serve_echo(struct peer *p)
{
	char data[4096];
	ssize_t n;

	put_text(p, "220 hello\r\n");
	while ((n = get(p, data, sizeof data)) > 0 && put(p, data, (size_t)n))
		;
}

static void serve_reset(struct peer *p)
{
	reset_on_close(p->fd);
}

static void serve_nothing(struct peer *p)
{
	hang(p);
}

static void serve_garbage(struct peer *p)
{
	not_http(p);
}

/* ---- ports --------------------------------------------------------------------------------- */

struct port {
	const char *name;
	void (*serve)(struct peer *p);
	SSL_CTX *tls, *starttls;
	int fd;
};

struct visit {
	struct port *port;
	int fd;
};

static atomic_uint connections;

/* With what the peer still sent unread, closing would take the alert away from it. */
static void part_slowly(struct peer *p)
{
	char data[4096];

	shutdown(p->fd, SHUT_WR);
	while (recv(p->fd, data, sizeof data, 0) > 0)
		;
}

static void *visit_main(void *arg)
{
	struct visit v = *(struct visit *)arg;
	struct peer p = {.fd = v.fd,
			 .starttls = v.port->starttls,
			 .number = atomic_fetch_add(&connections, 1) + 1};
	int one = 1;

	free(arg);
	setsockopt(p.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (!v.port->tls || turn_to_tls(&p, v.port->tls))
		v.port->serve(&p);
	else
		part_slowly(&p);
	if (p.ssl)
		SSL_shutdown(p.ssl);
	SSL_free(p.ssl);
	close(p.fd);
	ERR_clear_error();
	return NULL;
}

static void *port_main(void *arg)
{
	struct port *port = arg;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 512 << 10);
	for (;;) {
		struct visit *v = malloc(sizeof *v);
		pthread_t thread;

		*v = (struct visit){port, accept4(port->fd, NULL, NULL, SOCK_CLOEXEC)};
		if (v->fd < 0 || pthread_create(&thread, &attr, visit_main, v)) {
			if (v->fd >= 0)
				close(v->fd);
			free(v);
			usleep(1000);
		}
	}
	return NULL;
}

/* A bound socket on a loopback address; *number 0 chooses a port. */
static int bind_port(int family, unsigned short *number)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET,
				 .sin_port = htons(*number),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
				  .sin6_port = htons(*number),
				  .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr *a = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t len = family == AF_INET ? sizeof v4 : sizeof v6;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
	if (bind(fd, a, len)) {
		close(fd);
		return -1;
	}
	getsockname(fd, a, &len);
	*number = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
	return fd;
}

static void serve_on(struct port *port, int fd)
{
	pthread_t thread;

	port->fd = fd;
	listen(fd, 1024);
	pthread_create(&thread, NULL, port_main, port);
	pthread_detach(thread);
}

static void open_port(struct port *port)
{
	unsigned short number = 0;
	int fd = bind_port(AF_INET, &number);

	if (fd < 0) {
		perror(port->name);
		exit(1);
	}
	serve_on(port, fd);
	printf("%s %u\n", port->name, number);
}

/* The same number on both families, the IPv6 one by `open6`. */
static void open_pair(const char *name, struct port *v4, void (*open6)(int fd, void *arg),
		      void *arg)
{
	for (int i = 0; i < 100; i++) {
		unsigned short number = 0;
		int fd = bind_port(AF_INET, &number), fd6 = bind_port(AF_INET6, &number);

		if (fd6 < 0) {
			close(fd);
			continue;
		}
		serve_on(v4, fd);
		open6(fd6, arg);
		printf("%s %u\n", name, number);
		return;
	}
	fprintf(stderr, "badserver: %s: no IPv6 loopback\n", name);
}

static void serve6(int fd, void *arg)
{
	serve_on(arg, fd);
}

/* A full queue that nobody accepts from: further connections get no answer at all. */
static void black_hole(int fd, void *arg)
{
	struct sockaddr_in6 a;
	socklen_t len = sizeof a;

	listen(fd, 0);
	getsockname(fd, (struct sockaddr *)&a, &len);
	for (int i = 0; i < 4; i++) {
		int filler = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (connect(filler, (struct sockaddr *)&a, len) && errno != EINPROGRESS)
			perror("black hole");
	}
}

/* ---- certificates -------------------------------------------------------------------------- */

struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

static void add_extension(X509 *c, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;

	X509V3_set_ctx(&ctx, issuer, c, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(c, x, -1);
	X509_EXTENSION_free(x);
}

/* issuer NULL: self-signed. names NULL: an authority. */
static struct identity make_identity(const char *cn, const char *names,
				     const struct identity *issuer, long from_s, long until_s)
{
	static atomic_long serial = 1;
	struct identity id = {X509_new(), EVP_EC_gen("P-256")};
	X509 *by = issuer ? issuer->cert : id.cert;

	X509_set_version(id.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), atomic_fetch_add(&serial, 1));
	X509_gmtime_adj(X509_getm_notBefore(id.cert), from_s);
	X509_gmtime_adj(X509_getm_notAfter(id.cert), until_s);
	X509_set_pubkey(id.cert, id.key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(id.cert), "CN", MBSTRING_UTF8,
				   (const unsigned char *)cn, -1, -1, 0);
	X509_set_issuer_name(id.cert, X509_get_subject_name(by));
	add_extension(id.cert, by, NID_basic_constraints,
		      names ? "critical,CA:FALSE" : "critical,CA:TRUE");
	add_extension(id.cert, by, NID_subject_key_identifier, "hash");
	if (!names)
		add_extension(id.cert, by, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (names && names[0])
		add_extension(id.cert, by, NID_subject_alt_name, names);
	X509_sign(id.cert, issuer ? issuer->key : id.key, EVP_sha256());
	return id;
}

static SSL_CTX *tls_context(const struct identity *leaf, const struct identity *intermediate)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_use_certificate(ctx, leaf->cert);
	SSL_CTX_use_PrivateKey(ctx, leaf->key);
	if (intermediate)
		SSL_CTX_add1_chain_cert(ctx, intermediate->cert);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"bad", 3);
	return ctx;
}

static void write_ca(const char *dir, const struct identity *root)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/ca.pem", dir);
	f = fopen(path, "w");
	if (!f || !PEM_write_X509(f, root->cert)) {
		perror(path);
		exit(1);
	}
	fclose(f);
}

static void write_client(const char *dir, const char *name, const struct identity *id)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.pem", dir, name);
	f = fopen(path, "w");
	if (!f || !PEM_write_X509(f, id->cert) ||
	    !PEM_write_PrivateKey(f, id->key, NULL, NULL, 0, NULL, NULL)) {
		perror(path);
		exit(1);
	}
	fclose(f);
}

/* Ports that ask for a certificate of the root's, and such certificates. */
static void open_mutual_ports(const char *dir, const struct identity *root,
			      const struct identity *other, const struct identity *leaf)
{
	static struct port ports[] = {{.name = "mtls", .serve = serve_http},
				      {.name = "mtls12", .serve = serve_http}};
	const long year = 365L * DAY_S;
	struct identity ids[] = {
		make_identity("Monitor", "", root, -DAY_S, year),
		make_identity("Monitor", "", root, -DAY_S, 5L * DAY_S + 3600),
		make_identity("Monitor", "", root, -30L * DAY_S, -2L * DAY_S),
		make_identity("Monitor", "", other, -DAY_S, year),
	};
	static const char *const names[] = {"client", "client-ending", "client-expired",
					    "client-foreign"};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		write_client(dir, names[i], &ids[i]);
		X509_free(ids[i].cert);
		EVP_PKEY_free(ids[i].key);
	}
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		ports[i].tls = tls_context(leaf, NULL);
		X509_STORE_add_cert(SSL_CTX_get_cert_store(ports[i].tls), root->cert);
		SSL_CTX_set_verify(ports[i].tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   NULL);
		if (i)
			SSL_CTX_set_max_proto_version(ports[i].tls, TLS1_2_VERSION);
		open_port(&ports[i]);
	}
}

static void open_proxy_ports(SSL_CTX *good, SSL_CTX *foreign)
{
	static struct port ports[] = {
		{.name = "proxy", .serve = serve_proxy},
		{.name = "proxy_login", .serve = serve_proxy_login},
		{.name = "proxy_tls", .serve = serve_proxy},
		{.name = "proxy_untrusted", .serve = serve_proxy},
		{.name = "socks", .serve = serve_socks},
		{.name = "socks_login", .serve = serve_socks_login},
	};

	ports[2].tls = good;
	ports[3].tls = foreign;
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		open_port(&ports[i]);
}

/* By the order of the TLS ports. */
static void open_mail_ports(SSL_CTX *contexts[])
{
	static struct port ports[] = {
		{.name = "smtp", .serve = serve_smtp},
		{.name = "smtps", .serve = serve_smtp},
		{.name = "smtp_expired", .serve = serve_smtp},
		{.name = "smtp_wrong_host", .serve = serve_smtp},
		{.name = "smtp_soon", .serve = serve_smtp},
		{.name = "smtp_refusing", .serve = serve_smtp_refusing},
		{.name = "ssh", .serve = serve_ssh},
	};

	ports[0].starttls = ports[1].tls = contexts[0];
	ports[2].starttls = contexts[2];
	ports[3].starttls = contexts[4];
	ports[4].starttls = contexts[6];
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		open_port(&ports[i]);
}

#define HERE "DNS:localhost,DNS:shop.test,DNS:deadv6.test,IP:127.0.0.1,IP:::1"

static void open_tls_ports(const char *dir)
{
	static struct port ports[] = {
		{.name = "tls_good"},
		{.name = "tls_chain"},
		{.name = "tls_expired"},
		{.name = "tls_self_signed"},
		{.name = "tls_wrong_host"},
		{.name = "tls_untrusted"},
		{.name = "tls_soon"},
		{.name = "tls_soon_intermediate"},
		{.name = "tls_expired_intermediate"},
		{.name = "tls_future"},
		{.name = "tls_no_chain"},
		{.name = "tls_escapes"},
	};
	const long year = 365L * DAY_S;
	struct identity root = make_identity("Test Root", NULL, NULL, -year, 10 * year);
	struct identity other = make_identity("Other Root", NULL, NULL, -year, 10 * year);
	struct identity middle = make_identity("Test Intermediate", NULL, &root, -year, 5 * year);
	struct identity soon =
		make_identity("Soon Intermediate", NULL, &root, -year, 5L * DAY_S + 3600);
	struct identity past = make_identity("Past Intermediate", NULL, &root, -year, -3L * DAY_S);
	struct identity leaf = make_identity("localhost", HERE, &root, -DAY_S, year);
	struct identity below = make_identity("localhost", HERE, &middle, -DAY_S, year);
	struct identity below_soon = make_identity("localhost", HERE, &soon, -DAY_S, year);
	struct identity below_past = make_identity("localhost", HERE, &past, -DAY_S, year);
	struct identity expired =
		make_identity("localhost", HERE, &root, -30L * DAY_S, -2L * DAY_S);
	struct identity future = make_identity("localhost", HERE, &root, 2L * DAY_S, year);
	struct identity self = make_identity("localhost", HERE, NULL, -DAY_S, 5L * DAY_S + 3600);
	struct identity wrong = make_identity("other.test", "DNS:other.test,DNS:www.other.test",
					      &root, -DAY_S, year);
	struct identity foreign = make_identity("localhost", HERE, &other, -DAY_S, year);
	struct identity ending = make_identity("localhost", HERE, &root, -DAY_S, 5L * DAY_S + 3600);
	struct identity rude = make_identity("evil\033[31m\u202egnp", "DNS:localhost,IP:127.0.0.1",
					     &root, -DAY_S, year);
	SSL_CTX *contexts[] = {
		tls_context(&leaf, NULL),        tls_context(&below, &middle),
		tls_context(&expired, NULL),     tls_context(&self, NULL),
		tls_context(&wrong, NULL),       tls_context(&foreign, NULL),
		tls_context(&ending, NULL),      tls_context(&below_soon, &soon),
		tls_context(&below_past, &past), tls_context(&future, NULL),
		tls_context(&below, NULL),       tls_context(&rude, NULL),
	};

	write_ca(dir, &root);
	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
		ports[i].serve = serve_http;
		ports[i].tls = contexts[i];
		open_port(&ports[i]);
	}
	open_mail_ports(contexts);
	open_proxy_ports(contexts[0], contexts[5]);
	open_mutual_ports(dir, &root, &other, &leaf);
	struct identity all[] = {root,  other,      middle,     soon,    past,   leaf,
				 below, below_soon, below_past, expired, future, self,
				 wrong, foreign,    ending,     rude};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		X509_free(all[i].cert);
		EVP_PKEY_free(all[i].key);
	}
}

int main(int argc, char **argv)
{
	static struct port plain[] = {
		{.name = "http", .serve = serve_http},
		{.name = "echo", .serve = serve_echo},
		{.name = "reset", .serve = serve_reset},
		{.name = "silent", .serve = serve_nothing},
		{.name = "garbage", .serve = serve_garbage},
	};
	static struct port dual = {.serve = serve_http}, dual6 = {.serve = serve_http},
			   half = {.serve = serve_http};
	unsigned short closed = 0;
	char end[64];

	if (argc != 2) {
		fprintf(stderr, "usage: badserver DIR\n");
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		open_port(&plain[i]);
	bind_port(AF_INET, &closed); /* bound but not listening: refuses */
	printf("refused %u\n", closed);
	open_pair("dual", &dual, serve6, &dual6);
	open_pair("black_hole6", &half, black_hole, NULL);
	open_tls_ports(argv[1]);
	printf("ready 1\n");
	fflush(stdout);
	while (read(0, end, sizeof end) > 0)
		;
	return 0;
}
