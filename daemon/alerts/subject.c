#include "daemon/alerts/subject.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/resources.h"

void subject_of(struct store *store, const char *kind, uint64_t id, const char *name,
		struct subject *out)
{
	*out = (struct subject){.id = id};
	snprintf(out->kind, sizeof(out->kind), "%s", kind);
	snprintf(out->name, sizeof(out->name), "%s", name ? name : "");
	const struct resource *r = id ? resource_by_id(store, id) : NULL;
	if (!r || strcmp(r->kind->kind, kind)) {
		out->labels = json_object();
		out->tags = json_array();
		resource_unref(r);
		return;
	}
	json_t *spec = resource_spec(r);
	const json_t *tags = json_object_get(spec, "tags");
	snprintf(out->name, sizeof(out->name), "%s", r->name);
	out->labels = resource_labels(r);
	out->tags = json_is_array(tags) ? json_deep_copy(tags) : json_array();
	json_decref(spec);
	resource_unref(r);
}

void subject_fini(struct subject *s)
{
	json_decref(s->labels);
	json_decref(s->tags);
	s->labels = s->tags = NULL;
}
