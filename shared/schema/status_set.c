/* "200-299,301", "2xx": sets of HTTP statuses. */
#include <stdio.h>
#include <string.h>

#include "shared/schema/internal.h"

enum { STATUS_MIN = 100, STATUS_MAX = 599, RANGES_MAX = 32 };

/* One "200", "200-299" or "2xx" at *at, which moves behind it. */
static bool parse_range(const char **at, int *low, int *high)
{
	const char *p = *at;
	while (*p == ' ')
		p++;
	if (p[0] >= '1' && p[0] <= '5' && (p[1] == 'x' || p[1] == 'X') &&
	    (p[2] == 'x' || p[2] == 'X')) {
		*low = (p[0] - '0') * 100;
		*high = *low + 99;
		p += 3;
	} else {
		int *numbers[] = {low, high};
		for (int i = 0; i < 2; i++) {
			int v = 0, digits = 0;
			for (; *p >= '0' && *p <= '9' && digits < 4; p++, digits++)
				v = v * 10 + (*p - '0');
			if (digits != 3)
				return false;
			*numbers[i] = v;
			if (i == 0 && *p != '-') {
				*high = v;
				break;
			}
			if (i == 0)
				p++;
		}
	}
	while (*p == ' ')
		p++;
	*at = p;
	return *low >= STATUS_MIN && *high <= STATUS_MAX && *low <= *high;
}

bool status_set_contains(const char *set, int status)
{
	int low, high;
	while (set && *set && parse_range(&set, &low, &high)) {
		if (status >= low && status <= high)
			return true;
		if (*set != ',')
			return false;
		set++;
	}
	return false;
}

bool status_set_canonical(const char *text, char *out, size_t cap, struct error *e)
{
	char value[QUOTED_MAX];
	struct {
		int low, high;
	} ranges[RANGES_MAX];
	size_t n = 0;
	for (const char *at = text;;) {
		int low, high;
		if (n == RANGES_MAX || !parse_range(&at, &low, &high) || (*at && *at != ',')) {
			error_set(e, ERR_INVALID, "%s is not a set of HTTP statuses (%d..%d)",
				  quoted_text(value, text), STATUS_MIN, STATUS_MAX);
			error_hint(e, "write 200-299,301 or 2xx");
			return false;
		}
		size_t i = n++;
		for (; i > 0 && ranges[i - 1].low > low; i--)
			ranges[i] = ranges[i - 1];
		ranges[i].low = low;
		ranges[i].high = high;
		if (!*at++)
			break;
	}
	size_t merged = 0;
	for (size_t i = 1; i < n; i++) {
		if (ranges[i].low > ranges[merged].high + 1)
			ranges[++merged] = ranges[i];
		else if (ranges[i].high > ranges[merged].high)
			ranges[merged].high = ranges[i].high;
	}
	out[0] = '\0';
	for (size_t i = 0; i <= merged; i++) {
		char one[16];
		if (ranges[i].low == ranges[i].high)
			snprintf(one, sizeof(one), "%d", ranges[i].low);
		else
			snprintf(one, sizeof(one), "%d-%d", ranges[i].low, ranges[i].high);
		words_add(out, cap, ",", one);
	}
	return true;
}
