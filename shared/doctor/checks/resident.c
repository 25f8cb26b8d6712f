/* Does the daemon take more memory than it was given? */
#include "shared/doctor/doctor.h"
#include "shared/process.h"

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	long long mb = process_resident_bytes() >> 20, limit = c->memory_limit >> 20;
	if (!c->memory_limit)
		doctor_say(f, DOCTOR_OK, NULL, "%lld MB are resident, no memory_limit is set", mb);
	else if (mb >= limit)
		doctor_scarce(f, "fewer monitors, or a higher memory_limit",
			      "%lld MB are resident, the memory_limit is %lld MB", mb, limit);
	else
		doctor_say(f, DOCTOR_OK, NULL, "%lld MB are resident of a memory_limit of %lld MB",
			   mb, limit);
}

extern const struct doctor_check doctor_resident;
const struct doctor_check doctor_resident = {
	.name = "resident", .topic = "machine.memory_limit", .look = look};
