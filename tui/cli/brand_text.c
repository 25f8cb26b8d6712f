#include "tui/cli/brand_text.h"

#include <stdio.h>
#include <string.h>

#include "shared/money.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum err brand_ask(struct invocation *in, const char *path, const char *name, const char *value,
		   json_t **reply, struct error *e)
{
	struct buf full = BUF_INIT(4096);
	const char *since = invocation_flag(in, "since");
	buf_printf(&full, "%s?", path);
	path_add(&full, name, value);
	if (since)
		path_add(&full, "since", since);
	enum err err = request_json(in, "GET", buf_str(&full), NULL, reply, e);
	buf_fini(&full);
	return err;
}

const char *brand_number(const json_t *o, const char *member, char out[static BRAND_CELL])
{
	const json_t *v = json_object_get(o, member);
	if (json_is_integer(v))
		snprintf(out, BRAND_CELL, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v))
		snprintf(out, BRAND_CELL, "%.2f", json_real_value(v));
	else
		snprintf(out, BRAND_CELL, "-");
	return out;
}

const char *brand_percent(const json_t *o, const char *member, char out[static BRAND_CELL])
{
	const json_t *v = json_object_get(o, member);
	long long bp = json_integer_value(v);
	if (json_is_integer(v))
		snprintf(out, BRAND_CELL, "%lld.%02lld %%", bp / 100, bp % 100);
	else
		snprintf(out, BRAND_CELL, "-");
	return out;
}

const char *brand_money(const json_t *o, const char *member, char out[static BRAND_CELL])
{
	const json_t *v = json_object_get(o, member);
	if (json_is_integer(v))
		money_format(out, json_integer_value(v), json_str(o, "currency", ""));
	else
		snprintf(out, BRAND_CELL, "-");
	return out;
}

const char *brand_per_day(const json_t *o, char out[static BRAND_CELL])
{
	const json_t *v = json_object_get(o, "per_day_x1000");
	long long x = json_integer_value(v);
	if (json_is_integer(v))
		snprintf(out, BRAND_CELL, "%lld.%02lld", x / 1000, x % 1000 / 10);
	else
		snprintf(out, BRAND_CELL, "-");
	return out;
}
