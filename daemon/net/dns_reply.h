#pragma once
/* What a DNS message says, as text: "10 mx1.example.test". c-ares reads each type of record into a
 * shape of its own, most without the time to live; here is one walk over the answer section, with
 * c-ares' names. Pure. Thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

/** Types by their number (RFC 1035, 3596, 8659). */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_CAA = 257,
};
enum dns_code { DNS_NOERROR, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };

enum { DNS_RECORDS_MAX = 128, DNS_RECORD_TEXT = 4096 };

struct dns_reply {
	int code;                       /* enum dns_code, or another up to 15 */
	bool authoritative;             /* AA: by a server of the zone itself */
	bool authenticated;             /* AD: the resolver validated it by DNSSEC */
	size_t n;                       /* records of the type that was asked for */
	char *records[DNS_RECORDS_MAX]; /* safe text, sorted, without doubles */
	char *alias;    /* where the aliases (CNAME) lead to; NULL: there are none */
	uint32_t ttl_s; /* the shortest of all of them */
};

/** "MX" -> DNS_MX; 0 when it is none of ours. */
enum dns_type dns_type_of(const char *name);
const char *dns_type_name(enum dns_type type);
/** "no such name", "server failure (SERVFAIL)" */
const char *dns_code_text(int code);

/** Read a message that answers a question for a type. Names come in lower case without the last
 * dot; a record longer than DNS_RECORD_TEXT bytes is cut, the 129th and further are left out.
 *  @return ERR_MALFORMED when it cannot be read; out then has no records */
enum err dns_reply_read(const unsigned char *data, size_t len, enum dns_type type,
			struct dns_reply *out, struct error *e) __attribute__((warn_unused_result));
void dns_reply_fini(struct dns_reply *r);
