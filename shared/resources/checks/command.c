/* A program of one's own, or one of the many that were written for Nagios. */
#include "shared/resources/checks/common.h"
#include "shared/resources/checks/environment.h"

enum { ARGUMENTS_MAX = 64, ENVIRONMENT_MAX = 32 };

static const char *const timeout_states[] = {"down", "degraded", "unknown", NULL};

static const struct field fields[] = {
	{.name = "program",
	 .type = FIELD_TEXT,
	 .min = 2,
	 .max = 1000,
	 .flags = FIELD_REQUIRED,
	 .help = "Program to run, an absolute path that the configuration file allows (commands)",
	 .example = "/usr/lib/nagios/plugins/check_disk"},
	{.name = "arguments",
	 .type = FIELD_TEXT_LIST,
	 .max = ARGUMENTS_MAX,
	 .flags = FIELD_MULTILINE,
	 .help = "Its arguments, one by one, as they are: there is no shell",
	 .example = "[-w, '10%', -c, '5%', -p, /]"},
	{.name = "env",
	 .type = FIELD_TEXT_MAP,
	 .max = ENVIRONMENT_MAX,
	 .flags = FIELD_MAY_SECRET | FIELD_MULTILINE,
	 .help = "Environment of the program besides PATH, HOME, LANG and TZ; a value may be a "
		 "secret",
	 .example = "{API_TOKEN: {secret: shop-token}}"},
	{.name = "timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 120000,
	 .dflt = "30s",
	 .help = "A program that takes longer is killed, with all that it started",
	 .example = "60s"},
	{.name = "timeout_state",
	 .type = FIELD_ENUM,
	 .choices = timeout_states,
	 .dflt = "down",
	 .flags = FIELD_ADVANCED,
	 .help = "What a program that had to be killed means",
	 .example = "unknown"},
};

static const char *const examples[] = {
	"sellersmart monitor add --type command --name disk "
	"--program /usr/lib/nagios/plugins/check_disk --arguments=-w --arguments=10% "
	"--arguments=-c --arguments=5%",
	"sellersmart monitor add --type command --name stock --program /usr/local/bin/check-stock "
	"--env API_TOKEN=secret:shop-token",
	NULL,
};

static enum err check_program(const json_t *spec, struct error *e)
{
	const char *program = json_str(spec, "program", "");

	if (program[0] == '/' && program[strlen(program) - 1] != '/')
		return ERR_NONE;
	error_field(e, ERR_INVALID, "program",
		    "program: \"%.80s\" is no absolute path of a program", program);
	error_hint(e, "for example program: /usr/lib/nagios/plugins/check_disk");
	return ERR_INVALID;
}

static enum err check(const json_t *spec, struct error *e)
{
	enum err err = check_times(spec, e);

	if (!err)
		err = check_program(spec, e);
	return err ? err : check_env(spec, e);
}

const struct variant variant_command = {
	.name = "command",
	.title = "Program (Nagios-compatible plug-in)",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
