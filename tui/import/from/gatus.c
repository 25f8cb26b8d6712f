/* Gatus: its YAML configuration. A condition becomes the field that means the same; what has none
 * is a note. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/import/import.h"

/* ---- conditions ----------------------------------------------------------------------------- */

struct condition {
	char left[300], op[3], right[300];
};

static void trim(char *text)
{
	size_t n = strlen(text), skip = strspn(text, " \t");
	while (n > skip && isspace((unsigned char)text[n - 1]))
		n--;
	memmove(text, text + skip, n - skip);
	text[n - skip] = 0;
}

static bool condition_parse(const char *text, struct condition *c)
{
	static const char *const ops[] = {" == ", " != ", " <= ", " >= ", " < ", " > "};
	for (size_t o = 0; o < ARRAY_LEN(ops); o++) {
		const char *at = strstr(text, ops[o]);
		if (!at)
			continue;
		snprintf(c->left, sizeof(c->left), "%.*s", (int)(at - text), text);
		snprintf(c->op, sizeof(c->op), "%s", ops[o] + 1);
		c->op[strcspn(c->op, " ")] = 0;
		snprintf(c->right, sizeof(c->right), "%s", at + strlen(ops[o]));
		trim(c->left);
		trim(c->right);
		return true;
	}
	return false;
}

/* "name(inside)" -> inside. */
static bool call_of(const char *text, const char *name, char out[static 300])
{
	size_t n = strlen(name), len = strlen(text);
	if (strncmp(text, name, n) || text[n] != '(' || len < n + 2 || text[len - 1] != ')')
		return false;
	snprintf(out, 300, "%.*s", (int)(len - n - 2), text + n + 1);
	return true;
}

/* Statuses as a set: "== 200", "< 300", "== any(200, 301)". */
static bool status(struct import_item *i, const struct condition *c)
{
	char inside[300], set[320];
	int n = atoi(c->right);
	if (!strcmp(c->op, "==") && call_of(c->right, "any", inside)) {
		char *to = set;
		for (const char *from = inside; *from && to < set + sizeof(set) - 1; from++)
			if (*from != ' ')
				*to++ = *from;
		*to = 0;
		item_text(i, "status", set);
		return true;
	}
	if (n < 100 || n > 599)
		return false;
	if (!strcmp(c->op, "=="))
		snprintf(set, sizeof(set), "%d", n);
	else if (!strcmp(c->op, "<") && n > 100)
		snprintf(set, sizeof(set), "100-%d", n - 1);
	else if (!strcmp(c->op, "<="))
		snprintf(set, sizeof(set), "100-%d", n);
	else if (!strcmp(c->op, ">") && n < 599)
		snprintf(set, sizeof(set), "%d-599", n + 1);
	else if (!strcmp(c->op, ">="))
		snprintf(set, sizeof(set), "%d-599", n);
	else if (!strcmp(c->op, "!=") && n > 100 && n < 599)
		snprintf(set, sizeof(set), "100-%d,%d-599", n - 1, n + 1);
	else
		return false;
	item_text(i, "status", set);
	return true;
}

/* ".a.b[0]" or "" as jq's path. */
static const char *jq_path(const char *path)
{
	for (const char *p = path; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._[]", *p))
			return NULL;
	return *path ? path : ".";
}

static bool is_number(const char *text)
{
	char *end;
	if (!*text)
		return false;
	strtod(text, &end);
	return !*end;
}

/* A glob of Gatus ("*" only) as a regular expression. */
static void glob_pattern(const char *glob, char *out, size_t cap)
{
	size_t n = 0;
	out[n++] = '^';
	for (; *glob && n + 4 < cap; glob++) {
		if (*glob == '*') {
			out[n++] = '.';
			out[n++] = '*';
		} else {
			if (strchr("\\.+?()[]{}^$|", *glob))
				out[n++] = '\\';
			out[n++] = *glob;
		}
	}
	out[n++] = '$';
	out[n] = 0;
}

static void compare(struct import_item *i, const char *value, const struct condition *c)
{
	char term[900], inside[300], pattern[640];
	if (call_of(c->right, "pat", inside)) {
		glob_pattern(inside, pattern, sizeof(pattern));
		char *quoted = import_quoted(pattern);
		snprintf(term, sizeof(term), "%s | tostring | test(%.700s)%s", value, quoted,
			 !strcmp(c->op, "!=") ? " | not" : "");
		free(quoted);
	} else if (call_of(c->right, "any", inside)) {
		size_t n = (size_t)snprintf(term, sizeof(term), "%s | tostring | IN(", value);
		char *rest = inside, *one;
		for (int k = 0; (one = strsep(&rest, ",")) && n < sizeof(term) - 340; k++) {
			trim(one);
			char *quoted = import_quoted(one);
			n += (size_t)snprintf(term + n, sizeof(term) - n, "%s%.300s", k ? ", " : "",
					      quoted);
			free(quoted);
		}
		snprintf(term + n, sizeof(term) - n, ")%s", !strcmp(c->op, "!=") ? " | not" : "");
	} else if (is_number(c->right) && strcmp(c->op, "==") && strcmp(c->op, "!=")) {
		snprintf(term, sizeof(term), "(%s | tonumber) %s %s", value, c->op, c->right);
	} else {
		char *quoted = import_quoted(c->right);
		snprintf(term, sizeof(term), "(%s | tostring) %s %.400s", value, c->op, quoted);
		free(quoted);
	}
	item_append(i, "json_expect", term);
}

static bool body(struct import_item *i, const struct condition *c)
{
	char inside[300], value[360], glob[300];
	if (!strcmp(c->left, "[BODY]") && call_of(c->right, "pat", glob)) {
		bool wanted = !strcmp(c->op, "==");
		size_t n = strlen(glob);
		/* "*text*" is a keyword when there is no other star in it. */
		if (n > 2 && glob[0] == '*' && glob[n - 1] == '*' &&
		    memchr(glob + 1, '*', n - 2) == NULL) {
			glob[n - 1] = 0;
			item_text(i, wanted ? "keyword" : "keyword_absent", glob + 1);
		} else {
			char pattern[640] = "(?s)";
			glob_pattern(glob, pattern + 4, sizeof(pattern) - 4);
			item_text(i, wanted ? "pattern" : "pattern_absent", pattern);
		}
		return true;
	}
	if (!strcmp(c->left, "[BODY]") && !strcmp(c->op, "==")) {
		char pattern[640] = "(?s)";
		glob_pattern(c->right, pattern + 4, sizeof(pattern) - 4);
		item_text(i, "pattern", pattern);
		return true;
	}
	if (!strncmp(c->left, "[BODY]", 6) && jq_path(c->left + 6)) {
		compare(i, jq_path(c->left + 6), c);
		return true;
	}
	if (call_of(c->left, "len", inside) && !strncmp(inside, "[BODY]", 6) &&
	    jq_path(inside + 6)) {
		snprintf(value, sizeof(value), "(%s | length)", jq_path(inside + 6));
		compare(i, value, c);
		return true;
	}
	if (call_of(c->left, "has", inside) && !strncmp(inside, "[BODY]", 6) &&
	    jq_path(inside + 6)) {
		bool wanted = !strcmp(c->right, "true") == !strcmp(c->op, "==");
		snprintf(value, sizeof(value), "%s %s null", jq_path(inside + 6),
			 wanted ? "!=" : "==");
		item_append(i, "json_expect", value);
		return true;
	}
	return false;
}

/* Days from "> 48h": rounded up, so that nothing is noticed later than before. */
static int64_t days_of(const char *right)
{
	int64_t ms = import_duration_ms(right);
	return ms < 0 ? -1 : (ms + 86399999) / 86400000;
}

static void add_domain(struct import_plan *p, struct import_item *of, const char *url, int64_t days)
{
	char title[200], host[256];
	const char *start = strstr(url, "://");
	start = start ? start + 3 : url;
	snprintf(host, sizeof(host), "%.*s", (int)strcspn(start, "/:?#"), start);
	snprintf(title, sizeof(title), "%.100s-domain", of->name);
	struct import_item *i = item_add(p, "monitor", title, title);
	if (!i)
		return;
	item_text(i, "type", "domain");
	item_text(i, "target", host);
	item_value(i, "domain_days", json_integer(days));
}

static void condition(struct import_plan *p, struct import_item *i, const char *text,
		      const char *url)
{
	struct condition c;
	const char *type = json_str(i->object, "type", "");
	bool http = !strcmp(type, "http"), known = condition_parse(text, &c);
	if (!known)
		;
	else if (!strcmp(c.left, "[STATUS]"))
		known = http && status(i, &c);
	else if (!strcmp(c.left, "[CONNECTED]"))
		known = !strcmp(c.right, "true");
	else if (!strcmp(c.left, "[RESPONSE_TIME]")) {
		known = c.op[0] == '<' && is_number(c.right) && strcmp(type, "dns");
		if (known) {
			item_ms(i, "slow", atoll(c.right));
			item_note(i, "slower than %s ms is degraded here, not down", c.right);
		}
	} else if (!strcmp(c.left, "[CERTIFICATE_EXPIRATION]")) {
		known = c.op[0] == '>' && days_of(c.right) >= 0;
		if (known)
			item_value(i, "cert_days", json_integer(days_of(c.right)));
	} else if (!strcmp(c.left, "[DOMAIN_EXPIRATION]")) {
		known = c.op[0] == '>' && days_of(c.right) > 0;
		if (known)
			add_domain(p, i, url, days_of(c.right));
	} else if (!strcmp(c.left, "[DNS_RCODE]")) {
		known = !strcmp(type, "dns") && !strcmp(c.right, "NOERROR");
	} else if (!strcmp(type, "dns") && !strcmp(c.left, "[BODY]") && !strcmp(c.op, "==")) {
		char inside[300];
		known = !call_of(c.right, "pat", inside) && !call_of(c.right, "any", inside);
		if (known)
			item_append(i, "expect", c.right);
	} else {
		known = http && body(i, &c);
	}
	if (!known)
		item_note(i, "condition not carried over: %.120s", text);
}

/* ---- endpoints ------------------------------------------------------------------------------ */

static void client(struct import_plan *p, struct import_item *i, const json_t *c)
{
	const json_t *oauth = json_object_get(c, "oauth2"), *scope;
	int64_t timeout = import_duration_ms(json_str(c, "timeout", ""));
	size_t n;
	if (timeout > 0)
		item_ms(i, "timeout", timeout > 120000 ? 120000 : timeout);
	if (json_bool(c, "insecure", false))
		item_value(i, "verify", json_false());
	if (json_bool(c, "ignore-redirect", false))
		item_value(i, "redirects", json_integer(0));
	item_text(i, "proxy", json_str(c, "proxy-url", ""));
	if (oauth) {
		item_text(i, "oauth_token_url", json_str(oauth, "token-url", ""));
		item_text(i, "oauth_client_id", json_str(oauth, "client-id", ""));
		item_secret(p, i, "oauth_client_secret", "oauth",
			    json_str(oauth, "client-secret", ""));
		struct buf scopes = BUF_INIT(1024);
		json_array_foreach(json_object_get(oauth, "scopes"), n, scope)
			buf_printf(&scopes, "%s%.100s", n ? " " : "",
				   json_is_string(scope) ? json_string_value(scope) : "");
		item_text(i, "oauth_scope", scopes.len ? buf_str(&scopes) : "");
		buf_fini(&scopes);
	}
	if (*json_str(c, "dns-resolver", ""))
		item_note(i, "client.dns-resolver is not carried over: the daemon has its own");
	if (json_object_get(c, "tls"))
		item_note(i, "client.tls names files: store them as secrets (client_certificate)");
	if (!strcmp(json_str(c, "network", ""), "ip4"))
		item_text(i, "ip", "4");
	else if (!strcmp(json_str(c, "network", ""), "ip6"))
		item_text(i, "ip", "6");
}

static void dns(struct import_item *i, const json_t *d, const char *url)
{
	item_text(i, "type", "dns");
	item_text(i, "server", url);
	item_text(i, "target", json_str(d, "query-name", ""));
	item_text(i, "record", json_str(d, "query-type", "A"));
}

static bool by_scheme(struct import_item *i, const char *url)
{
	static const struct {
		const char *scheme, *type;
		bool bare; /* host:port without the scheme */
	} schemes[] = {{"http://", "http", false},    {"https://", "http", false},
		       {"tcp://", "tcp", true},       {"tls://", "tls", true},
		       {"starttls://", "smtp", true}, {"icmp://", "ping", true},
		       {"ws://", "websocket", false}, {"wss://", "websocket", false}};
	for (size_t s = 0; s < ARRAY_LEN(schemes); s++) {
		size_t n = strlen(schemes[s].scheme);
		if (strncmp(url, schemes[s].scheme, n))
			continue;
		item_text(i, "type", schemes[s].type);
		item_text(i, "target", schemes[s].bare ? url + n : url);
		if (!strcmp(schemes[s].type, "smtp"))
			item_text(i, "starttls", "required");
		return true;
	}
	return false;
}

/* How many failures in a row its first alert waits for; Gatus's own default is 3. */
static void thresholds(struct import_item *i, const json_t *endpoint)
{
	const json_t *alert = json_array_get(json_object_get(endpoint, "alerts"), 0);
	int64_t failures = json_int(alert, "failure-threshold", 0);
	int64_t successes = json_int(alert, "success-threshold", 0);
	if (failures > 0)
		item_value(i, "failures", json_integer(failures > 20 ? 20 : failures));
	if (successes > 0)
		item_value(i, "recoveries", json_integer(successes > 20 ? 20 : successes));
}

static struct import_item *named(struct import_plan *p, const json_t *endpoint)
{
	char title[200], room[32], other[32];
	const char *name = import_scalar(json_object_get(endpoint, "name"), room);
	const char *group = import_scalar(json_object_get(endpoint, "group"), other);
	snprintf(title, sizeof(title), "%.80s%s%.80s", group, *group ? "-" : "",
		 *name ? name : "endpoint");
	struct import_item *i = item_add(p, "monitor", title, title);
	if (i && *group)
		item_tag(i, group);
	if (i && !json_bool(endpoint, "enabled", true))
		item_value(i, "paused", json_true());
	return i;
}

static void read_endpoint(struct import_plan *p, const json_t *endpoint)
{
	struct import_item *i = named(p, endpoint);
	const char *url = json_str(endpoint, "url", ""), *method = json_str(endpoint, "method", "");
	const json_t *query = json_object_get(endpoint, "dns"), *one;
	json_t *value;
	const char *name;
	size_t n;
	if (!i)
		return;
	if (query)
		dns(i, query, url);
	else if (!by_scheme(i, url)) {
		item_skip(i, "url %.80s: there is no check of that scheme", *url ? url : "(none)");
		return;
	}
	if (strstr(url, "${") || strstr(url, "$("))
		item_skip(i, "its url holds a variable of the environment: %.80s", url);
	int64_t interval = import_duration_ms(json_str(endpoint, "interval", "60s"));
	if (interval > 0)
		item_ms(i, "interval", interval);
	thresholds(i, endpoint);
	if (!strcmp(json_str(i->object, "type", ""), "http")) {
		if (*method && strcmp(method, "GET"))
			item_text(i, "method", method);
		item_text(i, "body", json_str(endpoint, "body", ""));
		if (json_bool(endpoint, "graphql", false))
			item_note(i, "graphql: write the body as {\"query\": …}");
	}
	json_object_foreach(json_object_get(endpoint, "headers"), name, value)
	{
		char room[32];
		const char *text = import_scalar(value, room);
		item_header(p, i, name, text);
		if (strstr(text, "${"))
			item_note(i, "header %.60s holds a variable of the environment", name);
	}
	client(p, i, json_object_get(endpoint, "client"));
	json_array_foreach(json_object_get(endpoint, "conditions"), n, one)
	{
		if (json_is_string(one))
			condition(p, i, json_string_value(one), url);
	}
	if (json_object_get(endpoint, "ssh"))
		item_note(i, "ssh is not carried over");
}

static void read_external(struct import_plan *p, const json_t *endpoint)
{
	struct import_item *i = named(p, endpoint);
	int64_t every = import_duration_ms(
		json_str(json_object_get(endpoint, "heartbeat"), "interval", "1d"));
	if (!i)
		return;
	item_text(i, "type", "heartbeat");
	if (every > 0)
		item_ms(i, "period", every);
	item_note(i, "has a new address: sellersmart monitor show %s", i->name);
}

/* ---- maintenance ---------------------------------------------------------------------------- */

static void read_maintenance(struct import_plan *p, const json_t *m)
{
	static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
					   "Thursday", "Friday", "Saturday"};
	char cron[64] = "", start[32];
	size_t n, d, len;
	const json_t *day;
	int64_t lasts = import_duration_ms(json_str(m, "duration", ""));
	int hour = 0, minute = 0;
	if (!m || !json_bool(m, "enabled", true))
		return;
	struct import_item *i = item_add(p, "maintenance", "maintenance", "maintenance");
	if (!i)
		return;
	import_scalar(json_object_get(m, "start"), start);
	if (lasts <= 0 || sscanf(json_str(m, "start", ""), "%d:%d", &hour, &minute) != 2) {
		item_skip(i, "it needs start: \"23:00\" and duration: 1h");
		return;
	}
	len = (size_t)snprintf(cron, sizeof(cron), "%d %d * * ", minute, hour);
	json_array_foreach(json_object_get(m, "every"), n, day)
	{
		for (d = 0; d < 7; d++)
			if (json_is_string(day) && !strcmp(json_string_value(day), days[d]))
				len += (size_t)snprintf(cron + len, sizeof(cron) - len, "%s%zu",
							n ? "," : "", d);
	}
	if (!n)
		snprintf(cron + len, sizeof(cron) - len, "*");
	item_text(i, "cron", cron);
	item_ms(i, "for", lasts);
	item_text(i, "zone", json_str(m, "timezone", "UTC"));
	item_value(i, "all", json_true());
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool knows(struct import_file *f)
{
	const json_t *whole = import_yaml(f, NULL);
	const json_t *first = json_array_get(json_object_get(whole, "endpoints"), 0);
	return json_object_get(first, "conditions") || json_object_get(first, "url") ||
	       json_object_get(whole, "external-endpoints");
}

/* By which of its alerts the endpoint, now the items from first on, was told of. */
static void note_alerts(const struct import_plan *p, size_t first, const json_t *endpoint,
			json_t *told)
{
	const json_t *alert;
	size_t n;
	json_array_foreach(json_object_get(endpoint, "alerts"), n, alert)
	{
		const char *type = json_str(alert, "type", "");
		json_t *names = json_object_get(told, type);
		if (!names)
			json_object_set_new(told, type, names = json_array());
		for (size_t i = first; i < p->n; i++)
			json_array_append_new(names, json_string(p->items[i]->name));
	}
}

static void read_endpoints(struct import_plan *p, const json_t *whole)
{
	json_t *told = json_object();
	const json_t *one;
	size_t i, begin = p->n, first;
	json_array_foreach(json_object_get(whole, "endpoints"), i, one)
	{
		first = p->n;
		read_endpoint(p, one);
		note_alerts(p, first, one, told);
	}
	json_array_foreach(json_object_get(whole, "external-endpoints"), i, one)
	{
		first = p->n;
		read_external(p, one);
		note_alerts(p, first, one, told);
	}
	gatus_alerting(p, json_object_get(whole, "alerting"), told, p->n - begin);
	json_decref(told);
}

static enum err read_all(struct import_file *files, size_t n, struct import_plan *p,
			 struct error *e)
{
	for (size_t f = 0; f < n; f++) {
		const json_t *whole = import_yaml(&files[f], e);
		if (!whole)
			return e->code;
		const json_t *endpoints = json_object_get(whole, "endpoints");
		if (!json_is_array(endpoints) &&
		    !json_is_array(json_object_get(whole, "external-endpoints"))) {
			error_set(e, ERR_MALFORMED, "%s: no list \"endpoints\"", files[f].path);
			error_hint(e, "the file that Gatus is started with, config.yaml");
			return ERR_MALFORMED;
		}
		read_endpoints(p, whole);
		read_maintenance(p, json_object_get(whole, "maintenance"));
		if (json_object_get(whole, "suites"))
			import_note(p, "suites are not carried over: write them as a steps check");
	}
	return ERR_NONE;
}

const struct importer importer_gatus = {
	.name = "gatus",
	.title = "Gatus: its configuration (YAML)",
	.files = "config.yaml...",
	.knows = knows,
	.read = read_all,
};
