/* Reading foreign files, and the small things that several of them have in common. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/schema/yaml_foreign.h"
#include "tui/import/import.h"

enum err import_file_read(const char *path, struct import_file *f, struct error *e)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "rb");
	size_t cap = 1 << 16;
	*f = (struct import_file){.path = path};
	if (!in)
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
				 strerror(errno));
	f->data = mem_array(NULL, cap, 1);
	for (;;) {
		size_t got = fread(f->data + f->len, 1, cap - f->len - 1, in);
		f->len += got;
		if (!got || f->len > IMPORT_FILE_MAX)
			break;
		if (f->len + 1 == cap)
			f->data = mem_array(f->data, cap *= 2, 1);
	}
	f->data[f->len] = 0;
	int failed = ferror(in) ? errno : 0;
	if (!standard)
		fclose(in);
	if (failed)
		return error_set(e, ERR_IO, "%s: %s", path, strerror(failed));
	if (f->len > IMPORT_FILE_MAX)
		return error_set(e, ERR_TOO_LARGE, "%s: longer than %d MiB", path,
				 IMPORT_FILE_MAX >> 20);
	return ERR_NONE;
}

void import_file_fini(struct import_file *f)
{
	json_decref(f->json);
	free(f->data);
	*f = (struct import_file){0};
}

const json_t *import_json(struct import_file *f, struct error *e)
{
	if (!f->json)
		f->json = json_read(f->data, f->len, IMPORT_FILE_MAX, e);
	return f->json;
}

const json_t *import_yaml(struct import_file *f, struct error *e)
{
	if (!f->json)
		f->json = yaml_read_foreign(f->data, f->len, e);
	return f->json;
}

static int64_t unit_ms(const char *unit, size_t len)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1},
		     {"s", 1000},
		     {"m", 60000},
		     {"h", 3600000},
		     {"d", 86400000},
		     {"w", 604800000},
		     {"y", INT64_C(31536000000)}};
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strlen(units[i].name) == len && !strncmp(units[i].name, unit, len))
			return units[i].ms;
	return 0;
}

int64_t import_duration_ms(const char *text)
{
	int64_t total = 0;
	if (!text || !*text)
		return -1;
	while (*text) {
		char *end;
		double n = strtod(text, &end);
		size_t len = strspn(end, "abcdefghijklmnopqrstuvwxyz");
		int64_t unit = unit_ms(end, len);
		if (end == text || !isdigit((unsigned char)*text) || !unit || n > 1e6)
			return -1;
		total += (int64_t)(n * (double)unit + 0.5);
		text = end + len;
	}
	return total;
}

const char *import_scalar(const json_t *v, char out[static 32])
{
	out[0] = 0;
	if (json_is_string(v))
		return json_string_value(v);
	if (json_is_integer(v))
		snprintf(out, 32, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		snprintf(out, 32, "%.15g", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(out, 32, "%s", json_is_true(v) ? "true" : "false");
	return out;
}

char *import_quoted(const char *text)
{
	json_t *value = json_string(text);
	char *out = value ? json_dumps(value, JSON_ENCODE_ANY) : mem_strdup("\"\"");
	json_decref(value);
	return out;
}

bool import_is_credential(const char *name)
{
	static const char *const words[] = {"authorization", "cookie",  "token",  "secret",
					    "password",      "api-key", "apikey", "x-auth",
					    "credential",    "session"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}
