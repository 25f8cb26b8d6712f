#include "daemon/net/dns_reply.h"

#include <ares.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

enum { HEADER = 12, QUESTION_TAIL = 4, RECORD_TAIL = 10, CLASS_IN = 1, NAME_TEXT = 1024 };

static const struct {
	const char *name;
	enum dns_type type;
} types[] = {
	{"A", DNS_A},     {"AAAA", DNS_AAAA}, {"CNAME", DNS_CNAME}, {"MX", DNS_MX},
	{"TXT", DNS_TXT}, {"NS", DNS_NS},     {"SOA", DNS_SOA},     {"CAA", DNS_CAA},
};

enum dns_type dns_type_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!strcmp(types[i].name, name))
			return types[i].type;
	}
	return 0;
}

const char *dns_type_name(enum dns_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return "";
}

const char *dns_code_text(int code)
{
	static const char *const texts[] = {
		"no error",
		"not understood (FORMERR)",
		"server failure (SERVFAIL)",
		"no such name (NXDOMAIN)",
		"not implemented (NOTIMP)",
		"refused (REFUSED)",
	};

	return code >= 0 && (size_t)code < ARRAY_LEN(texts) ? texts[code] : "an error";
}

/* ---- the message --------------------------------------------------------------------------- */

struct cursor {
	const unsigned char *data;
	size_t len, at;
};

/* One resource record; rdata lies within the message. */
struct record {
	unsigned type, class;
	uint32_t ttl_s;
	size_t at, end;
};

static unsigned u16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t u32(const unsigned char *p)
{
	return (uint32_t)u16(p) << 16 | u16(p + 2);
}

/* A name that ends at or before limit (where a pointer may lead is anywhere). "." for the root. */
static bool read_name(struct cursor *c, size_t limit, char out[static NAME_TEXT])
{
	char *name = NULL;
	long used = 0;
	size_t n;

	if (c->at >= limit ||
	    ares_expand_name(c->data + c->at, c->data, (int)c->len, &name, &used) != ARES_SUCCESS)
		return false;
	if (used <= 0 || (size_t)used > limit - c->at) {
		ares_free_string(name);
		return false;
	}
	c->at += (size_t)used;
	n = text_safe(out, NAME_TEXT, name, strlen(name), 0, 0, NULL);
	ares_free_string(name);
	for (size_t i = 0; i < n; i++) {
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + 32);
	}
	if (!n)
		memcpy(out, ".", 2);
	return true;
}

static bool read_record(struct cursor *c, struct record *r)
{
	char owner[NAME_TEXT];
	const unsigned char *p;
	size_t len;

	if (!read_name(c, c->len, owner) || c->len - c->at < RECORD_TAIL)
		return false;
	p = c->data + c->at;
	len = u16(p + 8);
	c->at += RECORD_TAIL;
	if (len > c->len - c->at)
		return false;
	*r = (struct record){u16(p), u16(p + 2), u32(p + 4), c->at, c->at + len};
	if (r->ttl_s > INT32_MAX)
		r->ttl_s = 0; /* RFC 2181, 8 */
	c->at = r->end;
	return true;
}

/* ---- records as text ----------------------------------------------------------------------- */

static bool put_name(struct cursor *c, const struct record *r, struct buf *out)
{
	char name[NAME_TEXT];

	return read_name(c, r->end, name) && buf_add_str(out, name);
}

static bool put_address(const struct cursor *c, const struct record *r, struct buf *out)
{
	bool v4 = r->type == DNS_A;
	char text[INET6_ADDRSTRLEN];

	if (r->end - r->at != (v4 ? 4 : 16) ||
	    !inet_ntop(v4 ? AF_INET : AF_INET6, c->data + r->at, text, sizeof text))
		return false;
	return buf_add_str(out, text);
}

static bool put_mx(struct cursor *c, const struct record *r, struct buf *out)
{
	if (r->end - r->at < 3)
		return false;
	buf_printf(out, "%u ", u16(c->data + r->at));
	c->at = r->at + 2;
	return put_name(c, r, out);
}

/* The strings of one record are one text (RFC 7208, 3.3). */
static bool put_txt(const struct cursor *c, const struct record *r, struct buf *out)
{
	for (size_t at = r->at; at < r->end;) {
		size_t n = c->data[at++];

		if (n > r->end - at)
			return false;
		buf_add(out, c->data + at, n);
		at += n;
	}
	return true;
}

static bool put_soa(struct cursor *c, const struct record *r, struct buf *out)
{
	if (!put_name(c, r, out) || !buf_add_char(out, ' ') || !put_name(c, r, out) ||
	    r->end - c->at != 20)
		return false;
	for (int i = 0; i < 5; i++)
		buf_printf(out, " %u", (unsigned)u32(c->data + c->at + 4 * i));
	return true;
}

static bool put_caa(const struct cursor *c, const struct record *r, struct buf *out)
{
	const unsigned char *p = c->data + r->at;
	size_t len = r->end - r->at, tag = len >= 2 ? p[1] : 0;

	if (!tag || tag > len - 2)
		return false;
	buf_printf(out, "%u ", p[0]);
	buf_add(out, p + 2, tag);
	buf_add_str(out, " \"");
	buf_add(out, p + 2 + tag, len - 2 - tag);
	return buf_add_char(out, '"');
}

static bool put(struct cursor *c, const struct record *r, struct buf *out)
{
	c->at = r->at;
	switch (r->type) {
	case DNS_A:
	case DNS_AAAA: return put_address(c, r, out);
	case DNS_NS:
	case DNS_CNAME: return put_name(c, r, out);
	case DNS_MX: return put_mx(c, r, out);
	case DNS_TXT: return put_txt(c, r, out);
	case DNS_SOA: return put_soa(c, r, out);
	case DNS_CAA: return put_caa(c, r, out);
	default: return false; /* types are an open set; nobody asked for this one */
	}
}

/* Text of a record, safe; NULL when its data are broken. */
static char *text_of(const struct cursor *message, const struct record *r)
{
	struct cursor c = *message;
	struct buf raw = BUF_INIT(1 << 17); /* a record has at most 64 kB */
	char *text = NULL;

	if (put(&c, r, &raw))
		text = text_safe_dup(buf_str(&raw), raw.len, DNS_RECORD_TEXT);
	buf_fini(&raw);
	return text;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct dns_reply *r)
{
	size_t kept = 0;

	qsort(r->records, r->n, sizeof *r->records, compare);
	for (size_t i = 0; i < r->n; i++) {
		if (kept && !strcmp(r->records[kept - 1], r->records[i]))
			free(r->records[i]);
		else
			r->records[kept++] = r->records[i];
	}
	r->n = kept;
}

static bool take(struct dns_reply *out, const struct cursor *c, const struct record *r,
		 enum dns_type type)
{
	bool alias = r->type == DNS_CNAME && type != DNS_CNAME, seen = out->n || out->alias;
	char *text;

	if (r->class != CLASS_IN || (r->type != type && !alias))
		return true;
	text = text_of(c, r);
	if (!text)
		return false;
	if (!seen || r->ttl_s < out->ttl_s)
		out->ttl_s = r->ttl_s;
	if (alias) {
		free(out->alias);
		out->alias = text;
	} else if (out->n < DNS_RECORDS_MAX) {
		out->records[out->n++] = text;
	} else {
		free(text);
	}
	return true;
}

enum err dns_reply_read(const unsigned char *data, size_t len, enum dns_type type,
			struct dns_reply *out, struct error *e)
{
	struct cursor c = {data, len, HEADER};
	unsigned questions, answers;
	char name[NAME_TEXT];
	struct record r;

	memset(out, 0, sizeof *out);
	if (len < HEADER || len > 65535 || !(data[2] & 0x80))
		goto broken;
	out->code = data[3] & 0x0F;
	out->authoritative = data[2] & 0x04;
	out->authenticated = data[3] & 0x20;
	questions = u16(data + 4);
	answers = u16(data + 6);
	for (unsigned i = 0; i < questions; i++) {
		if (!read_name(&c, len, name) || len - c.at < QUESTION_TAIL)
			goto broken;
		c.at += QUESTION_TAIL;
	}
	/* Each takes at least eleven bytes, so a lying count ends with the message. */
	for (unsigned i = 0; i < answers; i++) {
		if (!read_record(&c, &r) || !take(out, &c, &r, type))
			goto broken;
	}
	sort(out);
	return ERR_NONE;
broken:
	dns_reply_fini(out);
	return error_set(e, ERR_MALFORMED, "the answer cannot be read");
}

void dns_reply_fini(struct dns_reply *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->records[i]);
	free(r->alias);
	r->n = 0;
	r->alias = NULL;
}
