#pragma once
/* Who wants to be told. Adding and removing is safe from any thread and inside a call; after
 * listener_set_remove returned on another thread the function is not running. */
#include <pthread.h>
#include <stddef.h>

typedef void listener_fn(void); /* cast back by the caller of each */

struct listener {
	listener_fn *fn;
	void *arg;
};

struct listener_set {
	pthread_mutex_t lock; /* recursive */
	struct listener *items;
	size_t n, cap;
	unsigned calling;
};

void listener_set_init(struct listener_set *l);
void listener_set_fini(struct listener_set *l);
void listener_set_add(struct listener_set *l, listener_fn *fn, void *arg);
void listener_set_remove(struct listener_set *l, listener_fn *fn, void *arg);
/** call(fn, arg, context) for each one that is there now. */
void listener_set_each(struct listener_set *l,
		       void (*call)(listener_fn *fn, void *arg, void *context), void *context);
