#pragma once
/* robots.txt by RFC 9309: which paths of an origin a crawler may ask for. Pure: bytes in, rules
 * out. What was published is kept only as far as it concerns one product token. Thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ROBOTS_BYTES_MAX = 512 * 1024, /* the RFC asks for 500 KiB; what follows is not read */
	ROBOTS_SITEMAPS_MAX = 100,
	ROBOTS_RULE_MAX = 2048, /* a longer rule matches what it begins with */
	ROBOTS_DELAY_MIN_MS = 1000,
	ROBOTS_DELAY_MAX_MS = 300000,
};

struct robots;

/** The rules for a product token ("SellerSmart", compared without case): those of its groups, or of
 *  the groups for "*" when it has none. Any bytes are accepted, lines that say nothing are skipped.
 *  @return never NULL */
struct robots *robots_parse(const char *data, size_t len, const char *token);
/** What holds where there is no file: everything (4xx) or nothing (5xx, unreachable). */
struct robots *robots_everything(void);
struct robots *robots_nothing(void);
void robots_free(struct robots *r);

/** May this be asked for? The longest rule that matches decides, Allow when two are as long;
 *  /robots.txt always. Rules that take too long to compare (hostile ones) are a no.
 *  @param path  path and query as url.path has it
 *  @param line  of the rule that decided, 0: none did; may be NULL */
bool robots_allows(const struct robots *r, const char *path, int *line);
/** Crawl-delay (no standard, but meant), within ROBOTS_DELAY_*; -1: none. */
int64_t robots_delay_ms(const struct robots *r);
/** Addresses as they were written, in order; NULL beyond the last. For all crawlers. */
const char *robots_sitemap(const struct robots *r, size_t i);
/** Bytes of memory it takes. */
size_t robots_bytes(const struct robots *r);
