#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/net/address.h"
#include "daemon/net/transfers_internal.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

static int64_t info_us(CURL *easy, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(easy, what, &us);
	return us;
}

enum phase_at transfer_phase(struct transfer *t, struct transfer_times *times)
{
	int64_t connect = info_us(t->easy, CURLINFO_CONNECT_TIME_T);
	int64_t tls = t->is_https ? info_us(t->easy, CURLINFO_APPCONNECT_TIME_T) : 0;
	int64_t ready = info_us(t->easy, CURLINFO_PRETRANSFER_TIME_T);
	int64_t first = info_us(t->easy, CURLINFO_STARTTRANSFER_TIME_T);
	int64_t total = info_us(t->easy, CURLINFO_TOTAL_TIME_T);
	long connections = 0;

	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connections);
	*times = (struct transfer_times){-1, -1, -1, -1, total};
	if (t->req.proxy || t->req.body) /* curl's is when the tunnel was open, the body sent */
		first = t->answered_us ? t->answered_us - t->started_us : 0;
	if (t->req.proxy && t->is_https) /* connected is who has a tunnel */
		connect = t->tls_began_us ? t->tls_began_us - t->started_us : 0;
	if (ready && !connections) { /* a kept connection: nothing to connect */
		connect = tls = 0;
		times->connect_us = 0;
	} else {
		if (!connect && t->tls_began_us)
			connect = t->tls_began_us - t->started_us;
		if (!connect)
			return AT_CONNECT;
		times->connect_us = connect;
		if (t->is_https) {
			if (!tls)
				return AT_TLS;
			times->tls_us = tls - connect;
		}
	}
	if (tls > ready)
		ready = tls;
	if (!first)
		return AT_FIRST_BYTE;
	times->first_byte_us = first > ready ? first - ready : 0;
	times->transfer_us = total > first ? total - first : 0;
	return AT_TRANSFER;
}

/* "192.0.2.1 port 443" for messages. */
static void peer_text(const struct transfer *t, char *out, size_t cap)
{
	snprintf(out, cap, "%s port %u", t->result.address,
		 t->req.proxy ? t->req.proxy->port : t->req.url->port);
}

void transfer_judge_connect(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	long os_error = 0;
	int error = t->socket_errno;
	char peer[96];

	if (!error) {
		curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &os_error);
		error = (int)os_error;
	}
	peer_text(t, peer, sizeof peer);
	if (address_error_is_local(error, t->tried.ss_family)) {
		r->end = TRANSFER_LOCAL;
		snprintf(r->message, sizeof r->message,
			 "this machine could not open a connection: %s", strerror(error));
	} else if (error == ECONNREFUSED) {
		r->end = TRANSFER_REFUSED;
		snprintf(r->message, sizeof r->message, "%s refused the connection", peer);
	} else if (error == ETIMEDOUT) {
		r->end = TRANSFER_TIMEOUT;
		snprintf(r->message, sizeof r->message, "%s did not answer", peer);
	} else if (error == ECONNRESET) {
		r->end = TRANSFER_RESET;
		snprintf(r->message, sizeof r->message, "%s reset the connection", peer);
	} else {
		r->end = TRANSFER_UNREACHABLE;
		snprintf(r->message, sizeof r->message, "%s cannot be reached: %s", peer,
			 error ? strerror(error) : "connection failed");
	}
}

static void judge_tls(struct transfer *t, CURLcode code)
{
	struct transfer_result *r = &t->result;

	r->end = TRANSFER_TLS;
	r->at = AT_TLS;
	tls_seen_explain(&t->seen, t->req.url->host,
			 code == CURLE_PEER_FAILED_VERIFICATION && !t->seen.verify_error,
			 t->curl_error, r->tls_cause, r->message);
	sessions_drop(t->owner->sessions, t->session_key);
}

void transfer_say(struct transfer *t, enum transfer_end end, const char *fmt, ...)
{
	char words[CURL_ERROR_SIZE + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof words, fmt, ap);
	va_end(ap);
	t->result.end = end;
	text_safe(t->result.message, sizeof t->result.message, words, strlen(words), 0, 0, NULL);
}

static void say(struct transfer *t, enum transfer_end end, const char *words)
{
	transfer_say(t, end, "%s", words);
}

static void judge_broken(struct transfer *t)
{
	switch (t->result.at) {
	case AT_CONNECT: transfer_judge_connect(t); return;
	case AT_TLS: say(t, TRANSFER_RESET, "connection was reset in the TLS handshake"); return;
	case AT_FIRST_BYTE:
		say(t, TRANSFER_RESET, "connection was closed without an answer");
		return;
	case AT_TRANSFER:
	case AT_END:
		say(t, TRANSFER_RESET, "connection was reset in the middle of the answer");
		return;
	}
}

static void judge_code(struct transfer *t, CURLcode code)
{
	struct transfer_result *r = &t->result;

	switch (code) {
	case CURLE_OK:
		r->end = TRANSFER_DONE;
		r->at = AT_END;
		break;
	case CURLE_COULDNT_CONNECT: transfer_judge_connect(t); break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CIPHER:
		if (!transfer_tls_refused(t))
			judge_tls(t, code);
		break;
	case CURLE_GOT_NOTHING: /* curl has then counted the end as a first byte */
		if (r->at > AT_FIRST_BYTE)
			r->at = AT_FIRST_BYTE;
		/* fall through */
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		/* TLS 1.3: the client is done before the server has looked at its certificate. */
		if (!t->is_https || !transfer_tls_refused(t))
			judge_broken(t);
		break;
	case CURLE_PARTIAL_FILE:
		say(t, TRANSFER_INCOMPLETE, "answer ended before its announced length");
		break;
	case CURLE_OPERATION_TIMEDOUT: transfer_judge_timeout(t); break;
	case CURLE_OUT_OF_MEMORY: /* also curl's word for a header line over its limit */
		if (r->at >= AT_TRANSFER && !t->final_head)
			say(t, TRANSFER_PROTOCOL, "a header line of the answer is too long");
		else
			say(t, TRANSFER_LOCAL, "out of memory");
		break;
	case CURLE_FAILED_INIT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_NO_CONNECTION_AVAILABLE:
		say(t, TRANSFER_LOCAL, t->curl_error[0] ? t->curl_error : curl_easy_strerror(code));
		break;
	default: /* an open set: what is left is an answer that is not HTTP */
		say(t, TRANSFER_PROTOCOL,
		    t->curl_error[0] ? t->curl_error : curl_easy_strerror(code));
		break;
	}
}

static void note_address(struct transfer *t)
{
	char *ip = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip);
	if (ip && ip[0])
		snprintf(t->result.address, sizeof t->result.address, "%s", ip);
	else if (t->tried.ss_family)
		address_text(&t->tried, t->result.address);
}

static void note_certificate(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	struct certificate_facts facts;

	if (!t->req.want_certificate || !t->seen.chain)
		return;
	certificate_read(t->seen.chain, &facts);
	r->certificate_json = certificate_json(t->seen.chain, clock_wall_ms(t->owner->clock));
	r->certificate_not_after_ms = facts.earliest_ms;
	memcpy(r->certificate_fingerprint, facts.fingerprint, sizeof facts.fingerprint);
	memcpy(r->certificate_earliest, facts.earliest, sizeof facts.earliest);
	r->certificate_earliest_at = facts.earliest_at;
}

static void note_common(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	long value = 0;

	r->at = transfer_phase(t, &r->times);
	if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &value) == CURLE_OK)
		r->status = (int)value;
	value = 0;
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &value);
	r->reused_connection = r->at >= AT_FIRST_BYTE && value == 0;
	note_address(t);
	note_certificate(t);
}

void transfer_judge(struct transfer *t, CURLcode code)
{
	struct transfer_result *r = &t->result;

	note_common(t);
	r->forbidden = t->forbidden && code != CURLE_OK;
	if (r->forbidden)
		say(t, TRANSFER_STOPPED, "the address is not one that may be connected to");
	else if (t->too_large && !t->final_head)
		say(t, TRANSFER_PROTOCOL, "headers of the answer are larger than 64 kB");
	else if (t->too_large)
		say(t, TRANSFER_TOO_LARGE, "answer is larger than the limit");
	else if (t->stopped)
		r->end = TRANSFER_STOPPED;
	else if (!t->req.proxy || !transfer_proxy_judge(t, code))
		judge_code(t, code);
	r->ipv6_skipped = t->prefers_ipv6 && !t->req.proxy && r->at >= AT_TLS &&
			  !r->reused_connection && !strchr(r->address, ':');
}

void transfer_judge_timeout(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	char after[DURATION_TEXT];
	int64_t waited_us = clock_boot_us(t->owner->clock) - t->started_us;

	note_common(t);
	r->end = TRANSFER_TIMEOUT;
	r->times.total_us = waited_us;
	duration_format(after, (waited_us + 50000) / 100000 * 100);
	if (t->req.proxy && transfer_proxy_judge_timeout(t, after))
		return;
	switch (r->at) {
	case AT_CONNECT:
		snprintf(r->message, sizeof r->message, "no connection to %.64s port %u within %s",
			 r->address, t->req.url->port, after);
		break;
	case AT_TLS:
		snprintf(r->message, sizeof r->message, "TLS handshake not finished within %s",
			 after);
		break;
	case AT_FIRST_BYTE:
		snprintf(r->message, sizeof r->message, "no answer within %s", after);
		break;
	case AT_TRANSFER:
	case AT_END:
		snprintf(r->message, sizeof r->message, "%s of the answer not complete within %s",
			 t->final_head ? "body" : "headers", after);
		break;
	}
}
