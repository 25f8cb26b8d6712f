/* In which order the parts of a large file are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tui/cli/file_order.h"

extern const struct resource_kind resource_monitor, resource_secret;

enum { MOST = 40 };

struct file {
	struct order_item items[MOST];
	char names[MOST][8];
	size_t n;
};

static void add(struct file *f, const struct resource_kind *kind, const char *name,
		const char *links)
{
	snprintf(f->names[f->n], sizeof(f->names[0]), "%s", name);
	f->items[f->n] = (struct order_item){.kind = kind,
					     .name = f->names[f->n],
					     .links = links ? json_loads(links, 0, NULL) : NULL};
	f->n++;
}

/* The names in their order, as one text. */
static const char *ordered(const struct file *f)
{
	static char text[400];
	size_t order[MOST], len = 0;
	order_parents_first(f->items, f->n, order);
	text[0] = 0;
	for (size_t i = 0; i < f->n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " " : "",
					f->items[order[i]].name);
	return text;
}

static void file_fini(struct file *f)
{
	for (size_t i = 0; i < f->n; i++)
		json_decref((json_t *)f->items[i].links);
}

static void parents__come__before_what_names_them(void **state)
{
	struct file f = {0};
	add(&f, &resource_monitor, "a", "[\"c\"]");
	add(&f, &resource_monitor, "b", NULL);
	add(&f, &resource_monitor, "c", "[\"d\", \"b\"]");
	add(&f, &resource_monitor, "d", NULL);
	assert_string_equal(ordered(&f), "d b c a");
	file_fini(&f);
}

static void nothing_named__keeps__the_order_of_the_file(void **state)
{
	struct file f = {0};
	add(&f, &resource_monitor, "z", NULL);
	add(&f, &resource_monitor, "y", "[\"elsewhere\"]");
	add(&f, &resource_monitor, "a", "[\"z\"]");
	assert_string_equal(ordered(&f), "z y a");
	file_fini(&f);
}

static void names__are__those_of_the_same_kind(void **state)
{
	struct file f = {0};
	add(&f, &resource_monitor, "a", "[\"s\"]");
	add(&f, &resource_secret, "s", NULL);
	assert_string_equal(ordered(&f), "a s");
	file_fini(&f);
}

static void a_circle__comes__first_and_together(void **state)
{
	struct file f = {0};
	add(&f, &resource_monitor, "a", "[\"x\"]");
	add(&f, &resource_monitor, "b", NULL);
	add(&f, &resource_monitor, "x", "[\"y\"]");
	add(&f, &resource_monitor, "c", NULL);
	add(&f, &resource_monitor, "y", "[\"x\"]");
	assert_string_equal(ordered(&f), "x y a b c");
	file_fini(&f);
}

static void an_endless_chain__comes__first_and_together(void **state)
{
	struct file f = {0};
	size_t order[MOST];
	add(&f, &resource_monitor, "free", NULL);
	for (int i = 0; i < 30; i++) {
		char name[16], links[24];
		snprintf(name, sizeof(name), "m%d", i);
		snprintf(links, sizeof(links), "[\"m%d\"]", i + 1);
		add(&f, &resource_monitor, name, links);
	}
	order_parents_first(f.items, f.n, order);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(order[i], i + 1);
	assert_int_equal(order[20], 0);
	file_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parents__come__before_what_names_them),
		cmocka_unit_test(nothing_named__keeps__the_order_of_the_file),
		cmocka_unit_test(names__are__those_of_the_same_kind),
		cmocka_unit_test(a_circle__comes__first_and_together),
		cmocka_unit_test(an_endless_chain__comes__first_and_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
