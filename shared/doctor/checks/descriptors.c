/* Are there descriptors enough for the checks that may be under way? */
#include "shared/doctor/doctor.h"
#include "shared/process.h"

enum { OWN = 256 /* store, API, libraries */, HIGH_PCT = 80 };

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	size_t open = process_open_files();
	int64_t limit = process_max_files();
	int64_t at_once =
		c->checks_max < (int64_t)c->monitors ? c->checks_max : (int64_t)c->monitors;
	int64_t wanted = 2 * at_once + OWN;
	if (limit < 0) {
		doctor_say(f, DOCTOR_WARN, NULL, "the limit of open files is unknown");
		return;
	}
	if (limit < wanted)
		doctor_say(
			f, DOCTOR_FAIL,
			"LimitNOFILE=65536 in the unit, or ulimit -n 65536; or a lower checks_max",
			"%lld open files are permitted, %lld checks at once may need %lld",
			(long long)limit, (long long)at_once, (long long)wanted);
	else if (limit == INT64_MAX)
		doctor_say(f, DOCTOR_OK, NULL, "%zu open files in use, no limit", open);
	else if ((int64_t)open * 100 > limit * HIGH_PCT)
		doctor_scarce(f, "LimitNOFILE=65536 in the unit, or ulimit -n 65536",
			      "%zu of %lld open files are in use", open, (long long)limit);
	else
		doctor_say(f, DOCTOR_OK, NULL, "%zu of %lld open files in use", open,
			   (long long)limit);
}

extern const struct doctor_check doctor_descriptors;
const struct doctor_check doctor_descriptors = {
	.name = "descriptors", .topic = "machine.files", .look = look};
