#include "tui/client/examine.h"

#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/paths.h"

void examine_add(json_t *list, const char *name, const struct doctor_finding *f)
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
	examine_add(list, "terminal", &f);
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
	examine_add(list, "lingering", &f);
}

void examine_session(json_t *list)
{
	look_at_terminal(list);
	look_at_lingering(list);
}

/* ---- of the daemon -------------------------------------------------------------------------- */

void examine_daemon(json_t *list, const json_t *daemon, const struct error *e)
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
	examine_add(list, "daemon", &f);
}
