#include "daemon/checks/common/rdap_bootstrap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "shared/url.h"

struct entry {
	char *suffix;
	const char *base; /* in bases */
};

struct rdap_bootstrap {
	struct entry *entries; /* sorted by suffix */
	size_t n, cap;
	char **bases;
	size_t n_bases;
};

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->suffix, ((const struct entry *)b)->suffix);
}

/* @return the better of the service's addresses, or NULL */
static const char *pick_base(const json_t *urls)
{
	const char *plain = NULL;
	struct url u;
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)urls, i, item)
	{
		const char *text = json_string_value(item);

		if (!text || strpbrk(text, "?#") || url_parse(text, &u, NULL))
			continue;
		if (!strcmp(u.scheme, "https"))
			return text;
		if (!plain)
			plain = text;
	}
	return plain;
}

static void add_entry(struct rdap_bootstrap *b, const char *suffix, const char *base)
{
	char *copy;

	if (!*suffix || strlen(suffix) >= HOST_MAX)
		return;
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 64;
		b->entries = mem_array(b->entries, b->cap, sizeof *b->entries);
	}
	copy = mem_strdup(suffix);
	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	b->entries[b->n++] = (struct entry){.suffix = copy, .base = base};
}

/* [["com", "net"], ["https://rdap.example/com/v1/"]] */
static void add_service(struct rdap_bootstrap *b, const json_t *service)
{
	const char *base = pick_base(json_array_get(service, 1));
	size_t len = base ? strlen(base) : 0, i;
	json_t *suffix;
	char *kept;

	if (!base)
		return;
	kept = mem_printf("%s%s", base, base[len - 1] == '/' ? "" : "/");
	b->bases = mem_array(b->bases, b->n_bases + 1, sizeof *b->bases);
	b->bases[b->n_bases++] = kept;
	json_array_foreach(json_array_get(service, 0), i, suffix)
	{
		if (json_is_string(suffix))
			add_entry(b, json_string_value(suffix), kept);
	}
}

struct rdap_bootstrap *rdap_bootstrap_parse(const char *data, size_t len, struct error *e)
{
	json_t *root = json_read(data, len, RDAP_BOOTSTRAP_MAX, e), *service;
	struct rdap_bootstrap *b;
	size_t i;

	if (!root)
		return NULL;
	b = mem_zalloc(sizeof *b);
	json_array_foreach(json_object_get(root, "services"), i, service) add_service(b, service);
	json_decref(root);
	if (!b->n) {
		error_set(e, ERR_INVALID, "it lists no server");
		rdap_bootstrap_free(b);
		return NULL;
	}
	qsort(b->entries, b->n, sizeof *b->entries, compare_entries);
	return b;
}

void rdap_bootstrap_free(struct rdap_bootstrap *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		free(b->entries[i].suffix);
	for (size_t i = 0; i < b->n_bases; i++)
		free(b->bases[i]);
	free(b->entries);
	free(b->bases);
	free(b);
}

const char *rdap_bootstrap_find(const struct rdap_bootstrap *b, const char *name)
{
	while (name && *name) {
		struct entry key = {.suffix = (char *)name};
		const struct entry *found =
			bsearch(&key, b->entries, b->n, sizeof *b->entries, compare_entries);

		if (found)
			return found->base;
		name = strchr(name, '.');
		name = name ? name + 1 : NULL;
	}
	return NULL;
}

size_t rdap_bootstrap_count(const struct rdap_bootstrap *b)
{
	return b->n;
}
