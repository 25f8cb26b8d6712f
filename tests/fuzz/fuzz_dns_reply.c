/* DNS messages: the first byte chooses the type asked for, the rest is the answer. */
#include "tests/fuzz/fuzz.h"

#include "daemon/net/dns_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = {DNS_A,   DNS_AAAA, DNS_CNAME, DNS_MX,
					      DNS_TXT, DNS_NS,   DNS_SOA,   DNS_CAA};
	struct dns_reply r;
	struct error e = {0};
	unsigned char *copy;

	if (size < 1)
		return 0;
	copy = mem_alloc(size);
	memcpy(copy, data, size);
	if (dns_reply_read(copy + 1, size - 1, types[copy[0] % ARRAY_LEN(types)], &r, &e))
		MUST(e.text[0] && r.n == 0 && !r.alias);
	for (size_t i = 0; i < r.n; i++) {
		MUST(strlen(r.records[i]) <= DNS_RECORD_TEXT);
		for (const char *c = r.records[i]; *c; c++)
			MUST((unsigned char)*c >= 0x20 && *c != 0x7F);
		MUST(!i || strcmp(r.records[i - 1], r.records[i]) < 0);
	}
	dns_reply_fini(&r);
	free(copy);
	return 0;
}
