#pragma once
/* Which items of a feed name a brand. Pure. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MENTION_WORDS_MAX = 21, MENTION_WORD_MAX = 256, MENTION_KEY_MAX = 500 };

/** The names of a brand as texts are compared with: folded (shared/fold.h). */
struct mention_words {
	char words[MENTION_WORDS_MAX][MENTION_WORD_MAX];
	size_t n;
};
/** Of a brand's spec: its brand and aliases. */
void mention_words_of(const json_t *spec, struct mention_words *w);
/** Does text name it, at the borders of words? "acme" is in "ACME's new lamp", not in "Pacmen". */
bool mention_in(const struct mention_words *w, const char *text);

struct mention {
	char *key; /* its address, else its id, else its title */
	char *url, *title, *source;
	int64_t at_ms; /* when it was published, as far as that is said and not to come */
};

struct mention_list {
	struct mention_words words;
	struct mention *all;
	size_t n, items; /* mentions among so many items */
};
/** Look into items of a feed (JSON of news_feed.h).
 *  @param feed_url  its host is the source of a feed without a title */
void mentions_find(char *const *items, size_t n, const char *feed_url, int64_t now_ms,
		   struct mention_list *list);
void mention_list_fini(struct mention_list *list);
