#include "daemon/store/listener_set.h"

#include <stdlib.h>

#include "shared/mem.h"

void listener_set_init(struct listener_set *l)
{
	pthread_mutexattr_t attr;

	*l = (struct listener_set){0};
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&l->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

void listener_set_fini(struct listener_set *l)
{
	pthread_mutex_destroy(&l->lock);
	free(l->items);
}

void listener_set_add(struct listener_set *l, listener_fn *fn, void *arg)
{
	pthread_mutex_lock(&l->lock);
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 4;
		l->items = mem_array(l->items, l->cap, sizeof *l->items);
	}
	l->items[l->n++] = (struct listener){fn, arg};
	pthread_mutex_unlock(&l->lock);
}

/* Removed ones leave a hole while somebody walks the array. */
static void close_holes(struct listener_set *l)
{
	size_t n = 0;

	if (l->calling)
		return;
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].fn)
			l->items[n++] = l->items[i];
	}
	l->n = n;
}

void listener_set_remove(struct listener_set *l, listener_fn *fn, void *arg)
{
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].fn == fn && l->items[i].arg == arg) {
			l->items[i].fn = NULL;
			break;
		}
	}
	close_holes(l);
	pthread_mutex_unlock(&l->lock);
}

void listener_set_each(struct listener_set *l,
		       void (*call)(listener_fn *fn, void *arg, void *context), void *context)
{
	pthread_mutex_lock(&l->lock);
	l->calling++;
	for (size_t i = 0, n = l->n; i < n; i++) {
		struct listener one = l->items[i];

		if (one.fn)
			call(one.fn, one.arg, context);
	}
	l->calling--;
	close_holes(l);
	pthread_mutex_unlock(&l->lock);
}
