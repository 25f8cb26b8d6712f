/* Feeds of merchants as RSS 2.0 or Atom: items, with fields in a namespace of their own. */
#include <string.h>

#include "daemon/extract/list.h"
#include "shared/mem.h"

/* They have fields in them that are not the item's. */
static const char *const containers[] = {
	"installment",     "subscription_cost", "tax",           "source",
	"author",          "contributor",       "image",         "free_shipping_threshold",
	"loyalty_program", "loyalty_points",    "certification", "product_detail"};

struct item {
	bool open;
	const char *begin;
	enum feed_field into; /* that texts are of; FEED_NONE: nothing's */
	bool by_merchant;     /* `into` is of the merchants' namespace */
	bool merchant[FEED_FIELDS];
	const char *container; /* NULL: not in one */
	bool shipped;          /* the price of shipping was there */
};

static bool is_item(const struct list *l, const struct xml_token *t)
{
	return t->prefix_len == 0 && xml_name_is(t, l->kind == LIST_ATOM ? "entry" : "item");
}

static bool is_merchants(const struct list *l, const struct xml_token *t)
{
	return xml_prefix_is(t, l->google, strlen(l->google)) || xml_prefix_is(t, "g", 1) ||
	       xml_prefix_is(t, "c", 1);
}

/* <link href="..." rel="alternate"/> */
static void read_atom_link(struct list *l, const struct xml_token *t)
{
	const char *at = t->s, *end = t->s + t->len;
	struct xml_attribute a, href = {0};

	while (xml_attribute_next(&at, end, &a)) {
		if (a.name_len == 4 && !memcmp(a.name, "href", 4))
			href = a;
		else if (a.name_len == 3 && !memcmp(a.name, "rel", 3) &&
			 (a.value_len != 9 || memcmp(a.value, "alternate", 9) != 0))
			return;
	}
	if (href.name && !l->fields[FEED_LINK].len)
		list_add_text(l, href.value, href.value_len, true, &l->fields[FEED_LINK]);
}

static const char *container_of(const struct xml_token *t)
{
	if (xml_name_is(t, "shipping"))
		return "shipping";
	for (size_t i = 0; i < ARRAY_LEN(containers); i++) {
		if (xml_name_is(t, containers[i]))
			return containers[i];
	}
	return NULL;
}

/* The merchants' field replaces the feed's own of that name; the first of several counts. */
static void field_begin(struct list *l, struct item *it, enum feed_field field, bool merchant)
{
	it->into = FEED_NONE;
	if (l->fields[field].len && (it->merchant[field] || !merchant))
		return;
	buf_reset(&l->fields[field]);
	it->into = field;
	it->merchant[field] = merchant;
	l->merchant |= merchant;
}

static void start(struct list *l, struct item *it, const struct xml_token *t)
{
	bool merchant = is_merchants(l, t), plain = t->prefix_len == 0;
	enum feed_field field;

	if (it->container) {
		it->into = FEED_NONE;
		if (!strcmp(it->container, "shipping") && xml_name_is(t, "price") && !it->shipped) {
			buf_reset(&l->fields[FEED_SHIPPING]);
			it->into = FEED_SHIPPING;
			it->shipped = true;
		}
		return;
	}
	if (!merchant && !plain)
		return;
	if (l->kind == LIST_ATOM && plain && xml_name_is(t, "link")) {
		read_atom_link(l, t);
		return;
	}
	if (t->empty)
		return;
	if (container_of(t) && (merchant || !xml_name_is(t, "shipping"))) {
		it->container = container_of(t);
		it->into = FEED_NONE;
		/* "DE:::4.95 EUR" as a text is a way, too. */
		if (xml_name_is(t, "shipping"))
			field_begin(l, it, FEED_SHIPPING, merchant);
		return;
	}
	field = plain && xml_name_is(t, "guid") ? FEED_NONE : feed_field_find(t->name, t->name_len);
	if (field)
		field_begin(l, it, field, merchant);
}

static void item_end(struct list *l, struct item *it)
{
	if (it->open)
		feed_item_end(l);
	it->open = false;
}

/* @return false: full */
static bool item_begin(struct list *l, struct item *it, const struct xml_token *t)
{
	item_end(l, it);
	if (!list_item(l, t->begin))
		return false;
	*it = (struct item){.open = !t->empty, .begin = t->begin};
	feed_item_begin(l);
	return true;
}

static bool read_token(struct list *l, struct item *it, const struct xml_token *t)
{
	if (t->kind == XML_START && is_item(l, t))
		return item_begin(l, it, t);
	if (!it->open)
		return true;
	if (t->kind == XML_START) {
		start(l, it, t);
	} else if (t->kind == XML_STOP) {
		it->into = FEED_NONE;
		if (it->container && xml_name_is(t, it->container))
			it->container = NULL;
		if (is_item(l, t))
			item_end(l, it);
	} else if (it->into) {
		list_add_text(l, t->s, t->len, t->kind == XML_TEXT, &l->fields[it->into]);
	}
	return true;
}

void list_feed_read(struct list *l)
{
	struct xml_scan x = {l->begin, l->end, l->last};
	struct item it = {0};
	struct xml_token t;
	enum xml_kind kind;
	bool fits = true;

	while (fits && (kind = xml_next(&x, &t)) != XML_OVER && kind != XML_CUT)
		fits = read_token(l, &it, &t);
	if (fits && l->last) {
		item_end(l, &it);
		list_next(l, NULL);
	} else if (fits) {
		list_cut(l, it.open ? it.begin : t.begin);
	}
}
