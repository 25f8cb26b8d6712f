#include <stdio.h>
#include <string.h>

#include "daemon/checks/common/http_judge.h"
#include "shared/json.h"
#include "shared/text_safe.h"

enum { HOP_URL = 240 };

static void write_hops(struct json_writer *w, const struct http_walk *k)
{
	char text[URL_MAX + HOST_MAX + 32], url[HOP_URL];

	if (!k->n_hops)
		return;
	jw_key(w, "redirects");
	jw_array(w);
	for (int i = 0; i < k->n_hops; i++) {
		snprintf(text, sizeof text, "%s", k->hops[i].url);
		url_mask_query(text);
		text_safe(url, sizeof url, text, strlen(text), 0, 0, NULL);
		jw_object(w);
		jw_kv_int(w, "status", k->hops[i].status);
		jw_kv_str(w, "url", url);
		jw_object_end(w);
	}
	jw_array_end(w);
	if (k->downgrade)
		jw_kv_bool(w, "downgrade", true);
}

/* Where the walk ended, when that is not where it began. */
static void write_final_url(struct json_writer *w, const struct http_walk *k)
{
	char text[URL_MAX + HOST_MAX + 32], url[HOP_URL];

	if (!k->n_hops)
		return;
	url_format(&k->url, text, sizeof text);
	url_mask_query(text);
	text_safe(url, sizeof url, text, strlen(text), 0, 0, NULL);
	jw_kv_str(w, "final_url", url);
}

static void write_headers(struct json_writer *w, const struct http_walk *k)
{
	if (k->noted[0])
		jw_kv_str(w, "server", k->noted[0]);
	jw_key(w, "headers");
	jw_object(w);
	for (int i = 1; i < NOTED_HEADERS; i++) {
		if (k->noted[i])
			jw_kv_str(w, http_noted_names[i], k->noted[i]);
	}
	jw_object_end(w);
}

static void write_body(struct json_writer *w, struct http_walk *k)
{
	char hash[BODY_HASH_TEXT], start[BODY_START + 1];

	jw_kv_int(w, "body_bytes", (int64_t)k->body.bytes);
	jw_kv_str(w, "body_hash", body_scan_hash(&k->body, hash));
	if (k->cut)
		jw_kv_bool(w, "body_cut", true);
	if (k->verdict.outcome == OUTCOME_DOWN && k->body.start_len) {
		text_safe(start, sizeof start, k->body.start, k->body.start_len, 0, 0, NULL);
		jw_kv_str(w, "body_start", start);
	}
}

static void write_tls(struct json_writer *w, const struct http_walk *k)
{
	if (k->tls_version[0]) {
		jw_kv_str(w, "tls_version", k->tls_version);
		jw_kv_str(w, "cipher", k->cipher);
	}
	if (k->fingerprint[0])
		jw_kv_str(w, "certificate_fingerprint", k->fingerprint);
	if (k->not_after_ms)
		jw_kv_time(w, "certificate_not_after", k->not_after_ms);
}

char *http_evidence(struct http_walk *k)
{
	struct buf out = BUF_INIT(CHECK_EVIDENCE_MAX);
	struct json_writer w;

	/* Room at once: growing step by step costs more than the writing. */
	buf_reserve(&out, 700);
	jw_init(&w, &out);
	jw_object(&w);
	if (k->address[0])
		jw_kv_str(&w, http_config_proxy(k->config) ? "proxy" : "address", k->address);
	if (k->ipv6_skipped)
		jw_kv_str(&w, "ipv6", "no answer");
	write_hops(&w, k);
	write_final_url(&w, k);
	if (k->status) {
		jw_kv_int(&w, "status", k->status);
		jw_kv_str(&w, "http_version", k->http_version);
		write_headers(&w, k);
		write_body(&w, k);
	}
	write_tls(&w, k);
	jw_object_end(&w);
	if (out.overflow) { /* twenty hops of long addresses and every header */
		buf_reset(&out);
		buf_printf(&out, "{\"status\":%d,\"truncated\":true}", k->status);
	}
	return buf_take(&out);
}
