#include "daemon/services/sitemonitor/table.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/text.h"
#include "shared/hash.h"
#include "shared/mem.h"

enum { SLOTS_MIN = 64 };

void table_init(struct table *t, const uint8_t secret[static 32])
{
	*t = (struct table){.slots = SLOTS_MIN};
	pthread_mutex_init(&t->lock, NULL);
	memcpy(t->secret, secret, sizeof(t->secret));
	t->by_id = mem_zalloc(t->slots * sizeof(*t->by_id));
}

void table_fini(struct table *t)
{
	assert(!t->n);
	free(t->by_id);
	free(t->by_key);
	sodium_memzero(t->secret, sizeof(t->secret));
	pthread_mutex_destroy(&t->lock);
}

void table_lock(struct table *t)
{
	pthread_mutex_lock(&t->lock);
}

void table_unlock(struct table *t)
{
	pthread_mutex_unlock(&t->lock);
}

static struct monitor **id_slot(const struct table *t, uint64_t id)
{
	return &t->by_id[hash_id(id) & (t->slots - 1)];
}

static struct ping_address **key_slot(const struct table *t, const uint64_t key[2])
{
	return &t->by_key[key[0] & (t->slots - 1)]; /* already a hash */
}

static void link_in(struct table *t, struct monitor *m)
{
	struct monitor **slot = id_slot(t, m->id);
	m->next_same = *slot;
	*slot = m;
	if (!m->address)
		return;
	if (!t->by_key)
		t->by_key = mem_zalloc(t->slots * sizeof(*t->by_key));
	struct ping_address **by_key = key_slot(t, m->address->key);
	m->address->next = *by_key;
	*by_key = m->address;
}

static void grow(struct table *t)
{
	struct monitor **old = t->by_id;
	size_t n = t->slots;
	free(t->by_key);
	t->by_key = NULL;
	t->slots *= 2;
	t->by_id = mem_zalloc(t->slots * sizeof(*t->by_id));
	for (size_t i = 0; i < n; i++) {
		for (struct monitor *m = old[i], *next; m; m = next) {
			next = m->next_same;
			link_in(t, m);
		}
	}
	free(old);
}

struct monitor *table_find(const struct table *t, uint64_t id)
{
	struct monitor *m = *id_slot(t, id);
	while (m && m->id != id)
		m = m->next_same;
	return m;
}

/* The canonical form is compact and holds what differs from the defaults: no need to parse it. */
bool monitor_is_paused(const struct resource *r)
{
	return text_equals(text_member(r->spec, "paused"), "true");
}

struct monitor *table_enter(struct table *t, const struct resource *r)
{
	struct monitor *m = table_find(t, r->id);
	if (m)
		return m;
	if (t->n >= t->slots)
		grow(t);
	m = mem_zalloc(sizeof(*m));
	m->id = r->id;
	m->res = resource_ref(r);
	m->in_table = true;
	m->shown.state = monitor_is_paused(r) ? STATE_PAUSED : STATE_NEW;
	m->shown.since.wall_ms = r->updated_ms;
	m->shown.last_us = -1;
	m->shown.p95_24h_us = -1;
	m->shown.is_heartbeat = text_equals(text_member(r->spec, "type"), "heartbeat");
	if (m->shown.is_heartbeat) {
		m->address = mem_zalloc(sizeof(*m->address));
		m->address->monitor = m;
		ping_key(t, r->id, m->address->key);
	}
	link_in(t, m);
	t->n++;
	return m;
}

struct monitor *table_find_key(const struct table *t, const char *text)
{
	uint64_t key[2] = {0};
	unsigned digits = 0;
	for (size_t i = 0; text[i]; i++) {
		char c = text[i];
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (c != '-')
				return NULL;
			continue;
		}
		int v = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;
		if (v < 0 || digits == 32)
			return NULL;
		key[digits / 16] = key[digits / 16] << 4 | (uint64_t)v;
		digits++;
	}
	if (digits != 32)
		return NULL;
	struct ping_address *a = t->by_key ? *key_slot(t, key) : NULL;
	while (a && sodium_memcmp(a->key, key, sizeof(key)))
		a = a->next;
	return a ? a->monitor : NULL;
}

static void link_out(struct table *t, struct monitor *m)
{
	struct monitor **p = id_slot(t, m->id);
	while (*p != m)
		p = &(*p)->next_same;
	*p = m->next_same;
	if (!m->address)
		return;
	struct ping_address **a = key_slot(t, m->address->key);
	while (*a != m->address)
		a = &(*a)->next;
	*a = m->address->next;
}

void table_remove(struct table *t, struct monitor *m)
{
	if (!m->in_table)
		return;
	link_out(t, m);
	m->in_table = false;
	t->n--;
}

void table_each(const struct table *t, void (*fn)(struct monitor *m, void *arg), void *arg)
{
	for (size_t i = 0; i < t->slots; i++)
		for (struct monitor *m = t->by_id[i]; m; m = m->next_same)
			fn(m, arg);
}

void ping_key(const struct table *t, uint64_t id, uint64_t key[static 2])
{
	crypto_generichash((unsigned char *)key, 16, (const unsigned char *)&id, sizeof(id),
			   t->secret, sizeof(t->secret));
}

void ping_key_text(const uint64_t key[static 2], char out[static PING_KEY_TEXT])
{
	snprintf(out, PING_KEY_TEXT, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(key[0] >> 32),
		 (unsigned)(key[0] >> 16 & 0xffff), (unsigned)(key[0] & 0xffff),
		 (unsigned)(key[1] >> 48), (unsigned long long)(key[1] & 0xffffffffffffULL));
}
