/* Feeds of any bytes: read without harm, each item is JSON within its bounds, its texts are safe,
 * its address is of the web, and the same again. Dates by themselves, too. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/news_date.h"
#include "daemon/extract/news_feed.h"
#include "shared/json.h"
#include "shared/text_safe.h"

static void look(const json_t *item)
{
	const char *key, *url = json_str(item, "url", NULL);
	json_t *v;
	json_object_foreach((json_t *)item, key, v)
	{
		const char *s = json_string_value(v);
		char *safe;
		if (!s)
			continue;
		safe = text_safe_dup(s, strlen(s), strlen(s) + 1);
		MUST(!strcmp(safe, s));
		MUST(strlen(s) <= NEWS_TEXT_MAX);
		free(safe);
	}
	MUST(!url || !strncmp(url, "http://", 7) || !strncmp(url, "https://", 8));
}

static void read_all(const char *text, size_t size, struct found_writer *f)
{
	found_init(f, EXTRACT_ANSWER_BYTES);
	news_feed_read(text, size, "https://news.example/rss", f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct found_writer f, again;
	struct buf answer = BUF_INIT(FRAME_ANSWER_MAX);
	struct frame_answer a;
	int64_t ms;
	if (news_date_parse(text, &ms))
		MUST(ms >= 0);
	read_all(text, size, &f);
	read_all(text, size, &again);
	MUST(f.values.len == again.values.len && f.n == again.n &&
	     f.error.code == again.error.code);
	MUST(!f.values.len || !memcmp(f.values.data, again.values.data, f.values.len));
	frame_answer_begin(&answer);
	frame_answer_found(&answer, &f);
	frame_answer_end(&answer);
	MUST(frame_read_answer(answer.data + FRAME_HEAD, answer.len - FRAME_HEAD, &a));
	for (size_t i = 0; i < a.found[0].n; i++) {
		json_t *item = json_loads(a.found[0].values[i], JSON_REJECT_DUPLICATES, NULL);
		MUST(item);
		look(item);
		json_decref(item);
	}
	frame_answer_fini(&a);
	buf_fini(&answer);
	found_fini(&f);
	found_fini(&again);
	free(text);
	return 0;
}
