#include "daemon/services/rivalradar/platform.h"

#include <string.h>

#include "shared/mem.h"

const struct platform *platform_find(const char *name)
{
	for (size_t i = 0; platform_table[i]; i++)
		if (!strcmp(platform_table[i]->name, name))
			return platform_table[i];
	return NULL;
}

const struct platform *platform_after(const struct platform *p)
{
	const struct platform *next = NULL;
	for (size_t i = 0; platform_table[i]; i++) {
		const struct platform *one = platform_table[i];
		if ((!p || one->rank > p->rank) && (!next || one->rank < next->rank))
			next = one;
	}
	return next;
}

const char *platform_title(const char *name)
{
	static const char *const titles[][2] = {
		{"feed", "a merchant feed"},
		{"sitemap", "its sitemap"},
		{"pages", "its pages"},
		{"list", "a list of pages"},
	};
	const struct platform *p = platform_find(name);
	if (p)
		return p->title;
	for (size_t i = 0; i < ARRAY_LEN(titles); i++)
		if (!strcmp(titles[i][0], name))
			return titles[i][1];
	return "unknown";
}
