/* Whom to trust: without the bundle of authorities every certificate is foreign. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "shared/doctor/doctor.h"
#include "shared/mem.h"

enum { OLD_DAYS = 730, DAY_S = 86400 };

static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt",
				     "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
				     "/etc/ssl/ca-bundle.pem"};

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	struct stat st;
	const char *found = c->ca_file && !stat(c->ca_file, &st) ? c->ca_file : NULL;
	if (c->ca_file && !found) {
		doctor_say(f, DOCTOR_FAIL, "mend SSL_CERT_FILE, or unset it", "%.150s: %s",
			   c->ca_file, strerror(errno));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(places) && !found; i++)
		if (!stat(places[i], &st))
			found = places[i];
	if (!found) {
		doctor_say(f, DOCTOR_FAIL, "install the package ca-certificates",
			   "no bundle of authorities: every certificate will be refused");
		return;
	}
	long days = (long)((time(NULL) - st.st_mtime) / DAY_S);
	if (!st.st_size)
		doctor_say(f, DOCTOR_FAIL, "update-ca-certificates --fresh", "%.150s is empty",
			   found);
	else if (days > OLD_DAYS)
		doctor_say(f, DOCTOR_WARN, "upgrade the package ca-certificates",
			   "%.150s is %ld days old: newer authorities are missing", found, days);
	else
		doctor_say(f, DOCTOR_OK, NULL, "%.150s, %ld days old", found, days > 0 ? days : 0);
}

extern const struct doctor_check doctor_authorities;
const struct doctor_check doctor_authorities = {.name = "authorities", .look = look};
