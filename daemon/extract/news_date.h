#pragma once
/* When something was published, as feeds write it. Pure. */
#include <stdbool.h>
#include <stdint.h>

/** RFC 822 of RSS ("Mon, 23 Nov 2026 08:00:00 +0100", without weekday or seconds, two digits of a
 *  year, zones by name as that RFC has them), RFC 3339 of Atom, its shorter kin of W3C ("2026-11",
 *  "2026-11-23", "2026-11-23T08:00Z"), and both mixed as people do ("2026-11-23 08:00:00 +0100").
 *  Without a zone it is UTC.
 *  @return false: it is none of them, or not of 1970..9999 */
bool news_date_parse(const char *text, int64_t *ms);
