/* Worker processes for foreign documents shut themselves in by it. */
#include <errno.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared/doctor/doctor.h"

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	unsigned action = SECCOMP_RET_KILL_PROCESS;
	if (!syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action))
		doctor_say(f, DOCTOR_OK, NULL, "system calls can be filtered (seccomp)");
	else if (prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER)
		/* A filter of systemd's refuses seccomp(2), but not the prctl that workers use. */
		doctor_say(f, DOCTOR_OK, NULL, "system calls are filtered already (seccomp)");
	else
		doctor_say(
			f, DOCTOR_WARN,
			"a kernel with CONFIG_SECCOMP_FILTER, or a container that "
			"permits seccomp(2)",
			"system calls cannot be filtered: checks that take documents apart have no "
			"sandbox");
}

extern const struct doctor_check doctor_seccomp;
const struct doctor_check doctor_seccomp = {.name = "seccomp", .look = look};
