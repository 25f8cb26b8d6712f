/* sellersmart doctor: what is wrong with the installation, here and where the daemon runs. */
#include "shared/doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/cli/cli.h"
#include "tui/cli/output.h"
#include "tui/cli/request.h"
#include "tui/client/examine.h"
#include "tui/commands/command.h"

/* No daemon to look where it runs: it would run here. */
static void look_here(json_t *list)
{
	char dir[PATH_TEXT];
	struct error e = {0};
	struct doctor_context c = {.ca_file = getenv("SSL_CERT_FILE"), .checks_max = 1000};
	c.data_dir = path_data_dir(dir, &e) ? "/" : dir;
	for (size_t i = 0; doctor_table[i]; i++) {
		struct doctor_finding f = {0};
		doctor_table[i]->look(&c, &f);
		examine_add(list, doctor_table[i]->name, &f);
	}
}

static json_t *examine(struct invocation *in)
{
	struct error e = {0}, ignored = {0};
	json_t *list = json_array(), *about = NULL, *reply = NULL;
	if (request_json(in, "GET", "/v1/daemon", NULL, &about, &e)) {
		json_decref(about);
		about = NULL;
	}
	examine_daemon(list, json_object_get(about, "data"), &e);
	if (about && !request_json(in, "GET", "/v1/doctor", NULL, &reply, &ignored))
		json_array_extend(list, json_object_get(reply, "data"));
	else
		look_here(list);
	examine_session(list);
	json_decref(reply);
	json_decref(about);
	return list;
}

/* ---- printing ------------------------------------------------------------------------------- */

static int run(struct invocation *in)
{
	json_t *list = examine(in), *one;
	size_t i, fails = 0, warns = 0;
	json_array_foreach(list, i, one)
	{
		fails += !strcmp(json_str(one, "level", ""), "fail");
		warns += !strcmp(json_str(one, "level", ""), "warn");
	}
	if (!output_machine(in->output, list)) {
		json_array_foreach(list, i, one)
		{
			const char *level = json_str(one, "level", "?");
			output_text(in->output, "%-5s %-12s %s\n",
				    strcmp(level, "fail") ? level : "FAIL",
				    json_str(one, "check", ""), json_str(one, "text", ""));
			if (json_str(one, "remedy", NULL))
				output_text(in->output, "%-18s try: %s\n", "",
					    json_str(one, "remedy", ""));
		}
		output_note(in->output, "%zu looked at, %zu to mend, %zu to know of",
			    json_array_size(list), fails, warns);
	}
	json_decref(list);
	return fails ? 1 : 0;
}

static const char *const examples[] = {"sellersmart doctor", "sellersmart doctor -o json", NULL};

const struct command command_doctor = {
	.words = "doctor",
	.usage = "doctor",
	.summary = "what is wrong with the installation; exit 1 when something must be mended",
	.details =
		"The daemon looks where it runs: permission to ping, clock, open files, disk, memory, "
		"authorities, time zones, name server, witnesses, store. Without a daemon this "
		"program looks itself.",
	.examples = examples,
	.run = run,
};
