#pragma once
/* Dates as HTTP and its cookies write them, in all their spellings. Thread: any. */
#include <stdint.h>

/** ms since 1970, -1 when it is no date */
int64_t http_date_ms(const char *text);
/** ms from Retry-After (seconds, or a date), at most a week; 0 when it is none or in the past. */
int64_t http_retry_after_ms(const char *value, int64_t wall_ms);
