#include "daemon/catalog/words.h"

#include <stdio.h>
#include <string.h>

#include "shared/ids.h"
#include "shared/money.h"
#include "shared/utf8.h"

const char *words_amount(char out[static WORDS_AMOUNT], int64_t minor, const char *currency)
{
	char whole[MONEY_TEXT];

	money_format(whole, minor, currency);
	snprintf(out, WORDS_AMOUNT, "%.*s", (int)strcspn(whole, " "), whole);
	return out;
}

void words_cut(char *out, size_t cap, const char *text)
{
	size_t n = utf8_floor(text, strnlen(text, cap - 1));

	memcpy(out, text, n);
	out[n] = 0;
}

void words_id(struct json_writer *w, const char *key, const char *prefix, uint64_t id)
{
	char text[ID_TEXT];

	jw_kv_str(w, key, id_format(text, prefix, id));
}

void words_minor(struct json_writer *w, const char *key, int64_t minor)
{
	jw_key(w, key);
	if (minor < 0)
		jw_null(w);
	else
		jw_int(w, minor);
}

void words_minor_if(struct json_writer *w, const char *key, int64_t minor)
{
	if (minor >= 0)
		jw_kv_int(w, key, minor);
}
