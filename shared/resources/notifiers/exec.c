/* A program of one's own, which gets the message on its standard input. */
#include <string.h>

#include "shared/resources/checks/environment.h"

enum { ARGUMENTS_MAX = 64, VARIABLES_MAX = 32 };

static const struct field fields[] = {
	{.name = "command",
	 .type = FIELD_TEXT_LIST,
	 .max = ARGUMENTS_MAX,
	 .flags = FIELD_REQUIRED | FIELD_MULTILINE,
	 .help = "Program (a path that notify_programs allows) and its arguments; no shell",
	 .example = "[/usr/local/lib/sellersmart/tell, --loud]"},
	{.name = "env",
	 .type = FIELD_TEXT_MAP,
	 .max = VARIABLES_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Environment besides PATH, HOME, LANG, TZ, SELLERSMART_*; a value may be a secret",
	 .example = "{API_TOKEN: {secret: sms-token}}"},
};

static const char *const examples[] = {
	"sellersmart notifier add sms --type exec --command /usr/local/lib/sellersmart/sms",
	"sellersmart notifier add apprise --type exec --command /usr/local/lib/sellersmart/apprise "
	"--env APPRISE_URL=secret:apprise-url --min-severity critical",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	const char *program =
		json_string_value(json_array_get(json_object_get(spec, "command"), 0));
	size_t n = program ? strlen(program) : 0;

	if (n > 1 && program[0] == '/' && program[n - 1] != '/')
		return check_env(spec, e);
	if (program)
		error_field(e, ERR_INVALID, "command",
			    "command: \"%.80s\" is no absolute path of a program", program);
	else
		error_field(e, ERR_INVALID, "command", "command: there is no program");
	error_hint(e, "for example command: [/usr/local/lib/sellersmart/tell]");
	return ERR_INVALID;
}

const struct variant notifier_variant_exec = {
	.name = "exec",
	.title = "Program, with the message as JSON on its input",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
