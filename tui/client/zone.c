#include "tui/client/zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/tz.h"

static bool loads(const char *name)
{
	struct error e = {0};
	struct tz *z = *name ? tz_load(name, &e) : NULL;
	tz_free(z);
	return z != NULL;
}

const char *local_zone(char *out, size_t cap)
{
	static const char folder[] = "/zoneinfo/";
	char path[512];
	const char *tz = getenv("TZ");
	if (tz && *tz) {
		snprintf(out, cap, "%s", tz + (*tz == ':'));
		if (loads(out))
			return out;
	}
	ssize_t n = tz && *tz ? -1 : readlink("/etc/localtime", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	const char *name = strstr(path, folder);
	snprintf(out, cap, "%s", name ? name + sizeof(folder) - 1 : "");
	if (!loads(out))
		snprintf(out, cap, "UTC");
	return out;
}
