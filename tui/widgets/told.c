#include "tui/widgets/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "shared/json.h"
#include "shared/timefmt.h"
#include "tui/widgets/format.h"

#define DAY_MS INT64_C(86400000)

const char *told_time(char *out, size_t cap, int64_t at_ms, int64_t now_ms)
{
	time_t at = (time_t)(at_ms / 1000);
	struct tm t;

	localtime_r(&at, &t);
	strftime(out, cap, llabs(at_ms - now_ms) < DAY_MS ? "%H:%M" : "%e %b", &t);
	return *out == ' ' ? out + 1 : out;
}

static int64_t time_of(const json_t *o, const char *member)
{
	int64_t at;

	return time_parse(json_str(o, member, ""), &at) ? at : 0;
}

int64_t told_snoozed(const json_t *alert, int64_t now_ms)
{
	int64_t until = time_of(alert, "snoozed_until");

	return until > now_ms ? until : 0;
}

/* What the reader must know first: given up, failing, waiting, sent. */
static int gravity(const json_t *delivery)
{
	const char *state = json_str(delivery, "state", "");

	if (!strcmp(state, "dead"))
		return 4;
	if (!strcmp(state, "pending"))
		return json_int(delivery, "attempts", 0) > 0 ? 3 : 2;
	return !strcmp(state, "sent") ? 1 : 0;
}

static bool is_last_of_its_notifier(const json_t *deliveries, size_t at)
{
	const char *name = json_str(json_array_get(deliveries, at), "notifier", "");

	while (++at < json_array_size(deliveries))
		if (!strcmp(json_str(json_array_get(deliveries, at), "notifier", ""), name))
			return false;
	return true;
}

unsigned told_style(const json_t *alert)
{
	static const unsigned styles[] = {ROLE_DIM, ROLE_UP, ROLE_DIM, ROLE_DEGRADED, ROLE_DOWN};
	const json_t *deliveries = json_object_get(alert, "deliveries"), *d;
	int worst = 0;
	size_t i;

	if (!strcmp(json_str(alert, "state", ""), "open") && json_bool(alert, "silenced", false))
		return ROLE_DIM;
	json_array_foreach(deliveries, i, d)
	{
		int g = gravity(d);

		if (g > worst && is_last_of_its_notifier(deliveries, i))
			worst = g;
	}
	return styles[worst];
}

void told_outcome(const json_t *d, int64_t now_ms, char *out, size_t cap, unsigned *style)
{
	long long attempts = (long long)json_int(d, "attempts", 0),
		  status = (long long)json_int(d, "status", 0);
	const char *answer = json_str(d, "answer", ""), *s = attempts == 1 ? "" : "s";
	bool plain = !*answer || !strcasecmp(answer, "ok");
	int64_t next = time_of(d, "next_at");
	char at[32], took[FORMAT_TEXT], code[24] = "";

	*style = ROLE_TEXT;
	if (status) {
		snprintf(code, sizeof code, ", %lld", status);
		plain = plain || !strncmp(answer, code + 2, strlen(code + 2)); /* "200 OK" */
	}
	switch (gravity(d)) {
	case 4:
		*style = ROLE_DOWN;
		snprintf(out, cap, "FAILED after %lld attempt%s%s%s%s", attempts, s, code,
			 *answer ? ": " : "", answer);
		break;
	case 3:
		*style = ROLE_DEGRADED;
		snprintf(out, cap, "tries again %s after %lld attempt%s%s%s%s",
			 next > now_ms ? told_time(at, sizeof at, next, now_ms) : "now", attempts,
			 s, code, *answer ? ": " : "", answer);
		break;
	case 2:
		if (next > now_ms)
			snprintf(out, cap, "waiting until %s",
				 told_time(at, sizeof at, next, now_ms));
		else
			snprintf(out, cap, "on its way");
		break;
	case 1:
		*style = ROLE_UP;
		snprintf(out, cap, "ok%s in %s%s%s", code,
			 format_ms(took, sizeof took, json_num(d, "took_ms", -1)),
			 plain ? "" : ": ", plain ? "" : answer);
		break;
	default: snprintf(out, cap, "%s", json_str(d, "state", "")); break;
	}
}
