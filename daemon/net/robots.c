#include "daemon/net/robots.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"

/* Comparing costs at most path × rules; 8 million steps are some 20 ms. */
enum { STEPS_MAX = 8 << 20 };

struct rule {
	char *path; /* as it was written */
	int line;
	bool allow;
};

/* What stands in groups for our token, and in those for all. */
struct rule_set {
	struct rule *rules;
	size_t n, cap;
	int64_t delay_ms; /* -1: none */
	bool named;       /* there was such a group, perhaps without a rule */
};

struct robots {
	struct rule_set set;
	char *sitemaps[ROBOTS_SITEMAPS_MAX];
	size_t n_sitemaps, bytes;
	bool nothing;
};

/* ---- reading ------------------------------------------------------------------------------- */

enum { OURS, ALL, SETS };

struct reader {
	struct robots *r;
	const char *token;
	struct rule_set sets[SETS];
	bool in_group[SETS]; /* which sets the current group adds to */
	bool rules_began;    /* a User-agent line starts a new group now */
	int64_t group_delay_ms;
	int line;
};

struct span {
	const char *s;
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\0';
}

static struct span trimmed(const char *s, size_t n)
{
	while (n && is_blank(s[0])) {
		s++;
		n--;
	}
	while (n && is_blank(s[n - 1]))
		n--;
	return (struct span){s, n};
}

static bool is_word(struct span s, const char *word)
{
	return s.n == strlen(word) && !strncasecmp(s.s, word, s.n);
}

static bool is_one_of(struct span s, const char *const *words)
{
	while (*words && !is_word(s, *words))
		words++;
	return *words;
}

/* "name: value", or "name value" when that is all of the line. */
static bool split_line(struct span line, struct span *name, struct span *value)
{
	const char *comment = memchr(line.s, '#', line.n), *colon;
	size_t n = 0;

	line = trimmed(line.s, comment ? (size_t)(comment - line.s) : line.n);
	colon = line.n ? memchr(line.s, ':', line.n) : NULL;
	if (colon) {
		n = (size_t)(colon - line.s);
		*name = trimmed(line.s, n);
		*value = trimmed(colon + 1, line.n - n - 1);
		return name->n > 0;
	}
	while (n < line.n && !is_blank(line.s[n]))
		n++;
	*name = (struct span){line.s, n};
	*value = trimmed(line.s + n, line.n - n);
	for (size_t i = 0; i < value->n; i++)
		if (is_blank(value->s[i]))
			return false;
	return name->n && value->n;
}

/* The product token is what the value begins with: "SellerSmart/1.0" is SellerSmart's. */
static bool names_token(struct span value, const char *token)
{
	size_t n = 0;

	while (n < value.n && (value.s[n] == '-' || value.s[n] == '_' ||
			       ((value.s[n] | 0x20) >= 'a' && (value.s[n] | 0x20) <= 'z')))
		n++;
	return n && is_word((struct span){value.s, n}, token);
}

static void give_delay(struct reader *d)
{
	for (int i = 0; i < SETS; i++)
		if (d->in_group[i] && d->group_delay_ms > d->sets[i].delay_ms)
			d->sets[i].delay_ms = d->group_delay_ms;
}

static void on_agent(struct reader *d, struct span value)
{
	int which;

	if (d->rules_began) {
		d->rules_began = false;
		d->in_group[OURS] = d->in_group[ALL] = false;
		d->group_delay_ms = -1;
	}
	if (value.n && value.s[0] == '*' && (value.n == 1 || is_blank(value.s[1])))
		which = ALL;
	else if (names_token(value, d->token))
		which = OURS;
	else
		return;
	d->in_group[which] = d->sets[which].named = true;
	give_delay(d);
}

static void on_rule(struct reader *d, struct span value, bool allow)
{
	d->rules_began = true;
	/* An empty rule is none; one that begins with neither can match no path. */
	if (!value.n || (value.s[0] != '/' && value.s[0] != '*'))
		return;
	if (value.n > ROBOTS_RULE_MAX)
		value.n = ROBOTS_RULE_MAX;
	for (int i = 0; i < SETS; i++) {
		struct rule_set *s = &d->sets[i];

		if (!d->in_group[i])
			continue;
		if (s->n == s->cap) {
			s->cap = s->cap ? 2 * s->cap : 16;
			s->rules = mem_array(s->rules, s->cap, sizeof *s->rules);
		}
		s->rules[s->n++] = (struct rule){mem_strndup(value.s, value.n), d->line, allow};
	}
}

/* Seconds, with a fraction perhaps. It belongs to the group but does not end its list of agents:
 * for who does not know the line it is none. */
static void on_delay(struct reader *d, struct span value)
{
	int64_t ms = 0, unit = 1000;
	size_t i = 0;
	bool digits = false;

	for (; i < value.n && value.s[i] >= '0' && value.s[i] <= '9'; i++, digits = true)
		if (ms < ROBOTS_DELAY_MAX_MS)
			ms = ms * 10 + (value.s[i] - '0') * INT64_C(1000);
	if (i < value.n && value.s[i] == '.')
		for (i++; i < value.n && value.s[i] >= '0' && value.s[i] <= '9'; i++) {
			unit /= 10;
			ms += (value.s[i] - '0') * unit;
			digits = true;
		}
	if (!digits || i < value.n || !ms)
		return;
	if (ms < ROBOTS_DELAY_MIN_MS)
		ms = ROBOTS_DELAY_MIN_MS;
	if (ms > ROBOTS_DELAY_MAX_MS)
		ms = ROBOTS_DELAY_MAX_MS;
	if (ms > d->group_delay_ms)
		d->group_delay_ms = ms;
	give_delay(d);
}

static void on_sitemap(struct reader *d, struct span value)
{
	struct robots *r = d->r;

	if (value.n && value.n < ROBOTS_RULE_MAX && r->n_sitemaps < ROBOTS_SITEMAPS_MAX)
		r->sitemaps[r->n_sitemaps++] = mem_strndup(value.s, value.n);
}

/* Slips of the hand that are common enough to be understood by large crawlers. */
static const char *const agent_words[] = {"user-agent", "useragent", "user agent", NULL};
static const char *const disallow_words[] = {"disallow", "dissallow", "dissalow", "disalow",
					     "diasllow", "disallaw",  NULL};
static const char *const sitemap_words[] = {"sitemap", "site-map", NULL};

static void on_line(struct reader *d, struct span line)
{
	struct span name, value;

	d->line++;
	if (!split_line(line, &name, &value))
		return;
	if (is_one_of(name, agent_words))
		on_agent(d, value);
	else if (is_one_of(name, disallow_words))
		on_rule(d, value, false);
	else if (is_word(name, "allow"))
		on_rule(d, value, true);
	else if (is_word(name, "crawl-delay"))
		on_delay(d, value);
	else if (is_one_of(name, sitemap_words))
		on_sitemap(d, value);
}

static void set_fini(struct rule_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->rules[i].path);
	free(s->rules);
}

/* Whole, or the first bytes of one that somebody cut. */
static size_t mark_length(const char *data, size_t len)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t n = 0;

	while (n < 3 && n < len && data[n] == mark[n])
		n++;
	return n;
}

struct robots *robots_parse(const char *data, size_t len, const char *token)
{
	struct robots *r = mem_zalloc(sizeof *r);
	struct reader d = {.r = r, .token = token, .group_delay_ms = -1};
	size_t at;
	int which;

	d.sets[OURS].delay_ms = d.sets[ALL].delay_ms = -1;
	if (len > ROBOTS_BYTES_MAX)
		len = ROBOTS_BYTES_MAX;
	for (at = mark_length(data, len); at < len;) {
		size_t n = 0;

		while (at + n < len && data[at + n] != '\n' && data[at + n] != '\r')
			n++;
		on_line(&d, (struct span){data + at, n});
		at += n + 1;
		if (at < len && data[at - 1] == '\r' && data[at] == '\n')
			at++;
	}
	which = d.sets[OURS].named ? OURS : ALL;
	r->set = d.sets[which];
	set_fini(&d.sets[which == OURS ? ALL : OURS]);
	r->bytes = sizeof *r + r->set.cap * sizeof *r->set.rules;
	for (size_t i = 0; i < r->set.n; i++)
		r->bytes += strlen(r->set.rules[i].path) + 1;
	for (size_t i = 0; i < r->n_sitemaps; i++)
		r->bytes += strlen(r->sitemaps[i]) + 1;
	return r;
}

struct robots *robots_everything(void)
{
	return robots_parse("", 0, "");
}

struct robots *robots_nothing(void)
{
	struct robots *r = robots_everything();

	r->nothing = true;
	return r;
}

void robots_free(struct robots *r)
{
	if (!r)
		return;
	set_fini(&r->set);
	for (size_t i = 0; i < r->n_sitemaps; i++)
		free(r->sitemaps[i]);
	free(r);
}

/* ---- comparing ----------------------------------------------------------------------------- */

/* One character of a path or rule: its byte, and whether it was written as %XX where that means
 * something else ("%2F" is no slash). In a query both ways of writing are one. */
enum { ENCODED = 0x100, ANY = 0x200, END = 0x400 };

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool means_the_same(unsigned byte)
{
	return byte >= 0x80 || byte == '*' || byte == '$' || byte == '-' || byte == '.' ||
	       byte == '_' || byte == '~' || (byte >= '0' && byte <= '9') ||
	       ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* @return the character at *s, which moves on; END at the end, and for a last $ of a rule */
static unsigned next_unit(const char **s, bool is_rule)
{
	const char *at = *s;
	unsigned byte = (unsigned char)*at;
	int high, low;

	if (!byte)
		return END;
	*s = at + 1;
	if (is_rule && byte == '*') {
		*s = at + strspn(at, "*");
		return ANY;
	}
	if (byte != '%' || (high = hex_value(at[1])) < 0 || (low = hex_value(at[2])) < 0)
		return byte;
	*s = at + 3;
	byte = (unsigned)(high << 4 | low);
	return means_the_same(byte) ? byte : byte | ENCODED;
}

struct compared {
	const char *query; /* where the path's query begins, or its end */
	long steps;
};

static bool same_unit(unsigned rule, unsigned path, bool in_query)
{
	return rule == path ||
	       (in_query && (rule & 0xFF) == (path & 0xFF) && path != END && !(rule & (END | ANY)));
}

/* Does the rule match a beginning of the path (all of it, with a $ at the end)? The last * takes
 * more, one character at a time, whenever what follows it does not fit. */
static bool rule_matches(const char *rule, const char *path, struct compared *c)
{
	size_t len = strlen(rule);
	const char *end = len && rule[len - 1] == '$' ? rule + len - 1 : NULL;
	const char *star = NULL, *star_path = NULL;

	while (c->steps++ < STEPS_MAX) {
		const char *rule_next = rule, *path_next = path;
		bool at_end = rule == end;
		unsigned want = at_end ? END : next_unit(&rule_next, true), have;

		if (want == ANY) {
			star = rule = rule_next;
			star_path = path;
			continue;
		}
		if (want == END && !at_end)
			return true;
		have = next_unit(&path_next, false);
		if (at_end && have == END)
			return true;
		if (!at_end && same_unit(want, have, path >= c->query)) {
			rule = rule_next;
			path = path_next;
			continue;
		}
		if (!star || next_unit(&star_path, false) == END)
			return false;
		rule = star;
		path = star_path;
	}
	return false;
}

static size_t rule_length(const char *rule)
{
	size_t n = 0;

	while (next_unit(&rule, true) != END)
		n++;
	return n;
}

bool robots_allows(const struct robots *r, const char *path, int *line)
{
	struct compared c = {.query = path + strcspn(path, "?")};
	const struct rule *best = NULL;
	size_t best_length = 0;

	if (line)
		*line = 0;
	if (!strcmp(path, "/robots.txt"))
		return true;
	if (r->nothing)
		return false;
	for (size_t i = 0; i < r->set.n; i++) {
		const struct rule *one = &r->set.rules[i];
		size_t length;

		if (!rule_matches(one->path, path, &c))
			continue;
		length = rule_length(one->path);
		if (!best || length > best_length ||
		    (length == best_length && one->allow && !best->allow)) {
			best = one;
			best_length = length;
		}
	}
	if (c.steps >= STEPS_MAX)
		return false;
	if (line && best)
		*line = best->line;
	return !best || best->allow;
}

int64_t robots_delay_ms(const struct robots *r)
{
	return r->set.delay_ms;
}

const char *robots_sitemap(const struct robots *r, size_t i)
{
	return i < r->n_sitemaps ? r->sitemaps[i] : NULL;
}

size_t robots_bytes(const struct robots *r)
{
	return r->bytes;
}
