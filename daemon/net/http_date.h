#pragma once
/* Dates as HTTP and its cookies write them, in all their spellings. Thread: any. */
#include <stdint.h>

/** ms since 1970, -1 when it is no date */
int64_t http_date_ms(const char *text);
