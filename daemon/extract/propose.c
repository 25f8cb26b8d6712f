#include "daemon/extract/propose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/product.h"
#include "daemon/extract/propose_internal.h"
#include "shared/json.h"
#include "shared/mem.h"
#include "shared/price.h"
#include "shared/product_terms.h"
#include "shared/recipe_step.h"
#include "shared/url.h"

enum {
	SMALL = 8, /* elements in one that says one fact */
	TEXT_SHORT = 90,
	PRICES_MAX = 1500,
	CARDS_MAX = 300,
	CARDS_MIN = 3,
	CARD_DEPTH = 7,
	NEAR = 400, /* elements after the title, where its price is looked for */
};

static const char *const price_words[] = {"price",  "preis",  "prix", "prijs", "precio",
					  "prezzo", "amount", "cost", "cena",  NULL};
static const char *const old_words[] = {"old",     "was",    "list-price", "listprice", "regular",
					"compare", "strike", "rrp",        "uvp",       "msrp",
					"before",  "statt",  "original",   "crossed",   NULL};
static const char *const other_words[] = {"ship",   "versand",    "deliver", "tax",  "vat",
					  "saving", "saved",      "unit",    "per-", "rabatt",
					  "from",   "grundpreis", "install", NULL};
static const char *const aside_words[] = {"related",    "recommend", "similar", "upsell",
					  "cross-sell", "cart",      "basket",  "recent",
					  "footer",     "nav",       NULL};
static const char *const title_words[] = {"title", "name", "headline", "heading", NULL};
static const char *const stock_words[] = {"stock",   "avail",   "lager", "liefer",
					  "deliver", "bestand", "dispo", NULL};
static const char *const sku_words[] = {
	"sku",          "artno", "article-n",  "item-n", "artikeln", "productcode",
	"product-code", "mpn",   "partnumber", "model",  NULL};
static const char *const brand_words[] = {"brand", "manufacturer", "vendor", "hersteller",
					  "marke", "marque",       "marca",  NULL};
static const char *const image_words[] = {"product", "gallery", "main", "zoom", "hero",
					  "photo",   "image",   "bild", NULL};
static const char *const no_image_words[] = {"logo",   "icon",  "flag", "payment",
					     "avatar", "badge", NULL};

struct price_at {
	xmlNode *node;
	size_t place; /* in document order */
	int64_t minor;
	int score;
	bool old;
	xmlNode *card;
};

struct survey {
	struct tree *tree;
	const char *url;
	size_t place, title_place;
	xmlNode *title, *image, *stock, *sku, *brand, *next;
	int title_score, image_score, stock_score, brand_score;
	char sku_step[80], *image_attribute;
	struct price_at *prices;
	size_t n_prices;
	xmlNode **cards;
	size_t n_cards;
	json_t *fields, *notes, *spec;
};

/* ---- words ---------------------------------------------------------------------------------- */

static bool around_speaks(xmlNode *node, const char *const *words, int up)
{
	for (; node && up-- > 0 && node->type == XML_ELEMENT_NODE; node = node->parent) {
		if (node_speaks_of(node, words))
			return true;
	}
	return false;
}

static bool is_within_any(const xmlNode *node, const char *const *names)
{
	for (; node && node->type == XML_ELEMENT_NODE; node = node->parent) {
		for (const char *const *name = names; *name; name++) {
			if (node_is(node, *name))
				return true;
		}
	}
	return false;
}

static bool is_aside(xmlNode *node)
{
	static const char *const names[] = {"nav", "footer", "aside", NULL};

	return is_within_any(node, names) || around_speaks(node, aside_words, 20);
}

/* What a short element says; free(), NULL: it is long, or says nothing. */
static char *short_text(struct survey *s, xmlNode *node)
{
	struct buf text = BUF_INIT(4 * TEXT_SHORT);
	char *out = NULL;

	tree_value(s->tree, node, NULL, &text);
	if (!text.overflow && text.len && text.len <= TEXT_SHORT)
		out = fact_text(buf_str(&text));
	buf_fini(&text);
	return out;
}

/* ---- what an element may be ----------------------------------------------------------------- */

static void look_price(struct survey *s, xmlNode *node, const char *text)
{
	static const char *const struck[] = {"del", "s", "strike", NULL};
	bool named = node_speaks_of(node, price_words);
	struct price price;
	struct price_at *p;

	if (s->n_prices == PRICES_MAX || !strpbrk(text, "0123456789") ||
	    price_parse(text, NULL, &price, NULL) || price.minor == 0 ||
	    (!*price.currency && !named))
		return;
	p = &s->prices[s->n_prices++];
	*p = (struct price_at){.node = node, .place = s->place, .minor = price.minor};
	p->score = 30 * named + 10 * around_speaks(node->parent, price_words, 2) +
		   10 * (*price.currency != '\0') - (int)strlen(text) / 3;
	p->old = is_within_any(node, struck) || around_speaks(node, old_words, 2);
	if (around_speaks(node, other_words, 2))
		p->score -= 30;
	if (is_aside(node))
		p->score -= 40;
}

static void look_title(struct survey *s, xmlNode *node, const char *text)
{
	bool heading = node_is(node, "h1") || node_is(node, "h2");
	int score = (node_is(node, "h1") ? 40
		     : heading           ? 5
					 : 0) +
		    15 * node_speaks_of(node, title_words);

	if (!heading && !(node_speaks_of(node, title_words) && score >= 15))
		return;
	if (is_aside(node) || strlen(text) < 2)
		score -= 40;
	if (score > s->title_score) {
		s->title = node;
		s->title_score = score;
		s->title_place = s->place;
	}
}

static void look_stock(struct survey *s, xmlNode *node, const char *text)
{
	int score = 10 + 20 * node_speaks_of(node, stock_words) +
		    5 * around_speaks(node->parent, stock_words, 2) - (int)strlen(text) / 6;

	if (!availability_guess(text) || node_is(node, "option") || node_is(node, "button") ||
	    node_is(node, "a"))
		return;
	if (is_aside(node))
		score -= 40;
	/* The inner one of two that say the same comes later. */
	if (score >= s->stock_score && score > 0) {
		s->stock = node;
		s->stock_score = score;
	}
}

static void look_sku(struct survey *s, xmlNode *node, const char *text)
{
	static const char *const labels[] = {"SKU",      "Art.-Nr.", "Artikelnummer", "Artikel-Nr.",
					     "Item no.", "Item No.", "Model",         "Ref."};

	if (s->sku && !s->sku_step[0])
		return;
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		const char *at = strstr(text, labels[i]);
		const char *code = at ? at + strlen(labels[i]) : NULL;

		if (!code || at != text || s->sku)
			continue;
		code += strspn(code, " :#.");
		if (strlen(code) < 2 || strlen(code) > 30 || strchr(code, ' '))
			continue;
		s->sku = node;
		snprintf(s->sku_step, sizeof s->sku_step, "pattern %s[\\s:#.]*([A-Za-z0-9._/-]+)",
			 !strcmp(labels[i], "SKU") || !strcmp(labels[i], "Model") ||
					 !strcmp(labels[i], "Artikelnummer")
				 ? labels[i]
			 : !strncmp(labels[i], "Art", 3) ? "Art.*?Nr\\."
			 : !strncmp(labels[i], "Ref", 3) ? "Ref\\."
							 : "Item [nN]o\\.");
		return;
	}
	if (node_speaks_of(node, sku_words) && strpbrk(text, "0123456789") && strlen(text) <= 30 &&
	    !strchr(text, ' ')) {
		s->sku = node;
		s->sku_step[0] = '\0';
	}
}

static void look_brand(struct survey *s, xmlNode *node, const char *text)
{
	if (!s->brand && node_speaks_of(node, brand_words) && strlen(text) <= 40 &&
	    !strpbrk(text, "0123456789:") && !is_aside(node))
		s->brand = node;
}

static void look_image(struct survey *s, xmlNode *node)
{
	static const char *const attributes[] = {"src", "data-src", "data-original",
						 "data-lazy-src"};
	int score = 5 + 20 * node_speaks_of(node, image_words) +
		    10 * around_speaks(node->parent, image_words, 3);

	if (node_speaks_of(node, no_image_words) || is_aside(node))
		return;
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		xmlChar *hold;
		const char *value = node_attribute(node, attributes[i], &hold);
		bool fine = *value && strncmp(value, "data:", 5) != 0 &&
			    !strcasestr(value, ".svg") && !strcasestr(value, "logo") &&
			    !strcasestr(value, "placeholder");

		xmlFree(hold);
		if (!fine)
			continue;
		if (score > s->image_score) {
			s->image = node;
			s->image_score = score;
			s->image_attribute = (char *)attributes[i];
		}
		return;
	}
}

static void look_next(struct survey *s, xmlNode *node)
{
	static const char *const next_words[] = {"next", "weiter", NULL};
	xmlChar *hold;
	const char *rel = node_attribute(node, "rel", &hold);
	bool next = !strcmp(rel, "next");

	xmlFree(hold);
	if (!s->next && (next || (node_speaks_of(node, next_words) && node_is(node, "a"))))
		s->next = node;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static bool is_unseen(const xmlNode *node)
{
	static const char *const names[] = {"script", "style",  "noscript", "template", "select",
					    "title",  "iframe", "svg",      "textarea"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (node_is(node, names[i]))
			return true;
	}
	return false;
}

/* Elements in it; more than SMALL is enough to know. */
static size_t size_of(const xmlNode *node, size_t limit)
{
	size_t n = 0;

	for (const xmlNode *c = node->children; c && n <= limit; c = c->next) {
		if (c->type == XML_ELEMENT_NODE)
			n += 1 + size_of(c, limit - (n < limit ? n : limit));
	}
	return n;
}

static void look(struct survey *s, xmlNode *node)
{
	char *text;

	s->place++;
	if (node_is(node, "img"))
		look_image(s, node);
	if (node_is(node, "a") || node_is(node, "link"))
		look_next(s, node);
	if (size_of(node, SMALL) > SMALL || !(text = short_text(s, node)))
		return;
	look_title(s, node, text);
	look_price(s, node, text);
	look_stock(s, node, text);
	look_sku(s, node, text);
	look_brand(s, node, text);
	free(text);
}

static void walk(struct survey *s)
{
	xmlNode *root = xmlDocGetRootElement(s->tree->doc), *node = root;

	while (node && s->place < PROPOSE_ELEMENTS_MAX) {
		bool enter = node->type == XML_ELEMENT_NODE && !is_unseen(node);

		if (enter)
			look(s, node);
		if (enter && node->children) {
			node = node->children;
			continue;
		}
		while (node && node != root && !node->next)
			node = node->parent;
		node = !node || node == root ? NULL : node->next;
	}
}

/* ---- lists ---------------------------------------------------------------------------------- */

static bool same_kind(xmlNode *a, xmlNode *b)
{
	xmlChar *one, *other;
	const char *x, *y;
	size_t n;
	bool same;

	if (strcmp((const char *)a->name, (const char *)b->name) != 0)
		return false;
	x = node_attribute(a, "class", &one);
	y = node_attribute(b, "class", &other);
	/* The first class names the kind; others tell what is special of one. */
	n = strcspn(x, " ");
	same = n == strcspn(y, " ") && !strncmp(x, y, n);
	xmlFree(one);
	xmlFree(other);
	return same;
}

/* The nodes of that kind, each around a price, at that height above it. */
static size_t gather(struct survey *s, xmlNode *kind, int height, xmlNode **out)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_prices && n < CARDS_MAX; i++) {
		xmlNode *node = s->prices[i].node;
		bool there = false;

		for (int up = 0; up < height && node && node->type == XML_ELEMENT_NODE; up++)
			node = node->parent;
		if (!node || node->type != XML_ELEMENT_NODE || !same_kind(node, kind))
			continue;
		for (size_t k = 0; k < n && !there; k++)
			there = node_within(node, out[k]) || node_within(out[k], node);
		if (!there)
			out[n++] = node;
	}
	return n;
}

static bool has_link(const xmlNode *node)
{
	if (node_is(node, "a"))
		return true;
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE && has_link(c))
			return true;
	}
	return false;
}

/* The highest kind of node of which there are most, each with a price and a link of its own. */
static void find_cards(struct survey *s)
{
	xmlNode *some[CARDS_MAX];

	for (size_t i = 0; i < s->n_prices && i < 40; i++) {
		xmlNode *node = s->prices[i].node;

		for (int up = 0; up < CARD_DEPTH && node && node->type == XML_ELEMENT_NODE;
		     up++, node = node->parent) {
			size_t n;

			if (node_is(node, "body") || node_is(node, "html") || !has_link(node))
				continue;
			n = gather(s, node, up, some);
			if (n < CARDS_MIN || n < s->n_cards)
				continue;
			s->cards = mem_array(s->cards, n, sizeof *s->cards);
			memcpy(s->cards, some, n * sizeof *s->cards);
			s->n_cards = n;
		}
	}
	for (size_t i = 0; i < s->n_prices; i++) {
		for (size_t k = 0; k < s->n_cards && !s->prices[i].card; k++) {
			if (node_within(s->prices[i].node, s->cards[k]))
				s->prices[i].card = s->cards[k];
		}
	}
}

/* ---- choosing ------------------------------------------------------------------------------- */

static int closeness(const struct survey *s, const struct price_at *p)
{
	if (!s->title || p->place < s->title_place)
		return 0;
	return p->place - s->title_place < NEAR ? 25 - (int)(p->place - s->title_place) / 16 : 0;
}

/* The price of the page, or of a card. */
static const struct price_at *best_price(const struct survey *s, const xmlNode *card, bool old)
{
	const struct price_at *best = NULL;
	int best_score = 0;

	for (size_t i = 0; i < s->n_prices; i++) {
		const struct price_at *p = &s->prices[i];
		int score = p->score + (card ? 0 : closeness(s, p)) + 20;

		if (p->card != card || p->old != old || score <= best_score)
			continue;
		best = p;
		best_score = score;
	}
	return best;
}

static void add_note(struct survey *s, const char *text)
{
	json_array_append_new(s->notes, json_string(text));
}

static void add_field(struct survey *s, const char *name, xmlNode *node, xmlNode *scope,
		      const char *attribute, const char *step, bool required)
{
	char selector[SELECTOR_MAX];
	json_t *field;

	if (!node)
		return;
	if (!selector_for(s->tree, node, scope, selector)) {
		char note[160];

		snprintf(note, sizeof note,
			 "%s: it is there, but no selector that lasts was found for it", name);
		add_note(s, note);
		return;
	}
	field = json_object();
	json_object_set_new(field, "name", json_string(name));
	json_object_set_new(field, "css", json_string(selector));
	if (attribute)
		json_object_set_new(field, "attribute", json_string(attribute));
	if (step && *step)
		json_object_set_new(field, "transform", json_pack("[s]", step));
	if (required)
		json_object_set_new(field, "required", json_true());
	json_array_append_new(s->fields, field);
}

/* "£" or "$" on a page of one shop means one currency; what it is taken for is written down. */
static void add_currency(struct survey *s, const struct price_at *p, xmlNode *scope)
{
	char *text = p ? short_text(s, p->node) : NULL, selector[SELECTOR_MAX], sign[24];
	char steps[2][64];
	const char *at;
	struct price price;
	size_t len = 0;

	if (!text || price_parse(text, NULL, &price, NULL) || !price.assumed || !*price.currency ||
	    !selector_for(s->tree, p->node, scope, selector)) {
		free(text);
		return;
	}
	at = text + strspn(text, "0123456789., '-");
	while (at[len] && len < sizeof sign - 2 && !strchr("0123456789., '-", at[len]))
		len++;
	snprintf(sign, sizeof sign, "%.*s", (int)len, at);
	free(text);
	if (!len || strpbrk(sign, "^()[]{}|*+?\\/"))
		return;
	snprintf(steps[0], sizeof steps[0], "pattern %s%s", *sign == '$' ? "\\" : "", sign);
	snprintf(steps[1], sizeof steps[1], "replace %s -> %s", sign, price.currency);
	json_array_append_new(s->fields,
			      json_pack("{s:s, s:s, s:[s, s]}", "name", "currency", "css", selector,
					"transform", steps[0], steps[1]));
	add_note(s, "currency: the sign has several meanings, look whether the one in it is right");
}

static const char *image_attribute(const struct survey *s)
{
	return s->image_attribute && strcmp(s->image_attribute, "src") != 0 ? s->image_attribute
									    : NULL;
}

static void propose_page(struct survey *s, const struct price_at *price)
{
	const struct price_at *old = best_price(s, NULL, true);

	add_field(s, "title", s->title, NULL, NULL, NULL, true);
	add_field(s, "price", price ? price->node : NULL, NULL, NULL, NULL, true);
	add_currency(s, price, NULL);
	/* One that is not above the price is of something else. */
	if (old && price && old->minor > price->minor)
		add_field(s, "list_price", old->node, NULL, NULL, NULL, false);
	add_field(s, "availability", s->stock, NULL, NULL, NULL, false);
	add_field(s, "sku", s->sku, NULL, NULL, s->sku_step, false);
	add_field(s, "brand", s->brand, NULL, NULL, NULL, false);
	add_field(s, "image", s->image, NULL, image_attribute(s), NULL, false);
	if (!price)
		add_note(
			s,
			"no price was found: look at the page's source for it, it may be made by a "
			"script");
	if (!s->stock)
		add_note(s, "nothing that speaks of stock was found");
}

/* The first in it of any of these names, with a text when one is wanted. */
static xmlNode *first_named(struct survey *s, xmlNode *node, const char *const *names,
			    const char *const *words)
{
	for (xmlNode *c = node->children; c; c = c->next) {
		xmlNode *found;
		bool named = words && c->type == XML_ELEMENT_NODE && node_speaks_of(c, words);

		if (c->type != XML_ELEMENT_NODE || is_unseen(c))
			continue;
		for (const char *const *name = names; name && *name; name++)
			named |= node_is(c, *name);
		if (named) {
			char *text = node_is(c, "img") ? mem_strdup("image") : short_text(s, c);
			struct price price;
			bool fine = text && price_parse(text, NULL, &price, NULL);

			free(text);
			if (fine)
				return c;
		}
		found = first_named(s, c, names, words);
		if (found)
			return found;
	}
	return NULL;
}

static bool propose_list(struct survey *s)
{
	static const char *const headings[] = {"h2", "h3", "h4", "h5", NULL};
	static const char *const anchors[] = {"a", NULL}, *const images[] = {"img", NULL};
	char selector[SELECTOR_MAX], links[SELECTOR_MAX + 8];
	xmlNode *card = s->cards[0], *title, *link;
	const struct price_at *price = best_price(s, card, false), *old;

	if (!selector_of_all(s->tree, s->cards, s->n_cards, selector))
		return false;
	json_object_set_new(s->spec, "items", json_string(selector));
	link = node_is(card, "a") ? card : first_named(s, card, anchors, NULL);
	title = first_named(s, card, headings, NULL);
	if (!title)
		title = first_named(s, card, NULL, title_words);
	add_field(s, "title", title ? title : link, card, NULL, NULL, true);
	add_field(s, "price", price ? price->node : NULL, card, NULL, NULL, true);
	add_currency(s, price, card);
	old = best_price(s, card, true);
	if (old && price && old->minor > price->minor)
		add_field(s, "list_price", old->node, card, NULL, NULL, false);
	if (link) {
		add_field(s, "url", link, link == card ? NULL : card, NULL, NULL, false);
		snprintf(links, sizeof links, "%s%s", selector, link == card ? "" : " a");
		json_object_set_new(s->spec, "links", json_string(links));
	}
	add_field(s, "image", first_named(s, card, images, NULL), card, NULL, NULL, false);
	if (s->next && selector_for(s->tree, s->next, NULL, selector))
		json_object_set_new(s->spec, "next", json_string(selector));
	if (s->next && !json_object_get(s->spec, "next"))
		json_object_set_new(s->spec, "next", json_string("[rel=next]"));
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static bool has_field(const struct survey *s, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(s->fields, i, one)
	{
		if (!strcmp(json_str(one, "name", ""), name))
			return true;
	}
	return false;
}

static enum err choose(struct survey *s, struct error *e)
{
	const struct price_at *price;
	struct url u;

	find_cards(s);
	price = best_price(s, NULL, false);
	if (*s->url && !url_parse(s->url, &u, NULL))
		json_object_set_new(s->spec, "match", json_pack("[s]", u.host));
	if (s->n_cards < CARDS_MIN || (s->title && price && price->score > 0) || !propose_list(s))
		propose_page(s, price);
	json_object_set(s->spec, "fields", s->fields);
	if (has_field(s, "title") || has_field(s, "price"))
		return ERR_NONE;
	error_set(e, ERR_MALFORMED, "neither a title nor a price was found on the page");
	error_hint(
		e,
		"it may be made by a script in the browser: look for its data in the source, and "
		"for a page that answers with JSON");
	return ERR_MALFORMED;
}

enum err propose(const struct propose_request *q, struct buf *out, struct error *e)
{
	struct survey s = {.url = q->url};
	struct json_writer w;
	enum err err;

	s.tree = tree_read(q->charsets, q->document, q->len, q->content_type, e);
	if (!s.tree)
		return ERR_MALFORMED;
	s.prices = mem_array(NULL, PRICES_MAX, sizeof *s.prices);
	s.spec = json_object();
	s.fields = json_array();
	s.notes = json_array();
	walk(&s);
	err = choose(&s, e);
	if (!err) {
		jw_init(&w, out);
		jw_object(&w);
		jw_key(&w, "recipe");
		jw_value(&w, s.spec);
		jw_key(&w, "notes");
		jw_value(&w, s.notes);
		jw_object_end(&w);
	}
	json_decref(s.spec);
	json_decref(s.fields);
	json_decref(s.notes);
	tree_free(s.tree);
	free(s.prices);
	free(s.cards);
	return err;
}
