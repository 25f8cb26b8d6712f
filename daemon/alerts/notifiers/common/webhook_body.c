#include "daemon/alerts/notifiers/common/webhook_body.h"

#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"

/* How much of an alert there is room for. */
struct room {
	bool evidence;
	size_t alerts;
};

static void copy(struct json_writer *w, const json_t *from, const char *member, const char *as)
{
	const json_t *v = json_object_get(from, member);

	if (!v || json_is_null(v))
		return;
	jw_key(w, as);
	jw_value(w, v);
}

/* Of the alert itself, else of the event that is its evidence. */
static void copy_known(struct json_writer *w, const json_t *alert, const char *member)
{
	const json_t *evidence = json_object_get(alert, "evidence");
	const json_t *v = json_object_get(evidence, member);

	copy(w, v && !json_is_null(v) ? evidence : alert, member, member);
}

static void write_one(struct json_writer *w, const json_t *alert)
{
	copy(w, alert, "number", "alert");
	copy(w, alert, "incident", "incident_id");
	copy(w, alert, "subject", "subject");
	copy(w, alert, "subject_kind", "subject_kind");
	if (!strcmp(json_str(alert, "subject_kind", ""), "monitor"))
		copy(w, alert, "subject", "monitor");
	copy_known(w, alert, "state");
	copy_known(w, alert, "previous");
	copy(w, alert, "reason", "reason");
	copy(w, alert, "since", "since");
	copy_known(w, alert, "checks");
}

static void write_alert(struct json_writer *w, const json_t *alert, const struct room *room)
{
	const char *name;
	json_t *v;

	jw_object(w);
	json_object_foreach((json_t *)alert, name, v)
	{
		if (!room->evidence && !strcmp(name, "evidence"))
			continue;
		jw_key(w, name);
		jw_value(w, v);
	}
	jw_object_end(w);
}

static void write_alerts(struct json_writer *w, const json_t *alerts, const struct room *room)
{
	size_t n = json_array_size(alerts);

	jw_key(w, "alerts");
	jw_array(w);
	for (size_t i = 0; i < n && i < room->alerts; i++)
		write_alert(w, json_array_get(alerts, i), room);
	jw_array_end(w);
}

static void write_data(struct json_writer *w, const json_t *message, const struct room *room)
{
	static const char *const of_message[] = {"severity", "title", "total",
						 "counts",   "lines", "sections"};
	const json_t *alerts = json_object_get(message, "alerts"),
		     *event = json_object_get(message, "data");
	const char *name;
	json_t *v;

	jw_object(w);
	for (size_t i = 0; i < ARRAY_LEN(of_message); i++) {
		bool empty = !strcmp(of_message[i], "total") && !json_array_size(alerts);

		if (!empty && !json_object_get(event, of_message[i]))
			copy(w, message, of_message[i], of_message[i]);
	}
	if (json_array_size(alerts) == 1 && json_int(message, "total", 1) <= 1)
		write_one(w, json_array_get(alerts, 0));
	if (json_array_size(alerts))
		write_alerts(w, alerts, room);
	json_object_foreach((json_t *)event, name, v)
	{
		if (json_array_size(alerts) && !strcmp(name, "alerts"))
			continue;
		jw_key(w, name);
		jw_value(w, v);
	}
	jw_object_end(w);
}

static void write_body(struct buf *out, const json_t *message, const struct room *room)
{
	struct json_writer w;

	buf_reset(out);
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "type", json_str(message, "type", "alert"));
	jw_kv_str(&w, "timestamp", json_str(message, "at", NULL));
	jw_key(&w, "data");
	write_data(&w, message, room);
	jw_object_end(&w);
}

void webhook_body(const json_t *message, struct buf *out)
{
	struct room room = {true, json_array_size(json_object_get(message, "alerts"))};

	write_body(out, message, &room);
	room.evidence = false;
	while (out->overflow) {
		write_body(out, message, &room);
		if (!room.alerts)
			break;
		room.alerts--;
	}
}
