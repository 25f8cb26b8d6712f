/* Exchanges through a proxy, and whose fault it is when they fail. What the proxy could not do for
 * us (refused, no answer, wrong password, not allowed) says nothing of the target. What the proxy
 * says of the target (cannot be reached, refused, no such host: a 5xx to CONNECT, a SOCKS reply) is
 * the best that can be known of it from here, and counts. */
#include <stdio.h>
#include <string.h>

#include "daemon/net/transfers_internal.h"
#include "shared/http_reason.h"

static const char *scheme_of(const struct transfer_proxy *p)
{
	switch (p->kind) {
	case PROXY_HTTP: return "http";
	case PROXY_HTTPS: return "https";
	case PROXY_SOCKS5: return "socks5h";
	}
	return "http";
}

void transfer_proxy_set(struct transfer *t)
{
	const struct transfer_proxy *p = t->req.proxy;
	char url[HOST_MAX + 32] = "";

	if (!p && !t->set.has_proxy)
		return;
	if (p)
		snprintf(url, sizeof url, strchr(p->host, ':') ? "%s://[%s]:%u" : "%s://%s:%u",
			 scheme_of(p), p->host, p->port);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, url);
	curl_easy_setopt(t->easy, CURLOPT_PROXYUSERNAME, p ? p->user : NULL);
	curl_easy_setopt(t->easy, CURLOPT_PROXYPASSWORD, p ? p->password : NULL);
	t->set.has_proxy = p != NULL;
}

/* The reply to CONNECT was not 2xx. */
static void judge_tunnel(struct transfer *t, int status)
{
	const struct url *u = t->req.url;
	const char *reason = http_reason(status), *space = reason[0] ? " " : "";

	if (status == 407)
		transfer_say(t, TRANSFER_PROXY,
			     "proxy wants another user or password: HTTP 407%s%s", space, reason);
	else if (status >= 500)
		transfer_say(t, TRANSFER_UNREACHABLE,
			     "the proxy cannot reach %.80s port %u: HTTP %d%s%s", u->host, u->port,
			     status, space, reason);
	else
		transfer_say(t, TRANSFER_PROXY, "proxy leads nobody to %.80s port %u: HTTP %d%s%s",
			     u->host, u->port, status, space, reason);
}

/* RFC 1928, 6, as far as it is about the target. */
static void judge_socks(struct transfer *t)
{
	const struct url *u = t->req.url;
	long why = CURLPX_OK;

	curl_easy_getinfo(t->easy, CURLINFO_PROXY_ERROR, &why);
	switch (why) {
	case CURLPX_REPLY_CONNECTION_REFUSED:
		transfer_say(t, TRANSFER_REFUSED,
			     "%.80s port %u refused the connection, says the proxy", u->host,
			     u->port);
		return;
	case CURLPX_REPLY_HOST_UNREACHABLE:
	case CURLPX_REPLY_NETWORK_UNREACHABLE:
	case CURLPX_REPLY_TTL_EXPIRED:
		transfer_say(t, TRANSFER_UNREACHABLE, "the proxy cannot reach %.80s port %u",
			     u->host, u->port);
		return;
	case CURLPX_USER_REJECTED:
	case CURLPX_NO_AUTH:
		transfer_say(t, TRANSFER_PROXY, "proxy wants another user or password");
		return;
	case CURLPX_REPLY_NOT_ALLOWED:
		transfer_say(t, TRANSFER_PROXY, "proxy leads nobody to %.80s port %u", u->host,
			     u->port);
		return;
	default: /* curl's numbers are an open set: what is left is between us and the proxy */
		transfer_say(t, TRANSFER_PROXY, "proxy failed: %.150s",
			     t->curl_error[0] ? t->curl_error : "not SOCKS 5");
	}
}

static void judge_no_proxy(struct transfer *t)
{
	char words[sizeof t->result.message];

	transfer_judge_connect(t);
	if (t->result.end == TRANSFER_LOCAL)
		return;
	snprintf(words, sizeof words, "%s", t->result.message);
	transfer_say(t, TRANSFER_PROXY, "proxy %.180s", words);
}

/* Still between us and the proxy. */
static bool is_before_target(const struct transfer *t)
{
	const struct transfer_proxy *p = t->req.proxy;

	if (p->kind == PROXY_HTTPS && t->handshakes <= 1 && !t->result.reused_connection)
		return t->is_https || t->result.at <= AT_CONNECT;
	return t->result.at == AT_CONNECT;
}

bool transfer_proxy_judge(struct transfer *t, CURLcode code)
{
	struct transfer_result *r = &t->result;
	bool forwards = !t->is_https && t->req.proxy->kind != PROXY_SOCKS5;
	long status = 0;

	if (code == CURLE_OK) {
		if (!forwards || r->status != 407)
			return false;
		judge_tunnel(t, 407);
		return true;
	}
	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (code == CURLE_COULDNT_CONNECT)
		judge_no_proxy(t);
	else if (code == CURLE_PROXY)
		judge_socks(t);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		return false;
	else if (status && status / 100 != 2)
		judge_tunnel(t, (int)status);
	else if (is_before_target(t))
		transfer_say(t, TRANSFER_PROXY, "proxy failed: %.150s",
			     t->curl_error[0] ? t->curl_error : curl_easy_strerror(code));
	else
		return false;
	return true;
}

bool transfer_proxy_judge_timeout(struct transfer *t, const char *after)
{
	const struct url *u = t->req.url;
	long connected = 0; /* a port; curl's time of connecting is that of the whole way */

	if (t->result.at != AT_CONNECT)
		return false;
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_PORT, &connected);
	if (connected)
		transfer_say(t, TRANSFER_TIMEOUT,
			     "no connection to %.64s port %u through the proxy within %s", u->host,
			     u->port, after);
	else
		transfer_say(t, TRANSFER_PROXY,
			     "no connection to the proxy %.64s port %u within %s",
			     t->result.address, t->req.proxy->port, after);
	return true;
}
