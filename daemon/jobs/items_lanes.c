/* Who is next: jobs, hosts, and a lane for each pair of them. */
#include <stdlib.h>
#include <string.h>

#include "daemon/jobs/items_internal.h"
#include "shared/mem.h"

/* Items without a host are one at a time of their job: a place of its own, without a name. */
static struct host *host_get(struct items *x, const char *name)
{
	for (struct host *h = name[0] ? x->hosts : NULL; h; h = h->next)
		if (!strcmp(h->name, name))
			return h;
	struct host *h = mem_zalloc(sizeof(*h));
	h->name = mem_strdup(name);
	h->next = x->hosts;
	x->hosts = h;
	return h;
}

struct lane *lane_get(struct items *x, struct job_run *j, const char *host)
{
	for (struct lane *l = j->lanes; l; l = l->next)
		if (!strcmp(l->host->name, host))
			return l;
	if (j->n_lanes == ITEM_LANES_MAX) {
		j->more_hosts = true;
		return NULL;
	}
	struct lane *l = mem_zalloc(sizeof(*l));
	l->job = j;
	l->host = host_get(x, host);
	l->next_ms = INT64_MAX;
	l->next = j->lanes;
	j->lanes = l;
	j->n_lanes++;
	l->next_at_host = l->host->lanes;
	l->host->lanes = l;
	return l;
}

void lane_drop_window(struct lane *l)
{
	for (; l->at < l->n; l->at++)
		item_row_fini(&l->window[l->at]);
}

void host_wait(struct host *h, int64_t boot_ms, int64_t wall_ms, int64_t wait_ms)
{
	h->ready_ms = boot_ms + wait_ms;
	for (struct lane *l = h->lanes; l; l = l->next_at_host) {
		lane_drop_window(l);
		l->next_ms = wall_ms + wait_ms;
	}
}

void hosts_take_ready(struct items *x, int64_t wall_ms)
{
	pthread_mutex_lock(&x->lock);
	char **names = x->ready;
	size_t n = x->n_ready;
	x->ready = NULL;
	x->n_ready = 0;
	pthread_mutex_unlock(&x->lock);
	for (size_t i = 0; i < n; i++) {
		for (struct host *h = x->hosts; h; h = h->next)
			if (!strcmp(h->name, names[i])) {
				h->ready_ms = 0;
				for (struct lane *l = h->lanes; l; l = l->next_at_host)
					l->next_ms = l->next_ms == INT64_MAX ? INT64_MAX : wall_ms;
			}
		free(names[i]);
	}
	free(names);
}

bool host_waits(const struct items *x, const char *name, int64_t boot_ms)
{
	for (const struct host *h = x->hosts; h; h = h->next)
		if (name[0] && !strcmp(h->name, name))
			return h->ready_ms > boot_ms;
	return false;
}

void lane_free(struct lane *l)
{
	struct lane **at = &l->job->lanes;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->job->n_lanes--;
	at = &l->host->lanes;
	while (*at != l)
		at = &(*at)->next_at_host;
	*at = l->next_at_host;
	lane_drop_window(l);
	free(l);
}

void hosts_trim(struct items *x, int64_t boot_ms)
{
	struct host **at = &x->hosts;
	while (*at) {
		struct host *h = *at;
		if (h->lanes || h->busy || h->ready_ms > boot_ms) {
			at = &h->next;
			continue;
		}
		*at = h->next;
		free(h->name);
		free(h);
	}
}

bool lane_wants(const struct lane *l, int64_t wall_ms)
{
	return !l->busy && l->at == l->n && l->next_ms <= wall_ms;
}

/* Of the lanes with something to do the one that waited longest. */
static struct lane *host_lane(const struct host *h)
{
	struct lane *best = NULL;
	for (struct lane *l = h->lanes; l; l = l->next_at_host)
		if (l->at < l->n && !l->job->over && (!best || l->served < best->served))
			best = l;
	return best;
}

struct lane *lane_pick(struct items *x, int64_t boot_ms, bool local_ok)
{
	struct lane *best = NULL;
	for (struct host *h = x->hosts; h; h = h->next) {
		if (h->busy || h->ready_ms > boot_ms || (!local_ok && !h->name[0]))
			continue;
		struct lane *l = host_lane(h);
		if (!l)
			continue;
		if (!best || l->job->served < best->job->served ||
		    (l->job == best->job && h->served < best->host->served))
			best = l;
	}
	if (best)
		best->served = best->host->served = best->job->served = ++x->served;
	return best;
}
