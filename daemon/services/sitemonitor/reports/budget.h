#pragma once
/* The error budget of a promise ("99.9 % in 30 days"). Arithmetic only, exact: thousandths of a
 * percent, milliseconds, half to even.
 *
 *   allowed = window * (100 % - slo)        of the window's length: 43m 12s for 99.9 % in 30 days
 *   used    = down time in the window       unknown time and maintenance count for neither side
 *   burn    = (down / known) / (100 % - slo)  over 1, 6, 24 hours; 1.0 uses up exactly the budget
 *
 * It burns fast when both a long and a short stretch burn at a rate that would use 2 % of a
 * window's budget within an hour, or 5 % within six: 14.4 over 1 h and 5 min, 6 over 6 h and 30 min
 * for 30 days (Beyer et al., "The Site Reliability Workbook", 2018, chapter 5, "Alerting on SLOs",
 * method 6). The short stretch makes it stop soon, and here only begins it: it ends when the long
 * stretches are below their rates, so that it does not flap. Fewer bad answers than it takes to
 * call the monitor down never begin it. What is used up counts as such until 5 % are left. */
#include <stdbool.h>
#include <stdint.h>

enum budget_state { BUDGET_UNKNOWN, BUDGET_OK, BUDGET_BURNING, BUDGET_EXHAUSTED, BUDGET_COUNT };
const char *budget_state_name(enum budget_state s);
/** BUDGET_COUNT when it is none. */
enum budget_state budget_state_parse(const char *name);

enum slo_window { SLO_7D, SLO_28D, SLO_30D, SLO_90D, SLO_MONTH };
/** "7d", "month"; SLO_30D for anything else. */
enum slo_window slo_window_parse(const char *name);
const char *slo_window_name(enum slo_window w);
/** The window that now lies in: [from, until); a month is the calendar's, in UTC, else it ends now.
 */
void slo_window_span(enum slo_window w, int64_t now_ms, int64_t *from_ms, int64_t *until_ms);

/** What was measured in a stretch. */
struct stretch {
	int64_t known_ms, down_ms;
	uint32_t down_count;
};
struct burns {
	struct stretch h24, h6, h1, m30, m5;
};

#define BURN_MAX INT64_C(99999999) /* hundredths */

int64_t budget_allowed_ms(int64_t window_ms, int64_t slo);
/** Hundredths: 1440 is 14.4. -1 when nothing is known. */
int64_t budget_burn(const struct stretch *s, int64_t slo);
/** Percent of the budget that is used, tenths; BURN_MAX when there is no budget but down time. */
int64_t budget_used_tenths(int64_t used_ms, int64_t allowed_ms);
/** Rates from which on it burns fast, hundredths. */
int64_t budget_rate_1h(int64_t window_ms);
int64_t budget_rate_6h(int64_t window_ms);

struct budget {
	enum budget_state state;
	int64_t slo; /* thousandths of a percent */
	enum slo_window window;
	int64_t window_ms; /* its length */
	int64_t known_ms, allowed_ms, used_ms;
	int64_t burn_1h, burn_6h, burn_24h; /* hundredths, -1: unknown */
};

/** Judge a promise.
 * @param was     the state before: BUDGET_UNKNOWN at first
 * @param window  what was measured in the window so far
 * @param bad_min bad answers in the long stretch before it can begin to burn */
struct budget budget_judge(int64_t slo, enum slo_window w, int64_t window_ms, enum budget_state was,
			   const struct stretch *window, const struct burns *b, unsigned bad_min);
