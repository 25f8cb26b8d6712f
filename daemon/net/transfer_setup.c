/* Turning a request into an easy handle's options, as few of them as needed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/net/address.h"
#include "daemon/net/transfers_internal.h"

enum {
	HAPPY_EYEBALLS_MS = 250, /* RFC 8305, 8 */
	ENTRY_MAX = HOST_MAX + 16 + RESOLVE_MAX * ADDRESS_TEXT,
};

static curl_socket_t on_socket_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;
	int fd;

	if (t->req.may_connect && !t->req.may_connect(&a->addr, t->req.arg)) {
		t->forbidden = true;
		return CURL_SOCKET_BAD;
	}
	fd = socket(a->family, a->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->protocol);

	if (fd < 0) {
		t->socket_errno = errno;
		return CURL_SOCKET_BAD;
	}
	t->handshakes = 0;
	if (a->addrlen <= sizeof t->tried)
		memcpy(&t->tried, &a->addr, a->addrlen);
	return fd;
}

/* A connection may have been kept from somebody who was asked nothing. */
static int on_connected(void *arg, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *t = arg;
	struct sockaddr_storage a;

	if (!t->req.may_connect ||
	    (address_parse(peer, &a) && t->req.may_connect((struct sockaddr *)&a, t->req.arg)))
		return CURL_PREREQFUNC_OK;
	t->forbidden = true;
	return CURL_PREREQFUNC_ABORT;
}

void transfer_prepare(struct transfer *t, curl_closesocket_callback close_socket)
{
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, (char *)t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->curl_error);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, (long)HAPPY_EYEBALLS_MS);
	/* Entries are put in and taken out by hand: a scan for old ones at each end is in vain. */
	curl_easy_setopt(t->easy, CURLOPT_DNS_CACHE_TIMEOUT, -1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/* Trust comes in transfer_tls_setup; with a CAPATH curl would load everything each time. */
	curl_easy_setopt(t->easy, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(t->easy, CURLOPT_PROXY_CAINFO, NULL);
	curl_easy_setopt(t->easy, CURLOPT_PROXY_CAPATH, NULL);
	/* What a proxy says while it opens a tunnel is not the answer. */
	curl_easy_setopt(t->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, transfer_tls_setup);
	curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket_open);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->owner);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, transfer_take_head);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, transfer_take_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
}

static void set_method(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	bool has_body = q->body != NULL;

	if (!has_body && !t->set.has_body && !strcmp(t->set.method, q->method))
		return;
	/* From a known state: each of these changes what the others mean. */
	curl_easy_setopt(t->easy, CURLOPT_NOBODY, 0L);
	curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
	if (has_body) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, q->body);
	} else if (!strcmp(q->method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	}
	curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST,
			 strcmp(q->method, "GET") || has_body ? q->method : NULL);
	t->set.has_body = has_body;
	snprintf(t->set.method, sizeof t->set.method, "%s", q->method);
}

static void set_guard(struct transfer *t)
{
	bool has_guard = t->req.may_connect;

	if (has_guard == t->set.has_guard)
		return;
	curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, has_guard ? on_connected : NULL);
	curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
	t->set.has_guard = has_guard;
}

static void set_user(struct transfer *t)
{
	const struct transfer_request *q = &t->req;

	if (!q->user && !t->set.has_user)
		return;
	curl_easy_setopt(t->easy, CURLOPT_USERNAME, q->user);
	curl_easy_setopt(t->easy, CURLOPT_PASSWORD, q->user ? q->password : NULL);
	t->set.has_user = q->user != NULL;
}

static void set_blob(CURL *easy, CURLoption what, const char *pem)
{
	struct curl_blob blob = {
		.data = (void *)(uintptr_t)pem, .len = strlen(pem), .flags = CURL_BLOB_COPY};

	curl_easy_setopt(easy, what, &blob);
}

/* As blobs and not in the SSL_CTX: so curl knows that a kept connection is somebody's. */
static void set_identity(struct transfer *t)
{
	const struct transfer_identity *id = t->req.identity;

	if (!id && !t->set.has_identity)
		return;
	if (id) {
		set_blob(t->easy, CURLOPT_SSLCERT_BLOB, id->certificate);
		set_blob(t->easy, CURLOPT_SSLKEY_BLOB, id->key);
	} else {
		curl_easy_setopt(t->easy, CURLOPT_SSLCERT_BLOB, NULL);
		curl_easy_setopt(t->easy, CURLOPT_SSLKEY_BLOB, NULL);
	}
	t->set.has_identity = id != NULL;
}

static void set_connection(struct transfer *t)
{
	const struct transfer_request *q = &t->req;

	bool ends = q->fresh_connection && !q->keep_connection;

	if (t->set.fresh != q->fresh_connection || t->set.ends != ends) {
		curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, (long)q->fresh_connection);
		curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, (long)ends);
		t->set.fresh = q->fresh_connection;
		t->set.ends = ends;
	}
	if (t->set.verify != q->verify) {
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, (long)q->verify);
		curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, q->verify ? 2L : 0L);
		t->set.verify = q->verify;
	}
}

/* A literal address needs no entry, everything else gets its addresses here. */
static void set_addresses(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	const char *host = q->proxy ? q->proxy->host : q->url->host;
	unsigned port = q->proxy ? q->proxy->port : q->url->port;
	struct sockaddr_storage literal;
	char entry[ENTRY_MAX], text[ADDRESS_TEXT];
	bool has_v4 = false, has_v6 = false;
	long ip_version;
	int len;

	if (t->set.resolved[0]) {
		snprintf(entry, sizeof entry, "-%s", t->set.resolved);
		t->resolve = curl_slist_append(t->resolve, entry);
		t->set.resolved[0] = '\0';
	}
	for (int i = 0; i < q->n_addrs; i++)
		*(q->addrs[i].ss_family == AF_INET6 ? &has_v6 : &has_v4) = true;
	t->prefers_ipv6 = has_v4 && has_v6 && q->addrs[0].ss_family == AF_INET6;
	if (!address_parse(host, &literal)) {
		len = snprintf(entry, sizeof entry, "%s:%u:", host, port);
		snprintf(t->set.resolved, sizeof t->set.resolved, "%.*s", len - 1, entry);
		for (int i = 0; i < q->n_addrs && len < (int)sizeof entry - ADDRESS_TEXT - 3; i++) {
			address_text(&q->addrs[i], text);
			len += snprintf(entry + len, sizeof entry - (size_t)len,
					strchr(text, ':') ? "%s[%s]" : "%s%s", i ? "," : "", text);
		}
		t->resolve = curl_slist_append(t->resolve, entry);
	}
	if (t->resolve)
		curl_easy_setopt(t->easy, CURLOPT_RESOLVE, t->resolve);
	/* A kept connection of one family must not serve a check that asks for the other. */
	ip_version = has_v4 == has_v6 ? CURL_IPRESOLVE_WHATEVER
		     : has_v6         ? CURL_IPRESOLVE_V6
				      : CURL_IPRESOLVE_V4;
	if (ip_version != t->set.ip_version)
		curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE, ip_version);
	t->set.ip_version = ip_version;
}

static void forget_last_use(struct transfer *t)
{
	memset(&t->result, 0, sizeof t->result);
	t->result.times = (struct transfer_times){-1, -1, -1, -1, -1};
	t->tried.ss_family = 0;
	t->socket_errno = 0;
	t->tls_began_us = t->answered_us = 0;
	t->in_head = t->final_head = t->too_large = t->stopped = t->looked_at_tls = false;
	t->forbidden = false;
	t->header_bytes = 0;
	t->handshakes = 0;
	t->curl_error[0] = '\0';
}

void transfer_set(struct transfer *t)
{
	const struct transfer_request *q = &t->req;
	char url[URL_MAX + HOST_MAX + 32];

	forget_last_use(t);
	t->is_https = !strcmp(q->url->scheme, "https");
	snprintf(t->session_key, sizeof t->session_key, "%c%s:%u%s%s", q->verify ? 'v' : 'n',
		 q->url->host, q->url->port, q->identity ? "/" : "",
		 q->identity ? q->identity->id : "");
	curl_easy_setopt(t->easy, CURLOPT_URL, url_format(q->url, url, sizeof url));
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, q->headers);
	set_method(t);
	set_guard(t);
	set_user(t);
	set_identity(t);
	transfer_proxy_set(t);
	set_connection(t);
	set_addresses(t);
}
