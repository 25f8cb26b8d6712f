/* A bell: an event that dashboards ring at, and the byte itself on terminals of this machine. It
 * counts as told only when somebody could hear it. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/alerts/notifiers/common/answer.h"
#include "daemon/api/live.h"
#include "daemon/store/feed.h"
#include "shared/ids.h"
#include "shared/schema/schema.h"

enum { PATIENT_ATTEMPTS = 2 }; /* a dashboard may just be coming back */

struct ringing {
	const struct notifier_send *send;
	const char *title;
};

static enum err ring(struct txn *t, void *arg, struct error *e)
{
	struct ringing *r = arg;
	char id[ID_TEXT], data[64];
	const char *severity = json_str(r->send->message, "severity", "info");
	struct event ev = {
		.at_ms = r->send->now_ms,
		.topic = "notifier.bell",
		.severity = severity_parse(severity, SEVERITY_INFO),
		.text = (char *)r->title,
		.data_json = data,
	};

	snprintf(data, sizeof data, "{\"delivery\":\"%s\"}", id_format(id, "msg", r->send->id));
	snprintf(ev.name, sizeof ev.name, "%s", r->send->name);
	return feed_event(t, &ev, e);
}

/* Only a terminal, and without waiting for it. */
static bool ring_terminal(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	bool rung = fd >= 0 && isatty(fd) && write(fd, "\a", 1) == 1;

	if (fd >= 0)
		close(fd);
	return rung;
}

static size_t ring_terminals(const struct notifier_send *s)
{
	const json_t *list = spec_value(s->kind, s->spec, "terminals"), *item;
	size_t i, n = 0;

	json_array_foreach((json_t *)list, i, item) n += ring_terminal(json_string_value(item));
	return n;
}

static void bell_send(const struct notifier_send *s, struct notifier_answer *a)
{
	size_t dashboards = s->live ? live_streams(s->live) : 0, terminals = ring_terminals(s);
	struct buf title = BUF_INIT(MESSAGE_TITLE_MAX);
	struct ringing r = {.send = s};
	struct error e = {0};

	message_title(s->message, &s->wording, &title);
	r.title = buf_str(&title);
	if (dashboards && store_run(s->store, OP_PEOPLE, ring, &r, &e)) {
		answer_set(a, NOTIFIER_RETRY, "%s", e.text);
	} else if (dashboards || terminals) {
		answer_set(a, NOTIFIER_SENT, "rung in %zu dashboard%s and on %zu terminal%s",
			   dashboards, dashboards == 1 ? "" : "s", terminals,
			   terminals == 1 ? "" : "s");
	} else {
		answer_set(a, s->attempt <= PATIENT_ATTEMPTS ? NOTIFIER_RETRY : NOTIFIER_REFUSED,
			   "nobody can hear it: no dashboard is open");
		answer_hint(a, "open `sellersmart`, or add a notifier that reaches you elsewhere");
	}
	buf_fini(&title);
}

const struct notifier_type notifier_bell = {
	.name = "bell",
	.unheard = true,
	.send = bell_send,
};
