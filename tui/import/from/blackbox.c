/* blackbox_exporter's modules together with the scrape lists of Prometheus: what is asked is in one
 * file, who is asked in the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/import/import.h"

struct blackbox {
	struct import_plan *p;
	const json_t *modules;
	size_t used;
};

/* ---- modules -------------------------------------------------------------------------------- */

static void first_pattern(struct import_item *i, const json_t *list, const char *field)
{
	if (!json_array_size(list))
		return;
	item_text(i, field, json_string_value(json_array_get(list, 0)));
	if (json_array_size(list) > 1)
		item_note(i, "only the first of its patterns for the body is %s", field);
}

static void tls(struct import_item *i, const json_t *config)
{
	if (json_bool(config, "insecure_skip_verify", false))
		item_value(i, "verify", json_false());
	item_text(i, "server_name", json_str(config, "server_name", ""));
	if (json_object_get(config, "cert_file") || json_object_get(config, "cert"))
		item_note(i, "tls_config's certificate: store it as a secret (client_certificate)");
	if (json_object_get(config, "ca_file") || json_object_get(config, "ca"))
		item_note(i, "tls_config's own CA is not carried over");
}

static void http_authentication(struct import_plan *p, struct import_item *i, const json_t *h)
{
	const json_t *basic = json_object_get(h, "basic_auth");
	const json_t *oauth = json_object_get(h, "oauth2");
	const json_t *authorization = json_object_get(h, "authorization");
	if (basic) {
		item_text(i, "basic_user", json_str(basic, "username", ""));
		item_secret(p, i, "basic_password", "password", json_str(basic, "password", ""));
	}
	item_secret(p, i, "bearer", "token", json_str(h, "bearer_token", ""));
	item_secret(p, i, "bearer", "token", json_str(authorization, "credentials", ""));
	if (oauth) {
		item_text(i, "oauth_token_url", json_str(oauth, "token_url", ""));
		item_text(i, "oauth_client_id", json_str(oauth, "client_id", ""));
		item_secret(p, i, "oauth_client_secret", "oauth",
			    json_str(oauth, "client_secret", ""));
	}
	if (json_object_get(basic, "password_file") || json_object_get(h, "bearer_token_file") ||
	    json_object_get(authorization, "credentials_file"))
		item_note(i, "credentials in a file are not carried over: sellersmart secret set");
}

static void of_http(struct import_plan *p, struct import_item *i, const json_t *h,
		    const char *target)
{
	char text[600], room[32];
	const char *name;
	json_t *value;
	const json_t *one;
	size_t n;
	item_text(i, "type", "http");
	snprintf(text, sizeof(text), "%s%.500s", strstr(target, "://") ? "" : "http://", target);
	item_text(i, "target", text);
	if (strcmp(json_str(h, "method", "GET"), "GET"))
		item_text(i, "method", json_str(h, "method", "GET"));
	struct buf set = BUF_INIT(1024);
	json_array_foreach(json_object_get(h, "valid_status_codes"), n, one)
		buf_printf(&set, "%s%.20s", n ? "," : "", import_scalar(one, room));
	item_text(i, "status", set.len ? buf_str(&set) : "");
	buf_fini(&set);
	json_object_foreach(json_object_get(h, "headers"), name, value)
		item_header(p, i, name, import_scalar(value, room));
	item_text(i, "body", json_str(h, "body", ""));
	first_pattern(i, json_object_get(h, "fail_if_body_matches_regexp"), "pattern_absent");
	first_pattern(i, json_object_get(h, "fail_if_body_not_matches_regexp"), "pattern");
	json_array_foreach(json_object_get(h, "fail_if_header_not_matches"), n, one)
	{
		json_t *expected = json_object_get(i->object, "expect_headers");
		if (!expected)
			json_object_set_new(i->object, "expect_headers", expected = json_object());
		json_object_set_new(expected, json_str(one, "header", ""),
				    json_string(json_str(one, "regexp", "")));
	}
	if (json_object_get(h, "fail_if_header_matches"))
		item_note(i, "fail_if_header_matches is not carried over");
	if (json_object_get(h, "fail_if_body_json_matches_cel") ||
	    json_object_get(h, "fail_if_body_json_not_matches_cel"))
		item_note(
			i,
			"CEL expressions are not carried over: write them for jq (field json_expect)");
	if (!json_bool(h, "follow_redirects", true) || json_bool(h, "no_follow_redirects", false))
		item_value(i, "redirects", json_integer(0));
	if (json_bool(h, "fail_if_not_ssl", false) && strncmp(text, "https:", 6))
		item_note(i, "fail_if_not_ssl: give an https address as target");
	item_text(i, "proxy", json_str(h, "proxy_url", ""));
	http_authentication(p, i, h);
	tls(i, json_object_get(h, "tls_config"));
	if (json_object_get(i->object, "server_name")) {
		json_object_del(i->object, "server_name");
		item_note(i, "tls_config.server_name is not carried over");
	}
}

static void of_tcp(struct import_item *i, const json_t *t, const char *target)
{
	const json_t *first = json_array_get(json_object_get(t, "query_response"), 0), *one;
	bool encrypted = json_bool(t, "tls", false), starttls = false;
	size_t n;
	json_array_foreach(json_object_get(t, "query_response"), n, one) starttls =
		starttls || json_bool(one, "starttls", false);
	if (starttls) {
		item_text(i, "type", "smtp");
		item_text(i, "starttls", "required");
	} else {
		item_text(i, "type", encrypted ? "tls" : "tcp");
	}
	item_text(i, "target", target);
	tls(i, json_object_get(t, "tls_config"));
	if (!encrypted && !starttls) {
		item_text(i, "send", json_str(first, "send", ""));
		if (*json_str(first, "expect", ""))
			item_note(i,
				  "query_response: what is expected is a pattern there and plain "
				  "text here: %.80s",
				  json_str(first, "expect", ""));
		if (n > 1)
			item_note(i, "only the first part of query_response is carried over");
	}
}

static void of_dns(struct import_item *i, const json_t *d, const char *target)
{
	item_text(i, "type", "dns");
	item_text(i, "target", json_str(d, "query_name", ""));
	item_text(i, "record", json_str(d, "query_type", "A"));
	item_text(i, "server", target);
	if (json_object_get(d, "validate_answer_rrs") || json_object_get(d, "valid_rcodes"))
		item_note(i, "what the answer must hold: write it as expect");
}

static void of_module(struct blackbox *b, struct import_item *i, const char *name,
		      const char *target)
{
	const json_t *m = json_object_get(b->modules, name);
	const char *prober = json_str(m, "prober", "");
	const json_t *own = json_object_get(m, prober);
	int64_t timeout = import_duration_ms(json_str(m, "timeout", ""));
	if (!m) {
		item_skip(i, "module %.60s is in none of the files", name);
		return;
	}
	if (timeout > 0)
		item_ms(i, "timeout", timeout > 120000 ? 120000 : timeout);
	if (!strcmp(prober, "http"))
		of_http(b->p, i, own, target);
	else if (!strcmp(prober, "tcp"))
		of_tcp(i, own, target);
	else if (!strcmp(prober, "dns"))
		of_dns(i, own, target);
	else if (!strcmp(prober, "icmp")) {
		item_text(i, "type", "ping");
		item_text(i, "target", target);
	} else {
		item_skip(i, "prober %.40s: there is no check of that kind", prober);
	}
	/* Blackbox prefers IPv6 and falls back, as we do; only what is strict is carried over. */
	if (!json_bool(own, "ip_protocol_fallback", true))
		item_text(i, "ip",
			  !strcmp(json_str(own, "preferred_ip_protocol", ""), "ip4") ? "4" : "6");
}

/* ---- scrape lists --------------------------------------------------------------------------- */

static void read_target(struct blackbox *b, const json_t *job, const char *module,
			const json_t *labels, const char *target, int64_t interval)
{
	char title[300], room[32];
	const char *job_name = json_str(job, "job_name", "blackbox");
	const char *name;
	json_t *value;
	snprintf(title, sizeof(title), "%.200s", target);
	struct import_item *i = item_add(b->p, "monitor", title, title);
	if (!i)
		return;
	b->used++;
	if (interval > 0)
		item_ms(i, "interval", interval);
	item_tag(i, job_name);
	json_object_foreach((json_t *)labels, name, value)
	{
		/* The key is checked with the rest; what is no key of ours is no label. */
		if (name[0] != '_' && strcmp(name, "module"))
			json_object_set_new(i->labels, name,
					    json_string(import_scalar(value, room)));
	}
	of_module(b, i, json_str(labels, "module", module), target);
}

static void read_groups(struct blackbox *b, const json_t *job, const char *module,
			const json_t *groups, int64_t interval)
{
	size_t g, t;
	const json_t *group, *target;
	json_array_foreach(groups, g, group)
	{
		json_array_foreach(json_object_get(group, "targets"), t, target)
		{
			if (json_is_string(target))
				read_target(b, job, module, json_object_get(group, "labels"),
					    json_string_value(target), interval);
		}
	}
}

static void read_job(struct blackbox *b, const json_t *whole, const json_t *job)
{
	const char *fallback = json_str(json_object_get(whole, "global"), "scrape_interval", "1m");
	int64_t interval = import_duration_ms(json_str(job, "scrape_interval", fallback));
	const json_t *given = json_path(job, "params.module");
	const char *module = json_is_array(given) ? json_string_value(json_array_get(given, 0))
						  : json_string_value(given);
	if (strcmp(json_str(job, "metrics_path", ""), "/probe"))
		return;
	read_groups(b, job, module ? module : "http_2xx", json_object_get(job, "static_configs"),
		    interval);
	size_t f, n;
	const json_t *files, *path;
	json_array_foreach(json_object_get(job, "file_sd_configs"), f, files)
	{
		json_array_foreach(json_object_get(files, "files"), n, path)
			import_note(b->p, "job %.60s: give its list of targets too: %.120s",
				    json_str(job, "job_name", ""),
				    json_is_string(path) ? json_string_value(path) : "");
	}
	static const char *const others[] = {"dns_sd_configs", "consul_sd_configs",
					     "kubernetes_sd_configs", "http_sd_configs",
					     "ec2_sd_configs"};
	for (size_t o = 0; o < ARRAY_LEN(others); o++)
		if (json_object_get(job, others[o]))
			import_note(b->p, "job %.60s: targets of %s are not known here",
				    json_str(job, "job_name", ""), others[o]);
}

/* A file of file_sd_configs is a bare list of groups; without the job that names it the module is
 * the one of its labels, or the usual one. */
static void read_sd(struct blackbox *b, const json_t *groups)
{
	read_groups(b, NULL, "http_2xx", groups, 0);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_sd(const json_t *whole)
{
	return json_is_array(json_object_get(json_array_get(whole, 0), "targets"));
}

static bool knows(struct import_file *f)
{
	const json_t *whole = import_yaml(f, NULL);
	return json_is_object(json_object_get(whole, "modules")) ||
	       json_is_array(json_object_get(whole, "scrape_configs")) || is_sd(whole);
}

static enum err read_all(struct import_file *files, size_t n, struct import_plan *p,
			 struct error *e)
{
	/* What blackbox_exporter itself has when no file says otherwise. */
	static const char builtin[] =
		"{\"http_2xx\":{\"prober\":\"http\"},\"tcp_connect\":{\"prober\":\"tcp\"},"
		"\"icmp\":{\"prober\":\"icmp\"}}";
	struct blackbox b = {.p = p};
	json_t *modules = json_loads(builtin, 0, NULL);
	b.modules = modules;
	for (size_t f = 0; f < n; f++) {
		const json_t *whole = import_yaml(&files[f], e);
		if (!whole) {
			json_decref(modules);
			return e->code;
		}
		json_object_update(modules, json_object_get(whole, "modules"));
	}
	for (size_t f = 0; f < n; f++) {
		size_t j;
		const json_t *whole = import_yaml(&files[f], e), *job;
		json_array_foreach(json_object_get(whole, "scrape_configs"), j, job)
			read_job(&b, whole, job);
		if (is_sd(whole))
			read_sd(&b, whole);
	}
	json_decref(modules);
	if (b.used)
		return ERR_NONE;
	error_set(e, ERR_MALFORMED, "no targets: no scrape_configs with metrics_path /probe");
	error_hint(e, "give both: blackbox.yml and prometheus.yml");
	return ERR_MALFORMED;
}

const struct importer importer_blackbox = {
	.name = "blackbox",
	.title = "blackbox_exporter's modules and Prometheus's scrape lists (YAML)",
	.files = "blackbox.yml prometheus.yml [TARGETS.yml...]",
	.knows = knows,
	.read = read_all,
};
