#include "tui/widgets/phases.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/widgets/format.h"

struct phase {
	const char *key, *word;
	enum role role;
	enum glyph glyph;
};

static const struct phase table[PHASES] = {
	{"resolve", "resolve", ROLE_INFO, GLYPH_LIGHT},
	{"connect", "connect", ROLE_CHART_LOW, GLYPH_SHADE},
	{"tls", "TLS", ROLE_UNKNOWN, GLYPH_LIGHT},
	{"first_byte", "first byte", ROLE_DEGRADED, GLYPH_SHADE},
	{"transfer", "transfer", ROLE_UP, GLYPH_LIGHT},
};

static double phase_ms(const json_t *phases, int i)
{
	return json_num(phases, table[i].key, -1);
}

static int longest(const json_t *phases, double *sum)
{
	int best = -1;

	*sum = 0;
	for (int i = 0; i < PHASES; i++) {
		double ms = phase_ms(phases, i);

		if (ms < 0)
			continue;
		*sum += ms;
		if (best < 0 || ms > phase_ms(phases, best))
			best = i;
	}
	return best;
}

static int draw_words(struct surface s, int y, int x, const json_t *phases, int best)
{
	char ms[FORMAT_TEXT], word[16];
	int at = x + surface_outside(s, y, x, ROLE_DIM, "ms", -1) + 2;

	for (int i = 0; i < PHASES; i++) {
		double v = phase_ms(phases, i);

		if (v < 0)
			continue;
		snprintf(word, sizeof word, "%s", table[i].word);
		for (char *p = word; i == best && *p; p++)
			*p = (char)toupper((unsigned char)*p);
		surface_glyph(s, y, at, table[i].role, table[i].glyph);
		at += s.width >= 70 ? 2 : 1;
		at += surface_outside(s, y, at, i == best ? ROLE_STRONG : ROLE_DIM, word, -1) + 1;
		if (v < 9.95)
			snprintf(ms, sizeof ms, "%.1f", v);
		else
			format_count(ms, sizeof ms, llround(v));
		at += surface_outside(s, y, at, i == best ? ROLE_STRONG : ROLE_TEXT, ms, -1) + 2;
	}
	return at - x;
}

int phases_draw(struct surface s, int y, int x, const json_t *phases)
{
	double sum, passed = 0;
	int best = longest(phases, &sum), width = s.width - x - 1, from = 0;

	if (best < 0)
		return 0;
	if (width > 72)
		width = 72;
	if (sum > 0 && width > 10) {
		for (int i = 0; i < PHASES; i++) {
			double v = phase_ms(phases, i);
			int to;

			if (v < 0)
				continue;
			passed += v;
			to = (int)lround(passed / sum * width);
			surface_line(s, y, x + from, to - from, table[i].role, table[i].glyph);
			from = to;
		}
	}
	draw_words(s, y + 1, x, phases, best);
	return 2;
}

void phases_text(const json_t *phases, char *out, size_t cap)
{
	char ms[FORMAT_TEXT];
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < PHASES; i++) {
		double v = phase_ms(phases, i);

		if (v >= 0 && n < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s %s", n ? ", " : "",
					      table[i].word, format_ms(ms, sizeof ms, v));
	}
}
