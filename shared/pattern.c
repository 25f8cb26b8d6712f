#include "shared/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum {
	HEAP_LIMIT_KIB = 4096,
	WINDOW_FIRST = 16,     /* start positions tried before the clock is read */
	WINDOW_SLOW_US = 2000, /* a window that took longer is not followed by a larger one */
};

/* Told that a subject may be anything, PCRE2 looks through all of it at each call. */
struct pattern {
	pcre2_code *code;  /* for any bytes */
	pcre2_code *valid; /* for what is known to be UTF-8; NULL: only the other */
};

struct pattern *pattern_compile(const char *text, struct error *e)
{
	size_t len = strlen(text);
	if (len > PATTERN_MAX_BYTES) {
		error_set(e, ERR_INVALID, "the pattern has %zu bytes, at most %d are possible", len,
			  PATTERN_MAX_BYTES);
		return NULL;
	}
	int code = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *compiled =
		pcre2_compile((PCRE2_SPTR)text, len,
			      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_USE_OFFSET_LIMIT |
				      PCRE2_NEVER_BACKSLASH_C,
			      &code, &at, NULL);
	if (!compiled) {
		PCRE2_UCHAR why[160];
		if (pcre2_get_error_message(code, why, sizeof(why)) < 0)
			why[0] = '\0';
		error_set(e, ERR_INVALID, "not a pattern: %s at character %zu", (const char *)why,
			  (size_t)at + 1);
		return NULL;
	}
	struct pattern *p = mem_alloc(sizeof(*p));
	p->code = compiled;
	p->valid = pcre2_compile((PCRE2_SPTR)text, len,
				 PCRE2_UTF | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C,
				 &code, &at, NULL);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_code_free(p->valid);
	free(p);
}

static int64_t cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void pattern_search_init(struct pattern_search *s, const struct pattern *p, const char *subject,
			 size_t len)
{
	uint32_t cp = 0;
	*s = (struct pattern_search){.pattern = p, .subject = subject, .len = len};
	for (size_t i = 0; i < len && cp != UTF8_INVALID;)
		i += utf8_next(subject + i, len - i, &cp);
	s->valid = cp != UTF8_INVALID;
}

/* An empty match is followed by the next character. */
static void note_place(struct pattern_search *s, const pcre2_match_data *data, int rc,
		       size_t *begin, size_t *end)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer((pcre2_match_data *)data);
	bool grouped = rc != 1 && at[2] != PCRE2_UNSET && at[3] != PCRE2_UNSET;
	*begin = at[grouped ? 2 : 0];
	*end = at[grouped ? 3 : 1];
	/* \K in a lookahead may put the beginning after the end. */
	if (*begin > *end)
		*begin = *end;
	size_t next = at[1] > s->next ? at[1] : s->next;
	if (at[1] <= at[0] || next == s->next) {
		for (next++; next < s->len && ((unsigned char)s->subject[next] & 0xC0) == 0x80;)
			next++;
	}
	s->next = next;
}

enum pattern_result pattern_search_next(struct pattern_search *s, size_t *begin, size_t *end)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(2, NULL);
	enum pattern_result result = PATTERN_NOT_MATCHED;
	if (!limits || !data) {
		result = PATTERN_LIMIT;
		goto out;
	}
	pcre2_set_match_limit(limits, PATTERN_MATCH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);

	bool checked = s->valid && s->pattern->valid;
	int64_t spent_us = 0;
	size_t window = WINDOW_FIRST;
	for (size_t from = s->next; from <= s->len;) {
		int64_t begun = cpu_us();
		/* The last position tried is the limit itself. */
		size_t last = window > s->len - from ? s->len : from + window - 1;
		/* Places where matching may begin are those of characters. */
		while (checked && last + 1 < s->len &&
		       ((unsigned char)s->subject[last + 1] & 0xC0) == 0x80)
			last++;
		pcre2_set_offset_limit(limits, last);
		int rc = pcre2_match(checked ? s->pattern->valid : s->pattern->code,
				     (PCRE2_SPTR)s->subject, s->len, from,
				     checked ? PCRE2_NO_UTF_CHECK : 0, data, limits);
		if (rc >= 0) {
			note_place(s, data, rc, begin, end);
			result = PATTERN_MATCHED;
			break;
		}
		if (rc != PCRE2_ERROR_NOMATCH) {
			result = PATTERN_LIMIT;
			break;
		}
		int64_t took = cpu_us() - begun;
		spent_us += took;
		from = last + 1;
		if (from <= s->len && spent_us > PATTERN_BUDGET_MS * 1000) {
			result = PATTERN_LIMIT;
			break;
		}
		if (took < WINDOW_SLOW_US)
			window *= 4;
	}
out:
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	return result;
}

enum pattern_result pattern_match(const struct pattern *p, const char *subject, size_t len)
{
	struct pattern_search s;
	size_t begin, end;
	pattern_search_init(&s, p, subject, len);
	return pattern_search_next(&s, &begin, &end);
}
