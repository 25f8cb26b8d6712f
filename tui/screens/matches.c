/* Pairs in doubt, one after the other: is that listing that product? A key answers and the next one
 * comes; what was answered can be taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/app/asked.h"
#include "tui/app/match_draw.h"
#include "tui/widgets/format.h"
#include "tui/widgets/section.h"

enum { ASK_EVERY_MS = 1000, LOW_WATER = 10, DONE_MAX = 100, SAID = 320, NEXT_LEAST = 3 };
#define LIST_PATH "/v1/matches?limit=50&sort=-score"

struct page {
	struct view *view;
	struct asked list;
	json_t *queue;    /* pairs; those that were put off have "later" and are the last */
	json_t *done;     /* answered pairs with "answer", the last one last */
	size_t waiting;   /* answers under way */
	bool undo_wanted; /* as soon as the daemon has answered */
	size_t answered;
	int64_t total;
	char said[SAID]; /* what happened last */
	enum role said_role;
	bool stale, looked; /* looked: the list came once */
	uint64_t asked_at;
	struct sent *sent; /* answers under way */
};

/* An answer under way; it outlives a page that was left. */
struct sent {
	struct app *app;
	struct page *page; /* NULL: the page was left */
	json_t *pair;
	const char *verb; /* confirm, reject, reopen */
	struct sent *next;
};

/* ---- the queue ------------------------------------------------------------------------------- */

static json_t *pair_here(const struct page *p)
{
	return json_array_get(p->queue, 0);
}

static bool is_later(const json_t *pair)
{
	return json_bool(pair, "later", false);
}

static json_t *with_id(const json_t *list, const char *id)
{
	json_t *pair;
	size_t i;

	json_array_foreach(list, i, pair) if (!strcmp(json_str(pair, "id", ""), id)) return pair;
	return NULL;
}

/* What is there already keeps its place, what was put off stays behind all else. */
static void merge(struct page *p, const json_t *fresh, int64_t total)
{
	bool whole = total <= (int64_t)json_array_size(fresh);
	json_t *queue = json_array(), *later = json_array(), *pair;
	size_t i;

	json_array_foreach(p->queue, i,
			   pair) if (!whole || with_id(fresh, json_str(pair, "id", "")))
		json_array_append(is_later(pair) ? later : queue, pair);
	json_array_foreach(fresh, i, pair) if (!with_id(p->queue, json_str(pair, "id", "")))
		json_array_append(queue, pair);
	json_array_extend(queue, later);
	json_decref(later);
	json_decref(p->queue);
	p->queue = queue;
	p->total = total;
}

static void on_list(struct view *v)
{
	struct page *p = v->state;

	/* While an answer is under way the list may have it still. */
	p->stale = p->waiting > 0;
	p->looked = true;
	if (!p->waiting)
		merge(p, p->list.data,
		      json_int(p->list.meta, "total", (int64_t)json_array_size(p->list.data)));
}

static void ask(struct view *v)
{
	struct page *p = v->state;

	p->stale = false;
	p->asked_at = app_ticks(v->app);
	asked_get(v, &p->list, LIST_PATH, on_list);
}

static void freshen(struct view *v)
{
	struct page *p = v->state;
	bool few = json_array_size(p->queue) < LOW_WATER &&
		   p->total > (int64_t)json_array_size(p->queue);

	if (!p->looked || p->list.call || p->waiting || !(p->stale || few))
		return;
	if (app_ticks(v->app) - p->asked_at < ASK_EVERY_MS)
		app_damage_in(v->app, ASK_EVERY_MS);
	else
		ask(v);
}

/* A listing has one product: what else it might be is no question after a yes. */
static void take_out(struct page *p, const json_t *pair, bool all_of_listing)
{
	const char *listing = json_str(json_object_get(pair, "listing"), "id", "-");

	for (size_t i = json_array_size(p->queue); i-- > 0;) {
		const json_t *one = json_array_get(p->queue, i);
		bool same = one == pair ||
			    (all_of_listing &&
			     !strcmp(json_str(json_object_get(one, "listing"), "id", ""), listing));

		if (same) {
			json_array_remove(p->queue, i);
			p->total -= p->total > 0;
		}
	}
}

/* ---- answers --------------------------------------------------------------------------------- */

static void say(struct page *p, enum role role, const json_t *pair, const char *verb)
{
	char listing[160];

	match_listing_text(pair, listing, sizeof listing);
	p->said_role = role;
	if (!strcmp(verb, "confirm"))
		snprintf(p->said, sizeof p->said, "same: %s is %.80s now", listing,
			 json_str(json_object_get(pair, "product"), "title", "?"));
	else if (!strcmp(verb, "reject"))
		snprintf(p->said, sizeof p->said, "different: %s is not asked about again",
			 listing);
	else
		snprintf(p->said, sizeof p->said, "taken back: %s", listing);
}

static void put_first(struct page *p, json_t *pair)
{
	json_object_del(pair, "later");
	json_array_insert(p->queue, 0, pair);
	p->total++;
}

static void forget_done(struct page *p, const json_t *pair)
{
	for (size_t i = json_array_size(p->done); i-- > 0;)
		if (json_array_get(p->done, i) == pair)
			json_array_remove(p->done, i);
}

static void take_back(struct view *v);

static void on_sent(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct sent *s = arg, **link;
	struct page *p = s->page;
	bool undo = !strcmp(s->verb, "reopen");

	if (code && code != ERR_CANCELLED && !p)
		app_say_error(s->app, e);
	if (p && code != ERR_CANCELLED) {
		for (link = &p->sent; *link != s;)
			link = &(*link)->next;
		*link = s->next;
		p->waiting--;
		if (code) {
			/* A pair that is gone does not come back. */
			snprintf(p->said, sizeof p->said, "not done: %.200s", e->text);
			p->said_role = ROLE_ERROR;
			p->stale = true;
			if (!undo) {
				forget_done(p, s->pair);
				p->answered--;
				if (code != ERR_NOT_FOUND)
					put_first(p, s->pair);
			}
		} else {
			say(p, undo ? ROLE_INFO : ROLE_UP, s->pair, s->verb);
			if (undo)
				put_first(p, s->pair);
		}
		if (p->undo_wanted && !p->waiting)
			take_back(p->view);
		app_damage(s->app);
	}
	json_decref(s->pair);
	free(s);
}

static void post(struct view *v, json_t *pair, const char *verb)
{
	struct page *p = v->state;
	struct sent *s = mem_zalloc(sizeof *s);
	struct buf path = BUF_INIT(256);

	*s = (struct sent){
		.app = v->app, .page = p, .pair = json_incref(pair), .verb = verb, .next = p->sent};
	p->sent = s;
	p->waiting++;
	buf_add_str(&path, "/v1/matches/");
	path_escape(&path, json_str(pair, "id", ""));
	buf_printf(&path, "/%s", verb);
	channel_send(app_channel(v->app),
		     &(struct client_request){.method = "POST", .path = buf_str(&path)}, on_sent,
		     s);
	buf_fini(&path);
	snprintf(p->said, sizeof p->said, "telling the daemon");
	p->said_role = ROLE_DIM;
}

/* The last answer; an answer that is under way is waited for. */
static void take_back(struct view *v)
{
	struct page *p = v->state;
	size_t n = json_array_size(p->done);
	json_t *pair;

	p->undo_wanted = p->waiting > 0 && n > 0;
	if (p->waiting || n == 0)
		return;
	pair = json_incref(json_array_get(p->done, n - 1));
	json_array_remove(p->done, n - 1);
	p->answered--;
	post(v, pair, "reopen");
	json_decref(pair);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool any(const struct view *v)
{
	return pair_here(v->state) != NULL;
}

static bool run_answer(struct view *v, const struct binding *b)
{
	struct page *p = v->state;
	json_t *pair = json_incref(pair_here(p));
	bool yes = !strcmp(b->action, "confirm");

	if (!pair)
		return true;
	json_object_set_new(pair, "answer", json_string(b->action));
	json_array_append(p->done, pair);
	if (json_array_size(p->done) > DONE_MAX)
		json_array_remove(p->done, 0);
	p->answered++;
	take_out(p, pair, yes);
	post(v, pair, yes ? "confirm" : "reject");
	json_decref(pair);
	return true;
}

static bool run_later(struct view *v, const struct binding *b)
{
	struct page *p = v->state;
	json_t *pair = json_incref(pair_here(p));

	if (!pair)
		return true;
	json_object_set_new(pair, "later", json_true());
	json_array_remove(p->queue, 0);
	json_array_append_new(p->queue, pair);
	match_listing_text(pair, p->said, sizeof p->said);
	snprintf(p->said + strlen(p->said), sizeof p->said - strlen(p->said), ": put off");
	p->said_role = ROLE_DIM;
	return true;
}

static bool can_undo(const struct view *v)
{
	const struct page *p = v->state;

	return json_array_size(p->done) > 0;
}

static bool run_undo(struct view *v, const struct binding *b)
{
	if (!can_undo(v))
		return false; /* a delete may be taken back */
	take_back(v);
	return true;
}

static bool run_open(struct view *v, const struct binding *b)
{
	const char *what = b->arg;
	const struct resource_kind *kind = resource_kind_find(what);
	const json_t *side = json_object_get(pair_here(v->state), what);

	if (!kind || !side)
		return false;
	app_open(v->app, SHAPE_DETAIL, kind, json_str(side, "id", ""), "");
	return true;
}

static const struct binding bindings[] = {
	{.context = "matches",
	 .keys = "y",
	 .action = "confirm",
	 .brief = "same",
	 .run = run_answer,
	 .applies = any,
	 .help = "it is that product: the listing goes there, with its history"},
	{.context = "matches",
	 .keys = "n",
	 .action = "reject",
	 .brief = "different",
	 .run = run_answer,
	 .applies = any,
	 .help = "it is another product, and that is not asked again"},
	{.context = "matches",
	 .keys = "s",
	 .action = "later",
	 .brief = "later",
	 .run = run_later,
	 .applies = any,
	 .help = "put it off: it comes again behind the others"},
	{.context = "matches",
	 .keys = "u",
	 .action = "reopen",
	 .brief = "undo",
	 .run = run_undo,
	 .applies = can_undo,
	 .help = "take the last answer back, then the one before it"},
	{.context = "matches",
	 .keys = "Enter",
	 .action = "open-product",
	 .brief = "product",
	 .run = run_open,
	 .arg = "product",
	 .applies = any,
	 .help = "the product's prices and offers"},
	{.context = "matches",
	 .keys = "o",
	 .action = "open-listing",
	 .brief = "listing",
	 .run = run_open,
	 .arg = "listing",
	 .applies = any,
	 .help = "all that is known of the listing"},
};

/* ---- life ------------------------------------------------------------------------------------ */

static void matches_open(struct view *v, const char *arg)
{
	struct page *p = mem_zalloc(sizeof *p);

	v->state = p;
	p->view = v;
	p->queue = json_array();
	p->done = json_array();
	snprintf(v->title, sizeof v->title, "To decide");
	ask(v);
}

static void matches_close(struct view *v)
{
	struct page *p = v->state;

	for (struct sent *s = p->sent; s; s = s->next)
		s->page = NULL;
	asked_fini(&p->list);
	json_decref(p->queue);
	json_decref(p->done);
	free(p);
}

static void matches_message(struct view *v, const struct live_message *m)
{
	struct page *p = v->state;

	if (m->what == LIVE_LIST && (!strcmp(m->kind, "match") || !strcmp(m->kind, "listing")))
		p->stale = true;
}

static const json_t *matches_subject(const struct view *v, const struct resource_kind **kind)
{
	*kind = v->kind;
	return pair_here(v->state);
}

/* ---- drawing --------------------------------------------------------------------------------- */

static size_t put_off(const struct page *p)
{
	const json_t *pair;
	size_t i, n = 0;

	json_array_foreach(p->queue, i, pair) n += is_later(pair);
	return n;
}

static void summary(const struct page *p, char *out, size_t cap)
{
	size_t later = put_off(p), n;
	char count[32];

	n = (size_t)snprintf(out, cap, "%s to decide",
			     format_count(count, sizeof count,
					  p->total > (int64_t)json_array_size(p->queue)
						  ? p->total
						  : (int64_t)json_array_size(p->queue)));
	if (later && n < cap)
		n += (size_t)snprintf(out + n, cap - n, ", %zu put off", later);
	if (p->answered && n < cap)
		snprintf(out + n, cap - n, ", %zu answered", p->answered);
}

static const char *nothing(const struct page *p)
{
	return p->answered ? "All is decided. u takes the last answer back, Esc goes back."
			   : "Nothing is in doubt: each listing has found its product. Pairs that "
			     "titles and codes leave open come here.";
}

/* What comes after it, as far as there is room. */
static void draw_next(const struct page *p, struct surface s, int y, int end)
{
	if (end - y < NEXT_LEAST || json_array_size(p->queue) < 2)
		return;
	section_draw(s, y++, "next", "");
	for (size_t i = 1; i < json_array_size(p->queue) && y < end; i++) {
		const json_t *pair = json_array_get(p->queue, i);
		char text[160];

		match_listing_text(pair, text, sizeof text);
		surface_outside(s, y, 2, ROLE_TEXT, text, s.width / 2 - 3);
		surface_outside(s, y++, s.width / 2 + 1, ROLE_DIM,
				json_str(json_object_get(pair, "product"), "title", ""),
				s.width / 2 - 2);
	}
}

static void matches_draw(struct view *v, struct surface s)
{
	struct page *p = v->state;
	bool low = s.height < 12;
	char text[128];
	int y = 0, end = s.height - (*p->said != '\0' || !low);

	freshen(v);
	if (!p->looked && !asked_ready(&p->list, s))
		return;
	summary(p, text, sizeof text);
	surface_outside(s, y++, 1, ROLE_STRONG, text, s.width - 2);
	y += !low;
	if (!pair_here(p)) {
		wrapped_draw(s, y + 1, 2, s.width - 4, ROLE_TEXT, nothing(p), 4);
	} else {
		y += match_draw(surface_part(s, y, 0, end - y, -1), pair_here(p)) + 1;
		draw_next(p, s, y, end - 1);
	}
	surface_outside(s, s.height - 1, 1, p->said_role, p->said, s.width - 2);
}

static void matches_plain(struct view *v, struct buf *out)
{
	struct page *p = v->state;
	const json_t *pair = pair_here(p);
	char text[128];

	if (!p->looked && !asked_ready_plain(&p->list, out))
		return;
	summary(p, text, sizeof text);
	buf_printf(out, "%s\n", text);
	if (!pair) {
		buf_printf(out, "%s\n", nothing(p));
		return;
	}
	match_plain(pair, out);
	buf_printf(out, "type: match confirm %s, or: match reject %s\n", json_str(pair, "id", ""),
		   json_str(pair, "id", ""));
	if (*p->said)
		buf_printf(out, "%s\n", p->said);
}

extern const struct screen screen_matches;
const struct screen screen_matches = {
	.name = "matches",
	.shape = SHAPE_OWN,
	.kind = "match",
	.bindings = bindings,
	.n_bindings = ARRAY_LEN(bindings),
	.open = matches_open,
	.close = matches_close,
	.refresh = ask,
	.message = matches_message,
	.subject = matches_subject,
	.draw = matches_draw,
	.plain = matches_plain,
};
