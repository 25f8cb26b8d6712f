/* Are there descriptors enough for the checks that may be under way? */
#include <dirent.h>
#include <sys/resource.h>

#include "shared/doctor/doctor.h"

enum { OWN = 256 /* store, API, libraries */, HIGH_PCT = 80 };

static size_t used(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", ".." and the folder itself */
}

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	struct rlimit limit;
	size_t open = used();
	int64_t at_once =
		c->checks_max < (int64_t)c->monitors ? c->checks_max : (int64_t)c->monitors;
	int64_t wanted = 2 * at_once + OWN;
	if (getrlimit(RLIMIT_NOFILE, &limit)) {
		doctor_say(f, DOCTOR_WARN, NULL, "the limit of open files is unknown");
		return;
	}
	if (limit.rlim_cur != RLIM_INFINITY && (int64_t)limit.rlim_cur < wanted)
		doctor_say(
			f, DOCTOR_FAIL,
			"LimitNOFILE=65536 in the unit, or ulimit -n 65536; or a lower checks_max",
			"%lld open files are permitted, %lld checks at once may need %lld",
			(long long)limit.rlim_cur, (long long)at_once, (long long)wanted);
	else if (limit.rlim_cur != RLIM_INFINITY && open * 100 > limit.rlim_cur * HIGH_PCT)
		doctor_say(f, DOCTOR_WARN, "LimitNOFILE=65536 in the unit, or ulimit -n 65536",
			   "%zu of %lld open files are in use", open, (long long)limit.rlim_cur);
	else
		doctor_say(f, DOCTOR_OK, NULL, "%zu of %lld open files in use", open,
			   (long long)limit.rlim_cur);
}

extern const struct doctor_check doctor_descriptors;
const struct doctor_check doctor_descriptors = {.name = "descriptors", .look = look};
