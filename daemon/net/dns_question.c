#include "daemon/net/dns_question.h"

#include <sodium.h>
#include <stdlib.h>

#include "daemon/net/dns_channel.h"
#include "shared/mem.h"

enum {
	TRIES = 3,
	TRIES_SPAN = 7, /* c-ares doubles its patience: 1 + 2 + 4 */
	CLASS_IN = 1,
	FLAG_AD = 0x20, /* in a question: "say whether you validated" (RFC 6840, 5.7) */
};

struct dns_question {
	struct dns_channel *channel;
	dns_outcome_fn *fn; /* NULL: nobody waits */
	void *arg;
};

static void on_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len)
{
	struct dns_question *q = arg;
	struct dns_outcome o = {.end = DNS_CODE, .words = ares_strerror(status)};
	dns_outcome_fn *fn = q->fn;

	if (!fn || status == ARES_EDESTRUCTION)
		return;
	q->fn = NULL;
	switch (status) {
	case ARES_SUCCESS:
		o.end = DNS_ANSWERED;
		o.bytes = bytes;
		o.len = (size_t)len;
		break;
	case ARES_EFORMERR: o.code = DNS_FORMERR; break;
	case ARES_ESERVFAIL: o.code = DNS_SERVFAIL; break;
	case ARES_ENOTIMP: o.code = DNS_NOTIMP; break;
	case ARES_EREFUSED: o.code = DNS_REFUSED; break;
	case ARES_ETIMEOUT: o.end = DNS_SILENT; break;
	case ARES_ECONNREFUSED: o.end = DNS_UNREACHED; break;
	default: o.end = DNS_BROKEN; break; /* c-ares' numbers are an open set */
	}
	fn(&o, q->arg);
}

struct dns_question *dns_question_new(const struct dns_question_options *o, struct error *e)
{
	struct dns_question *q = mem_zalloc(sizeof *q);
	unsigned char *message = NULL;
	int len = 0;

	if (ares_create_query(o->name, CLASS_IN, o->type, 0, 1, &message, &len, 0) !=
	    ARES_SUCCESS) {
		error_set(e, ERR_INVALID, "\"%.64s\" cannot be asked for", o->name);
		goto failed;
	}
	randombytes_buf(message, 2); /* its id */
	message[3] |= FLAG_AD;
	q->channel = (o->strict ? dns_channel_new_strict : dns_channel_new)(
		o->loop, o->clock, o->nameservers, (int)(o->timeout_ms / TRIES_SPAN) + 1, TRIES, e);
	if (!q->channel)
		goto failed;
	q->fn = o->fn;
	q->arg = o->arg;
	dns_channel_send(q->channel, message, len, on_answer, q);
	ares_free_string(message);
	return q;
failed:
	ares_free_string(message);
	free(q);
	return NULL;
}

void dns_question_free(struct dns_question *q)
{
	if (!q)
		return;
	q->fn = NULL;
	dns_channel_free(q->channel);
	free(q);
}

const char *dns_question_server(const struct dns_question *q)
{
	return dns_channel_server(q->channel);
}
