/* Mail: text and HTML in one. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/notifiers/common/mail.h"
#include "daemon/alerts/notifiers/common/post.h"
#include "shared/ids.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"

enum { TEXT_MAX = 64 * 1024, HTML_MAX = 128 * 1024 };

struct letter {
	struct mail_address from, to[SEND_RECIPIENTS_MAX];
	const char *recipients[SEND_RECIPIENTS_MAX];
	size_t n_to;
	struct buf title, text, html, mail;
	char id[ID_TEXT];
};

static enum err read_addresses(struct letter *l, const struct notifier_send *s, struct error *e)
{
	const char *from = spec_text(s->kind, s->spec, "from");
	const json_t *list = spec_value(s->kind, s->spec, "to");
	enum err err = mail_address_parse(from ? from : "", &l->from, e);
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		if (err || l->n_to == SEND_RECIPIENTS_MAX)
			break;
		err = mail_address_parse(json_string_value(item), &l->to[l->n_to], e);
		l->recipients[l->n_to] = l->to[l->n_to].address;
		l->n_to++;
	}
	return err;
}

/* What it is about, so that a mailbox shows the whole story in one place. */
static void find_threads(struct mail *m, const json_t *message)
{
	const json_t *alerts = json_object_get(message, "alerts");
	const char *what = json_str(json_array_get(alerts, 0), "what", "opened");

	for (size_t i = 0; i < json_array_size(alerts) && i < MAIL_THREADS_MAX; i++) {
		const char *id = json_str(json_array_get(alerts, i), "id", NULL);

		if (id && id_shaped(id))
			m->threads[m->n_threads++] = id;
	}
	m->answers = m->n_threads == 1 && strcmp(what, "opened") != 0;
}

static void compose(struct letter *l, const struct notifier_send *s)
{
	struct mail m = {
		.id = id_format(l->id, "msg", s->id),
		.at_ms = s->now_ms,
		.from = &l->from,
		.to = l->to,
		.n_to = l->n_to,
		.urgent = !strcmp(json_str(s->message, "severity", ""), "critical"),
	};

	message_title(s->message, &s->wording, &l->title);
	message_text(s->message, &s->wording, &l->text);
	message_html(s->message, &s->wording, &l->html);
	find_threads(&m, s->message);
	m.subject = buf_str(&l->title);
	m.text = buf_str(&l->text);
	m.html = buf_str(&l->html);
	mail_compose(&m, &l->mail);
}

static enum send_tls tls_of(const char *way)
{
	return !strcmp(way, "tls")    ? SEND_TLS_WRAPPED
	       : !strcmp(way, "none") ? SEND_TLS_OFF
				      : SEND_STARTTLS;
}

static uint16_t port_of(const struct notifier_send *s, enum send_tls tls)
{
	int64_t port = spec_int(s->kind, s->spec, "port");

	return port                      ? (uint16_t)port
	       : tls == SEND_TLS_WRAPPED ? 465
	       : tls == SEND_TLS_OFF     ? 25
					 : 587;
}

static void hand_over(struct letter *l, const struct notifier_send *s, const char *password,
		      struct notifier_answer *a)
{
	struct send_answer *answer = mem_zalloc(sizeof *answer);
	enum send_tls tls = tls_of(spec_text(s->kind, s->spec, "tls"));
	struct send_mail mail = {
		.host = spec_text(s->kind, s->spec, "host"),
		.port = port_of(s, tls),
		.tls = tls,
		.user = spec_text(s->kind, s->spec, "user"),
		.password = *password ? password : NULL,
		.from = l->from.address,
		.to = l->recipients,
		.n_to = l->n_to,
		.message = buf_str(&l->mail),
		.message_len = l->mail.len,
		.insecure = !spec_bool(s->kind, s->spec, "verify"),
		.timeout_ms = s->timeout_ms,
		.cancel = s->cancel,
	};

	send_mail(s->sender, &mail, answer);
	answer_mail(a, answer);
	free(answer);
}

static void smtp_send(const struct notifier_send *s, struct notifier_answer *a)
{
	struct letter *l = mem_zalloc(sizeof *l);
	struct error e = {0};
	const char *password;
	struct post secrets;

	l->title = BUF_INIT(MESSAGE_TITLE_MAX);
	l->text = BUF_INIT(TEXT_MAX);
	l->html = BUF_INIT(HTML_MAX);
	l->mail = BUF_INIT(MAIL_MAX);
	post_init(&secrets, s);
	password = post_secret(&secrets, "password", &e);
	if (!password || read_addresses(l, s, &e)) {
		answer_refuse(a, &e);
	} else {
		compose(l, s);
		hand_over(l, s, password, a);
	}
	post_fini(&secrets);
	buf_fini(&l->title);
	buf_fini(&l->text);
	buf_fini(&l->html);
	buf_fini(&l->mail);
	free(l);
}

const struct notifier_type notifier_smtp = {.name = "smtp", .send = smtp_send};
