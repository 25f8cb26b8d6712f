#include "shared/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>

const char *doctor_level_name(enum doctor_level l)
{
	switch (l) {
	case DOCTOR_OK: return "ok";
	case DOCTOR_WARN: return "warn";
	case DOCTOR_FAIL: break;
	}
	return "fail";
}

void doctor_say(struct doctor_finding *f, enum doctor_level l, const char *remedy, const char *fmt,
		...)
{
	va_list args;
	f->level = l;
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	va_start(args, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, args);
	va_end(args);
}
