#include "daemon/net/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "shared/text_safe.h"

enum { CHAIN_MAX = 12, DAY_MS = 86400000 };

const char *certificate_name(const X509_NAME *name, char *out, size_t cap)
{
	static const int preferred[] = {NID_commonName, NID_organizationName,
					NID_organizationalUnitName};

	out[0] = '\0';
	for (size_t i = 0; i < sizeof preferred / sizeof *preferred; i++) {
		int at = X509_NAME_get_index_by_NID(name, preferred[i], -1);
		unsigned char *utf8 = NULL;
		int len;

		if (at < 0)
			continue;
		len = ASN1_STRING_to_UTF8(&utf8,
					  X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
		if (len > 0)
			text_safe(out, cap, (char *)utf8, (size_t)len, 0, 0, NULL);
		OPENSSL_free(utf8);
		if (out[0])
			return out;
	}
	snprintf(out, cap, "(no name)");
	return out;
}

static int64_t time_ms(const ASN1_TIME *t)
{
	struct tm tm;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return 0;
	return (int64_t)timegm(&tm) * 1000;
}

int64_t certificate_not_after_ms(const X509 *c)
{
	return time_ms(X509_get0_notAfter(c));
}

int64_t certificate_not_before_ms(const X509 *c)
{
	return time_ms(X509_get0_notBefore(c));
}

static void fingerprint_of(const X509 *c, char out[static 65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	out[0] = '\0';
	if (!X509_digest(c, EVP_sha256(), digest, &len) || len != 32)
		return;
	for (unsigned i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void certificate_read(STACK_OF(X509) * chain, struct certificate_facts *out)
{
	memset(out, 0, sizeof *out);
	for (int i = 0; i < sk_X509_num(chain) && i < CHAIN_MAX; i++) {
		const X509 *c = sk_X509_value(chain, i);
		int64_t end = certificate_not_after_ms(c);

		if (i && end >= out->earliest_ms)
			continue;
		out->earliest_ms = end;
		out->earliest_at = i;
		certificate_name(X509_get_subject_name(c), out->earliest, sizeof out->earliest);
	}
	fingerprint_of(sk_X509_value(chain, 0), out->fingerprint);
}

/* A subject alternative name as safe text; false for kinds that name no host. */
static bool alternative_text(const GENERAL_NAME *g, char *out, size_t cap)
{
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(g, &type);

	if (type == GEN_DNS) {
		text_safe(out, cap, (const char *)ASN1_STRING_get0_data(value),
			  (size_t)ASN1_STRING_length(value), 0, 0, NULL);
		return true;
	}
	if (type == GEN_IPADD) {
		int family = ASN1_STRING_length(value) == 4 ? AF_INET : AF_INET6;

		return (family == AF_INET || ASN1_STRING_length(value) == 16) &&
		       inet_ntop(family, ASN1_STRING_get0_data(value), out, (socklen_t)cap);
	}
	return false;
}

/* Calls fn for each host name of the leaf; its common name when it has no alternative names. */
static int each_name(const X509 *leaf, void (*fn)(const char *name, void *arg), void *arg)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	char text[CERTIFICATE_NAME];
	int n = 0;

	for (int i = 0; names && i < sk_GENERAL_NAME_num(names); i++) {
		if (!alternative_text(sk_GENERAL_NAME_value(names, i), text, sizeof text))
			continue;
		if (n++ < CERTIFICATE_NAMES_MAX)
			fn(text, arg);
	}
	if (!names) {
		fn(certificate_name(X509_get_subject_name(leaf), text, sizeof text), arg);
		n++;
	}
	GENERAL_NAMES_free(names);
	return n;
}

static void write_name(const char *name, void *arg)
{
	jw_str(arg, name);
}

static void write_subject_issuer(struct json_writer *w, const X509 *c)
{
	char name[CERTIFICATE_NAME];

	jw_kv_str(w, "subject", certificate_name(X509_get_subject_name(c), name, sizeof name));
	jw_kv_str(w, "issuer", certificate_name(X509_get_issuer_name(c), name, sizeof name));
}

char *certificate_json(STACK_OF(X509) * chain, int64_t now_ms)
{
	const X509 *leaf = sk_X509_value(chain, 0);
	struct buf out = BUF_INIT(CERTIFICATE_JSON_MAX + 16384);
	struct certificate_facts facts;
	struct json_writer w;
	int64_t left = certificate_not_after_ms(leaf) - now_ms;

	certificate_read(chain, &facts);
	jw_init(&w, &out);
	jw_object(&w);
	write_subject_issuer(&w, leaf);
	jw_key(&w, "names");
	jw_array(&w);
	each_name(leaf, write_name, &w);
	jw_array_end(&w);
	jw_kv_time(&w, "not_before", certificate_not_before_ms(leaf));
	jw_kv_time(&w, "not_after", certificate_not_after_ms(leaf));
	jw_kv_int(&w, "days_left", left < 0 ? -((-left + DAY_MS - 1) / DAY_MS) : left / DAY_MS);
	jw_key(&w, "chain");
	jw_array(&w);
	for (int i = 0; i < sk_X509_num(chain) && i < CHAIN_MAX; i++) {
		const X509 *c = sk_X509_value(chain, i);

		jw_object(&w);
		write_subject_issuer(&w, c);
		jw_kv_time(&w, "not_after", certificate_not_after_ms(c));
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_kv_str(&w, "fingerprint", facts.fingerprint);
	jw_object_end(&w);
	return buf_take(&out);
}

struct names_text {
	char *out;
	size_t cap, len;
	int shown;
};

static void append_name(const char *name, void *arg)
{
	struct names_text *t = arg;
	size_t n = strlen(name);

	/* Room for the separator and for "and 12345 more". */
	if (t->shown >= 5 || t->len + n + 24 > t->cap)
		return;
	t->len += (size_t)snprintf(t->out + t->len, t->cap - t->len, "%s%s", t->shown ? ", " : "",
				   name);
	t->shown++;
}

void certificate_names_text(const X509 *leaf, char *out, size_t cap)
{
	struct names_text t = {.out = out, .cap = cap};
	int n;

	out[0] = '\0';
	n = each_name(leaf, append_name, &t);
	if (n > t.shown)
		snprintf(out + t.len, cap - t.len, "%s%d more", t.shown ? " and " : "",
			 n - t.shown);
}
