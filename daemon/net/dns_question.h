#pragma once
/* One question about a name to a set of name servers of one's own choice, and what became of it:
 * for watching name servers. Addresses for connections come from resolver.h. Net loop. */
#include "daemon/core/clock.h"
#include "daemon/core/loop.h"
#include "daemon/net/dns_reply.h"

enum dns_end {
	DNS_ANSWERED,  /* bytes are there */
	DNS_CODE,      /* the server answered with this code and nothing else */
	DNS_SILENT,    /* no answer to three tries */
	DNS_UNREACHED, /* nothing listens there, or it cannot be reached; not strict: also a code */
	DNS_BROKEN,    /* anything else: words tell */
};

struct dns_outcome {
	enum dns_end end;
	int code;
	const unsigned char *bytes; /* during the call */
	size_t len;
	const char *words;
};
typedef void dns_outcome_fn(const struct dns_outcome *o, void *arg);

struct dns_question;
struct dns_question_options {
	struct loop *loop;
	const struct clock *clock;
	const char *nameservers; /* copied; "": resolv.conf; "192.0.2.53:53,[2001:db8::1]:53" */
	bool strict;             /* SERVFAIL, NOTIMP and REFUSED are answers; else the next server
				    is asked */
	const char *name;        /* ASCII, copied */
	enum dns_type type;
	int64_t timeout_ms; /* the three tries together take about that long */
	dns_outcome_fn *fn; /* at most once, maybe from within dns_question_new */
	void *arg;
};
/** NULL with e filled when it cannot be asked; fn is not called then. */
struct dns_question *dns_question_new(const struct dns_question_options *o, struct error *e);
/** fn is not called any more. Not from within fn. */
void dns_question_free(struct dns_question *q);
/** "name server 192.0.2.53", the first one. Borrowed. */
const char *dns_question_server(const struct dns_question *q);
