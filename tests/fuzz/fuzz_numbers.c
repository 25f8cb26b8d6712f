/* Numbers protected for jq: valid JSON stays valid, has the same strings, and no number in it has a
 * fraction. */
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "daemon/extract/numbers.h"

static void check(const json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	MUST(!json_is_real(v));
	json_array_foreach(v, i, item) check(item);
	json_object_foreach((json_t *)v, key, item) check(item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(3 * size + 1);
	json_t *before = json_loadb((const char *)data, size, JSON_DECODE_INT_AS_REAL, NULL),
	       *after;

	MUST(numbers_protect((const char *)data, size, &out));
	if (before) {
		after = json_loadb(buf_str(&out), out.len, 0, NULL);
		MUST(after);
		check(after);
		json_decref(after);
	}
	json_decref(before);
	buf_fini(&out);
	return 0;
}
