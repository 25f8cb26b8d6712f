#include "daemon/net/idn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "shared/utf8.h"

enum { LABEL_MAX = 63, POINTS_MAX = HOST_MAX };
/* RFC 3492, 5. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_N = 128 };

static char digit(uint32_t d)
{
	return (char)(d < 26 ? 'a' + d : '0' + d - 26);
}

static uint32_t adapt(uint32_t delta, uint32_t n, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / n;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One label of n code points; false when it does not fit. RFC 3492, 6.3. */
static bool punycode(const uint32_t *points, size_t n, char *out, size_t cap)
{
	uint32_t next = FIRST_N, delta = 0, bias = FIRST_BIAS;
	size_t len = 0, basic, done;

	for (size_t i = 0; i < n; i++) {
		if (points[i] >= FIRST_N)
			continue;
		if (len + 2 > cap)
			return false;
		out[len++] = (char)points[i];
	}
	basic = done = len;
	if (basic)
		out[len++] = '-';
	while (done < n) {
		uint32_t smallest = UINT32_MAX;

		for (size_t i = 0; i < n; i++) {
			if (points[i] >= next && points[i] < smallest)
				smallest = points[i];
		}
		delta += (smallest - next) * (uint32_t)(done + 1);
		next = smallest;
		for (size_t i = 0; i < n; i++) {
			uint32_t q = delta;

			if (points[i] < next)
				delta++;
			if (points[i] != next)
				continue;
			for (uint32_t k = BASE;; k += BASE) {
				uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

				if (len + 2 > cap)
					return false;
				if (q < t)
					break;
				out[len++] = digit(t + (q - t) % (BASE - t));
				q = (q - t) / (BASE - t);
			}
			out[len++] = digit(q);
			bias = adapt(delta, (uint32_t)done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		next++;
	}
	out[len] = '\0';
	return true;
}

/* Code points of a label in lower case and composed; 0 when it is not acceptable. */
static size_t fold(const char *label, size_t len, uint32_t points[static POINTS_MAX])
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t bytes = utf8proc_map(
		(const utf8proc_uint8_t *)label, (utf8proc_ssize_t)len, &folded,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
	size_t n = 0;

	for (utf8proc_ssize_t at = 0; at < bytes;) {
		uint32_t c;

		at += (utf8proc_ssize_t)utf8_next((char *)folded + at, (size_t)(bytes - at), &c);
		if (c == UTF8_INVALID || c <= ' ' || c == '.' || n == POINTS_MAX) {
			n = 0;
			break;
		}
		points[n++] = c;
	}
	free(folded);
	return bytes > 0 ? n : 0;
}

static bool put_label(const char *label, size_t len, char *out)
{
	uint32_t points[POINTS_MAX];
	size_t n;
	bool ascii = true;

	for (size_t i = 0; i < len; i++)
		ascii = ascii && (unsigned char)label[i] < 0x80;
	if (ascii) {
		memcpy(out, label, len);
		out[len] = '\0';
		return len <= LABEL_MAX;
	}
	n = fold(label, len, points);
	ascii = n > 0;
	for (size_t i = 0; i < n; i++)
		ascii = ascii && points[i] < FIRST_N;
	if (ascii) { /* folding was all it took: full-width letters */
		for (size_t i = 0; i < n && i < LABEL_MAX; i++)
			out[i] = (char)points[i];
		out[n < LABEL_MAX ? n : LABEL_MAX] = '\0';
		return n <= LABEL_MAX;
	}
	memcpy(out, "xn--", 4);
	return n && punycode(points, n, out + 4, LABEL_MAX + 1 - 4);
}

enum err idn_to_ascii(char host[static HOST_MAX], struct error *e)
{
	char out[HOST_MAX] = "", label[HOST_MAX];
	const char *at = host;
	bool ascii = true;

	for (const char *p = host; *p; p++)
		ascii = ascii && (unsigned char)*p < 0x80;
	if (ascii)
		return ERR_NONE;
	while (*at) {
		size_t len = strcspn(at, ".");

		if (!put_label(at, len, label) || strlen(out) + strlen(label) + 2 > sizeof out)
			return error_set(e, ERR_INVALID, "host name: \"%.80s\" has no ASCII form", host);
		strcat(out, label);
		at += len;
		if (*at == '.') {
			strcat(out, ".");
			at++;
		}
	}
	memcpy(host, out, sizeof out);
	return ERR_NONE;
}
