/* What programs print: bounds hold, texts are safe, what was measured is JSON. */
#include "tests/fuzz/fuzz.h"

#include "daemon/checks/common/plugin_output.h"

static void is_safe(const char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	MUST(len < cap);
	for (size_t i = 0; i < len; i++)
		MUST((unsigned char)text[i] >= 0x20 && text[i] != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct plugin_output out;
	struct buf json = BUF_INIT(1 << 20);
	struct json_writer w;
	json_t *read;

	plugin_output_parse(text, size, &out);
	is_safe(out.message, sizeof out.message);
	is_safe(out.more, sizeof out.more);
	MUST(out.n_perf <= PERF_MAX);
	for (size_t i = 0; i < out.n_perf; i++) {
		is_safe(out.perf[i].label, PERF_LABEL);
		is_safe(out.perf[i].unit, sizeof out.perf[i].unit);
		is_safe(out.perf[i].warn, PERF_TEXT);
		is_safe(out.perf[i].crit, PERF_TEXT);
		MUST(out.perf[i].label[0]);
	}
	jw_init(&w, &json);
	plugin_perf_write(&w, &out);
	MUST(!json.overflow);
	read = json_loads(buf_str(&json), 0, NULL);
	/* jansson refuses numbers that no double holds */
	MUST(read || strstr(buf_str(&json), "e"));
	MUST(!read || json_array_size(read) == out.n_perf);
	json_decref(read);
	buf_fini(&json);
	free(text);
	return 0;
}
