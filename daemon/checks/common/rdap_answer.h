#pragma once
/* What a registry says about a domain: the JSON of RFC 9083, as far as a shop's owner needs it. A
 * pure function over foreign bytes; everything it yields is bounded and safe. */
#include <stddef.h>
#include <stdint.h>

#include "shared/err.h"

enum {
	RDAP_ANSWER_MAX = 256 * 1024,
	RDAP_STATUSES_MAX = 24,
	RDAP_STATUS_TEXT = 48,
	RDAP_NAMESERVERS_MAX = 16,
	RDAP_NAME_TEXT = 256,
	RDAP_REGISTRAR_TEXT = 128,
};

struct rdap_domain {
	char registrar[RDAP_REGISTRAR_TEXT]; /* "" when it is not told */
	char registrar_id[16];               /* IANA's number of it, "" when it is not told */
	/* "client hold", lower case, also where a server writes clientHold; sorted, each once */
	char statuses[RDAP_STATUSES_MAX][RDAP_STATUS_TEXT];
	size_t n_statuses;
	/* lower case, without a dot at the end; sorted, each once */
	char nameservers[RDAP_NAMESERVERS_MAX][RDAP_NAME_TEXT];
	size_t n_nameservers;
	int64_t expires_ms, registered_ms, changed_ms; /* 0: not told */
	int is_signed;                                 /* DNSSEC: 1, 0, -1 not told */
};

/** @param name  that was asked for, ASCII, lower case; an answer about another one is refused
 *  @return ERR_INVALID with e saying what is wrong with it */
enum err rdap_answer_parse(const char *data, size_t len, const char *name, struct rdap_domain *out,
			   struct error *e) __attribute__((warn_unused_result));
