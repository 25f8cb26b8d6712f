#include "daemon/services/sitemonitor/evidence.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/text.h"
#include "shared/hash.h"
#include "shared/mem.h"
#include "shared/utf8.h"

enum { EVIDENCE_MAX = 16384, CHANGES_MAX = 24, VALUE_TEXT = 160, LIST_SHOWN = 8 };

/* What is measured differs at each answer: figures of a program, the time of each step. */
static const char measured[] = "perfdata", step_ms[] = "step_ms";
/* Only a failed check has them, or they always differ: not a difference. */
static const char *const own_members[] = {"body_start", "body_cut", "truncated",
					  measured,     step_ms,    "output"};

static json_t *read_evidence(const char *text)
{
	return text ? json_read(text, strlen(text), EVIDENCE_MAX, NULL) : NULL;
}

static bool is_member(struct json_slice key, const char *name)
{
	return key.n == strlen(name) && !memcmp(key.s, name, key.n);
}

/* Takes what belongs to the body and is written as it is by our checks. */
static bool take_body(struct evidence_body *body, struct json_slice key, struct json_slice value)
{
	char digits[24];
	size_t n = 0;
	if (is_member(key, "body_hash"))
		return value.n == 2 + 2 * sizeof(body->hash) &&
		       !sodium_hex2bin(body->hash, sizeof(body->hash), value.s + 1, value.n - 2,
				       NULL, &n, NULL) &&
		       n == sizeof(body->hash);
	if (!is_member(key, "body_bytes") || value.n >= sizeof(digits))
		return false;
	memcpy(digits, value.s, value.n);
	digits[value.n] = 0;
	body->bytes = strtoll(digits, NULL, 10);
	return true;
}

uint64_t evidence_print(const char *evidence, struct evidence_body *body)
{
	struct json_slice key, value;
	*body = (struct evidence_body){.bytes = -1};
	if (!evidence)
		return 0;
	uint64_t sum = 1; /* of members, so that their order does not matter */
	bool hashed = false;
	while (text_next_member(&evidence, &key, &value)) {
		bool of_body = take_body(body, key, value);
		hashed |= of_body && is_member(key, "body_hash");
		if (!of_body && !is_member(key, measured) && !is_member(key, step_ms))
			sum += hash_id(hash_bytes(key.s, key.n)) ^ hash_bytes(value.s, value.n);
	}
	if (!hashed)
		body->bytes = -1;
	return sum ? sum : 1;
}

const char *evidence_hash_text(const struct evidence_body *body,
			       char out[static EVIDENCE_HASH_TEXT])
{
	return sodium_bin2hex(out, EVIDENCE_HASH_TEXT, body->hash, sizeof(body->hash));
}

/* The steps of a run, each with its time. */
static char *timed_steps(const json_t *evidence)
{
	const json_t *steps = json_object_get(evidence, "steps");
	const json_t *times = json_object_get(evidence, step_ms);
	size_t i;
	json_t *step;
	if (!json_array_size(steps))
		return NULL;
	json_array_foreach((json_t *)steps, i, step)
	{
		if (json_array_get(times, i))
			json_object_set(step, "ms", json_array_get(times, i));
	}
	return json_dumps(steps, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

void evidence_way_free(struct evidence_way *way)
{
	if (!way)
		return;
	free(way->redirects);
	free(way->final_url);
	free(way->steps);
	free(way);
}

struct evidence_way *evidence_way(const char *evidence)
{
	if (!evidence || !(strstr(evidence, "\"redirects\":[") || strstr(evidence, "\"steps\":[")))
		return NULL;
	json_t *o = read_evidence(evidence);
	struct evidence_way *out = mem_zalloc(sizeof(*out));
	const json_t *hops = json_object_get(o, "redirects");
	const char *end = json_str(o, "final_url", NULL);
	if (json_array_size(hops)) {
		out->redirects = json_dumps(hops, JSON_COMPACT);
		out->final_url = end ? mem_strdup(end) : NULL;
	}
	out->steps = timed_steps(o);
	json_decref(o);
	if (out->redirects || out->steps)
		return out;
	evidence_way_free(out);
	return NULL;
}

/* ---- values as a person reads them ---------------------------------------------------------- */

static void bytes_text(char *out, size_t cap, int64_t n)
{
	if (n < 1000)
		snprintf(out, cap, "%lld B", (long long)n);
	else if (n < 1000000)
		snprintf(out, cap, "%lld.%lld kB", (long long)(n / 1000),
			 (long long)(n % 1000 / 100));
	else
		snprintf(out, cap, "%lld.%lld MB", (long long)(n / 1000000),
			 (long long)(n % 1000000 / 100000));
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);
	return n >= m && !strcmp(s + n - m, end);
}

static void value_text(char *out, size_t cap, const char *member, const json_t *v);

static void list_text(char *out, size_t cap, const char *member, const json_t *list)
{
	size_t used = 0, i;
	const json_t *item;
	out[0] = 0;
	json_array_foreach((json_t *)list, i, item)
	{
		char one[VALUE_TEXT];
		if (i == LIST_SHOWN || used + 8 >= cap)
			break;
		value_text(one, sizeof(one), member, item);
		used += (size_t)snprintf(out + used, cap - used, "%s%s", i ? ", " : "", one);
		if (used >= cap)
			used = cap - 1;
	}
	if (!json_array_size(list))
		snprintf(out, cap, "none");
}

/* A hop: "301 https://shop.example/de/". */
static bool hop_text(char *out, size_t cap, const json_t *v)
{
	const char *url = json_str(v, "url", NULL);
	int64_t status = json_int(v, "status", -1);
	if (!url || status < 0)
		return false;
	snprintf(out, cap, "%lld %s", (long long)status, url);
	return true;
}

static void value_text(char *out, size_t cap, const char *member, const json_t *v)
{
	if (hop_text(out, cap, v))
		return;
	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		/* A hash is only good for telling that something differs. */
		if (ends_with(member, "_hash") || ends_with(member, "fingerprint"))
			snprintf(out, cap, "%.16s", s);
		else
			snprintf(out, cap, "%s", s);
	} else if (json_is_integer(v) && ends_with(member, "_bytes")) {
		bytes_text(out, cap, json_integer_value(v));
	} else if (json_is_integer(v)) {
		snprintf(out, cap, "%lld", (long long)json_integer_value(v));
	} else if (json_is_boolean(v)) {
		snprintf(out, cap, "%s", json_is_true(v) ? "yes" : "no");
	} else if (json_is_array(v)) {
		list_text(out, cap, member, v);
	} else {
		char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		snprintf(out, cap, "%s", text ? text : "");
		free(text);
	}
}

/* ---- differences ---------------------------------------------------------------------------- */

struct changes {
	struct json_writer *w;
	size_t n, max, value_bytes;
};

static bool is_own_member(const char *member)
{
	for (size_t i = 0; i < ARRAY_LEN(own_members); i++)
		if (!strcmp(own_members[i], member))
			return true;
	return false;
}

static void write_side(const struct changes *c, const char *key, const char *member,
		       const json_t *v)
{
	char text[VALUE_TEXT] = "";
	jw_key(c->w, key);
	if (v && !json_is_null(v)) {
		value_text(text, sizeof(text), member, v);
		size_t n = strlen(text);
		jw_strn(c->w, text, utf8_floor(text, n < c->value_bytes ? n : c->value_bytes));
	} else {
		jw_null(c->w);
	}
}

static void write_change(struct changes *c, const char *prefix, const char *member,
			 const json_t *from, const json_t *to)
{
	char what[96];
	if (c->n++ >= c->max)
		return;
	snprintf(what, sizeof(what), "%s%.80s", prefix, member);
	for (char *p = what; *p && !*prefix; p++)
		if (*p == '_')
			*p = ' ';
	jw_object(c->w);
	jw_kv_str(c->w, "what", what);
	write_side(c, "from", member, from);
	write_side(c, "to", member, to);
	jw_object_end(c->w);
}

static void compare_headers(struct changes *c, const json_t *good, const json_t *bad)
{
	const char *name;
	json_t *v;
	json_object_foreach((json_t *)good, name, v) if (!json_equal(v, json_object_get(bad, name)))
		write_change(c, "header ", name, v, json_object_get(bad, name));
	json_object_foreach((json_t *)bad, name, v) if (!json_object_get(good, name))
		write_change(c, "header ", name, NULL, v);
}

/* By name: what each answered then and now. A step that was not reached is no difference. */
static void compare_steps(struct changes *c, const json_t *good, const json_t *bad)
{
	size_t i, j;
	const json_t *now, *before;
	json_array_foreach((json_t *)bad, i, now)
	{
		const char *name = json_str(now, "name", "");
		json_array_foreach((json_t *)good, j, before)
		{
			const json_t *was = json_object_get(before, "status");
			const json_t *is = json_object_get(now, "status");
			if (strcmp(name, json_str(before, "name", "")) || (!was && !is) ||
			    (was && is && json_equal(was, is)))
				continue;
			write_change(c, "step ", name, was, is);
		}
	}
}

void evidence_write_changes(struct json_writer *w, const char *good_text, const char *bad_text)
{
	evidence_write_changes_of(w, good_text, bad_text, CHANGES_MAX, VALUE_TEXT);
}

void evidence_write_changes_of(struct json_writer *w, const char *good_text, const char *bad_text,
			       size_t max, size_t value_bytes)
{
	json_t *good = read_evidence(good_text), *bad = read_evidence(bad_text);
	struct changes c = {.w = w, .max = max, .value_bytes = value_bytes};
	const char *member;
	json_t *now;
	jw_array(w);
	if (good && bad) {
		json_object_foreach(bad, member, now)
		{
			json_t *before = json_object_get(good, member);
			if (is_own_member(member))
				continue;
			if (!strcmp(member, "steps"))
				compare_steps(&c, before, now);
			else if (json_is_object(before) && json_is_object(now))
				compare_headers(&c, before, now);
			else if (!json_equal(before, now) && !(json_is_null(now) && !before))
				write_change(&c, "", member, before, now);
		}
	}
	jw_array_end(w);
	json_decref(good);
	json_decref(bad);
}

/* ---- in few words --------------------------------------------------------------------------- */

/* The most telling first. */
static const char *const telling[] = {
	"status",      "exit_status", "ping", "final_url", "output", "body_start",  "server",
	"server_list", "record",      "tls",  "proxy",     "ipv6",   "tls_version", "records",
};

static const json_t *failed_step(const json_t *evidence)
{
	const json_t *steps = json_object_get(evidence, "steps");
	size_t n = json_array_size(steps);
	return n ? json_array_get(steps, n - 1) : NULL; /* none was tried after it */
}

static void write_within(struct json_writer *w, const char *key, const json_t *v, size_t end)
{
	json_t *shorter = NULL;
	if (json_is_string(v) && json_string_length(v) > VALUE_TEXT) {
		const char *s = json_string_value(v);
		shorter = json_stringn(s, utf8_floor(s, VALUE_TEXT));
	}
	char *text = v ? json_dumps(shorter ? shorter : v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	if (text && w->out->len + strlen(key) + strlen(text) + 4 <= end) {
		jw_key(w, key);
		jw_raw(w, text, strlen(text));
	}
	free(text);
	json_decref(shorter);
}

void evidence_write_compact(struct json_writer *w, const char *evidence, size_t max_bytes)
{
	size_t end = w->out->len + max_bytes;
	json_t *o = read_evidence(evidence);
	if (!o)
		return;
	for (size_t i = 0; i < ARRAY_LEN(telling); i++)
		write_within(w, telling[i], json_object_get(o, telling[i]), end);
	write_within(w, "step", failed_step(o), end);
	json_decref(o);
}
