#include <stdio.h>
#include <string.h>

#include "daemon/services/service.h"

enum err services_check(const char *list, struct error *e)
{
	char known[256] = "";
	for (size_t i = 0; service_table[i]; i++) {
		size_t n = strlen(known);
		snprintf(known + n, sizeof(known) - n, "%s%s", n ? ", " : "",
			 service_table[i]->name);
	}
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ", ");
		bool found = n == 0;
		for (size_t i = 0; service_table[i] && !found; i++)
			found = strlen(service_table[i]->name) == n &&
				!strncmp(service_table[i]->name, p, n);
		if (!found) {
			error_field(e, ERR_CONFIG, "services",
				    "services: there is no service \"%.*s\"", n < 64 ? (int)n : 64,
				    p);
			error_hint(e, "services are: %s", known);
			return ERR_CONFIG;
		}
		p += n + (p[n] != 0);
	}
	return ERR_NONE;
}

bool service_wanted(const char *list, const char *name)
{
	if (!list[0])
		return true;
	size_t n = strlen(name);
	for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		while (*p == ' ')
			p++;
		if (!strncmp(p, name, n) && (p[n] == 0 || p[n] == ',' || p[n] == ' '))
			return true;
	}
	return false;
}
