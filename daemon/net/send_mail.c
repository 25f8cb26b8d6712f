/* SMTP by the sender: a connection of its own for each mail, with a goodbye that is not waited for
 * long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/idn.h"
#include "daemon/net/send_internal.h"
#include "shared/mem.h"

enum {
	REPLIES_BYTES_MAX = 64 * 1024,
	REPLY_TEXT = 200,
	ADDRESS_MAX = 254,
	GOODBYE_MS = 1000,
};

struct mail {
	struct send_slot *slot;
	const struct send_mail *m;
	size_t given;                      /* bytes of the message */
	int statuses[SEND_RECIPIENTS_MAX]; /* of the last replies, a ring */
	size_t n_replies;
	int status;       /* of the last reply */
	size_t n_refused; /* recipients */
	bool over;        /* what follows is the goodbye */
	char last[REPLY_TEXT], bad[REPLY_TEXT];
	int bad_status; /* of bad, 0: none */
};

/* ---- what may not be sent ------------------------------------------------------------------- */

static bool is_address(const char *s)
{
	size_t n = strlen(s);

	if (!n || n > ADDRESS_MAX || !strchr(s, '@'))
		return false;
	for (; *s; s++) {
		if ((unsigned char)*s <= 0x20 || *s == 0x7f || *s == '<' || *s == '>')
			return false;
	}
	return true;
}

static bool has_control(const char *s)
{
	for (; s && *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

static bool is_sendable(const struct send_mail *m, char host[static HOST_MAX], bool *is_ipv6,
			struct send_answer *a)
{
	char url[HOST_MAX + 16];
	struct error e = {0};
	struct url u;

	snprintf(url, sizeof url, strchr(m->host, ':') ? "http://[%.250s]" : "http://%.253s",
		 m->host);
	if (strlen(m->host) > 253 || strchr(m->host, '/') || strchr(m->host, '?') ||
	    url_parse(url, &u, &e) || idn_to_ascii(u.host, &e)) {
		send_say(a, SEND_INVALID, "the mail server's address cannot be used: %s",
			 e.text[0] ? e.text : "it is no host");
		return false;
	}
	memcpy(host, u.host, HOST_MAX);
	*is_ipv6 = u.host_is_ipv6;
	if (!m->port) {
		send_say(a, SEND_INVALID, "the mail server's port is missing");
		return false;
	}
	if (!is_address(m->from)) {
		send_say(a, SEND_INVALID, "\"%.80s\" is no mail address to send from", m->from);
		return false;
	}
	if (!m->n_to || m->n_to > SEND_RECIPIENTS_MAX) {
		send_say(a, SEND_INVALID, "1 to %d recipients, not %zu", SEND_RECIPIENTS_MAX,
			 m->n_to);
		return false;
	}
	for (size_t i = 0; i < m->n_to; i++) {
		if (!is_address(m->to[i])) {
			send_say(a, SEND_INVALID, "\"%.80s\" is no mail address to send to",
				 m->to[i]);
			return false;
		}
	}
	if (has_control(m->user) || has_control(m->password)) {
		send_say(a, SEND_INVALID, "the login has a control character");
		return false;
	}
	return true;
}

/* ---- the dialogue --------------------------------------------------------------------------- */

static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
	struct mail *mail = arg;
	size_t left = mail->m->message_len - mail->given, len = size * n;

	if (len > left)
		len = left;
	memcpy(out, mail->m->message + mail->given, len);
	mail->given += len;
	return len;
}

/* DATA was granted: the replies before it were to the recipients. */
static void count_refused(struct mail *mail)
{
	for (size_t i = 1; i <= mail->m->n_to && i <= mail->n_replies; i++) {
		if (mail->statuses[(mail->n_replies - i) % SEND_RECIPIENTS_MAX] >= 400)
			mail->n_refused++;
	}
}

/* Each line of each reply. The reply to the whole message is the last that counts. */
static size_t on_reply(char *line, size_t size, size_t n, void *arg)
{
	struct mail *mail = arg;
	struct send_slot *t = mail->slot;
	size_t len = size * n;
	int status;

	t->header_bytes += len;
	if (t->header_bytes > REPLIES_BYTES_MAX)
		return 0;
	if (mail->over || len < 4 || strspn(line, "0123456789") < 3 || line[3] == '-')
		return len;
	status = atoi(line);
	if (status == 221) /* goodbye */
		return len;
	snprintf(mail->last, sizeof mail->last, "%.*s", (int)(len < 180 ? len : 180), line);
	mail->last[strcspn(mail->last, "\r\n")] = '\0';
	mail->status = status;
	if (status >= 400) {
		memcpy(mail->bad, mail->last, sizeof mail->bad);
		mail->bad_status = status;
	}
	if (status == 354) {
		count_refused(mail);
	} else if (mail->given && mail->given == mail->m->message_len) {
		int64_t soon_ms = send_now_ms(t->owner) + GOODBYE_MS;

		mail->over = t->answered = true;
		if (soon_ms < t->deadline_ms)
			t->deadline_ms = soon_ms;
	}
	mail->statuses[mail->n_replies++ % SEND_RECIPIENTS_MAX] = status;
	return len;
}

static size_t on_nothing(char *data, size_t size, size_t n, void *arg)
{
	return size * n;
}

static bool set_mail(struct mail *mail, const char *host, bool is_ipv6, struct curl_slist **to)
{
	const struct send_mail *m = mail->m;
	CURL *c = mail->slot->easy;
	char text[HOST_MAX + 32];

	for (size_t i = 0; i < m->n_to; i++) {
		struct curl_slist *more;

		snprintf(text, sizeof text, "<%s>", m->to[i]);
		more = curl_slist_append(*to, text);
		if (!more)
			return false;
		*to = more;
	}
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, *to);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	snprintf(text, sizeof text, "<%s>", m->from);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, text);
	snprintf(text, sizeof text, "%s://%s%s%s:%u", m->tls == SEND_TLS_WRAPPED ? "smtps" : "smtp",
		 is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", m->port);
	curl_easy_setopt(c, CURLOPT_URL, text);
	curl_easy_setopt(c, CURLOPT_USE_SSL,
			 (long)(m->tls == SEND_STARTTLS       ? CURLUSESSL_ALL
				: m->tls == SEND_STARTTLS_TRY ? CURLUSESSL_TRY
							      : CURLUSESSL_NONE));
	if (m->user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, m->password ? m->password : "");
	}
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, m->insecure ? 0L : 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, m->insecure ? 0L : 2L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)m->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)m->timeout_ms);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->message_len);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, mail);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, mail);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_nothing);
	return true;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void judge(struct mail *mail, enum send_run run, CURLcode code)
{
	struct send_slot *t = mail->slot;
	struct send_answer *a = t->answer;

	if (mail->over) {
		a->status = mail->status;
		if (mail->n_refused && mail->status < 400)
			send_say(a, SEND_ANSWERED, "%s (%zu of %zu recipients refused: %s)",
				 mail->last, mail->n_refused, mail->m->n_to, mail->bad);
		else
			send_say(a, SEND_ANSWERED, "%s", mail->last);
		return;
	}
	/* It said no before the message was through; what it says to the goodbye is not heard. */
	if (run == RUN_ENDED &&
	    (mail->status >= 400 || (mail->bad_status && !mail->given && code != CURLE_RECV_ERROR &&
				     code != CURLE_GOT_NOTHING))) {
		a->status = mail->bad_status;
		send_say(a, SEND_ANSWERED, "%s", mail->bad);
		return;
	}
	if (run == RUN_ENDED && code == CURLE_LOGIN_DENIED)
		send_say(a, SEND_INVALID, "%s: no way to log in that the server offers", t->origin);
	else if (t->header_bytes > REPLIES_BYTES_MAX)
		send_say(a, SEND_FAILED, "%s: the answer does not end", t->origin);
	else
		send_explain(t, run, code, mail->m->timeout_ms);
}

void send_mail(struct sender *s, const struct send_mail *m, struct send_answer *a)
{
	int64_t started_ms = send_now_ms(s);
	char origin[SEND_ORIGIN], host[HOST_MAX];
	struct mail mail = {.m = m};
	struct curl_slist *to = NULL;
	enum send_run run;
	CURLcode code;
	bool is_ipv6;

	memset(a, 0, offsetof(struct send_answer, body) + 1);
	if (!is_sendable(m, host, &is_ipv6, a))
		return;
	snprintf(origin, sizeof origin, "%s://%s:%u", m->tls == SEND_TLS_WRAPPED ? "smtps" : "smtp",
		 host, m->port);
	mail.slot = send_slot_get(s, origin, host);
	if (!mail.slot) {
		send_say(a, SEND_FAILED, "%s: no handle for a transfer", origin);
		return;
	}
	mail.slot->answer = a;
	if (set_mail(&mail, host, is_ipv6, &to)) {
		run = send_slot_run(mail.slot, m->timeout_ms, m->cancel, &code);
		judge(&mail, run, code);
	} else {
		send_say(a, SEND_FAILED, "out of memory");
	}
	a->took_ms = send_now_ms(s) - started_ms;
	send_slot_put(mail.slot, false);
	curl_slist_free_all(to);
}
