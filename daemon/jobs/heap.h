#pragma once
/* A binary heap of nodes that live inside what is due: no allocation per entry, removal from the
 * middle in O(log n). Keys are CLOCK_BOOTTIME milliseconds; equal keys come out in any order.
 * Thread: the owner's only. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
	int64_t key;
	uint32_t at; /* 1-based place, 0: in no heap; zeroed storage is a valid node */
};

struct heap {
	struct heap_node **nodes;
	size_t n, cap;
};

void heap_fini(struct heap *h);
/** Insert, or move when the node is already in h. */
void heap_set(struct heap *h, struct heap_node *n, int64_t key);
/** Harmless when the node is in no heap. */
void heap_remove(struct heap *h, struct heap_node *n);
/** The node with the smallest key, or NULL. */
struct heap_node *heap_first(const struct heap *h);
static inline bool heap_has(const struct heap_node *n)
{
	return n->at != 0;
}
