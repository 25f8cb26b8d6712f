#pragma once
/* The DNS records that a monitor expects, and how what came differs. Thread: any. */
#include <jansson.h>

#include "daemon/net/dns_reply.h"
#include "shared/buf.h"

enum dns_match { DNS_MATCH_ALL, DNS_MATCH_ANY, DNS_MATCH_EXACT };

struct dns_expect {
	enum dns_type type;
	enum dns_match match;
	size_t n;
	char **records; /* as dns_reply writes them */
};

/** @param list   texts as people write them: names in any script, "mx1.example" or "10
 *                mx1.example", NULL: none
 *  @param match  "all" "any" "exact" */
enum err dns_expect_read(struct dns_expect *x, enum dns_type type, const char *match,
			 const json_t *list, struct error *e) __attribute__((warn_unused_result));
void dns_expect_fini(struct dns_expect *x);
/** Are these the expected records? Without any, all are. When not, said has the difference:
 * "missing 10 mx1.example; unexpected 5 mx9.example". */
bool dns_expect_met(const struct dns_expect *x, const struct dns_reply *r, struct buf *said);
