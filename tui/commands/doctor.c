/* sellersmart doctor: what is wrong with the installation, here and where the daemon runs. */
#include "shared/doctor/doctor.h"

#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"
#include "shared/paths.h"
#include "tui/cli/cli.h"
#include "tui/cli/output.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

static void add(json_t *list, const char *name, const struct doctor_finding *f)
{
	json_t *one = json_pack("{s:s, s:s, s:s}", "check", name, "level",
				doctor_level_name(f->level), "text", f->text);
	json_object_set_new(one, "remedy", f->remedy[0] ? json_string(f->remedy) : json_null());
	json_array_append_new(list, one);
}

/* ---- of this side --------------------------------------------------------------------------- */

static void look_at_terminal(json_t *list)
{
	struct doctor_finding f = {0};
	const char *term = getenv("TERM");
	bool utf8 = setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (!term || !*term || !strcmp(term, "dumb"))
		doctor_say(&f, DOCTOR_WARN, "export TERM=xterm-256color, as your terminal is",
			   "TERM says no terminal: the dashboard needs one, commands do not");
	else if (!utf8)
		doctor_say(&f, DOCTOR_WARN, "export LC_ALL=C.UTF-8",
			   "the locale is not UTF-8: the dashboard draws in ASCII (TERM %.40s)",
			   term);
	else
		doctor_say(&f, DOCTOR_OK, NULL, "terminal %.40s, UTF-8", term);
	add(list, "terminal", &f);
}

static void look_at_lingering(json_t *list)
{
	struct doctor_finding f = {0};
	const struct passwd *me = getpwuid(geteuid());
	char flag[PATH_TEXT], unit[PATH_TEXT];
	const char *home = getenv("HOME");
	snprintf(flag, sizeof(flag), "/var/lib/systemd/linger/%s", me ? me->pw_name : "");
	snprintf(unit, sizeof(unit), "%s/.config/systemd/user/sellersmartd.service",
		 home ? home : "");
	if (access(unit, F_OK))
		doctor_say(&f, DOCTOR_OK, NULL, "no unit of this user: nothing to linger");
	else if (access(flag, F_OK))
		doctor_say(&f, DOCTOR_WARN, "sudo loginctl enable-linger $USER",
			   "the daemon is a unit of this user and ends when you log out");
	else
		doctor_say(&f, DOCTOR_OK, NULL, "the daemon stays when you log out (lingering)");
	add(list, "lingering", &f);
}

/* ---- of the daemon -------------------------------------------------------------------------- */

static void look_at_daemon(json_t *list, const json_t *daemon, const struct error *e)
{
	struct doctor_finding f = {0};
	const char *version = json_str(daemon, "version", "?");
	if (!daemon)
		doctor_say(&f, DOCTOR_FAIL, e->hint[0] ? e->hint : "sellersmart daemon start",
			   "the daemon does not answer: %.160s", e->text);
	else if (strcmp(version, SELLERSMART_VERSION) != 0)
		doctor_say(&f, DOCTOR_WARN, "restart the daemon after an upgrade",
			   "the daemon is version %.30s, this program %s", version,
			   SELLERSMART_VERSION);
	else
		doctor_say(&f, DOCTOR_OK, NULL, "the daemon answers, version %.30s", version);
	add(list, "daemon", &f);
}

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
		add(list, doctor_table[i]->name, &f);
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
	look_at_daemon(list, json_object_get(about, "data"), &e);
	if (about && !request_json(in, "GET", "/v1/doctor", NULL, &reply, &ignored))
		json_array_extend(list, json_object_get(reply, "data"));
	else
		look_here(list);
	look_at_terminal(list);
	look_at_lingering(list);
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
