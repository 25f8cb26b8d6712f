/* Paths as a tree of segments. Fixed words are tried before the parameter, and a branch that has
 * the path but not the method does not hide one that has both. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/internal.h"
#include "shared/mem.h"

struct route_node {
	char *word; /* NULL: a parameter */
	size_t len;
	struct route_node *children, *parameter, *sibling;
	struct route_entry *entries;
	size_t n_entries;
};

void router_init(struct router *r)
{
	r->root = mem_zalloc(sizeof *r->root);
}

static void node_free(struct route_node *n)
{
	while (n) {
		struct route_node *next = n->sibling;

		node_free(n->children);
		node_free(n->parameter);
		free(n->word);
		free(n->entries);
		free(n);
		n = next;
	}
}

void router_fini(struct router *r)
{
	node_free(r->root);
	r->root = NULL;
}

static struct route_node *child(struct route_node *n, const char *word, size_t len)
{
	struct route_node *c;

	if (word[0] == ':') {
		if (!n->parameter)
			n->parameter = mem_zalloc(sizeof *n);
		return n->parameter;
	}
	for (c = n->children; c; c = c->sibling) {
		if (c->len == len && !memcmp(c->word, word, len))
			return c;
	}
	c = mem_zalloc(sizeof *c);
	c->word = mem_strndup(word, len);
	c->len = len;
	c->sibling = n->children;
	n->children = c;
	return c;
}

void router_add(struct router *r, const struct route *route, void *ctx)
{
	struct route_node *n = r->root;
	const char *p = route->path + 1;

	while (*p) {
		size_t len = strcspn(p, "/");

		n = child(n, p, len);
		p += len;
		if (*p == '/')
			p++;
	}
	for (size_t i = 0; i < n->n_entries; i++) {
		if (!strcmp(n->entries[i].route->method, route->method)) {
			n->entries[i] = (struct route_entry){route, ctx};
			return;
		}
	}
	n->entries = mem_array(n->entries, n->n_entries + 1, sizeof *n->entries);
	n->entries[n->n_entries++] = (struct route_entry){route, ctx};
}

struct search {
	const char *method;
	const char *const *segments;
	size_t n;
	char *allowed;
	size_t cap;
};

static void allow(struct search *s, const char *method)
{
	size_t len = strlen(s->allowed);

	/* A whole word: no method's name is part of another's. */
	if (!strstr(s->allowed, method))
		snprintf(s->allowed + len, s->cap - len, "%s%s", len ? ", " : "", method);
}

static const struct route_entry *find(struct search *s, const struct route_node *n, size_t depth)
{
	const struct route_entry *e = NULL;
	const char *word;

	if (depth == s->n) {
		for (size_t i = 0; i < n->n_entries; i++) {
			const char *method = n->entries[i].route->method;

			if (!strcmp(method, s->method))
				return &n->entries[i];
			allow(s, method);
		}
		return NULL;
	}
	word = s->segments[depth];
	for (const struct route_node *c = n->children; c && !e; c = c->sibling) {
		if (!strcmp(c->word, word)) {
			e = find(s, c, depth + 1);
			break;
		}
	}
	if (!e && n->parameter && word[0])
		e = find(s, n->parameter, depth + 1);
	return e;
}

const struct route_entry *router_find(const struct router *r, const char *method,
				      const char *const *segments, size_t n, char *allowed,
				      size_t cap)
{
	struct search s = {
		.method = strcmp(method, "HEAD") ? method : "GET",
		.segments = segments,
		.n = n,
		.allowed = allowed,
		.cap = cap,
	};

	allowed[0] = '\0';
	return find(&s, r->root, 0);
}
