/* json_read on any bytes; what it accepts is written and read again as the same value. */
#include "tests/fuzz/fuzz.h"

#include "shared/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(8 * JSON_BODY_MAX);
	struct error e = {0};
	struct json_writer w;
	json_t *v, *again;

	v = json_read((const char *)data, size, JSON_BODY_MAX, &e);
	jw_init(&w, &out);
	if (v) {
		jw_value(&w, v);
	} else {
		MUST(e.code == ERR_MALFORMED || e.code == ERR_TOO_LARGE);
		MUST(e.text[0] != '\0');
		jw_strn(&w, (const char *)data, size);
	}
	again = json_read(out.data, out.len, 8 * JSON_BODY_MAX, &e);
	/* a NUL in a text is written as an escape that reading refuses */
	if (v)
		MUST(again && json_equal(v, again));
	else
		MUST(again || memchr(data, '\0', size));
	buf_reset(&out);
	json_problem(&out, &e, "x");
	json_decref(again);
	json_decref(v);
	buf_fini(&out);
	return 0;
}
