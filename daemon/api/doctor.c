/* GET /v1/doctor: what is wrong with the installation, as the daemon sees it: with its user and its
 * limits. On a worker: a name server is asked. */
#include "shared/doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/internal.h"
#include "shared/mem.h"

static void write_finding(void *arg, const char *name, const struct doctor_finding *f)
{
	struct json_writer *w = arg;

	jw_object(w);
	jw_kv_str(w, "check", name);
	jw_kv_str(w, "level", doctor_level_name(f->level));
	jw_kv_str(w, "text", f->text);
	jw_kv_str(w, "remedy", f->remedy[0] ? f->remedy : NULL);
	jw_object_end(w);
}

static void look_at_store(struct json_writer *w, struct daemon *d)
{
	struct doctor_finding f = {0};
	struct store_health h;

	store_health(d->store, &h);
	if (h.readonly)
		doctor_say(&f, DOCTOR_FAIL, "look at the disk, then restart the daemon",
			   "the store takes no writes: %.180s", h.reason);
	else if (h.checking)
		doctor_say(&f, DOCTOR_OK, NULL, "the store is written, and being looked through");
	else
		doctor_say(&f, DOCTOR_OK, NULL,
			   "the store is written, %lld kB; its last end was %s",
			   (long long)(h.bytes >> 10),
			   h.clean_start ? "clean" : "not clean, no fault was found");
	write_finding(w, "store", &f);
}

/* The configuration may be replaced: it is read on a loop. */
struct config_part {
	struct daemon *d;
	char *nameservers;
	int64_t *checks_max, *memory_limit;
};

static void read_config(void *arg)
{
	struct config_part *p = arg;
	const struct config *c = p->d->config;

	snprintf(p->nameservers, sizeof c->nameservers, "%s", c->nameservers);
	*p->checks_max = c->checks_max;
	*p->memory_limit = c->memory_limit;
}

static struct answered doctor_handle(struct request *r, void *ctx)
{
	struct api_state *a = ctx;
	struct daemon *d = a->d;
	const struct resource_kind *monitor = resource_kind_find("monitor");
	char nameservers[sizeof((struct config *)0)->nameservers];
	struct doctor_context c = {
		.data_dir = store_dir(d->store),
		.nameservers = nameservers,
		.ca_file = getenv("SSL_CERT_FILE"),
		.monitors = monitor ? resource_count(d->store, monitor) : 0,
	};
	struct doctor_finding f;
	struct json_writer w;

	loop_call(d->api, read_config,
		  &(struct config_part){d, nameservers, &c.checks_max, &c.memory_limit});
	jw_init(&w, reply_body(r));
	jw_object(&w);
	jw_key(&w, "data");
	jw_array(&w);
	look_at_store(&w, d);
	for (size_t i = 0; doctor_table[i]; i++) {
		f = (struct doctor_finding){0};
		doctor_table[i]->look(&c, &f);
		write_finding(&w, doctor_table[i]->name, &f);
	}
	for (size_t i = 0; i < a->n_services; i++)
		if (a->services[i].service->doctor)
			a->services[i].service->doctor(a->services[i].state, write_finding, &w);
	jw_array_end(&w);
	jw_object_end(&w);
	return reply_send(r, 200);
}

struct route_set doctor_routes(void)
{
	static const struct route routes[] = {
		{"GET", "/v1/doctor", ROUTE_WORKER, ACCESS_READ, doctor_handle, 0},
	};

	return (struct route_set){routes, ARRAY_LEN(routes)};
}
