#include "daemon/alerts/notifier.h"

#include <string.h>

const struct notifier_type *notifier_type_find(const char *name)
{
	for (size_t i = 0; notifier_table[i]; i++) {
		if (!strcmp(notifier_table[i]->name, name))
			return notifier_table[i];
	}
	return NULL;
}
