#include "daemon/checks/common/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shared/text_safe.h"
#include "shared/timefmt.h"
#include "shared/utf8.h"

enum { DAY_MS = 86400000 };

/* A cut must not end inside a character. */
static void trim(char *text, size_t cap)
{
	size_t n = strlen(text);

	if (n == cap - 1)
		text[utf8_floor(text, n)] = '\0';
}

void verdict_set(struct verdict *v, enum outcome outcome, const char *cause, const char *fmt, ...)
{
	va_list ap;

	v->outcome = outcome;
	snprintf(v->cause, sizeof v->cause, "%s", cause);
	va_start(ap, fmt);
	vsnprintf(v->message, sizeof v->message, fmt, ap);
	va_end(ap);
	trim(v->message, sizeof v->message);
}

void verdict_note(struct verdict *v, const char *fmt, ...)
{
	size_t n = strlen(v->message);
	va_list ap;

	if (n && n + 3 < sizeof v->message) {
		memcpy(v->message + n, "; ", 3);
		n += 2;
	}
	va_start(ap, fmt);
	vsnprintf(v->message + n, sizeof v->message - n, fmt, ap);
	va_end(ap);
	trim(v->message, sizeof v->message);
}

void verdict_of_name(struct verdict *v, const char *host, const struct resolved *r)
{
	char name[80];

	text_safe(name, sizeof name, host, strlen(host), 0, 0, NULL);
	switch (r->status) {
	case RESOLVE_NXDOMAIN:
		verdict_set(v, OUTCOME_DOWN, "nxdomain", "%s: %s", name, r->message);
		return;
	case RESOLVE_NODATA:
		verdict_set(v, OUTCOME_DOWN, "no_address", "%s: %s", name, r->message);
		return;
	case RESOLVE_FAILED:
		verdict_set(v, OUTCOME_UNKNOWN, "resolver", "%s cannot be looked up: %s", name,
			    r->message);
		return;
	case RESOLVE_CANCELLED:
	case RESOLVE_OK: verdict_set(v, OUTCOME_UNKNOWN, "cancelled", "cancelled"); return;
	}
}

static const char *timeout_cause(enum phase_at at)
{
	switch (at) {
	case AT_CONNECT: return "timeout:connect";
	case AT_TLS: return "timeout:tls";
	case AT_FIRST_BYTE: return "timeout:first_byte";
	case AT_TRANSFER:
	case AT_END: return "timeout:transfer";
	}
	return "timeout";
}

void verdict_of_end(struct verdict *v, enum transfer_end end, enum phase_at at,
		    const char *tls_cause, const char *message)
{
	enum outcome outcome = OUTCOME_DOWN;
	const char *cause = NULL;

	switch (end) {
	case TRANSFER_REFUSED: cause = "refused"; break;
	case TRANSFER_UNREACHABLE: cause = "unreachable"; break;
	case TRANSFER_RESET: cause = "reset"; break;
	case TRANSFER_INCOMPLETE: cause = "incomplete"; break;
	case TRANSFER_TIMEOUT: cause = timeout_cause(at); break;
	case TRANSFER_TLS: cause = tls_cause; break;
	case TRANSFER_PROTOCOL:
	case TRANSFER_TOO_LARGE:
	case TRANSFER_STOPPED:
	case TRANSFER_DONE: cause = "protocol"; break;
	case TRANSFER_PROXY:
		outcome = OUTCOME_UNKNOWN;
		cause = "proxy";
		break;
	case TRANSFER_LOCAL:
		outcome = OUTCOME_UNKNOWN;
		cause = "local";
		break;
	case TRANSFER_CANCELLED:
		outcome = OUTCOME_UNKNOWN;
		cause = message = "cancelled";
		break;
	}
	verdict_set(v, outcome, cause, "%s", message);
}

bool verdict_of_expiry(struct verdict *v, int days, int64_t now_ms, int64_t not_after_ms,
		       const char *subject, int place)
{
	int64_t left_ms = not_after_ms - now_ms;
	char day[TIME_TEXT];
	const char *which = place == EXPIRY_OF_OURS ? "our client certificate"
			    : place                 ? "issuing certificate"
						    : "certificate";

	if (days <= 0 || !not_after_ms || left_ms >= (int64_t)days * DAY_MS)
		return false;
	time_rfc3339(day, not_after_ms);
	day[10] = '\0';
	if (left_ms < 0)
		verdict_set(v, OUTCOME_DEGRADED, "cert_expired", "%s \"%.90s\" expired on %s",
			    which, subject, day);
	else
		verdict_set(v, OUTCOME_DEGRADED, "cert_expiring",
			    "%s \"%.90s\" ends on %s, in %lld day%s", which, subject, day,
			    (long long)(left_ms / DAY_MS), left_ms / DAY_MS == 1 ? "" : "s");
	return true;
}

static bool is_fine(const struct verdict *v)
{
	return v->outcome == OUTCOME_UP || v->outcome == OUTCOME_DEGRADED;
}

int verdict_of_both(struct verdict *v, const struct verdict *v4, const struct verdict *v6)
{
	bool fine4 = is_fine(v4), fine6 = is_fine(v6);
	int speaker;

	if (fine4 != fine6) {
		const struct verdict *bad = fine4 ? v6 : v4;
		const char *family = fine4 ? "IPv6" : "IPv4";
		struct verdict both;

		verdict_set(&both, OUTCOME_DEGRADED, fine4 ? "ipv6" : "ipv4", "%s fails: %.170s",
			    family, bad->message);
		*v = both;
		return fine4 ? 0 : 1;
	}
	/* Both fine: degraded if one is. Both failing: down if one is. */
	if (fine4)
		speaker = v4->outcome == OUTCOME_UP && v6->outcome == OUTCOME_DEGRADED;
	else
		speaker = v4->outcome != OUTCOME_DOWN && v6->outcome == OUTCOME_DOWN;
	*v = speaker ? *v6 : *v4;
	return speaker;
}
