/* Whatever else speaks HTTP: the user writes the body. */
#include <stdlib.h>
#include <string.h>

#include "daemon/alerts/notifiers/common/webhook_body.h"
#include "daemon/alerts/notifiers/services/service.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/template.h"

enum { TEXT_MAX = 16 * 1024 };

struct words {
	const struct service_message *m;
	const json_t *alert; /* the only one, or NULL */
	struct buf made;     /* the value asked for last */
};

/* Of the alert under its own name, or another. */
static const char *of_alert(struct words *v, const char *name)
{
	static const char *const renamed[][2] = {{"alert", "number"}, {"alert_id", "id"}};
	const json_t *found;

	for (size_t i = 0; i < ARRAY_LEN(renamed); i++) {
		if (!strcmp(name, renamed[i][0]))
			name = renamed[i][1];
	}
	found = json_object_get(v->alert, name);
	if (json_is_integer(found)) {
		buf_printf(&v->made, "%lld", (long long)json_integer_value(found));
		return buf_str(&v->made);
	}
	return json_is_string(found) ? json_string_value(found) : "";
}

static const char *find(const char *name, void *arg)
{
	struct words *v = arg;
	const struct service_message *m = v->m;

	buf_reset(&v->made);
	if (!strcmp(name, "id"))
		return m->id;
	if (!strcmp(name, "token"))
		return m->token;
	if (!strcmp(name, "recipient"))
		return m->recipient;
	if (!strcmp(name, "title"))
		message_title(m->message, m->wording, &v->made);
	else if (!strcmp(name, "text"))
		message_text(m->message, m->wording, &v->made);
	else if (!strcmp(name, "html"))
		message_html(m->message, m->wording, &v->made);
	else if (!strcmp(name, "markdown"))
		message_markup(m->message, m->wording, MARKUP_MARKDOWN, &v->made);
	else if (!strcmp(name, "json"))
		webhook_body(m->message, &v->made);
	else if (!strcmp(name, "type") || !strcmp(name, "at") || !strcmp(name, "severity"))
		return json_str(m->message, name, "");
	else if (!strcmp(name, "total"))
		buf_printf(&v->made, "%lld", (long long)json_int(m->message, "total", 0));
	else
		return of_alert(v, name);
	return buf_str(&v->made);
}

static enum template_escape escape_for(const char *content_type)
{
	if (strstr(content_type, "json"))
		return TEMPLATE_JSON;
	return strstr(content_type, "x-www-form-urlencoded") ? TEMPLATE_PERCENT : TEMPLATE_RAW;
}

enum err custom_body(const struct service_message *m, struct buf *out, struct error *e)
{
	const json_t *alerts = json_object_get(m->message, "alerts");
	struct words v = {.m = m, .made = BUF_INIT(TEXT_MAX)};
	const char *template = spec_text(m->kind, m->spec, "body");
	enum err err;

	if (json_array_size(alerts) == 1)
		v.alert = json_array_get(alerts, 0);
	err = template_expand(template ? template : "",
			      escape_for(spec_text(m->kind, m->spec, "content_type")), find, &v,
			      out, e);
	if (err)
		error_prefix(e, "body: ");
	buf_fini(&v.made);
	return err;
}
