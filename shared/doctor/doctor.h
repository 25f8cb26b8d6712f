#pragma once
/* What may be wrong with an installation. A check is a file in shared/doctor/checks/ that exports
 * `const struct doctor_check doctor_NAME`; the daemon runs them all where it runs (its user, its
 * limits), the client does when no daemon answers. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum doctor_level { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };
const char *doctor_level_name(enum doctor_level l); /* "ok", "warn", "fail" */

struct doctor_finding {
	enum doctor_level level;
	char text[240];   /* what is so */
	char remedy[240]; /* what to try, "" when it is well */
	bool scarce;      /* something is nearly used up, now */
};

/** Where it looks. */
struct doctor_context {
	const char *data_dir;    /* of the store */
	const char *nameservers; /* instead of resolv.conf's; "" or NULL */
	const char *ca_file;     /* instead of the system's; NULL */
	size_t monitors;         /* that are watched */
	int64_t checks_max;      /* under way at once */
	int64_t memory_limit;    /* resident bytes of the daemon, 0: none */
};

struct doctor_check {
	const char *name;
	const char *topic; /* of the events when it becomes scarce and is well again; NULL: it
			      cannot, and may take its time. Else it is quick, on any thread */
	/** Thread: not a loop's; may take a second or two. */
	void (*look)(const struct doctor_context *c, struct doctor_finding *f);
};

/** Generated from the folder; NULL-terminated. */
extern const struct doctor_check *const doctor_table[];

void doctor_say(struct doctor_finding *f, enum doctor_level l, const char *remedy, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));
/** A warning that something is nearly used up. */
void doctor_scarce(struct doctor_finding *f, const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
