#include "daemon/checks/common/domain_judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/timefmt.h"

enum { DAY_MS = 86400000, LIST_TEXT = 80, JOINED_TEXT = 2048 };

/* RFC 8056's words, the gravest first. */
static const struct bad_status {
	const char *word;
	enum outcome outcome;
	const char *cause, *meaning;
} gone[] =
	{
		{"pending delete", OUTCOME_DOWN, "domain_pending_delete",
		 "is about to be deleted (pending delete) and cannot be renewed; then anyone can take it"},
		{"redemption period", OUTCOME_DOWN, "domain_redemption",
		 "was deleted (redemption period); the registrar can still restore it, for a fee"},
},
  held[] =
	  {
		  {"server hold", OUTCOME_DOWN, "domain_hold",
		   "was taken out of the DNS by the registry (server hold); ask the registrar why"},
		  {"client hold", OUTCOME_DOWN, "domain_hold",
		   "was taken out of the DNS by the registrar (client hold); unpaid, or a contact to "
		   "confirm?"},
},
  odd[] = {
	  {"pending transfer", OUTCOME_DEGRADED, "domain_transfer",
	   "is going to another registrar (pending transfer); if that is not you, object now"},
	  {"inactive", OUTCOME_DEGRADED, "domain_inactive",
	   "is not in the DNS (inactive): it has no name servers"},
};

static bool has_status(const struct rdap_domain *d, const char *word)
{
	for (size_t i = 0; i < d->n_statuses; i++) {
		if (!strcmp(d->statuses[i], word))
			return true;
	}
	return false;
}

static bool judge_statuses(struct verdict *v, const struct rdap_domain *d, const char *shown,
			   const struct bad_status *bad, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!has_status(d, bad[i].word))
			continue;
		verdict_set(v, bad[i].outcome, bad[i].cause, "%.80s %s", shown, bad[i].meaning);
		return true;
	}
	return false;
}

/* ---- the end ------------------------------------------------------------------------------- */

static const char *day_of(int64_t ms, char out[static TIME_TEXT])
{
	time_rfc3339(out, ms);
	out[10] = '\0';
	return out;
}

static bool judge_expired(struct verdict *v, const struct rdap_domain *d,
			  const struct domain_wants *wants, int64_t now_ms)
{
	char day[TIME_TEXT];

	if (!d->expires_ms || d->expires_ms > now_ms)
		return false;
	verdict_set(v, OUTCOME_DOWN, "domain_expired", "%.80s ended on %s; renew it%s%.48s at once",
		    wants->shown, day_of(d->expires_ms, day), d->registrar[0] ? " at " : "",
		    d->registrar);
	return true;
}

static bool judge_near(struct verdict *v, const struct rdap_domain *d,
		       const struct domain_wants *wants, int64_t now_ms)
{
	int64_t days = (d->expires_ms - now_ms) / DAY_MS;
	char day[TIME_TEXT];

	if (!d->expires_ms || !wants->days ||
	    d->expires_ms - now_ms >= wants->days * (int64_t)DAY_MS)
		return false;
	verdict_set(v, OUTCOME_DEGRADED, "domain_expires",
		    "%.80s ends in %lld day%s, on %s; renew it%s%.40s", wants->shown,
		    (long long)days, days == 1 ? "" : "s", day_of(d->expires_ms, day),
		    d->registrar[0] ? " at " : "", d->registrar);
	return true;
}

/* ---- who holds it -------------------------------------------------------------------------- */

static bool judge_registrar(struct verdict *v, const struct rdap_domain *d,
			    const struct domain_wants *wants)
{
	if (!wants->registrar || strcasestr(d->registrar, wants->registrar) ||
	    !strcmp(d->registrar_id, wants->registrar))
		return false;
	verdict_set(v, OUTCOME_DEGRADED, "domain_registrar",
		    "its registrar is \"%.50s\", expected \"%.50s\"; who transferred it?",
		    d->registrar, wants->registrar);
	return true;
}

static bool same_host(const char *a, const char *b)
{
	size_t len = strlen(a);

	if (len && a[len - 1] == '.')
		len--;
	return len == strlen(b) && !strncasecmp(a, b, len);
}

static bool is_expected(const struct domain_wants *wants, const char *name)
{
	for (size_t i = 0; i < wants->n_nameservers; i++) {
		if (same_host(wants->nameservers[i], name))
			return true;
	}
	return false;
}

static bool is_there(const struct rdap_domain *d, const char *name)
{
	for (size_t i = 0; i < d->n_nameservers; i++) {
		if (same_host(name, d->nameservers[i]))
			return true;
	}
	return false;
}

static bool judge_nameservers(struct verdict *v, const struct rdap_domain *d,
			      const struct domain_wants *wants)
{
	if (!wants->n_nameservers)
		return false;
	for (size_t i = 0; i < d->n_nameservers; i++) {
		if (is_expected(wants, d->nameservers[i]))
			continue;
		verdict_set(v, OUTCOME_DOWN, "domain_nameservers",
			    "%.64s is delegated to %.64s, which is not expected; who changed it?",
			    wants->shown, d->nameservers[i]);
		return true;
	}
	for (size_t i = 0; i < wants->n_nameservers; i++) {
		if (is_there(d, wants->nameservers[i]))
			continue;
		verdict_set(v, OUTCOME_DOWN, "domain_nameservers",
			    "%.64s is no longer delegated to %.64s; put it back at the registrar",
			    wants->shown, wants->nameservers[i]);
		return true;
	}
	return false;
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void judge_fine(struct verdict *v, const struct rdap_domain *d,
		       const struct domain_wants *wants, int64_t now_ms)
{
	long long days = (long long)((d->expires_ms - now_ms) / DAY_MS);
	char day[TIME_TEXT];

	if (!d->expires_ms)
		verdict_set(v, OUTCOME_UNKNOWN, "no_expiry",
			    "the registry of %.64s does not tell when it ends; watch its date at "
			    "the registrar",
			    wants->shown);
	else
		verdict_set(v, OUTCOME_UP, "", "registered until %s, %lld days%s%.80s",
			    day_of(d->expires_ms, day), days, d->registrar[0] ? ", at " : "",
			    d->registrar);
}

void domain_judge(struct verdict *v, const struct rdap_domain *d, const struct domain_wants *wants,
		  int64_t now_ms)
{
	if (judge_statuses(v, d, wants->shown, gone, ARRAY_LEN(gone)) ||
	    judge_expired(v, d, wants, now_ms) ||
	    judge_statuses(v, d, wants->shown, held, ARRAY_LEN(held)) ||
	    judge_nameservers(v, d, wants) || judge_near(v, d, wants, now_ms) ||
	    judge_registrar(v, d, wants) || judge_statuses(v, d, wants->shown, odd, ARRAY_LEN(odd)))
		return;
	judge_fine(v, d, wants, now_ms);
}

/* ---- evidence ------------------------------------------------------------------------------ */

static void write_list(struct json_writer *w, const char *key, const char *lines, size_t n,
		       size_t width)
{
	char joined[JOINED_TEXT];
	size_t len = 0;

	if (!n)
		return;
	for (size_t i = 0; i < n && len < sizeof joined; i++)
		len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%s", i ? ", " : "",
					lines + i * width);
	jw_kv_str(w, key, joined);
}

void domain_evidence(struct json_writer *w, const struct rdap_domain *d)
{
	if (d->registrar[0])
		jw_kv_str(w, "registrar", d->registrar);
	if (d->registrar_id[0])
		jw_kv_str(w, "registrar_id", d->registrar_id);
	write_list(w, "statuses", d->statuses[0], d->n_statuses, RDAP_STATUS_TEXT);
	write_list(w, "nameservers", d->nameservers[0], d->n_nameservers, RDAP_NAME_TEXT);
	if (d->expires_ms)
		jw_kv_time(w, "expires_at", d->expires_ms);
	if (d->registered_ms)
		jw_kv_time(w, "registered_at", d->registered_ms);
	if (d->changed_ms)
		jw_kv_time(w, "changed_at", d->changed_ms);
	if (d->is_signed >= 0)
		jw_kv_bool(w, "dnssec", d->is_signed);
}
