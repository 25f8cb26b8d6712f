#include "shared/ids.h"

#include <assert.h>
#include <string.h>

enum { TIME_BITS = 41, NODE_BITS = 10, COUNTER_BITS = 12, TIME_SHIFT = NODE_BITS + COUNTER_BITS };

static const int64_t epoch_ms = 1735689600000; /* 2025-01-01T00:00:00Z */
static const uint64_t time_max = (UINT64_C(1) << TIME_BITS) - 1;
static const uint64_t counter_max = (UINT64_C(1) << COUNTER_BITS) - 1;
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void id_source_init(struct id_source *s, unsigned node, uint64_t last)
{
	pthread_mutex_init(&s->lock, NULL);
	s->last = last;
	s->node = node & ((1U << NODE_BITS) - 1);
}

void id_source_fini(struct id_source *s)
{
	pthread_mutex_destroy(&s->lock);
}

static uint64_t make(const struct id_source *s, uint64_t time, uint64_t counter)
{
	return time << TIME_SHIFT | (uint64_t)s->node << COUNTER_BITS | counter;
}

uint64_t id_next(struct id_source *s, int64_t now_ms)
{
	uint64_t time = now_ms > epoch_ms ? (uint64_t)(now_ms - epoch_ms) : 0;
	uint64_t last_time, counter = 0, id;

	if (time > time_max)
		time = time_max;
	pthread_mutex_lock(&s->lock);
	last_time = s->last >> TIME_SHIFT;
	if (time <= last_time) {
		/* Same millisecond, or the clock went back: count on, then borrow the next one. */
		time = last_time;
		counter = (s->last & counter_max) + 1;
		if (counter > counter_max) {
			counter = 0;
			time++;
		}
	}
	id = make(s, time, counter);
	if (id <= s->last) /* the last one was given by a node with a higher number, or is 0 */
		id = make(s, time + 1, 0);
	s->last = id;
	pthread_mutex_unlock(&s->lock);
	return id;
}

int64_t id_time_ms(uint64_t id)
{
	return epoch_ms + (int64_t)(id >> TIME_SHIFT);
}

const char *id_format(char out[static ID_TEXT], const char *prefix, uint64_t id)
{
	size_t n = strlen(prefix);

	assert(n <= ID_PREFIX_MAX);
	memcpy(out, prefix, n);
	out[n++] = '_';
	for (int i = ID_DIGITS - 1; i >= 0; i--, id >>= 5)
		out[n + (size_t)i] = digits[id & 31];
	out[n + ID_DIGITS] = '\0';
	return out;
}

/* Crockford: case does not count, o reads as 0, i and l as 1, u is no digit. */
static int digit_value(char c)
{
	const char *at;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return 0;
	if (c == 'I' || c == 'L')
		return 1;
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

bool id_parse(const char *text, const char *prefix, uint64_t *id)
{
	size_t n = strlen(prefix);
	uint64_t v = 0;

	if (strncmp(text, prefix, n) != 0 || text[n] != '_')
		return false;
	text += n + 1;
	for (int i = 0; i < ID_DIGITS; i++) {
		int d = digit_value(text[i]);

		if (d < 0 || (i == 0 && d > 7)) /* 13 digits have 65 bits, an id 63 */
			return false;
		v = v << 5 | (uint64_t)d;
	}
	if (text[ID_DIGITS])
		return false;
	*id = v;
	return true;
}

bool id_shaped(const char *text)
{
	size_t n = 0;

	while (((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z') && n <= ID_PREFIX_MAX)
		n++;
	if (n == 0 || n > ID_PREFIX_MAX || text[n] != '_')
		return false;
	text += n + 1;
	for (int i = 0; i < ID_DIGITS; i++) {
		if (digit_value(text[i]) < 0)
			return false;
	}
	return !text[ID_DIGITS];
}
