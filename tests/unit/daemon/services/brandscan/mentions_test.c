#include "daemon/services/brandscan/mentions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "shared/mem.h"

static struct mention_words words_of(const char *spec)
{
	struct mention_words w;
	json_t *s = json_loads(spec, 0, NULL);
	mention_words_of(s, &w);
	json_decref(s);
	return w;
}

static void names__at_the_borders_of_words(void **state)
{
	struct mention_words w =
		words_of("{\"brand\":\"ACME\",\"aliases\":[\"Größe & Co\",\"B.Light\"]}");
	static const struct {
		const char *text;
		bool named;
	} texts[] = {
		{"ACME's new lamp", true},
		{"the acme", true},
		{"Pacmen", false},
		{"acmes", false},
		{"placme or ACME", true},
		{"GRÖSSE & CO opens", true},
		{"x b.light y", true},
		{"ab.light", false},
		{"\xE6\x96\xB0"
		 "ACME\xE7\x81\xAF",
		 true},
		{"\xC3\xA9"
		 "acme",
		 false},
		{"", false},
	};
	assert_int_equal(w.n, 3);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (mention_in(&w, texts[i].text) != texts[i].named)
			fail_msg("%s", texts[i].text);
}

static void items__that_name_it__with_time_and_source(void **state)
{
	char *const items[] = {
		"{\"title\":\"ACME recalls\",\"url\":\"https://n.example/1\",\"id\":\"1\",\"at\":\"2026-11-01T00:00:00Z\","
		"\"text\":null,\"feed\":\"News\"}",
		"{\"title\":\"Lamps\",\"url\":null,\"id\":\"2\",\"at\":\"2030-01-01T00:00:00Z\",\"text\":\"by Acme\",\"feed\":null}",
		"{\"title\":\"Nothing\",\"url\":\"https://n.example/3\",\"id\":\"3\",\"at\":null,\"text\":\"\",\"feed\":null}",
		"broken",
	};
	int64_t now = INT64_C(1795400000000);
	struct mention_list l = {.words = words_of("{\"brand\":\"ACME\"}")};
	mentions_find(items, 4, "https://n.example/rss", now, &l);
	assert_int_equal(l.items, 4);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.all[0].key, "https://n.example/1");
	assert_string_equal(l.all[0].source, "News");
	assert_true(l.all[0].at_ms == INT64_C(1793491200000));
	assert_string_equal(l.all[1].key, "2");
	assert_string_equal(l.all[1].source, "n.example");
	assert_true(l.all[1].at_ms == now); /* what is to come was published now */
	mention_list_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names__at_the_borders_of_words),
		cmocka_unit_test(items__that_name_it__with_time_and_source),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
