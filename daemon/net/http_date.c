#include "daemon/net/http_date.h"

#include <curl/curl.h>

int64_t http_date_ms(const char *text)
{
	time_t at = curl_getdate(text, NULL);

	return at == -1 ? -1 : (int64_t)at * 1000;
}
