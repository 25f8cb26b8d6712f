/* robots.txt of any bytes: read without harm, a delay within its bounds, one answer however often
 * it is asked. What follows an empty line and "?" is the path that is asked for. */
#include "tests/fuzz/fuzz.h"

#include "daemon/net/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char *asked = strstr(text, "\n\n?"), *path;
	size_t len = asked ? (size_t)(asked - text) : size;
	struct robots *r = robots_parse(text, len, "SellerSmart");
	int64_t delay = robots_delay_ms(r);
	int line = 0;
	bool allowed;

	path = mem_printf("/%.1500s", asked ? asked + 3 : "p?q=1");
	allowed = robots_allows(r, path, &line);
	MUST(line >= 0 && (allowed || line || len > 1000));
	MUST(robots_allows(r, path, NULL) == allowed);
	MUST(robots_allows(r, "/robots.txt", NULL));
	MUST(delay == -1 || (delay >= ROBOTS_DELAY_MIN_MS && delay <= ROBOTS_DELAY_MAX_MS));
	for (size_t i = 0; robots_sitemap(r, i); i++)
		MUST(i < ROBOTS_SITEMAPS_MAX && *robots_sitemap(r, i));
	robots_free(r);
	free(path);
	free(text);
	return 0;
}
