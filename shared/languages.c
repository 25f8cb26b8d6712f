#include "shared/languages.h"

#include <stddef.h>
#include <string.h>

const char *const language_names[] = {"en", "en-US", "de", "fr", "es", "it", "nl", "pl",
				      "pt", "sv",    "da", "nb", "fi", "cs", NULL};

const char *language_find(const char *name)
{
	for (size_t i = 0; name && language_names[i]; i++)
		if (!strcmp(language_names[i], name))
			return language_names[i];
	return language_names[0];
}
