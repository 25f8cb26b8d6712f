#pragma once
/* What a registry's facts mean for the owner of a domain. Pure. */
#include "daemon/checks/common/rdap_answer.h"
#include "daemon/checks/common/verdict.h"

enum { DOMAIN_EXPECTED_MAX = 16 };

struct domain_wants {
	const char *shown;     /* the name for people, safe */
	int days;              /* 0: never */
	const char *registrar; /* words of its name or its number; NULL: any */
	const char *const *nameservers;
	size_t n_nameservers; /* 0: any */
};

/** Always sets *v. */
void domain_judge(struct verdict *v, const struct rdap_domain *d, const struct domain_wants *wants,
		  int64_t now_ms);
/** The members of the evidence, into an open object. */
void domain_evidence(struct json_writer *w, const struct rdap_domain *d);
