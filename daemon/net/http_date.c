#include "daemon/net/http_date.h"

#include <curl/curl.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MAX_S = 7 * 86400 };

int64_t http_date_ms(const char *text)
{
	time_t at = curl_getdate(text, NULL);

	return at == -1 ? -1 : (int64_t)at * 1000;
}

int64_t http_retry_after_ms(const char *value, int64_t wall_ms)
{
	char *end;
	int64_t s;

	while (*value == ' ')
		value++;
	if (isdigit((unsigned char)*value)) {
		s = strtoll(value, &end, 10);
		if (end[strspn(end, " ")])
			return 0;
	} else {
		int64_t date = *value ? http_date_ms(value) : -1;

		s = date < 0 ? 0 : (date - wall_ms) / 1000;
	}
	if (s <= 0)
		return 0;
	return (s > RETRY_MAX_S ? RETRY_MAX_S : s) * 1000;
}
