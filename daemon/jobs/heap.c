#include "daemon/jobs/heap.h"

#include <assert.h>
#include <stdlib.h>

#include "shared/mem.h"

static void place(struct heap *h, size_t i, struct heap_node *n)
{
	h->nodes[i] = n;
	n->at = (uint32_t)i + 1;
}

static void sift_up(struct heap *h, size_t i, struct heap_node *n)
{
	while (i > 0) {
		size_t parent = (i - 1) / 2;
		if (h->nodes[parent]->key <= n->key)
			break;
		place(h, i, h->nodes[parent]);
		i = parent;
	}
	place(h, i, n);
}

static void sift_down(struct heap *h, size_t i, struct heap_node *n)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= h->n)
			break;
		if (child + 1 < h->n && h->nodes[child + 1]->key < h->nodes[child]->key)
			child++;
		if (n->key <= h->nodes[child]->key)
			break;
		place(h, i, h->nodes[child]);
		i = child;
	}
	place(h, i, n);
}

void heap_fini(struct heap *h)
{
	for (size_t i = 0; i < h->n; i++)
		h->nodes[i]->at = 0;
	free(h->nodes);
	*h = (struct heap){0};
}

void heap_set(struct heap *h, struct heap_node *n, int64_t key)
{
	int64_t before = n->key;
	n->key = key;
	if (n->at) {
		size_t i = n->at - 1;
		assert(i < h->n && h->nodes[i] == n);
		if (key < before)
			sift_up(h, i, n);
		else
			sift_down(h, i, n);
		return;
	}
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->nodes = mem_array(h->nodes, h->cap, sizeof(*h->nodes));
	}
	h->n++;
	sift_up(h, h->n - 1, n);
}

void heap_remove(struct heap *h, struct heap_node *n)
{
	if (!n->at)
		return;
	size_t i = n->at - 1;
	assert(i < h->n && h->nodes[i] == n);
	n->at = 0;
	struct heap_node *last = h->nodes[--h->n];
	if (last == n)
		return;
	if (i > 0 && last->key < h->nodes[(i - 1) / 2]->key)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

struct heap_node *heap_first(const struct heap *h)
{
	return h->n ? h->nodes[0] : NULL;
}
