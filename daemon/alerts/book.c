#include "daemon/alerts/book.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shared/hash.h"
#include "shared/mem.h"

enum { BUCKETS_FIRST = 64 };

static const char *const state_names[] = {
	[ALERT_PENDING] = "pending",
	[ALERT_OPEN] = "open",
	[ALERT_ACKNOWLEDGED] = "acknowledged",
	[ALERT_RESOLVED] = "resolved",
};

const char *alert_state_name(enum alert_state s)
{
	return state_names[s];
}

bool alert_state_parse(const char *word, enum alert_state *s)
{
	for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
		if (strcmp(word, state_names[i]))
			continue;
		*s = (enum alert_state)i;
		return true;
	}
	return false;
}

/* ---- one ------------------------------------------------------------------------------------ */

struct alert *alert_new(void)
{
	return mem_zalloc(sizeof(struct alert));
}

void alert_free(struct alert *a)
{
	if (!a)
		return;
	assert(!a->pairs);
	free(a->fingerprint);
	free(a->rule);
	free(a->name);
	free(a->text);
	free(a->labels);
	free(a->tags);
	free(a->data);
	free(a->runbook);
	free(a->notify);
	free(a->inhibits);
	free(a->by);
	free(a->note);
	free(a->ended);
	free(a);
}

void text_set(char **at, const char *text)
{
	char *fresh = text ? mem_strdup(text) : NULL;
	free(*at);
	*at = fresh;
}

/* ---- places --------------------------------------------------------------------------------- */

static size_t of_number(const struct book *b, uint64_t id)
{
	return (size_t)hash_id(id) & (b->buckets - 1);
}

static size_t of_text(const struct book *b, const char *text)
{
	return (size_t)hash_text(text) & (b->buckets - 1);
}

static bool holds_fingerprint(const struct alert *a)
{
	return a->state != ALERT_RESOLVED;
}

static void link_in(struct book *b, struct alert *a)
{
	struct alert **id = &b->by_id[of_number(b, a->id)];
	struct alert **subject = &b->by_subject[of_number(b, a->subject)];
	a->next_by_id = *id;
	*id = a;
	a->next_by_subject = *subject;
	*subject = a;
	if (!holds_fingerprint(a))
		return;
	struct alert **print = &b->by_fingerprint[of_text(b, a->fingerprint)];
	a->next_by_fingerprint = *print;
	*print = a;
}

static void grow(struct book *b)
{
	free(b->by_id);
	free(b->by_subject);
	free(b->by_fingerprint);
	b->buckets = b->buckets ? b->buckets * 2 : BUCKETS_FIRST;
	b->by_id = mem_zalloc(b->buckets * sizeof(*b->by_id));
	b->by_subject = mem_zalloc(b->buckets * sizeof(*b->by_subject));
	b->by_fingerprint = mem_zalloc(b->buckets * sizeof(*b->by_fingerprint));
	for (struct alert *a = b->first; a; a = a->next)
		link_in(b, a);
}

void book_init(struct book *b)
{
	*b = (struct book){.next_number = 1};
	grow(b);
}

void book_fini(struct book *b)
{
	heap_fini(&b->due); /* it looks at its nodes */
	for (struct alert *a = b->first, *next; a; a = next) {
		next = a->next;
		alert_free(a);
	}
	free(b->by_id);
	free(b->by_subject);
	free(b->by_fingerprint);
	*b = (struct book){0};
}

void book_add(struct book *b, struct alert *a)
{
	if (b->n++ >= b->buckets)
		grow(b);
	a->prev = b->last;
	*(b->last ? &b->last->next : &b->first) = a;
	b->last = a;
	link_in(b, a);
}

void book_release_fingerprint(struct book *b, struct alert *a)
{
	struct alert **p = &b->by_fingerprint[of_text(b, a->fingerprint)];
	while (*p && *p != a)
		p = &(*p)->next_by_fingerprint;
	if (*p)
		*p = a->next_by_fingerprint;
	a->next_by_fingerprint = NULL;
}

void book_remove(struct book *b, struct alert *a)
{
	struct alert **p = &b->by_id[of_number(b, a->id)];
	while (*p != a)
		p = &(*p)->next_by_id;
	*p = a->next_by_id;
	p = &b->by_subject[of_number(b, a->subject)];
	while (*p != a)
		p = &(*p)->next_by_subject;
	*p = a->next_by_subject;
	book_release_fingerprint(b, a);
	*(a->prev ? &a->prev->next : &b->first) = a->next;
	*(a->next ? &a->next->prev : &b->last) = a->prev;
	heap_remove(&b->due, &a->due);
	b->n--;
	alert_free(a);
}

/* ---- finding -------------------------------------------------------------------------------- */

struct alert *book_by_id(const struct book *b, uint64_t id)
{
	struct alert *a = b->by_id[of_number(b, id)];
	while (a && a->id != id)
		a = a->next_by_id;
	return a;
}

struct alert *book_about(const struct book *b, uint64_t subject)
{
	return b->by_subject[of_number(b, subject)];
}

struct alert *book_living(const struct book *b, const char *fingerprint)
{
	struct alert *a = b->by_fingerprint[of_text(b, fingerprint)];
	while (a && strcmp(a->fingerprint, fingerprint))
		a = a->next_by_fingerprint;
	return a;
}
