#include "daemon/services/brandscan/low_ratings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/utf8.h"

enum { WORDS_MAX = 4000, SHORT_MAX = 2 };

/* ---- words ----------------------------------------------------------------------------------- */

/* What says nothing, in the languages of most shops; sorted. */
static const char *const stop_words[] = {
	"aber", "about", "after", "again",   "all",  "als",     "also", "and",   "any",   "are",
	"auch", "auf",   "avec",  "because", "been", "but",     "can",  "che",   "con",   "could",
	"das",  "dass",  "del",   "dem",     "den",  "der",     "des",  "did",   "die",   "does",
	"don",  "ein",   "eine",  "einen",   "est",  "even",    "for",  "from",  "get",   "got",
	"had",  "has",   "hat",   "have",    "her",  "his",     "how",  "ich",   "ist",   "its",
	"just", "kein",  "les",   "los",     "mais", "mehr",    "mit",  "more",  "nach",  "nicht",
	"noch", "non",   "not",   "now",     "nur",  "off",     "one",  "only",  "our",   "out",
	"para", "pas",   "per",   "por",     "pour", "product", "que",  "qui",   "sehr",  "she",
	"sie",  "sind",  "than",  "that",    "the",  "their",   "them", "then",  "there", "they",
	"this", "too",   "und",   "une",     "use",  "used",    "very", "von",   "war",   "was",
	"were", "what",  "when",  "which",   "will", "wir",     "with", "would", "you",   "your",
	"zum",  "zur",
};

static int by_text(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool is_stop_word(const char *word)
{
	return bsearch(word, stop_words, ARRAY_LEN(stop_words), sizeof(*stop_words), by_text);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

bool topic_word_next(const char **at, char out[static LOW_WORD_MAX])
{
	for (const char *s = *at; *s;) {
		size_t n = 0;
		while (*s && !in_word(*s))
			s++;
		while (in_word(s[n]))
			n++;
		size_t kept = utf8_floor(s, n < LOW_WORD_MAX ? n : LOW_WORD_MAX - 1);
		for (size_t i = 0; i < kept; i++)
			out[i] = (char)tolower((unsigned char)s[i]);
		out[kept] = 0;
		s += n;
		*at = s;
		if (kept > SHORT_MAX && !is_stop_word(out))
			return true;
	}
	*at += strlen(*at);
	return false;
}

/* ---- what texts have in common --------------------------------------------------------------- */

struct word {
	char s[LOW_WORD_MAX];
	unsigned text;  /* which */
	unsigned texts; /* how many, once it is counted */
};

static int by_word(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int d = strcmp(x->s, y->s);
	return d ? d : x->text < y->text ? -1 : x->text > y->text;
}

static int commonest(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	return x->texts != y->texts ? (x->texts > y->texts ? -1 : 1) : strcmp(x->s, y->s);
}

/* Each word once, with the number of texts that have it. @return how many words */
static size_t count_words(struct word *all, size_t n)
{
	size_t kept = 0;
	qsort(all, n, sizeof(*all), by_word);
	for (size_t i = 0; i < n; i++) {
		bool same_word = kept && !strcmp(all[kept - 1].s, all[i].s);
		if (same_word && all[kept - 1].text == all[i].text)
			continue;
		unsigned texts = same_word ? all[kept - 1].texts + 1 : 1;
		if (!same_word)
			kept++;
		all[kept - 1] = all[i];
		all[kept - 1].texts = texts;
	}
	return kept;
}

static void find_topics(const struct low_rating *all, size_t n, int64_t least,
			struct low_cluster *c)
{
	struct word *words = mem_array(NULL, WORDS_MAX, sizeof(*words));
	size_t n_words = 0;
	for (size_t i = 0; i < n; i++) {
		const char *at = all[i].text;
		while (n_words < WORDS_MAX && topic_word_next(&at, words[n_words].s))
			words[n_words++].text = (unsigned)i;
	}
	n_words = count_words(words, n_words);
	qsort(words, n_words, sizeof(*words), commonest);
	for (size_t i = 0; i < n_words && c->n_topics < LOW_TOPIC_WORDS; i++) {
		if (words[i].texts < least || words[i].texts < 2)
			break;
		memcpy(c->topics[c->n_topics++], words[i].s, LOW_WORD_MAX);
	}
	free(words);
}

/* ---- clusters -------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static size_t count_listings(const struct low_rating *all, size_t n)
{
	uint64_t *ids = mem_array(NULL, n, sizeof(*ids));
	size_t different = 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = all[i].listing;
	qsort(ids, n, sizeof(*ids), by_id);
	for (size_t i = 0; i < n; i++)
		different += !i || ids[i] != ids[i - 1];
	free(ids);
	return different;
}

static void describe(const struct low_rating *all, size_t n, int64_t least, struct low_cluster *c)
{
	*c = (struct low_cluster){.from_ms = all[0].at_ms, .until_ms = all[n - 1].at_ms};
	for (size_t i = 0; i < n; i++) {
		c->ratings += all[i].count;
		if (!all[i].text[0])
			continue;
		c->texts++;
		snprintf(c->sample, sizeof(c->sample), "%.*s",
			 (int)utf8_floor(all[i].text, strnlen(all[i].text, LOW_SAMPLE_MAX - 1)),
			 all[i].text);
	}
	c->listings = count_listings(all, n);
	if (c->texts >= 2)
		find_topics(all, n, least, c);
}

size_t low_clusters(const struct low_rating *all, size_t n, int64_t within_ms, int64_t least,
		    struct low_cluster *out, size_t max)
{
	size_t found = 0;
	for (size_t i = 0; i < n && max;) {
		int64_t ratings = 0;
		size_t to = i;
		for (; to < n && all[to].at_ms - all[i].at_ms <= within_ms; to++)
			ratings += all[to].count;
		if (ratings < least) {
			i++;
			continue;
		}
		if (found == max)
			memmove(&out[0], &out[1], --found * sizeof(*out));
		describe(&all[i], to - i, least, &out[found++]);
		i = to;
	}
	return found;
}
