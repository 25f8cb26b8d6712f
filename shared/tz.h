#pragma once
/* IANA time zones without the process-wide TZ: reads TZif files (RFC 8536) with their footer. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

struct tz; /* immutable; shared between threads after tz_load */

struct tz_civil {
	int year, month /* 1..12 */, day, hour, minute, second, weekday /* 0 = Sunday */;
};

/** Load "Europe/Berlin" or "UTC" (which needs no file) from $TZDIR, else /usr/share/zoneinfo.
 *  @return NULL with e filled (unknown zone, no zone data). */
struct tz *tz_load(const char *name, struct error *e);
/** The same from the bytes of a TZif file, version 2 or later. @return NULL with e filled */
struct tz *tz_parse(const void *data, size_t n, struct error *e);
void tz_free(struct tz *z);
/** Offset east of UTC, seconds, at that instant; abbreviation (borrowed) when abbr is not NULL. */
int tz_offset_s(const struct tz *z, int64_t utc_ms, const char **abbr);
void tz_civil_from_ms(const struct tz *z, int64_t utc_ms, struct tz_civil *c);
/** The instant of a wall time. In a gap: the first instant after it. Twice: the first. */
int64_t tz_ms_from_civil(const struct tz *z, const struct tz_civil *c);
/** The first instant after utc_ms at which offset or abbreviation may change, INT64_MAX: never. */
int64_t tz_next_change_ms(const struct tz *z, int64_t utc_ms);
