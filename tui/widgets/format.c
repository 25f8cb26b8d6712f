#include "tui/widgets/format.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "tui/widgets/format_trade.h"
#include "tui/widgets/meter.h"
#include "tui/widgets/told.h"

#define DAY_MS INT64_C(86400000)
enum { WEEK_DAYS = 7 };

static const struct {
	const char *word;
	enum role role;
} states[] = {
	{"up", ROLE_UP},
	{"sent", ROLE_UP},
	{"resolved", ROLE_UP},
	{"ok", ROLE_UP},
	{"closed", ROLE_UP},
	{"degraded", ROLE_DEGRADED},
	{"pending", ROLE_DEGRADED},
	{"flapping", ROLE_DEGRADED},
	{"warning", ROLE_DEGRADED},
	{"down", ROLE_DOWN},
	{"open", ROLE_DOWN},
	{"critical", ROLE_DOWN},
	{"failed", ROLE_DOWN},
	{"dead", ROLE_DOWN},
	{"failing", ROLE_DOWN},
	{"backoff", ROLE_DEGRADED},
	{"spent", ROLE_DEGRADED},
	{"ready", ROLE_UP},
	{"busy", ROLE_INFO},
	{"resting", ROLE_UP},
	{"unknown", ROLE_UNKNOWN},
	{"disabled", ROLE_UNKNOWN},
	{"burning", ROLE_DEGRADED},
	{"exhausted", ROLE_DOWN},
	{"new", ROLE_INFO},
	{"info", ROLE_INFO},
	{"paused", ROLE_PAUSED},
	{"acknowledged", ROLE_PAUSED},
	{"silenced", ROLE_PAUSED},
	{"quiet", ROLE_PAUSED},
	{"running", ROLE_INFO},
	{"scanning", ROLE_INFO},
	{"done", ROLE_UP},
	{"cancelled", ROLE_PAUSED},
	{"blocked", ROLE_UNKNOWN},
	{"undercut", ROLE_DEGRADED},
	{"mine", ROLE_UP},
	{"rivals", ROLE_DIM},
	{"fallen", ROLE_DOWN},
	{"low", ROLE_DEGRADED},
	{"unseen", ROLE_DIM},
	{"doubtful", ROLE_DEGRADED},
	{"gone", ROLE_DIM},
	{"queued", ROLE_DIM},
	{"waits", ROLE_DIM},
	{"unused", ROLE_DIM},
	{"dropped", ROLE_DIM},
	{"maintenance", ROLE_PAUSED},
};

const char *format_ms(char *out, size_t cap, double ms)
{
	char age[DURATION_TEXT];

	if (ms < 0)
		snprintf(out, cap, "-");
	else if (ms < 9.95)
		snprintf(out, cap, "%.1fms", ms);
	else if (ms < 999.5)
		snprintf(out, cap, "%.0fms", ms);
	else if (ms < 59950)
		snprintf(out, cap, "%.1fs", ms / 1000);
	else
		snprintf(out, cap, "%s", age_format(age, (int64_t)ms));
	return out;
}

const char *format_age(char *out, size_t cap, int64_t ms)
{
	char age[DURATION_TEXT];

	snprintf(out, cap, "%s", ms < 60000 ? "<1m" : age_format(age, ms));
	return out;
}

static void format_span(char *out, size_t cap, int64_t ms)
{
	char span[DURATION_TEXT];

	snprintf(out, cap, "%s", ms < 1000 ? "<1s" : age_format(span, ms));
}

const char *format_time(char *out, size_t cap, int64_t ms, int64_t now_ms)
{
	time_t at = (time_t)(ms / 1000), now = (time_t)(now_ms / 1000);
	struct tm t, n;

	if (ms <= 0) {
		snprintf(out, cap, "-");
		return out;
	}
	localtime_r(&at, &t);
	localtime_r(&now, &n);
	if (t.tm_year != n.tm_year)
		strftime(out, cap, "%Y-%m-%d", &t);
	else if (t.tm_yday != n.tm_yday)
		strftime(out, cap, "%e %b %H:%M", &t);
	else
		strftime(out, cap, "%H:%M:%S", &t);
	return out;
}

const char *format_time_of(char *out, size_t cap, const json_t *object, const char *member,
			   int64_t now_ms)
{
	int64_t at;

	return format_time(out, cap, time_parse(json_str(object, member, ""), &at) ? at : 0,
			   now_ms);
}

const char *format_percent(char *out, size_t cap, double percent)
{
	if (percent < 0 || isnan(percent))
		snprintf(out, cap, "-");
	else
		snprintf(out, cap, "%.2f%%", floor(percent * 100 + 1e-6) / 100);
	return out;
}

const char *format_count(char *out, size_t cap, int64_t n)
{
	char digits[24];
	size_t len, o = 0;

	snprintf(digits, sizeof digits, "%lld", (long long)n);
	len = strlen(digits);
	for (size_t i = 0; i < len && o + 2 < cap; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			out[o++] = ',';
		out[o++] = digits[i];
	}
	out[o] = '\0';
	return out;
}

enum role state_role(const char *state)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (!strcmp(states[i].word, state))
			return states[i].role;
	return ROLE_TEXT;
}

const char *state_word(char *out, size_t cap, const char *state)
{
	enum role r = state_role(state);
	bool loud = (r == ROLE_DOWN || r == ROLE_DEGRADED || r == ROLE_UNKNOWN) &&
		    strcmp(state, "pending") && strcmp(state, "warning");

	snprintf(out, cap, "%s", state);
	for (char *p = out; loud && *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return out;
}

bool format_is_right(enum column_format f)
{
	return f == COLUMN_MS || f == COLUMN_SPAN || f == COLUMN_PERCENT || f == COLUMN_INT ||
	       f == COLUMN_AGE || f == COLUMN_NEXT || f == COLUMN_MONEY || f == COLUMN_SHARE;
}

/* Words as a person lists them; anything else as it is. */
static bool format_words(const json_t *list, char *out, size_t cap)
{
	size_t i, n = 0;
	const json_t *v;

	out[0] = '\0';
	json_array_foreach(list, i, v)
	{
		if (!json_is_string(v))
			return false;
		if (n < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? ", " : "",
					      json_string_value(v));
	}
	return true;
}

static void format_text(const json_t *v, char *out, size_t cap)
{
	switch (json_typeof(v)) {
	case JSON_STRING: snprintf(out, cap, "%s", json_string_value(v)); break;
	case JSON_INTEGER: snprintf(out, cap, "%lld", (long long)json_integer_value(v)); break;
	case JSON_REAL: snprintf(out, cap, "%g", json_real_value(v)); break;
	case JSON_TRUE: snprintf(out, cap, "yes"); break;
	case JSON_FALSE: snprintf(out, cap, "no"); break;
	case JSON_NULL: snprintf(out, cap, "-"); break;
	case JSON_ARRAY:
		if (format_words(v, out, cap))
			break;
		__attribute__((fallthrough));
	case JSON_OBJECT: {
		char *text = json_dumps(v, JSON_COMPACT);

		snprintf(out, cap, "%s", text ? text : "");
		free(text);
		break;
	}
	}
}

void format_value(enum column_format f, const json_t *v, int64_t now_ms, char *out, size_t cap,
		  unsigned *style)
{
	int64_t at = 0;
	bool timed = json_is_string(v) && time_parse(json_string_value(v), &at);

	*style = ROLE_TEXT;
	if ((!v || json_is_null(v)) && f != COLUMN_STOCK) {
		*style = ROLE_DIM;
		snprintf(out, cap, f == COLUMN_TEXT ? "" : "-");
		return;
	}
	switch (f) {
	case COLUMN_STATE:
		if (!json_is_string(v))
			break;
		*style = state_role(json_string_value(v));
		state_word(out, cap, json_string_value(v));
		return;
	case COLUMN_AGE:
	case COLUMN_NEXT:
		if (timed) {
			format_age(out, cap, now_ms - at);
			return;
		}
		break;
	case COLUMN_TIME:
		if (timed) {
			*style = ROLE_DIM;
			format_time(out, cap, at, now_ms);
			return;
		}
		break;
	case COLUMN_MS:
		if (json_is_number(v)) {
			format_ms(out, cap, json_number_value(v));
			return;
		}
		break;
	case COLUMN_SPAN:
		if (json_is_number(v)) {
			format_span(out, cap, (int64_t)json_number_value(v));
			return;
		}
		break;
	case COLUMN_PERCENT:
		if (json_is_number(v)) {
			format_percent(out, cap, json_number_value(v));
			return;
		}
		break;
	case COLUMN_MONEY:
	case COLUMN_SHARE:
	case COLUMN_STOCK:
	case COLUMN_TREND: format_trade(f, v, "", out, cap, style); return;
	case COLUMN_METER:
	case COLUMN_INT:
	case COLUMN_TEXT:
	case COLUMN_TOLD:
	case COLUMN_SPARK:
	case COLUMN_BOOL: break;
	}
	format_text(v, out, cap);
}

/* "03:30" today, "Fri" this week, else "24 Nov". */
static void short_time(char *out, size_t cap, int64_t ms, int64_t now_ms)
{
	time_t at = (time_t)(ms / 1000), now = (time_t)(now_ms / 1000);
	struct tm t, n;

	localtime_r(&at, &t);
	localtime_r(&now, &n);
	strftime(out, cap,
		 ms - now_ms < DAY_MS                        ? "%H:%M"
		 : ms - now_ms < WEEK_DAYS * DAY_MS - DAY_MS ? "%a"
							     : "%e %b",
		 &t);
}

/* What comes next, of a monitor that waits for something: false when nothing does. */
static bool format_next(const json_t *row, int64_t now_ms, char *out, size_t cap, unsigned *style)
{
	const char *state = json_str(row, "state", "");
	char text[DURATION_TEXT];
	int64_t ends, due;

	if (!time_parse(json_str(row, "ends_at", ""), &ends))
		ends = 0;
	if (!strcmp(state, "maintenance") && ends) {
		short_time(text, sizeof text, ends, now_ms);
		snprintf(out, cap, "to %s", text);
		*style = ROLE_PAUSED;
		return true;
	}
	if (strcmp(state, "up"))
		return false;
	if (ends > now_ms) {
		snprintf(out, cap, "ends %s", age_format(text, ends - now_ms));
		return true;
	}
	if (!time_parse(json_str(row, "deadline_at", ""), &due) || due <= now_ms)
		return false;
	short_time(text, sizeof text, due, now_ms);
	snprintf(out, cap, "by %s", text);
	return true;
}

void format_cell(const struct column *c, const json_t *row, int64_t now_ms, char *out, size_t cap,
		 unsigned *style)
{
	*style = ROLE_TEXT;
	if (c->format == COLUMN_NEXT && format_next(row, now_ms, out, cap, style))
		return;
	if (c->format == COLUMN_METER) {
		meter_text(out, cap, row);
		return;
	}
	if (c->format == COLUMN_MONEY) {
		format_trade(c->format, json_path(row, c->path), json_str(row, "currency", ""), out,
			     cap, style);
		return;
	}
	format_value(c->format, json_path(row, c->path), now_ms, out, cap, style);
	if (c->format == COLUMN_TOLD)
		*style = told_style(row);
}
