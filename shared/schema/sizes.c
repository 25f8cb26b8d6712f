#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"

static const struct unit {
	const char *name;
	int64_t bytes;
} units[] = {
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1000000000},
	{"MB", 1000000},  {"kB", 1000},     {"B", 1},         {"", 1},
};

bool size_parse(const char *text, int64_t *bytes)
{
	int64_t v = 0;
	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *text - '0', &v))
			return false;
	}
	if (*text == ' ')
		text++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!strcmp(text, units[i].name))
			return !__builtin_mul_overflow(v, units[i].bytes, bytes);
	}
	return false;
}

const char *size_format(char *out, size_t cap, int64_t bytes)
{
	for (size_t i = 0; i < 3; i++) {
		if (bytes && bytes % units[i].bytes == 0) {
			snprintf(out, cap, "%" PRId64 "%s", bytes / units[i].bytes, units[i].name);
			return out;
		}
	}
	snprintf(out, cap, "%" PRId64 "B", bytes);
	return out;
}
