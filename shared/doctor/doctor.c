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

static void say(struct doctor_finding *f, enum doctor_level l, const char *remedy, const char *fmt,
		va_list args)
{
	f->level = l;
	snprintf(f->remedy, sizeof(f->remedy), "%s", remedy ? remedy : "");
	vsnprintf(f->text, sizeof(f->text), fmt, args);
}

void doctor_say(struct doctor_finding *f, enum doctor_level l, const char *remedy, const char *fmt,
		...)
{
	va_list args;
	va_start(args, fmt);
	say(f, l, remedy, fmt, args);
	va_end(args);
}

void doctor_scarce(struct doctor_finding *f, const char *remedy, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(f, DOCTOR_WARN, remedy, fmt, args);
	va_end(args);
	f->scarce = true;
}
