/* Does the clock say the time? Certificates and incidents go by it. */
#include <errno.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "shared/doctor/doctor.h"

/* systemd-timesyncd makes it when the clock is right. */
static const char synchronized[] = "/run/systemd/timesync/synchronized";

enum { YEAR_S = 31556952, BUILT_YEAR = 2026, OFF_MAX_US = 1000000 };

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	struct timex t = {0};
	int state = adjtimex(&t);
	bool hidden = state == -1 && errno == EPERM; /* ProtectClock= */
	long long year = 1970 + (long long)time(NULL) / YEAR_S;
	if (year < BUILT_YEAR || year > BUILT_YEAR + 50)
		doctor_say(f, DOCTOR_FAIL, "timedatectl set-ntp true, or date -s",
			   "the clock says the year %lld", year);
	else if (hidden && !access(synchronized, F_OK))
		doctor_say(f, DOCTOR_OK, NULL, "systemd-timesyncd keeps the clock");
	else if (hidden)
		doctor_say(f, DOCTOR_OK, NULL,
			   "whether the clock is kept is not shown to this service: timedatectl");
	else if (state == -1)
		doctor_say(f, DOCTOR_WARN, NULL,
			   "the kernel does not say whether the clock is kept");
	else if (state == TIME_ERROR || t.status & STA_UNSYNC)
		doctor_say(f, DOCTOR_WARN,
			   "timedatectl set-ntp true (systemd-timesyncd or chrony); in a container "
			   "the host keeps the clock",
			   "nobody keeps the clock right (not synchronised)");
	else if (t.maxerror > OFF_MAX_US)
		doctor_say(f, DOCTOR_WARN, "chronyc tracking, or timedatectl timesync-status",
			   "the clock may be wrong by up to %ld ms", t.maxerror / 1000);
	else
		doctor_say(f, DOCTOR_OK, NULL, "the clock is synchronised (within %ld ms)",
			   t.maxerror / 1000 + 1);
}

extern const struct doctor_check doctor_clock;
const struct doctor_check doctor_clock = {.name = "clock", .look = look};
