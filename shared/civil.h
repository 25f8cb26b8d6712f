#pragma once
/* The proleptic Gregorian calendar as day numbers, 0 = 1970-01-01. Shared by timefmt, tz and cron.
 * Algorithms: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
#include <stdbool.h>
#include <stdint.h>

/** month 1..12; day may lie outside its month. */
int64_t civil_to_days(int64_t year, int month, int day);
void civil_from_days(int64_t days, int *year, unsigned *month, unsigned *day);
bool civil_is_leap(int64_t year);
int civil_month_days(int64_t year, int month);
/** 0 = Sunday. */
int civil_weekday(int64_t days);
