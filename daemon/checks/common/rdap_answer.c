#include "daemon/checks/common/rdap_answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/text_safe.h"
#include "shared/timefmt.h"

enum { ENTITY_DEPTH = 4, EVENT_TEXT = 40 };

static void take_text(char *out, size_t cap, const char *text)
{
	text_safe(out, cap, text, strlen(text), 0, 0, NULL);
}

/* ---- lists --------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Order means nothing in either list, and a changed order would look like news. */
static size_t sort_unique(char *lines, size_t n, size_t width)
{
	size_t kept = 0;

	qsort(lines, n, width, compare_lines);
	for (size_t i = 0; i < n; i++) {
		if (kept && !strcmp(lines + i * width, lines + (kept - 1) * width))
			continue;
		memmove(lines + kept * width, lines + i * width, width);
		kept++;
	}
	return kept;
}

/* RFC 8056 has "client hold"; some servers hand EPP's own clientHold through. */
static void status_words(const char *text, char out[static RDAP_STATUS_TEXT])
{
	size_t n = 0;

	for (const char *p = text; *p && n + 2 < RDAP_STATUS_TEXT; p++) {
		bool turns =
			p > text && isupper((unsigned char)*p) && islower((unsigned char)p[-1]);

		if (turns)
			out[n++] = ' ';
		out[n++] = (char)tolower((unsigned char)*p);
	}
	out[n] = '\0';
}

static void take_statuses(const json_t *list, struct rdap_domain *out)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		char text[RDAP_STATUS_TEXT];

		if (!json_is_string(item) || out->n_statuses == RDAP_STATUSES_MAX)
			continue;
		take_text(text, sizeof text, json_string_value(item));
		status_words(text, out->statuses[out->n_statuses]);
		if (out->statuses[out->n_statuses][0])
			out->n_statuses++;
	}
	out->n_statuses = sort_unique(out->statuses[0], out->n_statuses, RDAP_STATUS_TEXT);
}

static void take_nameservers(const json_t *list, struct rdap_domain *out)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		char *name = out->nameservers[out->n_nameservers];
		size_t len;

		if (out->n_nameservers == RDAP_NAMESERVERS_MAX)
			break;
		take_text(name, RDAP_NAME_TEXT, json_str(item, "ldhName", ""));
		for (char *p = name; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		len = strlen(name);
		if (len && name[len - 1] == '.')
			name[--len] = '\0';
		if (len)
			out->n_nameservers++;
	}
	out->n_nameservers = sort_unique(out->nameservers[0], out->n_nameservers, RDAP_NAME_TEXT);
}

/* ---- dates --------------------------------------------------------------------------------- */

/* RFC 3339 as it should be; some registries leave out the zone, or the time as well. */
static int64_t date_of(const char *text)
{
	static const char *const endings[] = {"", "Z", "T00:00:00Z"};
	char whole[EVENT_TEXT + 16];
	int64_t ms;

	if (strlen(text) > EVENT_TEXT)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		snprintf(whole, sizeof whole, "%s%s", text, endings[i]);
		if (time_parse(whole, &ms))
			return ms;
	}
	return 0;
}

static void take_events(const json_t *list, struct rdap_domain *out)
{
	int64_t registrar_ms = 0;
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		const char *action = json_str(item, "eventAction", "");
		int64_t ms = date_of(json_str(item, "eventDate", ""));

		if (!ms)
			continue;
		if (!strcasecmp(action, "expiration"))
			out->expires_ms = ms;
		else if (!strcasecmp(action, "registrar expiration"))
			registrar_ms = ms;
		else if (!strcasecmp(action, "registration"))
			out->registered_ms = ms;
		else if (!strcasecmp(action, "last changed"))
			out->changed_ms = ms;
	}
	if (!out->expires_ms)
		out->expires_ms = registrar_ms;
}

/* ---- registrar ----------------------------------------------------------------------------- */

static bool has_role(const json_t *entity, const char *role)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(entity, "roles"), i, item)
	{
		if (json_is_string(item) && !strcasecmp(json_string_value(item), role))
			return true;
	}
	return false;
}

/* jCard (RFC 7095): ["vcard", [["fn", {}, "text", "Registrar Ltd."], ...]] */
static const char *card_name(const json_t *entity)
{
	const json_t *lines = json_array_get(json_object_get(entity, "vcardArray"), 1);
	const char *organisation = NULL;
	json_t *line;
	size_t i;

	json_array_foreach((json_t *)lines, i, line)
	{
		const char *property = json_string_value(json_array_get(line, 0));
		const char *value = json_string_value(json_array_get(line, 3));

		if (!property || !value || !*value)
			continue;
		if (!strcasecmp(property, "fn"))
			return value;
		if (!strcasecmp(property, "org"))
			organisation = value;
	}
	return organisation;
}

static void take_registrar(const json_t *entity, struct rdap_domain *out)
{
	const char *name = card_name(entity);
	json_t *item;
	size_t i;

	if (!name)
		name = json_str(entity, "handle", "");
	take_text(out->registrar, sizeof out->registrar, name);
	json_array_foreach(json_object_get(entity, "publicIds"), i, item)
	{
		if (strcasestr(json_str(item, "type", ""), "IANA"))
			take_text(out->registrar_id, sizeof out->registrar_id,
				  json_str(item, "identifier", ""));
	}
}

static bool find_registrar(const json_t *entities, int depth, struct rdap_domain *out)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)entities, i, item)
	{
		if (has_role(item, "registrar")) {
			take_registrar(item, out);
			return true;
		}
		if (depth > 1 && find_registrar(json_object_get(item, "entities"), depth - 1, out))
			return true;
	}
	return false;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static bool same_name(const char *told, const char *asked)
{
	size_t len = strlen(told);

	if (len && told[len - 1] == '.')
		len--;
	return len == strlen(asked) && !strncasecmp(told, asked, len);
}

static enum err check_subject(const json_t *root, const char *name, struct error *e)
{
	const char *class = json_str(root, "objectClassName", "");
	const char *told = json_str(root, "ldhName", "");
	char shown[80];

	if (!json_is_object(root))
		return error_set(e, ERR_INVALID, "the answer is no JSON object");
	if (strcasecmp(class, "domain")) {
		take_text(shown, sizeof shown, class);
		return error_set(e, ERR_INVALID, "the answer is about a \"%s\", not a domain",
				 shown);
	}
	if (*told && !same_name(told, name)) {
		take_text(shown, sizeof shown, told);
		return error_set(e, ERR_INVALID, "the answer is about another name, %s", shown);
	}
	return ERR_NONE;
}

enum err rdap_answer_parse(const char *data, size_t len, const char *name, struct rdap_domain *out,
			   struct error *e)
{
	json_t *root = json_read(data, len, RDAP_ANSWER_MAX, e), *flag;
	enum err err;

	memset(out, 0, sizeof *out);
	out->is_signed = -1;
	if (!root)
		return e && e->code ? e->code : ERR_INVALID;
	err = check_subject(root, name, e);
	if (!err) {
		take_statuses(json_object_get(root, "status"), out);
		take_nameservers(json_object_get(root, "nameservers"), out);
		take_events(json_object_get(root, "events"), out);
		find_registrar(json_object_get(root, "entities"), ENTITY_DEPTH, out);
		flag = json_object_get(json_object_get(root, "secureDNS"), "delegationSigned");
		if (json_is_boolean(flag))
			out->is_signed = json_is_true(flag);
	}
	json_decref(root);
	return err;
}
