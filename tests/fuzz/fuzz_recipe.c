/* A recipe, a NUL, a page: whatever either is, nothing is harmed, the answer is JSON within its
 * bounds, no price is below 0, every text is safe. A page alone is proposed a recipe for, which
 * then reads it. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/html_select.h"
#include "daemon/extract/product_read.h"
#include "daemon/extract/propose.h"
#include "daemon/extract/recipe.h"
#include "shared/json.h"
#include "shared/recipe.h"
#include "shared/text_safe.h"

enum { ANSWER_BYTES = 512 << 10 };

static struct charsets *charsets;
static struct html_select *select_one;

static void look(const json_t *v)
{
	const json_t *one;
	const char *name;
	size_t i;

	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		char *safe = text_safe_dup(s, strlen(s), strlen(s) + 1);

		MUST(!strcmp(safe, s));
		free(safe);
	} else if (json_is_integer(v)) {
		MUST(json_integer_value(v) >= 0);
	}
	json_array_foreach(v, i, one) look(one);
	if (json_is_object(v)) {
		json_object_foreach((json_t *)v, name, one) look(one);
	}
}

static void read_by(const char *recipe, const char *page, size_t len, bool only)
{
	struct error e = {0};
	struct recipe *r = recipe_new(recipe, &e);
	struct product_request q = {.document = page,
				    .len = len,
				    .url = "https://shop.example/p/1",
				    .recipe = r,
				    .select = select_one,
				    .only_recipe = only};
	struct buf out = BUF_INIT(ANSWER_BYTES);
	json_t *v;

	MUST(r || e.code);
	if (r && !product_read(charsets, &q, &out, &e)) {
		MUST(!out.overflow);
		v = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
		MUST(v);
		look(json_object_get(v, "products"));
		json_decref(v);
	}
	recipe_free(r);
	buf_fini(&out);
}

static void propose_for(const char *page, size_t len)
{
	struct propose_request q = {charsets, page, len, NULL, "https://shop.example/p/1"};
	struct buf out = BUF_INIT(ANSWER_BYTES);
	struct error e = {0};
	json_t *v;
	char *text;

	if (!propose(&q, &out, &e)) {
		MUST(!out.overflow);
		v = json_loadb(out.data, out.len, 0, NULL);
		MUST(v);
		text = recipe_text(json_object_get(v, "recipe"));
		read_by(text, page, len, true);
		free(text);
		json_decref(v);
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	size_t cut = strlen(text);

	if (!charsets) {
		charsets = charsets_new();
		select_one = html_select_new();
	}
	if (cut < size) {
		read_by(text, text + cut + 1, size - cut - 1, false);
		read_by(text, text + cut + 1, size - cut - 1, true);
	} else {
		propose_for(text, size);
	}
	free(text);
	return 0;
}
