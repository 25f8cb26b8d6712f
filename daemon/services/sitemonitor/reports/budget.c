#include "daemon/services/sitemonitor/reports/budget.h"

#include <string.h>

#include "shared/civil.h"
#include "shared/mem.h"
#include "shared/percent.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

enum { LEFT_AGAIN_PCT = 95 };

static const char *const state_names[] = {"unknown", "ok", "burning", "exhausted"};
static const struct {
	const char *name;
	int days;
} slo_windows[] = {{"7d", 7}, {"28d", 28}, {"30d", 30}, {"90d", 90}, {"month", 0}};

const char *budget_state_name(enum budget_state s)
{
	return state_names[s];
}

enum budget_state budget_state_parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++)
		if (!strcmp(state_names[i], name))
			return (enum budget_state)i;
	return BUDGET_COUNT;
}

enum slo_window slo_window_parse(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(slo_windows); i++)
		if (!strcmp(slo_windows[i].name, name))
			return (enum slo_window)i;
	return SLO_30D;
}

const char *slo_window_name(enum slo_window w)
{
	return slo_windows[w].name;
}

void slo_window_span(enum slo_window w, int64_t now_ms, int64_t *from_ms, int64_t *until_ms)
{
	int year;
	unsigned month, day;
	*until_ms = now_ms;
	*from_ms = now_ms - slo_windows[w].days * DAY_MS;
	if (w != SLO_MONTH)
		return;
	civil_from_days(now_ms / DAY_MS, &year, &month, &day);
	*from_ms = civil_to_days(year, (int)month, 1) * DAY_MS;
	*until_ms = *from_ms + civil_month_days(year, (int)month) * DAY_MS;
}

int64_t budget_allowed_ms(int64_t window_ms, int64_t slo)
{
	return ratio_even(window_ms, PERCENT_WHOLE - slo, PERCENT_WHOLE);
}

int64_t budget_burn(const struct stretch *s, int64_t slo)
{
	if (s->known_ms <= 0)
		return -1;
	if (!s->down_ms)
		return 0;
	if (slo >= PERCENT_WHOLE)
		return BURN_MAX;
	int64_t burn = ratio_even(s->down_ms, 100 * (int64_t)PERCENT_WHOLE,
				  s->known_ms * (PERCENT_WHOLE - slo));
	return burn < BURN_MAX ? burn : BURN_MAX;
}

int64_t budget_used_tenths(int64_t used_ms, int64_t allowed_ms)
{
	if (allowed_ms <= 0)
		return used_ms > 0 ? BURN_MAX : 0;
	int64_t tenths = ratio_even(used_ms, 1000, allowed_ms);
	return tenths < BURN_MAX ? tenths : BURN_MAX;
}

int64_t budget_rate_1h(int64_t window_ms)
{
	return ratio_even(window_ms, 2, HOUR_MS); /* 2 % of it an hour, in hundredths */
}

int64_t budget_rate_6h(int64_t window_ms)
{
	return ratio_even(window_ms, 5, 6 * HOUR_MS);
}

static bool reaches(const struct stretch *s, int64_t slo, int64_t rate)
{
	return budget_burn(s, slo) >= rate;
}

static bool burns(int64_t slo, int64_t window_ms, bool was, const struct burns *b, unsigned bad_min)
{
	int64_t fast = budget_rate_1h(window_ms), slow = budget_rate_6h(window_ms);
	bool long_1h = reaches(&b->h1, slo, fast), long_6h = reaches(&b->h6, slo, slow);
	if (was)
		return long_1h || long_6h;
	return (long_1h && b->h1.down_count >= bad_min && reaches(&b->m5, slo, fast)) ||
	       (long_6h && b->h6.down_count >= bad_min && reaches(&b->m30, slo, slow));
}

struct budget budget_judge(int64_t slo, enum slo_window w, int64_t window_ms, enum budget_state was,
			   const struct stretch *window, const struct burns *b, unsigned bad_min)
{
	struct budget out = {
		.slo = slo,
		.window = w,
		.window_ms = window_ms,
		.known_ms = window->known_ms,
		.allowed_ms = budget_allowed_ms(window_ms, slo),
		.used_ms = window->down_ms,
		.burn_1h = budget_burn(&b->h1, slo),
		.burn_6h = budget_burn(&b->h6, slo),
		.burn_24h = budget_burn(&b->h24, slo),
	};
	/* Used up from 100 % on, and then until 5 % are left again. */
	bool over = out.used_ms > 0 && out.used_ms >= out.allowed_ms;
	if (was == BUDGET_EXHAUSTED)
		over = out.used_ms > ratio_even(out.allowed_ms, LEFT_AGAIN_PCT, 100);
	if (out.known_ms <= 0)
		out.state = BUDGET_UNKNOWN;
	else if (over)
		out.state = BUDGET_EXHAUSTED;
	else if (burns(slo, window_ms, was == BUDGET_BURNING, b, bad_min))
		out.state = BUDGET_BURNING;
	else
		out.state = BUDGET_OK;
	return out;
}
