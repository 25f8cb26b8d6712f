/* What became of a listing, as events of the feed. */
#include <stdio.h>
#include <string.h>

#include "daemon/catalog/market.h"
#include "daemon/catalog/observe.h"
#include "daemon/catalog/words.h"
#include "daemon/store/feed.h"
#include "shared/mem.h"
#include "shared/percent.h"

enum { DATA_MAX = 4096, TEXT_MAX = 300, TITLE_SHOWN = 80, NAME_SHOWN = 400 };

struct news {
	const char *topic;
	char text[TEXT_MAX];
	const char *field, *was, *now; /* what changed; NULL: nothing of that kind */
	int64_t was_minor, price_minor;
};

static const char *title_of(const struct keeping *w)
{
	const char *title = w->s ? w->s->text[TEXT_TITLE] : "";
	return *title || !w->k.id ? title : w->k.text[TEXT_TITLE];
}

static const char *url_of(const struct keeping *w)
{
	return w->s ? w->s->text[TEXT_URL] : w->k.text[TEXT_URL];
}

static void say_text(struct json_writer *w, const char *key, const char *text)
{
	char cut[NAME_SHOWN];
	if (!text)
		return;
	words_cut(cut, sizeof(cut), text);
	jw_kv_str(w, key, cut);
}

static void write_data(const struct keeping *w, const struct news *n, struct buf *out)
{
	const struct observation *o = &w->x->o;
	int64_t bp;
	struct json_writer j;
	jw_init(&j, out);
	jw_object(&j);
	words_id(&j, o->site_kind, !strcmp(o->site_kind, "shop") ? "shp" : "riv", o->site);
	words_id(&j, "product", "prd", w->product);
	words_id(&j, "listing", "lst", w->listing);
	words_minor_if(&j, "was_minor", n->was_minor);
	words_minor_if(&j, "price_minor", n->price_minor);
	if (n->price_minor != UNKNOWN && n->was_minor > 0 &&
	    market_change(n->was_minor, n->price_minor, &bp))
		jw_kv_int(&j, "change_bp", bp);
	if (w->s && *w->d.currency)
		jw_kv_str(&j, "currency", w->d.currency);
	say_text(&j, "field", n->field);
	say_text(&j, "was", n->was);
	say_text(&j, "now", n->now);
	say_text(&j, "title", title_of(w));
	if (strlen(url_of(w)) < DATA_MAX / 2)
		jw_kv_str(&j, "url", url_of(w));
	jw_object_end(&j);
}

static enum err tell(struct keeping *w, struct news *n, struct error *e)
{
	const struct observation *o = &w->x->o;
	struct buf data = BUF_INIT(DATA_MAX);
	char name[NAME_SHOWN];
	struct event ev = {.at_ms = o->at_ms,
			   .severity = SEVERITY_INFO,
			   .subject_kind = "listing",
			   .subject = w->listing,
			   .text = n->text};
	if (o->baseline)
		return ERR_NONE;
	snprintf(ev.topic, sizeof(ev.topic), "%s", n->topic);
	snprintf(name, sizeof(name), "%.63s %.300s", o->site_name, title_of(w));
	words_cut(ev.name, sizeof(ev.name), name);
	write_data(w, n, &data);
	ev.data_json = data.overflow ? NULL : data.data;
	enum err err = feed_event(w->t, &ev, e);
	buf_fini(&data);
	return err;
}

static struct news news_of(const struct keeping *w, const char *topic)
{
	return (struct news){
		.topic = topic, .was_minor = UNKNOWN, .price_minor = w->s ? w->d.price : UNKNOWN};
}

/* "lampenwelt: Lamp 3000", cut between characters. */
static size_t begin_text(const struct keeping *w, struct news *n)
{
	char title[TITLE_SHOWN];
	words_cut(title, sizeof(title), title_of(w));
	int len = snprintf(n->text, sizeof(n->text), "%.63s: %s", w->x->o.site_name, title);
	return (size_t)len;
}

/* ---- each of them ------------------------------------------------------------------------------
 */

static enum err tell_plain(struct keeping *w, const char *topic, const char *words, struct error *e)
{
	struct news n = news_of(w, topic);
	size_t len = begin_text(w, &n);
	snprintf(n.text + len, sizeof(n.text) - len, " %s", words);
	return tell(w, &n, e);
}

static enum err tell_price(struct keeping *w, struct error *e)
{
	bool drop = w->d.price < w->d.moved_from;
	char was[MONEY_TEXT], now[MONEY_TEXT], percent[PERCENT_TEXT] = "";
	int64_t bp;
	struct news n = news_of(w, drop ? "offer.price_drop" : "offer.price_rise");
	size_t len = begin_text(w, &n);
	n.was_minor = w->d.moved_from;
	if (market_change(w->d.moved_from, w->d.price, &bp))
		change_format(percent, bp);
	snprintf(n.text + len, sizeof(n.text) - len, " costs %s, it was %s%s%s%s",
		 money_format(now, w->d.price, w->d.currency),
		 money_format(was, w->d.moved_from, w->d.currency), *percent ? " (" : "", percent,
		 *percent ? ")" : "");
	return tell(w, &n, e);
}

static enum err tell_doubt(struct keeping *w, const struct offer_step *step, struct error *e)
{
	const struct terms *t = &step->sold->terms;
	char odd[MONEY_TEXT];
	struct news n = news_of(w, "offer.doubtful");
	size_t len = begin_text(w, &n);
	n.price_minor = t->price;
	n.was_minor = step->was ? step->was->believed : UNKNOWN;
	snprintf(n.text + len, sizeof(n.text) - len,
		 " is said to cost %s: not believed until it is seen twice",
		 money_format(odd, t->price, t->currency));
	return tell(w, &n, e);
}

static enum err tell_seller(struct keeping *w, const struct offer_step *step, struct error *e)
{
	const char *name = step->left ? step->was->name : step->sold->seller;
	char cut[TITLE_SHOWN];
	struct news n = news_of(w, step->left ? "offer.seller_left" : "offer.seller_joined");
	size_t len = begin_text(w, &n);
	words_cut(cut, sizeof(cut), name);
	snprintf(n.text + len, sizeof(n.text) - len,
		 step->left ? " is no longer sold by %s" : " is sold by %s, too", cut);
	n.field = "seller";
	n.was = step->left ? name : NULL;
	n.now = step->left ? NULL : name;
	return tell(w, &n, e);
}

static enum err tell_box(struct keeping *w, struct error *e)
{
	char was[TITLE_SHOWN], now[TITLE_SHOWN];
	struct news n = news_of(w, "offer.buy_box_lost");
	size_t len = begin_text(w, &n);
	words_cut(was, sizeof(was), w->d.box_was->name);
	words_cut(now, sizeof(now), w->d.box_now->seller);
	snprintf(n.text + len, sizeof(n.text) - len, ": %s lost the first place to %s",
		 *was ? was : "the shop itself", *now ? now : "the shop itself");
	n.field = "buy_box";
	n.was = w->d.box_was->name;
	n.now = w->d.box_now->seller;
	return tell(w, &n, e);
}

static enum err tell_texts(struct keeping *w, struct error *e)
{
	static const struct {
		enum sighting_text what;
		const char *field;
	} told[] = {{TEXT_TITLE, "title"},
		    {TEXT_IMAGE, "image"},
		    {TEXT_CATEGORY, "category"},
		    {TEXT_BRAND, "brand"}};
	enum err err = ERR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(told) && !err; i++) {
		if (!w->d.texts[told[i].what] || !*w->k.text[told[i].what])
			continue;
		struct news n = news_of(w, "listing.changed");
		size_t len = begin_text(w, &n);
		snprintf(n.text + len, sizeof(n.text) - len, " has another %s", told[i].field);
		n.field = told[i].field;
		n.was = w->k.text[told[i].what];
		n.now = w->s->text[told[i].what];
		err = tell(w, &n, e);
	}
	return err;
}

static enum err tell_steps(struct keeping *w, struct error *e)
{
	enum err err = ERR_NONE;
	for (size_t i = 0; i < w->d.n_steps && !err; i++) {
		const struct offer_step *step = &w->d.steps[i];
		if (step->kind == OFFER_DOUBTFUL)
			err = tell_doubt(w, step, e);
		if (!err && (step->joined || step->left))
			err = tell_seller(w, step, e);
	}
	return err;
}

enum err tell_difference(struct keeping *w, struct error *e)
{
	enum err err = ERR_NONE;
	if (w->x->o.baseline)
		return ERR_NONE;
	if (!w->k.id)
		err = tell_plain(w, "listing.new", "is new", e);
	else if (w->k.state == LISTING_GONE)
		err = tell_plain(w, "listing.back", "is back", e);
	if (!err && w->d.moved_from != UNKNOWN)
		err = tell_price(w, e);
	if (!err && w->d.went_out)
		err = tell_plain(w, "offer.out_of_stock", "is out of stock", e);
	if (!err && w->d.came_in)
		err = tell_plain(w, "offer.in_stock", "is in stock again", e);
	if (!err)
		err = tell_steps(w, e);
	if (!err && w->d.box_was)
		err = tell_box(w, e);
	return err || !w->k.id ? err : tell_texts(w, e);
}

enum err tell_gone(struct keeping *w, struct error *e)
{
	return tell_plain(w, "listing.gone", "is gone", e);
}
