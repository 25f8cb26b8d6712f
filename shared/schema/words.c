/* Words for messages: quoted values, near misses, lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/text_safe.h"

enum { WORD_MAX = 48, SHOWN_CELLS = 40 };

const char *quoted_text(char out[static QUOTED_MAX], const char *text)
{
	char safe[QUOTED_MAX - 8];
	size_t len = strnlen(text, 4 * QUOTED_MAX);
	text_safe(safe, sizeof(safe), text, len, SHOWN_CELLS + 1, 0, NULL);
	bool cut = text_width(safe) > SHOWN_CELLS || len == 4 * QUOTED_MAX;
	if (cut)
		text_safe(safe, sizeof(safe), text, len, SHOWN_CELLS, 0, NULL);
	snprintf(out, QUOTED_MAX, "\"%s\"%s", safe, cut ? "..." : "");
	return out;
}

const char *quoted(char out[static QUOTED_MAX], const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING: return quoted_text(out, json_string_value(value));
	case JSON_INTEGER:
		snprintf(out, QUOTED_MAX, "%lld", (long long)json_integer_value(value));
		return out;
	case JSON_REAL: snprintf(out, QUOTED_MAX, "%.6g", json_real_value(value)); return out;
	case JSON_TRUE: return strcpy(out, "true");
	case JSON_FALSE: return strcpy(out, "false");
	case JSON_NULL: return strcpy(out, "null");
	case JSON_OBJECT: return strcpy(out, "a mapping");
	case JSON_ARRAY: return strcpy(out, "a list");
	}
	return strcpy(out, "?");
}

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;
	return ab < c ? ab : c;
}

/* Edits (insert, drop, change, swap neighbours) from a to b. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t row[3][WORD_MAX + 1];
	for (size_t j = 0; j <= nb; j++)
		row[1][j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *before = row[(i - 1 + 1) % 3], *now = row[(i + 1) % 3];
		const size_t *earlier = row[(i + 2) % 3];
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = smallest(before[j] + 1, now[j - 1] + 1,
					  before[j - 1] + (a[i - 1] != b[j - 1]));
			bool swapped =
				i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
			if (swapped && earlier[j - 2] + 1 < now[j])
				now[j] = earlier[j - 2] + 1;
		}
	}
	return row[(na + 1) % 3][nb];
}

/* Lower case, hyphens as underscores: what flags and other tools' spellings differ in. */
static size_t fold(char out[static WORD_MAX], const char *word)
{
	size_t n = 0;
	for (; word[n] && n < WORD_MAX; n++) {
		char c = word[n];
		out[n] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? '_' : c;
	}
	return n;
}

const char *nearest(const char *word, const char *const *names, size_t n)
{
	char a[WORD_MAX], b[WORD_MAX];
	if (strnlen(word, WORD_MAX) == WORD_MAX)
		return NULL;
	size_t na = fold(a, word), best = na / 3 + 2;
	const char *found = NULL;
	for (size_t i = 0; i < n; i++) {
		size_t nb = fold(b, names[i]);
		size_t d = distance(a, na, b, nb);
		if (d < best && d < nb) {
			best = d;
			found = names[i];
		}
	}
	return found;
}

void words_add(char *out, size_t cap, const char *separator, const char *word)
{
	size_t n = strlen(out);
	if (n + 1 < cap)
		snprintf(out + n, cap - n, "%s%s", n ? separator : "", word);
}

bool errors_add(struct error_list *list, const struct error *e)
{
	list->total++;
	if (list->n < ERRORS_MAX)
		list->items[list->n++] = *e;
	return false;
}
