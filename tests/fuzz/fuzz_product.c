/* Pages and JSON of any bytes: read without harm, the answer is JSON within its bounds, every price
 * is none or not negative, every GTIN right, every text safe, and the same again. */
#include "tests/fuzz/fuzz.h"

#include "daemon/extract/product_read.h"
#include "shared/gtin.h"
#include "shared/json.h"
#include "shared/text_safe.h"

enum { ANSWER_BYTES = 100 << 10 };

static void look(const json_t *v, const char *key)
{
	const json_t *one;
	const char *name;
	size_t i;

	if (json_is_string(v)) {
		char out[GTIN_TEXT], *safe;
		const char *s = json_string_value(v);

		safe = text_safe_dup(s, strlen(s), strlen(s) + 1);
		MUST(!strcmp(safe, s));
		MUST(strlen(s) < 4096);
		MUST(strcmp(key, "gtin") != 0 || strlen(s) < 14 || !gtin_read(s, out, NULL));
		free(safe);
	} else if (json_is_integer(v)) {
		MUST(json_integer_value(v) >= 0);
	}
	json_array_foreach(v, i, one) look(one, key);
	if (json_is_object(v)) {
		json_object_foreach((json_t *)v, name, one) look(one, name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct charsets *charsets;
	char *text = fuzz_string(data, size);
	struct product_request r = {
		.document = text, .len = size, .url = "https://shop.example/p/1"};
	struct buf out = BUF_INIT(ANSWER_BYTES), again = BUF_INIT(ANSWER_BYTES);
	struct error e = {0};
	json_t *v;

	if (!charsets)
		charsets = charsets_new();
	if (!product_read(charsets, &r, &out, &e)) {
		MUST(!out.overflow);
		v = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
		MUST(v);
		look(v, "");
		json_decref(v);
		MUST(!product_read(charsets, &r, &again, &e));
		MUST(out.len == again.len && !memcmp(out.data, again.data, out.len));
	}
	buf_fini(&out);
	buf_fini(&again);
	free(text);
	return 0;
}
