#pragma once
/* The POSIX TZ string at the end of a TZif file, "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536, 3.3.1):
 * what holds after the last transition that the file lists. */
#include <stdbool.h>
#include <stdint.h>

enum { TZ_ABBR_MAX = 16 };

struct tz_rule_day {
	enum {
		TZ_DAY_MONTH_WEEK,
		TZ_DAY_JULIAN /* 1..365, no 29 February */,
		TZ_DAY_ZERO /* 0..365 */
	} form;
	int month, week, day;
	int time_s; /* local time of the change, -167..167 h */
};

struct tz_rule {
	char std_abbr[TZ_ABBR_MAX], dst_abbr[TZ_ABBR_MAX];
	int std_offset_s, dst_offset_s; /* east of UTC */
	bool has_dst;
	struct tz_rule_day start, end;
};

struct tz_rule_state {
	int offset_s;
	const char *abbr; /* borrowed from the rule */
};

bool tz_rule_parse(const char *text, struct tz_rule *r);
struct tz_rule_state tz_rule_at(const struct tz_rule *r, int64_t utc_s);
/** First change after utc_s, INT64_MAX when the rule has none. */
int64_t tz_rule_next_change(const struct tz_rule *r, int64_t utc_s);
