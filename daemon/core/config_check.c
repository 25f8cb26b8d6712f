#include "daemon/core/config_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/listen_address.h"
#include "shared/mem.h"
#include "shared/url.h"

void config_fault(struct error_list *faults, const struct error *e)
{
	if (faults->n < ERRORS_MAX) {
		faults->items[faults->n] = *e;
		faults->items[faults->n++].code = ERR_CONFIG;
	}
	faults->total++;
}

/* ---- values --------------------------------------------------------------------------------- */

static enum err check_listen(const char *text, struct error *e)
{
	struct sockaddr_storage a;
	socklen_t len;
	return listen_address_parse(text, &a, &len, e);
}

static enum err check_witnesses(const char *list, struct error *e)
{
	char one[512], host[HOST_MAX];
	uint16_t port;
	if (!strcmp(list, "auto") || !strcmp(list, "none"))
		return ERR_NONE;
	for (const char *at = list; *at; at += strspn(at, ", ")) {
		size_t n = strcspn(at, ", ");
		snprintf(one, sizeof(one), "%.*s", (int)n, at);
		if (n && host_port_parse(one, 443, host, &port, e)) {
			error_prefix(e, "witnesses: ");
			error_hint(e, "auto, none, or like 192.0.2.1:53,gateway.example:443");
			return ERR_CONFIG;
		}
		at += n;
	}
	return ERR_NONE;
}

static void check_programs(const json_t *given, const char *field, struct error_list *faults)
{
	const json_t *item;
	size_t i;
	json_array_foreach(json_object_get(given, field), i, item)
	{
		const char *path = json_string_value(item);
		struct error e = {0};
		if (!path || path[0] == '/')
			continue;
		error_field(&e, ERR_CONFIG, field, "%s: \"%.100s\" is no absolute path", field,
			    path);
		error_hint(&e, "for example %s: [/usr/local/lib/sellersmart]", field);
		config_fault(faults, &e);
	}
}

static void check_fallback(const json_t *list, struct error_list *faults)
{
	const json_t *item;
	size_t i;
	json_array_foreach(list, i, item)
	{
		const char *way = json_string_value(item);
		struct error e = {0};
		if (!way || !strcmp(way, "wall") || !strcmp(way, "desktop"))
			continue;
		error_field(&e, ERR_CONFIG, "alerts_fallback",
			    "alerts_fallback: \"%.100s\" is neither wall nor desktop", way);
		error_hint(&e, "for example alerts_fallback: [wall]");
		config_fault(faults, &e);
	}
}

static void check_allow_private(const json_t *list, struct error_list *faults)
{
	const json_t *item;
	size_t i;
	json_array_foreach(list, i, item)
	{
		struct address_range range;
		struct error e = {0};
		if (!json_is_string(item) ||
		    !address_range_parse(json_string_value(item), &range, &e))
			continue;
		error_prefix(&e, "net.allow_private: ");
		snprintf(e.field, sizeof(e.field), "net.allow_private");
		config_fault(faults, &e);
	}
}

/* As a comment of a User-Agent it may not end the comment or the line. */
static enum err check_contact(const char *contact, struct error *e)
{
	bool fine = strchr(contact, '@') || strstr(contact, "://");
	for (const char *s = contact; *s; s++)
		fine = fine && *s > ' ' && *s <= '~' && !strchr("()\\\"<>", *s);
	if (fine)
		return ERR_NONE;
	error_set(e, ERR_CONFIG, "net.contact: \"%.100s\" is no address of the web or of mail",
		  contact);
	error_hint(e, "for example https://me.example/bot or shop@me.example");
	return ERR_CONFIG;
}

void config_check(const json_t *given, config_services_fn *services, struct error_list *faults)
{
	const struct {
		const char *field;
		config_services_fn *check;
	} texts[] = {
		{"listen", check_listen},       {"witnesses", check_witnesses},
		{"socket", path_check_socket},  {"services", services},
		{"net.contact", check_contact},
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *text = json_str(given, texts[i].field, "");
		struct error e = {0};
		if (!*text || !texts[i].check || !texts[i].check(text, &e))
			continue;
		snprintf(e.field, sizeof(e.field), "%s", texts[i].field);
		config_fault(faults, &e);
	}
	check_programs(given, "commands", faults);
	check_programs(given, "notify_programs", faults);
	check_fallback(json_object_get(given, "alerts_fallback"), faults);
	check_allow_private(json_object_get(given, "net.allow_private"), faults);
}

/* ---- places --------------------------------------------------------------------------------- */

/* "FILE:LINE" of its field, or NULL. */
static const char *origin_of(const struct error *e, const json_t *origins)
{
	char field[sizeof(e->field)];
	size_t section = strncmp(e->field, "net.", 4) ? 0 : 4; /* part of the name */
	snprintf(field, sizeof(field), "%.*s", (int)(section + strcspn(e->field + section, ".[")),
		 e->field);
	return json_str(origins, field, NULL);
}

static int by_line(const void *a, const void *b)
{
	const struct error *x = a, *y = b;
	return (x->line > y->line) - (x->line < y->line);
}

void config_faults_place(struct error_list *faults, const char *file, const json_t *origins)
{
	for (size_t i = 0; i < faults->n; i++) {
		struct error *e = &faults->items[i];
		const char *origin = origin_of(e, origins);
		const char *colon = origin ? strrchr(origin, ':') : NULL;
		e->code = ERR_CONFIG;
		if (origin && !strcmp(origin, "flag"))
			e->line = 0;
		else if (!e->line && colon)
			e->line = atoi(colon + 1);
	}
	if (faults->n)
		qsort(faults->items, faults->n, sizeof(faults->items[0]), by_line);
	for (size_t i = 0; i < faults->n; i++)
		if (file[0] && faults->items[i].line)
			error_prefix(&faults->items[i], "%s:%d: ", file, faults->items[i].line);
}
