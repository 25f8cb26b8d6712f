#include "daemon/services/sitemonitor/reports/report_span.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool month_span(const char *text, const struct tz *z, int64_t *from_ms, int64_t *until_ms)
{
	for (int i = 0; i < 7; i++)
		if (i == 4 ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return false;
	if (text[7])
		return false;
	struct tz_civil c = {.year = atoi(text), .month = atoi(text + 5), .day = 1};
	if (c.year < 1970 || c.year > 9998 || c.month < 1 || c.month > 12)
		return false;
	*from_ms = tz_ms_from_civil(z, &c);
	c.year += c.month == 12;
	c.month = c.month % 12 + 1;
	*until_ms = tz_ms_from_civil(z, &c);
	return *from_ms >= 0;
}
