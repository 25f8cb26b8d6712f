/* Uptime Kuma: the backup of version 1 (JSON) or the SQLite file of any version. Both have the
 * same members. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/import/kuma.h"

struct kuma {
	struct import_plan *p;
	json_t *groups; /* id of a group -> its name */
	json_t *names;  /* id of a monitor -> its name in the plan */
	json_t *told;   /* id of a notification -> names of its monitors */
};

static void set_host_port(struct import_item *i, const char *field, const char *host, int64_t port)
{
	char text[300];
	bool six = strchr(host, ':') && host[0] != '[';
	if (!*host)
		return;
	if (port > 0)
		snprintf(text, sizeof(text), "%s%.250s%s:%lld", six ? "[" : "", host,
			 six ? "]" : "", (long long)port);
	else
		snprintf(text, sizeof(text), "%.250s", host);
	item_text(i, field, text);
}

/* ---- what all types have -------------------------------------------------------------------- */

static void common(struct kuma *k, struct import_item *i, const json_t *m)
{
	int64_t interval = kuma_number(m, "interval", 60),
		retry = kuma_number(m, "retryinterval", interval);
	int64_t retries = kuma_number(m, "maxretries", 0), timeout = kuma_number(m, "timeout", 0);
	size_t n;
	const json_t *tag;
	if (interval > 0)
		item_ms(i, "interval", interval * 1000);
	if (retry > 0)
		item_ms(i, "retry_interval", (retry < interval ? retry : interval) * 1000);
	if (timeout > 0)
		item_ms(i, "timeout", timeout > 120 ? 120000 : timeout * 1000);
	item_value(i, "failures", json_integer(retries >= 19 ? 20 : retries < 0 ? 1 : retries + 1));
	if (!kuma_truth(m, "active", true))
		item_value(i, "paused", json_true());
	item_text(i, "description", kuma_text(m, "description"));
	json_array_foreach(json_object_get(m, "tags"), n, tag)
	{
		char text[160];
		const char *value = json_str(tag, "value", "");
		snprintf(text, sizeof(text), "%.70s%s%.70s", json_str(tag, "name", ""),
			 *value ? "-" : "", value);
		item_tag(i, text);
	}
	char parent[32];
	import_scalar(json_object_get(m, "parent"), parent);
	const char *group = json_string_value(json_object_get(k->groups, parent));
	if (group)
		item_tag(i, group);
	if (!strcmp(kuma_text(m, "ipfamily"), "ipv4"))
		item_text(i, "ip", "4");
	else if (!strcmp(kuma_text(m, "ipfamily"), "ipv6"))
		item_text(i, "ip", "6");
}

/* ---- http ----------------------------------------------------------------------------------- */

static void statuses(struct import_item *i, const json_t *m)
{
	const json_t *given = json_object_get(m, "acceptedstatuscodes");
	const char *packed = kuma_text(m, "acceptedstatuscodesjson");
	json_t *list = given ? json_incref((json_t *)given)
			     : json_read(packed, strlen(packed), 4096, NULL);
	struct buf set = BUF_INIT(1024);
	size_t n;
	const json_t *one;
	json_array_foreach(list, n, one)
	{
		char room[32];
		buf_printf(&set, "%s%.20s", n ? "," : "", import_scalar(one, room));
	}
	if (set.len && strcmp(buf_str(&set), "200-299"))
		item_text(i, "status", buf_str(&set));
	buf_fini(&set);
	json_decref(list);
}

static void headers(struct kuma *k, struct import_item *i, const json_t *m)
{
	const char *packed = kuma_text(m, "headers"), *name;
	json_t *value, *all;
	if (!*packed)
		return;
	all = json_read(packed, strlen(packed), 65536, NULL);
	if (!json_is_object(all))
		item_note(i, "headers: not a JSON object, left out");
	json_object_foreach(all, name, value)
	{
		char room[32];
		item_header(k->p, i, name, import_scalar(value, room));
	}
	json_decref(all);
}

static void authentication(struct kuma *k, struct import_item *i, const json_t *m)
{
	const char *method = kuma_text(m, "authmethod");
	if (!strcmp(method, "oauth2-cc")) {
		item_text(i, "oauth_token_url", kuma_text(m, "oauthtokenurl"));
		item_text(i, "oauth_client_id", kuma_text(m, "oauthclientid"));
		item_secret(k->p, i, "oauth_client_secret", "oauth",
			    kuma_text(m, "oauthclientsecret"));
		item_text(i, "oauth_scope", kuma_text(m, "oauthscopes"));
	} else if (!strcmp(method, "mtls")) {
		item_secret(k->p, i, "client_certificate", "certificate", kuma_text(m, "tlscert"));
		item_secret(k->p, i, "client_key", "key", kuma_text(m, "tlskey"));
		if (*kuma_text(m, "tlsca"))
			item_note(i, "its own CA is not carried over");
	} else if (!strcmp(method, "ntlm")) {
		item_note(i, "NTLM authentication is not carried over");
	} else if (*kuma_text(m, "basicauthuser")) {
		item_text(i, "basic_user", kuma_text(m, "basicauthuser"));
		item_secret(k->p, i, "basic_password", "password", kuma_text(m, "basicauthpass"));
	}
}

/* A plain path of JSONata is one of jq: "a.b[0]", "$.a.b", "$". */
static bool plain_path(const char *path, char *out, size_t cap)
{
	if (*path == '$')
		path++;
	if (*path == '.')
		path++;
	for (const char *c = path; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_.[]", *c))
			return false;
	snprintf(out, cap, ".%s", path);
	return true;
}

static void json_query(struct import_item *i, const json_t *m)
{
	char path[200], room[32], term[600];
	const char *written = kuma_text(m, "jsonpath"),
		   *relation = kuma_text(m, "jsonpathoperator");
	const char *expected = import_scalar(json_object_get(m, "expectedvalue"), room);
	static const char *const comparisons[] = {"==", "!=", "<", "<=", ">", ">="};
	bool compares = !*relation;
	for (size_t c = 0; c < ARRAY_LEN(comparisons); c++)
		compares = compares || !strcmp(relation, comparisons[c]);
	if (!plain_path(written, path, sizeof(path)) ||
	    (!compares && strcmp(relation, "contains"))) {
		item_note(
			i,
			"JSON query %.80s is not carried over: write it for jq (field json_expect)",
			written);
		return;
	}
	char *quoted = import_quoted(expected);
	if (!compares)
		snprintf(term, sizeof(term), "%s | tostring | contains(%.300s)", path, quoted);
	else if (!*relation || relation[0] == '=' || relation[0] == '!')
		snprintf(term, sizeof(term), "(%s | tostring) %s %.300s", path,
			 *relation ? relation : "==", quoted);
	else
		snprintf(term, sizeof(term), "(%s | tonumber) %s %.40s", path, relation, expected);
	free(quoted);
	item_append(i, "json_expect", term);
}

static void of_http(struct kuma *k, struct import_item *i, const json_t *m)
{
	const char *type = kuma_text(m, "type"), *method = kuma_text(m, "method");
	int64_t redirects = kuma_number(m, "maxredirects", 10);
	item_text(i, "type", "http");
	item_text(i, "target", kuma_text(m, "url"));
	if (*method && strcmp(method, "GET"))
		item_text(i, "method", method);
	item_text(i, "body", kuma_text(m, "body"));
	statuses(i, m);
	headers(k, i, m);
	authentication(k, i, m);
	if (redirects != 10)
		item_value(i, "redirects", json_integer(redirects > 20 ? 20 : redirects));
	if (kuma_truth(m, "ignoretls", false))
		item_value(i, "verify", json_false());
	if (!kuma_truth(m, "expirynotification", true))
		item_value(i, "cert_days", json_integer(0));
	if (!strcmp(type, "keyword"))
		item_text(i, kuma_truth(m, "invertkeyword", false) ? "keyword_absent" : "keyword",
			  kuma_text(m, "keyword"));
	if (!strcmp(type, "json-query"))
		json_query(i, m);
	if (!strcmp(type, "real-browser"))
		item_note(i, "the page is asked for, not opened in a browser");
	if (kuma_number(m, "proxyid", 0))
		item_note(i, "its proxy is not carried over: set field proxy");
}

/* ---- other types ---------------------------------------------------------------------------- */

static void of_port(struct kuma *k, struct import_item *i, const json_t *m)
{
	item_text(i, "type", "tcp");
	set_host_port(i, "target", kuma_text(m, "hostname"), kuma_number(m, "port", 0));
}

static void of_ping(struct kuma *k, struct import_item *i, const json_t *m)
{
	int64_t size = kuma_number(m, "packetsize", 56);
	item_text(i, "type", "ping");
	set_host_port(i, "target", kuma_text(m, "hostname"), 0);
	if (size != 56)
		item_value(i, "size", json_integer(size));
	if (!strcmp(kuma_text(m, "type"), "tailscale-ping"))
		item_note(i, "a plain ping, not Tailscale's own");
}

static void of_dns(struct kuma *k, struct import_item *i, const json_t *m)
{
	const char *record = kuma_text(m, "dnsresolvetype"),
		   *server = kuma_text(m, "dnsresolveserver");
	int64_t port = kuma_number(m, "port", 53);
	char first[256];
	item_text(i, "type", "dns");
	item_text(i, "target", kuma_text(m, "hostname"));
	item_text(i, "record", *record ? record : "A");
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(server, ", "), server);
	if (strcmp(first, server))
		item_note(i, "only the first of its name servers is asked");
	set_host_port(i, "server", first, port > 0 ? port : 53);
}

static void of_push(struct kuma *k, struct import_item *i, const json_t *m)
{
	int64_t interval = kuma_number(m, "interval", 60);
	int64_t grace = kuma_number(m, "retryinterval", interval) * kuma_number(m, "maxretries", 0);
	static const char *const of_asking[] = {"interval", "timeout", "retry_interval", "failures",
						"ip"};
	for (size_t n = 0; n < ARRAY_LEN(of_asking); n++)
		json_object_del(i->object, of_asking[n]);
	item_text(i, "type", "heartbeat");
	item_ms(i, "period", interval * 1000);
	item_ms(i, "grace", (grace > 60 ? grace : 60) * 1000);
	item_note(i, "has a new address: sellersmart monitor show %s", i->name);
}

static void of_websocket(struct kuma *k, struct import_item *i, const json_t *m)
{
	item_text(i, "type", "websocket");
	item_text(i, "target", kuma_text(m, "url"));
	item_text(i, "subprotocol", kuma_text(m, "wssubprotocol"));
	headers(k, i, m);
	if (kuma_truth(m, "ignoretls", false))
		item_value(i, "verify", json_false());
}

static void of_smtp(struct kuma *k, struct import_item *i, const json_t *m)
{
	const char *security = kuma_text(m, "smtpsecurity");
	item_text(i, "type", "smtp");
	set_host_port(i, "target", kuma_text(m, "hostname"), kuma_number(m, "port", 25));
	if (!strcmp(security, "secure"))
		item_value(i, "tls", json_true());
	else if (!strcmp(security, "starttls"))
		item_text(i, "starttls", "required");
	else if (!strcmp(security, "nostarttls"))
		item_text(i, "starttls", "off");
}

/* "postgres://user:password@host:5432/db": where it listens, and nothing else of it. */
static void of_database(struct kuma *k, struct import_item *i, const json_t *m)
{
	static const struct {
		const char *type;
		int64_t port;
	} ports[] = {{"postgres", 5432}, {"mysql", 3306}, {"mongodb", 27017}, {"redis", 6379}};
	const char *whole = kuma_text(m, "databaseconnectionstring");
	const char *start = strstr(whole, "://"), *at;
	char host[256];
	int64_t port = 0;
	start = start ? start + 3 : whole;
	size_t authority = strcspn(start, "/?");
	while ((at = memchr(start, '@', authority))) {
		authority -= (size_t)(at + 1 - start);
		start = at + 1;
	}
	snprintf(host, sizeof(host), "%.*s", (int)authority, start);
	for (size_t n = 0; n < ARRAY_LEN(ports); n++)
		if (!strcmp(ports[n].type, kuma_text(m, "type")))
			port = ports[n].port;
	char *colon = strrchr(host, ':');
	if (colon && isdigit((unsigned char)colon[1])) {
		port = strtoll(colon + 1, NULL, 10);
		*colon = 0;
	}
	if (strchr(host, ',') || strchr(host, '='))
		host[0] = 0;
	item_text(i, "type", "tcp");
	set_host_port(i, "target", host, port);
	item_note(i, "only whether the port answers is checked, not the query");
	if (!host[0])
		item_skip(i, "where the database listens is not plain from its connection string");
}

static const struct {
	const char *type;
	void (*read)(struct kuma *k, struct import_item *i, const json_t *m);
} types[] = {
	{"http", of_http},           {"keyword", of_http},
	{"json-query", of_http},     {"real-browser", of_http},
	{"port", of_port},           {"ping", of_ping},
	{"tailscale-ping", of_ping}, {"dns", of_dns},
	{"push", of_push},           {"websocket-upgrade", of_websocket},
	{"smtp", of_smtp},           {"postgres", of_database},
	{"mysql", of_database},      {"mongodb", of_database},
	{"redis", of_database},
};

static void tell(struct kuma *k, const char *notification, const char *monitor)
{
	json_t *names = json_object_get(k->told, notification);
	if (!names)
		json_object_set_new(k->told, notification, names = json_array());
	json_array_append_new(names, json_string(monitor));
}

static void read_monitor(struct kuma *k, const json_t *row)
{
	json_t *m = kuma_normalised(row);
	const char *type = kuma_text(m, "type"), *name = kuma_text(m, "name");
	char id[32];
	import_scalar(json_object_get(m, "id"), id);
	if (!strcmp(type, "group"))
		goto out;
	struct import_item *i = item_add(k->p, "monitor", *name ? name : "monitor", id);
	if (!i)
		goto out;
	json_object_set_new(k->names, id, json_string(i->name));
	const char *notification;
	json_t *on;
	json_object_foreach(json_object_get(m, "notificationidlist"), notification, on)
		tell(k, notification, i->name);
	size_t t = 0;
	while (t < ARRAY_LEN(types) && strcmp(types[t].type, type))
		t++;
	if (t == ARRAY_LEN(types)) {
		item_skip(i, "type %.40s: there is no check of that kind", *type ? type : "(none)");
		goto out;
	}
	common(k, i, m);
	types[t].read(k, i, m);
	if (kuma_truth(m, "upsidedown", false))
		item_skip(i, "it is upside down (up means down): that would alarm the wrong way");
out:
	json_decref(m);
}

/* ---- maintenance ---------------------------------------------------------------------------- */

/* Times in the file are local to the window's zone: "2026-11-22 02:30:00". */
static void local_time(struct import_item *i, const char *field, const char *text)
{
	char iso[32];
	snprintf(iso, sizeof(iso), "%.19s", text);
	if (strlen(iso) > 10 && iso[10] == ' ')
		iso[10] = 'T';
	item_text(i, field, iso);
}

static void read_window(struct kuma *k, const json_t *row, const json_t *covered)
{
	json_t *m = kuma_normalised(row);
	char id[32], window[32], monitor[32];
	const char *strategy = kuma_text(m, "strategy"), *zone = kuma_text(m, "timezone");
	size_t n;
	const json_t *link;
	import_scalar(json_object_get(m, "id"), id);
	struct import_item *i = item_add(k->p, "maintenance", kuma_text(m, "title"), id);
	if (!i)
		goto out;
	if (*zone && strcmp(zone, "SAME_AS_SERVER"))
		item_text(i, "zone", zone);
	item_text(i, "description", kuma_text(m, "title"));
	json_array_foreach(covered, n, link)
	{
		json_t *l = kuma_normalised(link);
		import_scalar(json_object_get(l, "maintenanceid"), window);
		import_scalar(json_object_get(l, "monitorid"), monitor);
		const char *name = json_string_value(json_object_get(k->names, monitor));
		if (!strcmp(window, id) && name)
			item_append(i, "monitors", name);
		json_decref(l);
	}
	if (!json_object_get(i->object, "monitors"))
		item_skip(i, "it covers no monitor");
	else if (!strcmp(strategy, "single")) {
		local_time(i, "start", kuma_text(m, "startdate"));
		local_time(i, "end", kuma_text(m, "enddate"));
	} else if (*kuma_text(m, "cron") && kuma_number(m, "duration", 0) > 0) {
		item_text(i, "cron", kuma_text(m, "cron"));
		item_ms(i, "for", kuma_number(m, "duration", 0) * 1000);
	} else {
		item_skip(i, "windows of the kind \"%.30s\" are not carried over", strategy);
	}
	if (!kuma_truth(m, "active", true))
		item_value(i, "paused", json_true());
out:
	json_decref(m);
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_database(const struct import_file *f)
{
	return f->len >= 16 && !memcmp(f->data, "SQLite format 3", 16);
}

static bool knows(struct import_file *f)
{
	return is_database(f) ||
	       json_is_array(json_object_get(import_json(f, NULL), "monitorList"));
}

static enum err read_file(struct kuma *k, struct import_file *f, struct error *e)
{
	size_t n;
	const json_t *m;
	if (is_database(f) && !strcmp(f->path, "-")) {
		error_set(e, ERR_USAGE, "a database cannot come from standard input");
		error_hint(e, "sellersmart import --from kuma kuma.db");
		return ERR_USAGE;
	}
	if (is_database(f) && !f->json)
		f->json = kuma_database(f->path, e);
	const json_t *whole = is_database(f) ? f->json : import_json(f, e);
	const json_t *list = json_object_get(whole, "monitorList");
	if (!whole)
		return e->code;
	if (!json_is_array(list)) {
		error_set(e, ERR_MALFORMED, "%s: no list \"monitorList\"", f->path);
		error_hint(e, "a backup from Settings, Backup (version 1), or data/kuma.db");
		return ERR_MALFORMED;
	}
	json_array_foreach(list, n, m)
	{
		char id[32];
		if (!strcmp(json_str(m, "type", ""), "group"))
			json_object_set_new(k->groups, import_scalar(json_object_get(m, "id"), id),
					    json_string(json_str(m, "name", "group")));
	}
	json_array_foreach(list, n, m) read_monitor(k, m);
	json_array_foreach(json_object_get(whole, "maintenanceList"), n, m)
		read_window(k, m, json_object_get(whole, "monitorMaintenance"));
	json_array_foreach(json_object_get(whole, "monitorNotification"), n, m)
	{
		char monitor[32], notification[32];
		const char *name = json_string_value(json_object_get(
			k->names, import_scalar(json_object_get(m, "monitor_id"), monitor)));
		if (name)
			tell(k, import_scalar(json_object_get(m, "notification_id"), notification),
			     name);
	}
	kuma_notifications(k->p, json_object_get(whole, "notificationList"), k->told,
			   json_object_size(k->names));
	if (json_object_size(k->groups))
		import_note(k->p, "%zu groups became tags of what is in them",
			    json_object_size(k->groups));
	return ERR_NONE;
}

static enum err read_all(struct import_file *files, size_t n, struct import_plan *p,
			 struct error *e)
{
	struct kuma k = {
		.p = p, .groups = json_object(), .names = json_object(), .told = json_object()};
	enum err err = ERR_NONE;
	for (size_t f = 0; f < n && !err; f++)
		err = read_file(&k, &files[f], e);
	json_decref(k.groups);
	json_decref(k.names);
	json_decref(k.told);
	return err;
}

const struct importer importer_kuma = {
	.name = "kuma",
	.title = "Uptime Kuma: a backup (JSON) or its database (kuma.db)",
	.files = "backup.json | kuma.db",
	.knows = knows,
	.read = read_all,
};
