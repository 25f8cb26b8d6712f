#pragma once
/* Rules for the environment that a user gives to a program of his. */
#include <ctype.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

/* Through these a program would do something else than what was allowed. */
static inline bool environment_forbids(const char *name)
{
	static const char *const names[] = {
		"PATH",          "IFS",          "ENV",
		"BASH_ENV",      "SHELLOPTS",    "BASHOPTS",
		"PS4",           "PYTHONPATH",   "PYTHONHOME",
		"PYTHONSTARTUP", "PERL5LIB",     "PERLLIB",
		"PERL5OPT",      "PERL5DB",      "RUBYLIB",
		"RUBYOPT",       "NODE_OPTIONS", "NODE_PATH",
		"GCONV_PATH",    "LOCPATH",      "JAVA_TOOL_OPTIONS",
		"_JAVA_OPTIONS", "CDPATH",       "HOSTALIASES",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return !strncmp(name, "LD_", 3) || !strncmp(name, "GLIBC_", 6) ||
	       !strncmp(name, "MALLOC_", 7) || !strncmp(name, "OPENSSL_", 8);
}

static inline bool is_variable(const char *name)
{
	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return !*name;
}

/** Rules for the field `env`. */
static inline enum err check_env(const json_t *spec, struct error *e)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(spec, "env"), name, value)
	{
		if (!is_variable(name)) {
			error_field(e, ERR_INVALID, "env",
				    "env: \"%.40s\" is not the name of a variable", name);
			error_hint(e, "letters, digits and _, as in API_TOKEN");
			return ERR_INVALID;
		}
		if (environment_forbids(name)) {
			error_field(e, ERR_INVALID, "env",
				    "env: %.40s would make the program another one", name);
			error_hint(e, "set it in a script of your own, and allow that");
			return ERR_INVALID;
		}
	}
	return ERR_NONE;
}
