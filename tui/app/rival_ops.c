#include "tui/app/rival_ops.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/json.h"
#include "shared/mem.h"
#include "tui/widgets/format.h"
#include "tui/widgets/format_trade.h"

enum { ADDRESS_MAX = 2048 };

/* ---- words ----------------------------------------------------------------------------------- */

void rival_standing(const json_t *r, char *out, size_t cap)
{
	int64_t products = json_int(r, "products", -1), too = json_int(r, "mine_too", -1);
	char count[32];
	int n;

	if (products < 0) {
		snprintf(out, cap, "nothing is known of it yet");
		return;
	}
	n = snprintf(out, cap, "%s product%s", format_count(count, sizeof count, products),
		     products == 1 ? "" : "s");
	if (too < 0 || n < 0 || (size_t)n >= cap)
		return;
	if (too == 0)
		snprintf(out + n, cap - (size_t)n, ", none of which you sell, too");
	else if (!json_int(r, "cheaper", 0) && !json_int(r, "dearer", 0) &&
		 !json_int(r, "equal", 0))
		snprintf(out + n, cap - (size_t)n,
			 ", %s of them yours too; none can be compared now",
			 format_count(count, sizeof count, too));
	else
		snprintf(out + n, cap - (size_t)n,
			 ", %s of them yours too: %lld cheaper, %lld dearer, %lld equal",
			 format_count(count, sizeof count, too),
			 (long long)json_int(r, "cheaper", 0), (long long)json_int(r, "dearer", 0),
			 (long long)json_int(r, "equal", 0));
}

void rival_news(const json_t *r, char *out, size_t cap)
{
	static const struct {
		const char *member, *word;
	} counts[] = {{"new", "new"}, {"gone", "gone"}, {"out_of_stock", "out of stock"}};
	int64_t median = json_int(r, "index_median", -1);
	char share[32];
	size_t n = 0;

	out[0] = '\0';
	if (median >= 0)
		n = (size_t)snprintf(out, cap, "index %s of the market",
				     format_share(share, sizeof share, median));
	for (size_t i = 0; i < ARRAY_LEN(counts) && n < cap; i++) {
		int64_t value = json_int(r, counts[i].member, 0);

		if (value > 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%lld %s",
					      n ? (i ? ", " : "; ") : "", (long long)value,
					      counts[i].word);
	}
}

/* ---- a new one ------------------------------------------------------------------------------- */

static void on_added(void *arg, enum err code, struct reply *r, const struct error *e)
{
	struct app *app = arg;
	const struct resource_kind *kind = resource_kind_find("rival");

	if (code == ERR_CANCELLED)
		return;
	if (code) {
		app_say_error(app, e);
		return;
	}
	if (kind)
		app_open(app, SHAPE_DETAIL, kind, json_str(r->data, "id", ""),
			 json_str(r->data, "name", ""));
	app_say(app, ROLE_UP, "%s is followed now", json_str(r->data, "name", "the shop"));
}

static void on_address(void *arg, const char *text)
{
	struct app *app = arg;
	char url[ADDRESS_MAX + 16], *body;
	json_t *whole;

	if (!text || !*text)
		return;
	snprintf(url, sizeof url, "%s%.*s", strstr(text, "://") ? "" : "https://", ADDRESS_MAX,
		 text);
	whole = json_pack("{s:s}", "url", url);
	body = whole ? json_dumps(whole, JSON_COMPACT) : NULL;
	if (!body) {
		app_say(app, ROLE_ERROR, "that is no address: type it as shop.example");
		return;
	}
	channel_send(app_channel(app),
		     &(struct client_request){.method = "POST",
					      .path = "/v1/rivals",
					      .body = body,
					      .body_len = strlen(body)},
		     on_added, app);
	free(body);
	json_decref(whole);
}

void rival_ask_address(struct app *app)
{
	app_prompt(app, "address of the rival: ", "", NULL, on_address, app);
}
