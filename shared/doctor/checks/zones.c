/* Time zones: windows and reports of a place need its rules. */
#include "shared/doctor/doctor.h"
#include "shared/tz.h"

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	struct error e = {0};
	struct tz *zone = tz_load("Europe/Berlin", &e);
	if (zone)
		doctor_say(f, DOCTOR_OK, NULL, "time zone data is there");
	else
		doctor_say(f, DOCTOR_FAIL, "install the package tzdata",
			   "no time zone data: %.150s", e.text);
	tz_free(zone);
}

extern const struct doctor_check doctor_zones;
const struct doctor_check doctor_zones = {.name = "zones", .look = look};
