/* HTTP by the sender. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/net/http_date.h"
#include "daemon/net/idn.h"
#include "daemon/net/send_internal.h"
#include "shared/http_reason.h"
#include "shared/mem.h"

enum {
	HEADER_BYTES_MAX = 64 * 1024,
	HEADER_LINE_MAX = 8192,
	METHOD_MAX = 15,
	DAY_MS = 86400000,
};

const char *send_origin(const char *url, char *out, size_t cap)
{
	char authority[HOST_MAX + 8];
	struct url u;

	out[0] = '\0';
	if (!url_parse(url, &u, NULL))
		snprintf(out, cap, "%s://%s", u.scheme,
			 url_authority(&u, authority, sizeof authority));
	return out;
}

/* ---- what may not be sent ------------------------------------------------------------------- */

/* RFC 9110, 5.6.2 */
static bool is_token(const char *s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (!*s)
		return false;
	for (; *s; s++) {
		if (!((*s >= '0' && *s <= '9') || ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') ||
		      strchr(others, *s)))
			return false;
	}
	return true;
}

static bool has_control(const char *s)
{
	for (; *s; s++) {
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	}
	return false;
}

/* Framing is ours: a second length or another host is how requests are smuggled. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"Host",       "Content-Length", "Transfer-Encoding",
					   "Connection", "Expect",         "Upgrade"};

	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		if (!strcasecmp(name, ours[i]))
			return true;
	}
	return false;
}

static bool add_line(struct curl_slist **list, const char *line)
{
	struct curl_slist *more = curl_slist_append(*list, line);

	if (more)
		*list = more;
	return more != NULL;
}

/* @return NULL, and says why, when one of them cannot be sent */
static struct curl_slist *headers_of(const struct send_http *m, struct send_answer *a)
{
	struct curl_slist *list = NULL;
	bool has_type = false, has_agent = false, fine = true;

	if (m->n_headers > SEND_HEADERS_MAX) {
		send_say(a, SEND_INVALID, "more than %d headers", SEND_HEADERS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < m->n_headers && fine; i++) {
		const char *name = m->headers[i].name, *value = m->headers[i].value;
		char line[HEADER_LINE_MAX];

		fine = is_token(name) && !is_ours(name) && !has_control(value) &&
		       strlen(name) + strlen(value) + 3 < sizeof line;
		if (!fine) { /* the value may be a secret */
			send_say(a, SEND_INVALID,
				 is_token(name) && is_ours(name)
					 ? "header \"%.60s\" cannot be set"
					 : "header \"%.60s\" has a character that is not allowed, "
					   "or is too long",
				 name);
			break;
		}
		has_type = has_type || !strcasecmp(name, "Content-Type");
		has_agent = has_agent || !strcasecmp(name, "User-Agent");
		/* curl's spelling of a header without a value */
		snprintf(line, sizeof line, value[0] ? "%s: %s" : "%s;", name, value);
		fine = add_line(&list, line);
	}
	fine = fine && add_line(&list, "Expect:");
	if (fine && !has_type)
		fine = add_line(&list, "Content-Type:");
	if (fine && !has_agent)
		fine = add_line(&list, "User-Agent: SellerSmart/" SELLERSMART_VERSION);
	if (fine)
		return list;
	curl_slist_free_all(list);
	if (!a->text[0])
		send_say(a, SEND_FAILED, "out of memory");
	return NULL;
}

static bool is_sendable(const struct send_http *m, struct url *u, struct send_answer *a)
{
	const char *method = m->method ? m->method : "POST";
	struct error e = {0};

	if (url_parse(m->url, u, &e) || idn_to_ascii(u->host, &e))
		send_say(a, SEND_INVALID, "the address cannot be used: %s", e.text);
	else if (!is_token(method) || strlen(method) > METHOD_MAX)
		send_say(a, SEND_INVALID, "the method has a character that is not allowed");
	else if ((m->user && has_control(m->user)) || (m->password && has_control(m->password)))
		send_say(a, SEND_INVALID, "the login has a control character");
	else
		return true;
	return false;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void take_retry_after(struct send_slot *t, const char *value, size_t len)
{
	char text[64];
	int64_t ms;

	while (len && (*value == ' ' || *value == '\t'))
		value++, len--;
	while (len && strchr(" \t\r\n", value[len - 1]))
		len--;
	if (!len || len >= sizeof text)
		return;
	memcpy(text, value, len);
	text[len] = '\0';
	if (strspn(text, "0123456789") == len) {
		ms = len > 6 ? DAY_MS : strtoll(text, NULL, 10) * 1000;
	} else {
		ms = http_date_ms(text);
		if (ms >= 0)
			ms -= send_wall_ms(t->owner);
	}
	if (ms > 0)
		t->answer->retry_after_ms = ms < DAY_MS ? ms : DAY_MS;
}

static size_t on_head(char *line, size_t size, size_t n, void *arg)
{
	static const char retry_after[] = "Retry-After:";
	struct send_slot *t = arg;
	size_t len = size * n;

	t->header_bytes += len;
	if (t->header_bytes > HEADER_BYTES_MAX) {
		t->headers_too_large = true;
		return 0;
	}
	if (len > 12 && !memcmp(line, "HTTP/", 5)) {
		const char *space = memchr(line, ' ', len);

		t->answer->status = space && line + len - space >= 4 ? atoi(space + 1) : 0;
	} else if (len <= 2) { /* the empty line; 1xx is not the answer yet */
		t->answered = t->answered || t->answer->status >= 200;
	} else if (len >= sizeof retry_after &&
		   !strncasecmp(line, retry_after, sizeof retry_after - 1)) {
		take_retry_after(t, line + sizeof retry_after - 1, len - sizeof retry_after + 1);
	}
	return len;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct send_slot *t = arg;
	struct send_answer *a = t->answer;
	size_t len = size * n, room = SEND_KEPT_MAX - a->body_len;

	t->body_bytes += len;
	memcpy(a->body + a->body_len, data, len < room ? len : room);
	a->body_len += len < room ? len : room;
	a->cut = a->cut || len > room;
	return t->body_bytes > SEND_READ_MAX ? CURL_WRITEFUNC_ERROR : len;
}

/* ---- the request ---------------------------------------------------------------------------- */

static void set_request(struct send_slot *t, const struct send_http *m, const struct url *u,
			struct curl_slist *headers)
{
	const char *method = m->method ? m->method : "POST";
	char url[URL_MAX + HOST_MAX + 32];
	CURL *c = t->easy;

	curl_easy_setopt(c, CURLOPT_URL, url_format(u, url, sizeof url));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	if (!strcmp(method, "HEAD")) {
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	} else if (m->body || (strcmp(method, "GET") != 0 && strcmp(method, "DELETE") != 0)) {
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)(m->body ? m->body_len : 0));
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, m->body ? m->body : "");
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
	} else {
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
	}
	if (m->user) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, m->password ? m->password : "");
	}
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, m->insecure ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, m->insecure ? 0L : 2L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)m->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)m->timeout_ms);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
}

/* Once the head of the answer is there it is the answer, whatever becomes of its body: asking again
 * would tell the receiver twice. */
static void judge(struct send_slot *t, enum send_run run, CURLcode code, int64_t timeout_ms)
{
	struct send_answer *a = t->answer;

	a->body[a->body_len] = '\0';
	if (t->answered) {
		const char *reason = http_reason(a->status);

		send_say(a, SEND_ANSWERED, "%d%s%s", a->status, reason[0] ? " " : "", reason);
		return;
	}
	a->status = 0;
	a->retry_after_ms = 0;
	if (t->headers_too_large)
		send_say(a, SEND_FAILED, "%s: headers of the answer are larger than 64 kB",
			 t->origin);
	else if (code == CURLE_OUT_OF_MEMORY && t->header_bytes) /* curl's word for it */
		send_say(a, SEND_FAILED, "%s: a header line of the answer is too long", t->origin);
	else
		send_explain(t, run, code, timeout_ms);
}

void send_http(struct sender *s, const struct send_http *m, struct send_answer *a)
{
	int64_t started_ms = send_now_ms(s);
	struct curl_slist *headers;
	char origin[SEND_ORIGIN];
	struct send_slot *t;
	enum send_run run;
	CURLcode code;
	struct url u;

	memset(a, 0, offsetof(struct send_answer, body) + 1);
	if (!is_sendable(m, &u, a) || !(headers = headers_of(m, a)))
		return;
	t = send_slot_get(s, send_origin(m->url, origin, sizeof origin), u.host);
	if (!t) {
		send_say(a, SEND_FAILED, "%s: no handle for a transfer", origin);
		curl_slist_free_all(headers);
		return;
	}
	t->answer = a;
	set_request(t, m, &u, headers);
	run = send_slot_run(t, m->timeout_ms, m->cancel, &code);
	judge(t, run, code, m->timeout_ms);
	a->took_ms = send_now_ms(s) - started_ms;
	send_slot_put(t, run == RUN_ENDED && code == CURLE_OK);
	curl_slist_free_all(headers);
}
