#include "daemon/services/brandscan/mentions.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/fold.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"
#include "shared/url.h"
#include "shared/utf8.h"

enum { ITEM_BYTES_MAX = 64 << 10, FOLDED_MAX = 8 << 10 };

/* ---- names ------------------------------------------------------------------------------------
 */

static void add_word(struct mention_words *w, const char *text)
{
	char *out = w->words[w->n];
	if (!text || w->n == MENTION_WORDS_MAX)
		return;
	text_fold(out, MENTION_WORD_MAX, text);
	size_t n = strlen(out), from = strspn(out, " ");
	while (n > from && out[n - 1] == ' ')
		n--;
	memmove(out, out + from, n - from);
	out[n - from] = 0;
	w->n += *out != 0;
}

void mention_words_of(const json_t *spec, struct mention_words *w)
{
	size_t i;
	const json_t *alias;
	w->n = 0;
	add_word(w, json_str(spec, "brand", NULL));
	json_array_foreach(json_object_get(spec, "aliases"), i, alias)
		add_word(w, json_string_value(alias));
}

/* Of scripts that part words by blanks; others have no borders to look for. */
static bool is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return isalnum((int)cp);
	return (cp >= 0xC0 && cp <= 0x24F && cp != 0xD7 && cp != 0xF7) ||
	       (cp >= 0x370 && cp <= 0x1FFF);
}

static bool letter_at(const char *s, size_t n)
{
	uint32_t cp = 0;
	if (!n)
		return false;
	utf8_next(s, n, &cp);
	return cp != UTF8_INVALID && is_letter(cp);
}

static bool letter_before(const char *begin, const char *s)
{
	if (s == begin)
		return false;
	const char *at = s - 1;
	while (at > begin && ((unsigned char)*at & 0xC0) == 0x80)
		at--;
	return letter_at(at, (size_t)(s - at));
}

static bool names_it(const char *word, const char *text, size_t len)
{
	size_t n = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		bool left = letter_at(word, n) && letter_before(text, at);
		bool right = letter_before(word, word + n) &&
			     letter_at(at + n, len - (size_t)(at - text) - n);
		if (!left && !right)
			return true;
	}
	return false;
}

bool mention_in(const struct mention_words *w, const char *text)
{
	char *folded = mem_alloc(FOLDED_MAX);
	bool found = false;
	text_fold(folded, FOLDED_MAX, text);
	for (size_t i = 0; i < w->n && !found; i++)
		found = names_it(w->words[i], folded, strlen(folded));
	free(folded);
	return found;
}

/* ---- items ------------------------------------------------------------------------------------
 */

static char *source_of(const json_t *item, const char *feed_url)
{
	const char *feed = json_str(item, "feed", NULL);
	struct url u;
	struct error e = {0};
	if (feed && *feed)
		return mem_strdup(feed);
	return mem_strdup(url_parse(feed_url, &u, &e) ? "a feed" : u.host);
}

static int64_t time_of(const json_t *item, int64_t now_ms)
{
	int64_t at = 0;
	const char *text = json_str(item, "at", NULL);
	return text && time_parse(text, &at) && at > 0 && at < now_ms ? at : now_ms;
}

static void take(struct mention_list *l, const json_t *item, const char *feed_url, int64_t now_ms)
{
	const char *title = json_str(item, "title", ""), *url = json_str(item, "url", "");
	const char *id = json_str(item, "id", ""), *key = *url ? url : *id ? id : title;
	if (!*key)
		return;
	l->all[l->n++] = (struct mention){
		.key = mem_strndup(key, utf8_floor(key, strnlen(key, MENTION_KEY_MAX))),
		.url = mem_strdup(url),
		.title = mem_strdup(*title ? title : url),
		.source = source_of(item, feed_url),
		.at_ms = time_of(item, now_ms)};
}

void mentions_find(char *const *items, size_t n, const char *feed_url, int64_t now_ms,
		   struct mention_list *l)
{
	l->all = mem_array(l->all, l->n + n + 1, sizeof(*l->all));
	for (size_t i = 0; i < n; i++) {
		struct error e = {0};
		json_t *item = json_read(items[i], strlen(items[i]), ITEM_BYTES_MAX, &e);
		const char *title = json_str(item, "title", ""), *text = json_str(item, "text", "");
		l->items++;
		if (mention_in(&l->words, title) || mention_in(&l->words, text))
			take(l, item, feed_url, now_ms);
		json_decref(item);
	}
}

void mention_list_fini(struct mention_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->all[i].key);
		free(l->all[i].url);
		free(l->all[i].title);
		free(l->all[i].source);
	}
	free(l->all);
	l->all = NULL;
	l->n = 0;
}
