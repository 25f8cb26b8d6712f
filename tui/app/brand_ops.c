#include "tui/app/brand_ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"

/* ---- words ----------------------------------------------------------------------------------- */

static bool has(const json_t *o, const char *member)
{
	return json_is_number(json_object_get(o, member));
}

static const char *count_of(const json_t *o, const char *member, char out[static 32])
{
	return format_count(out, 32, json_int(o, member, 0));
}

void brand_standing(const json_t *b, char *out, size_t cap)
{
	char count[32];
	size_t n;

	if (has(b, "score"))
		n = (size_t)snprintf(out, cap, "score %s of 100", count_of(b, "score", count));
	else
		n = (size_t)snprintf(out, cap, "no score: too little is known");
	if (n < cap && has(b, "rating"))
		snprintf(out + n, cap - n, ", rating %.2f of %s reviews", json_num(b, "rating", 0),
			 count_of(b, "reviews", count));
	else if (n < cap)
		snprintf(out + n, cap - n, ", no ratings were seen");
}

void brand_news(const json_t *b, char *out, size_t cap)
{
	static const struct {
		const char *member, *word;
	} counts[] = {{"changes", "changes"},
		      {"mentions_new", "mentions"},
		      {"buy_boxes_lost", "buy boxes lost"},
		      {"low_ratings", "low ratings"}};
	char count[32], other[32];
	size_t n;
	bool first = true;

	if (!has(b, "listings")) {
		snprintf(out, cap, "it was not looked at yet");
		return;
	}
	n = (size_t)snprintf(out, cap, "%s listings of %s sellers", count_of(b, "listings", count),
			     count_of(b, "sellers", other));
	if (n < cap && has(b, "spread_bp"))
		n += (size_t)snprintf(
			out + n, cap - n, ", prices %s apart",
			format_share(count, sizeof count, json_int(b, "spread_bp", 0)));
	for (size_t i = 0; i < ARRAY_LEN(counts) && n < cap; i++) {
		if (json_int(b, counts[i].member, 0) <= 0)
			continue;
		n += (size_t)snprintf(out + n, cap - n, "%s%s %s", first ? "; " : ", ",
				      count_of(b, counts[i].member, count), counts[i].word);
		first = false;
	}
}

/* ---- a new one ------------------------------------------------------------------------------- */

static void on_added(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct app *app = arg;
	const struct resource_kind *kind = resource_kind_find("brand");

	if (code == ERR_CANCELLED)
		return;
	if (code) {
		app_say_error(app, e);
		return;
	}
	if (kind)
		app_open(app, SHAPE_DETAIL, kind, json_str(r->data, "id", ""),
			 json_str(r->data, "name", ""));
	app_say(app, ROLE_UP, "%s is looked after now", json_str(r->data, "name", "the brand"));
}

static void on_name(void *arg, const char *text)
{
	struct app *app = arg;
	json_t *whole;
	char *body;

	if (!text || !*text)
		return;
	whole = json_pack("{s:s}", "brand", text);
	body = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
	if (!body) {
		app_say(app, ROLE_ERROR, "that is no name: type it as pages write it");
		json_decref(whole);
		return;
	}
	channel_send(app_channel(app),
		     &(struct client_request){.method = "POST",
					      .path = "/v1/brands",
					      .body = body,
					      .body_len = strlen(body)},
		     on_added, app);
	free(body);
	json_decref(whole);
}

void brand_ask_name(struct app *app)
{
	app_prompt(app, "name of the brand: ", "", NULL, on_name, app);
}

/* ---- minimum prices -------------------------------------------------------------------------- */

struct turn {
	struct app *app;
	char id[64], name[64];
	bool on;
};

static void on_turned(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct turn *t = arg;

	if (code && code != ERR_CANCELLED)
		app_say_error(t->app, e);
	if (!code) {
		app_say(t->app, ROLE_UP,
			t->on ? "%s: minimum prices are watched now; a product's is set with "
				"sellersmart product map"
			      : "%s: minimum prices are no longer watched",
			t->name);
		app_act(t->app, "refresh");
	}
	free(t);
}

static void turn_now(void *arg, bool yes)
{
	struct turn *t = arg;
	struct buf path = BUF_INIT(256);
	const char *body = t->on ? "{\"map\":true}" : "{\"map\":false}";

	if (!yes) {
		free(t);
		return;
	}
	buf_add_str(&path, "/v1/brands/");
	path_escape(&path, t->id);
	channel_send(app_channel(t->app),
		     &(struct client_request){.method = "PATCH",
					      .path = buf_str(&path),
					      .body = body,
					      .body_len = strlen(body)},
		     on_turned, t);
	buf_fini(&path);
}

bool brand_turn_map(struct view *v, const json_t *brand)
{
	char question[512];
	struct turn *t;

	if (!brand)
		return false;
	t = mem_zalloc(sizeof *t);
	t->app = v->app;
	t->on = !json_bool(brand, "map", false);
	snprintf(t->id, sizeof t->id, "%s", json_str(brand, "id", ""));
	snprintf(t->name, sizeof t->name, "%s", json_str(brand, "name", ""));
	if (!t->on) {
		turn_now(t, true);
		return true;
	}
	snprintf(
		question, sizeof question,
		"Tell of prices of %s below a product's minimum? To watch is one thing, to enforce "
		"another: price floors for dealers are mostly forbidden in the EU and the UK and "
		"judged case by case in the USA. Ask counsel before you write to a dealer.",
		t->name);
	app_confirm(v->app, "Minimum prices", question, turn_now, t);
	return true;
}
