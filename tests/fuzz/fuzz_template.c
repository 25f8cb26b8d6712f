/* Templates: what has names expands, an escaped value never leaves its place. The first line is the
 * value, the rest the template. */
#include "tests/fuzz/fuzz.h"

#include "shared/json.h"
#include "shared/template.h"

static bool any(const char *name, void *arg)
{
	MUST(*name && strlen(name) <= TEMPLATE_NAME_MAX);
	return true;
}

static const char *find(const char *name, void *arg)
{
	return arg;
}

static void expand(const char *text, char *value, enum template_escape how, bool valid)
{
	struct buf out = BUF_INIT(4096);
	struct error e = {0};
	enum err err = template_expand(text, how, find, value, &out, &e);

	MUST(valid || err == ERR_INVALID || err == ERR_TOO_LARGE);
	MUST(!valid || err == ERR_NONE || err == ERR_TOO_LARGE);
	MUST(out.len <= 4096 && (!err || e.text[0]));
	buf_fini(&out);
}

static void escape(const char *value)
{
	struct buf out = BUF_INIT(1 << 20);
	json_t *back;

	template_escape(&out, TEMPLATE_PERCENT, value);
	for (size_t i = 0; i < out.len; i++)
		MUST(!strchr("&=?#/ \"\r\n", out.data[i]));
	buf_reset(&out);
	buf_add_char(&out, '"');
	template_escape(&out, TEMPLATE_JSON, value);
	buf_add_char(&out, '"');
	back = json_loads(buf_str(&out), JSON_DECODE_ANY, NULL);
	MUST(json_is_string(back));
	json_decref(back);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = fuzz_string(data, size), *text = strchr(value, '\n');
	struct error e = {0};
	bool valid;

	if (text)
		*text++ = '\0';
	else
		text = value + strlen(value);
	valid = template_names(text, any, NULL, &e);
	MUST(valid || e.code == ERR_INVALID);
	for (int how = TEMPLATE_RAW; how <= TEMPLATE_JSON; how++)
		expand(text, value, (enum template_escape)how, valid);
	escape(value);
	free(value);
	return 0;
}
