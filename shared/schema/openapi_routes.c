/* Routes of no resource, for the OpenAPI document. The daemon's tables decide what there is; this
 * says what a reader of the document has to know of each. Shapes are those of shape.h. */
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/internal.h"
#include "shared/schema/shape.h"

#define TEXT "text/plain"

static const char overview[] =
	"{now:time attention:[{level:str severity:<critical|warning|notice> name:str text:str since:time? kind:str? "
	"id:str? key:str? remedy:str? new:bool alert:int? acknowledged_by:str? silenced:bool}] attention_total:int notifiers:int empty:bool since_seen:time? "
	"counts:{*:{*:int}} store:{readonly:bool reason:str? bytes:int disk_free_pct:num?} "
	"daemon:{version:str started_at:time uptime_s:int pid:int} "
	"shops:[{id:str name:str state:str p95_24h_ms:num? uptime_24h_pct:num? spark:str target:str?}] "
	"maintenance:[{name:str ends_at:time until:str covered:int}] last_checked_at:time? "
	"brands:[{id:str name:str score:int? rating:num? listings:int fallen:bool}] "
	"rivals?:[{id:str name:str state:<new|ok|blocked|failing> cheaper:int dearer:int equal:int new:int gone:int "
	"index_median:int? text:str}] market?:{compared:int cheapest:int undercut:int index_mean:int? index_median:int?}? "
	"alerts:{open:int acknowledged:int silenced:int critical:int warning:int} "
	"outbox:{pending:int dead:int failing:str? why:str? failing_since:time? oldest_at:time? sent_at:time? "
	"sent_by:str?}}";

static const char report[] =
	"{month:str? zone:str since:time until:time ends_at:time so_far:bool "
	"monitors:[{monitor:str id:str labels:{*:str} uptime_pct:num? down_ms:int known_ms:int unknown_pct:num "
	"checks:int incidents:int longest_ms:int? mttr_ms:int? mtbf_ms:int? p50_ms:num? p95_ms:num? p99_ms:num? "
	"budget:{slo:str verdict:<unknown|kept|missed> allowed_ms:int used_ms:int used_pct:num}? exact:bool}]}";

static const char daemon_state[] =
	"{version:str pid:int started_at:time uptime_s:int socket:str listen:str? config:str? "
	"previous_end_clean:bool resident_bytes:int services:[str] "
	"loops:{*:{alive:bool lag_ms_max:num}} "
	"store:{dir:str alive:bool readonly:bool reason:str? checking:bool clean_start:bool bytes:int "
	"wal_bytes:int disk_free:int seq:int epoch:int commits:int operations:int queued_people:int "
	"queued_background:int} "
	"http:{requests:int refused:int connections:int streams:int queued_workers:int}}";

static const char batch[] =
	"{dry_run:bool results:[{kind:str name:str outcome:<created|changed|unchanged|failed|valid> id?:str "
	"changes:[{field:str from:str? to:str?}] missing_secrets?:[str] error?:{*:any} errors?:[{*:any}]}] "
	"counts:{created:int changed:int unchanged:int failed:int}}";

static const char facts[] =
	"{products:[{name:str? sku:str? gtin:str? mpn:str? brand:str? image:str? url:str? category?:str "
	"group?:str offers:[{price_minor:int? currency:str? availability:str? condition:str? seller:str? "
	"price_to_minor?:int list_price_minor?:int shipping_minor?:int count?:int sku?:str source:str}] "
	"rating:{value:num count:int? best?:num}? "
	"reviews?:[{author:str? date:str? rating_x100:int? text:str?}] variants?:[{*:any}] other?:{*:str} sources:{*:str}}] "
	"sitemap?:{kind:<urlset|index> entries:[{loc:str lastmod:str?}]} sources:[str] "
	"warnings:[{code:str text:str}] recipe?:{*:any} next_page?:str? links?:[str] total:int? next:int?}";

static const char recipe_tried[] =
	"{passed:bool failed:int tests:[{page:str passed:bool error?:str hint?:str applies?:bool "
	"products?:int expected_products?:int fields?:[{name:str by?:str required?:bool found?:int raw?:str? "
	"steps?:[{step:str? value:str?}] value?:str? expected?:str passed?:bool}] links?:[str] "
	"next_page?:str? missing?:[str] warnings?:[{code:str text:str}]}]}";

#define SPREAD    "offers:int min_minor:int? median_minor:int? max_minor:int?"
#define WHO_BRAND "brand:str name:str? id:str? compared_as:[str] since:time until:time"
#define CHANGES                                                                          \
	"{title:int image:int category:int brand:int seller_joined:int seller_left:int " \
	"buy_box_lost:int delisted:int new:int other:int}"
#define SCORE                                                                                             \
	"score:int? known_weight:int parts:[{part:<rating|positive|lately|listings|availability|prices> " \
	"title:str known:bool value_bp:int? weight:int points:num? why:str}]"
#define RATING                                                                               \
	"rating:{bayes:num? mean:num? reviews:int listings:int prior:num? prior_weight:int " \
	"prior_of:<category|all|usual>? prior_listings:int}"

static const char brand_analysis[] =
	"{" WHO_BRAND " "
	"listings:{total:int mine:int unknown:int gone:int products:int sites:int cut:bool} "
	"availability:{in_stock:int out_of_stock:int unknown:int in_stock_bp:int?} "
	"sellers:{total:int list:[{seller:str site:str mine:bool listings:int in_stock:int}]} "
	"prices:{compared:int spread_bp:int? "
	"currencies:[{currency:str " SPREAD " compared:int spread_bp:int?}] "
	"products:[{product:str title:str? currency:str " SPREAD " spread_bp:int?}]} "
	"map:{products:int below:int}? " RATING " "
	"pace:{gained:int per_day_x1000:int? listings:int unknown:int removals:int low_at_least:int} "
	"reviews:{texts:int positive:int low:int year_texts:int year_positive:int positive_bp:int? "
	"low_clusters:[{from:time until:time ratings:int listings:int texts:int topics:[str] sample:str?}]} "
	"changes:{listings_harmed:int buy_boxes_lost_24h:int counts:" CHANGES " "
	"latest:[{at:time what:str listing:str title:str? site:str was:str? now:str?}]} "
	"mentions:{total:int list:[{at:time found_at:time title:str url:str source:str}]} "
	"reputation:{" SCORE "}}";

static const char brand_comparison[] =
	"{since:time until:time brands:[{" WHO_BRAND
	" listings:int mine:int products:int sites:int "
	"sellers:int in_stock_bp:int? spread_bp:int? rating:num? rating_mean:num? reviews:int "
	"per_day_x1000:int? low_clusters:int low_ratings:int changes:" CHANGES
	" listings_harmed:int "
	"mentions:int " SCORE "}]}";

static const char brand_reputation[] =
	"{brand:str name:str? id:str? since:time until:time " SCORE " " RATING " "
	"days:[{day:time score:int? rating_x100:int? reviews:int? listings:int sellers:int}]}";

#define OFFER_POINT                                                                \
	"{at:time until:time kind:<seen|unknown|doubtful|ended> price_minor:int? " \
	"shipping_minor:int? availability:str? source:str}"
static const char rival_prices[] =
	"[{listing:str product:str rival:str title:str sku:str? url:str price:str? price_minor:int? was_minor:int? "
	"list_minor:int? shipping_minor:int? landed_minor:int? currency:str? availability:str? rating_x100:int? "
	"reviews:int? price_since:time? stock_since:time? seen_at:time? state:<listed|unknown|gone> source:str "
	"mine:{listing:str site:str? site_kind:str? price_minor:int? landed_minor:int? currency:str availability:str?}? "
	"gap_minor:int? gap_bp:int? gap_landed?:bool unit_price:{minor:int per:str}? history?:[" OFFER_POINT
	"]}]";
#define PRICES_QUERY                                                                            \
	"since?:str q?:str product?:str sort?:<title|-title|gap|-gap|price_minor|-price_minor|" \
	"price_since|-price_since|found_at|-found_at> limit?:int after?:str before?:str fields?:str"

#define ANALYSIS_ROW                                                                         \
	"listing:str product:str title:str sku:str? url:str price_minor:int? currency:str? " \
	"availability:str? was_minor?:int"
#define ANALYSIS_CHANGES "[{" ANALYSIS_ROW " change_bp?:int at:time? deal?:<good|best>}]"
static const char rival_analysis[] =
	"{rival_id:str rival:str state:<new|ok|blocked|failing> unknown_since:time? state_text:str? since:time? "
	"scanned_at:time? products:int unknown:int compared:int index_mean:int? index_median:int? cheaper:int dearer:int "
	"equal:int counts:{*:int} undercuts:[{" ANALYSIS_ROW
	" mine_minor:int gap_minor:int gap_bp:int landed:bool since:time?}] drops:" ANALYSIS_CHANGES
	" rises:" ANALYSIS_CHANGES " new:" ANALYSIS_CHANGES " removed:" ANALYSIS_CHANGES
	" out_of_stock:" ANALYSIS_CHANGES " back_in_stock:" ANALYSIS_CHANGES
	" deals:" ANALYSIS_CHANGES " note:str?}";

static const char what_if[] =
	"{product:str title:str currency:str price:str price_minor:int landed:bool compared_minor:int rank:int of:int "
	"offers_below:int offers_equal:int offers_above:int cheapest_minor:int? gap_minor?:int gap_bp?:int "
	"lead_minor:int? mean_minor:int? median_minor:int? index_mean:int? index_median:int? mine_minor:int? "
	"rank_now:int? floor_minor:int? below_floor:bool}";

static const struct {
	const char *path, *method, *summary, *status;
	const char *type;   /* media type of a good answer; NULL: JSON, "data" is answer */
	const char *answer; /* shape */
	const char *query;  /* members: "a:str b?:int" */
	const char *body;   /* shape of a JSON body; "": any bytes; NULL: none */
} routes[] = {
	{"/v1/overview", "get", "What needs a person now, counts, shops, store", "200", NULL,
	 overview, NULL, NULL},
	{"/v1/overview/seen", "post", "What was new is not new any more", "200", NULL,
	 "{seen_seq:int since_seen:time?}", NULL, NULL},
	{"/v1/brief", "get",
	 "What happened since then; last: since what POST /v1/brief/seen said; text is for people",
	 "200", NULL,
	 "{since:time until:time last:bool quiet:bool title:str text:str sections:[{title:str "
	 "lines:[{level:<critical|warning|notice> text:str at:time?}]}]}",
	 "since?:str until?:str zone?:str language?:str", NULL},
	{"/v1/brief/seen", "post", "The brief up to then was read: the next begins there", "200",
	 NULL, "{since:time}", NULL, "{until?:time}"},
	{"/v1/jobs/run", "post",
	 "Start the job of a schedule now; 409 while its last run is not over", "201", NULL, "=Job",
	 NULL, "{name:str}"},
	{"/v1/monitors/create", "post", "The same as POST /v1/monitors", "201", NULL, "=Monitor",
	 NULL, "=Monitor_input"},
	{"/v1/monitors/status", "get", "Counts by state, and the worst rows", "200", NULL,
	 "{counts:{*:int} worst:[=Monitor]}", NULL, NULL},
	{"/v1/monitors/history", "get", "History of ?monitor=REF, as GET /v1/monitors/REF/history",
	 "200", NULL, "{*:any}", "monitor:str since?:str until?:str points?:int by?:<hour|day>",
	 NULL},
	{"/v1/monitors/alerts", "get", "Alerts about monitors, as GET /v1/alerts", "200", NULL,
	 "[=Alert]", "q?:str sort?:str limit?:int after?:str before?:str all?:bool fields?:str",
	 NULL},
	{"/v1/brands/analyze", "get",
	 "A brand, added or any other, by its name or as pages write it: listings, sellers, prices, "
	 "ratings, changes, mentions, reputation; of the last 30 days or since then",
	 "200", NULL, brand_analysis, "brand:str since?:str", NULL},
	{"/v1/brands/{ref}/analysis", "get", "The same of one that was added", "200", NULL,
	 brand_analysis, "since?:str", NULL},
	{"/v1/brands/compare", "get", "Two to eight brands side by side: ?brands=ACME,BETA", "200",
	 NULL, brand_comparison, "brands:str since?:str", NULL},
	{"/v1/brands/reputation", "get",
	 "A brand's reputation, 0 to 100, with its arithmetic: what is not known is left out, and the "
	 "other weights stand for it",
	 "200", NULL, brand_reputation, "brand:str since?:str", NULL},
	{"/v1/brands/alerts", "get", "Alerts about brands, as GET /v1/alerts", "200", NULL,
	 "[=Alert]", "q?:str sort?:str limit?:int after?:str before?:str all?:bool fields?:str",
	 NULL},
	{"/v1/rivals/{ref}/prices", "get",
	 "What a rival asks for what, beside what I ask; with ?since= each price's history. "
	 "?filter[state]=, ?filter[mine]=, ?filter[cheaper]= choose",
	 "200", NULL, rival_prices, PRICES_QUERY, NULL},
	{"/v1/competitors/prices", "get", "Prices of ?rival=REF, as GET /v1/rivals/REF/prices",
	 "200", NULL, rival_prices, "rival:str " PRICES_QUERY, NULL},
	{"/v1/rivals/{ref}/analysis", "get",
	 "A rival against my prices and the market (10000: at the market), and what is different since "
	 "?since= (7d)",
	 "200", NULL, rival_analysis, "since?:str", NULL},
	{"/v1/competitors/analysis", "get",
	 "Analysis of ?rival=REF, as GET /v1/rivals/REF/analysis", "200", NULL, rival_analysis,
	 "rival:str since?:str", NULL},
	{"/v1/competitors/track", "post", "The same as POST /v1/rivals", "201", NULL, "=Rival",
	 NULL, "=Rival_input"},
	{"/v1/competitors/alerts", "get", "Alerts about rivals and their prices, as GET /v1/alerts",
	 "200", NULL, "[=Alert]",
	 "q?:str sort?:str limit?:int after?:str before?:str all?:bool fields?:str", NULL},
	{"/v1/products/{ref}/what-if", "get",
	 "Where ?price= of mine would stand among the offers of others", "200", NULL, what_if,
	 "price:str", NULL},
	{"/v1/products/{ref}/floor", "post", "The price below which I will not go; null: none",
	 "200", NULL, "{id:str title:str currency:str floor:str? floor_minor:int? warning:str?}",
	 NULL, "{price:str?}"},
	{"/v1/products/{ref}/map", "post",
	 "Watch a minimum advertised price; null: no more. Says the law when it is switched on",
	 "200", NULL, "{id:str title:str currency:str map:str? map_minor:int? warning:str?}", NULL,
	 "{price:str?}"},
	{"/v1/alerts/ack", "post", "Acknowledge the only alert that is open; 409 names several",
	 "200", NULL, "=Alert", NULL, "{note?:str by?:str}"},
	{"/v1/reports/monitors", "get",
	 "Uptime, downtime, incidents, percentiles and budget of each monitor in ?month=2026-10 (of "
	 "?zone=), or from ?since= to ?until=; ?name= and ?filter[labels.KEY]= choose",
	 "200", NULL, report, "month?:str zone?:str since?:str until?:str name?:str", NULL},
	{"/v1/batch", "post", "Up to 500 resources, all or none; dry_run only compares", "200",
	 NULL, batch, NULL,
	 "{items:[{kind:str name?:str spec?:{*:any} labels?:{*:str}}] dry_run?:bool promised?:{*:{*:any}}}"},
	{"/v1/secrets/{ref}/value", "put", "Store the raw body as the secret's value", "200", NULL,
	 "=Secret", NULL, ""},
	{"/v1/config", "get", "The settings in force and where each comes from", "200", NULL,
	 "{file:str? values:{*:any} origins:{*:str}}", NULL, NULL},
	{"/v1/reload", "post", "Read the configuration again", "202", NULL, "{reloading:bool}",
	 NULL, NULL},
	{"/v1/daemon", "get", "Version, loops, queues, store", "200", NULL, daemon_state, NULL,
	 NULL},
	{"/v1/doctor", "get", "What is wrong with the installation, as the daemon sees it", "200",
	 NULL, "[{check:str level:<ok|warn|fail> text:str remedy:str?}]", NULL, NULL},
	{"/v1/once", "post", "Check what is due, wait for the verdicts", "200", NULL,
	 "{exit:int summary:str}", NULL, NULL},
	{"/v1/extract", "post",
	 "What a page, a feed, a sitemap or a shop's own API says about products. The body is its "
	 "bytes, at most 4 MiB (packed 16); or fetch=1, no body, and the daemon fetches url. from: "
	 "the next of an earlier answer. A longer feed comes in pieces: its first head bytes, then "
	 "those from at on, where from points; more=1 when others follow",
	 "200", NULL, facts,
	 "url?:str content_type?:str from?:int fetch?:int head?:int at?:int more?:int", ""},
	{"/v1/recipes/propose", "post",
	 "A first recipe for a page: the body is its bytes, or it is fetched from url", "200", NULL,
	 "{name:str spec:{*:any} test:{*:any} notes:[str] products:int fields:[{*:any}]}",
	 "url?:str content_type?:str", ""},
	{"/v1/recipes/test", "post",
	 "Read pages by a recipe that need not be stored, and compare; url: one page, else its tests",
	 "200", NULL, recipe_tried, NULL, "{spec:{*:any} url?:str tests?:[{*:any}]}"},
	{"/v1/recipes/{ref}/test", "post", "The same of a stored recipe", "200", NULL, recipe_tried,
	 NULL, "{url?:str}"},
	{"/v1/openapi.json", "get", "This document", "200", "application/json", "{*:any}", NULL,
	 NULL},
	{"/v1/stream", "get", "Events and live rows as server-sent events; goes on", "200",
	 "text/event-stream", "str", "topics?:str last_event_id?:str", NULL},
	{"/v1/streams/{id}/watch", "put", "Which rows a stream tells of", "200", NULL,
	 "{watching:int}", NULL, "{kind:str ids:[str]}"},
	{"/ping/{key}", "get", "A heartbeat's job ended well", "200", TEXT, "str", "rid?:str",
	 NULL},
	{"/ping/{key}", "post", "The same, with what the job said", "200", TEXT, "str", "rid?:str",
	 ""},
	{"/ping/{key}/{kind}", "get", "/start, /fail, /log or an exit status", "200", TEXT, "str",
	 "rid?:str", NULL},
	{"/ping/{key}/{kind}", "post", "The same, with what the job said", "200", TEXT, "str",
	 "rid?:str", ""},
	{"/badge/{key}/{what}", "get",
	 "A monitor's badge by its key: status.svg; status.json is for shields.io", "200",
	 "image/svg+xml", "str", "label?:str", NULL},
	{"/badge/{key}/{what}/{window}", "get",
	 "uptime, p50, p95 or p99 over 24h, 7d, 30d, 90d or 365d, as .svg or .json", "200",
	 "image/svg+xml", "str", "label?:str", NULL},
	{"/healthz", "get", "200 while loops and writer answer", "200", TEXT, "str", NULL, NULL},
	{"/readyz", "get", "200 while the store takes writes, else why not", "200", TEXT, "str",
	 NULL, NULL},
	{"/metrics", "get", "Metrics in the text form of Prometheus", "200", TEXT, "str", NULL,
	 NULL},
};

static void write_media(struct json_writer *w, const char *type, const char *shape)
{
	jw_key(w, type);
	jw_object(w);
	jw_key(w, "schema");
	jw_object(w);
	shape_write(w, shape);
	jw_object_end(w);
	jw_object_end(w);
}

static void write_body(struct json_writer *w, const char *shape)
{
	jw_key(w, "requestBody");
	jw_object(w);
	jw_kv_bool(w, "required", *shape != '\0');
	jw_key(w, "content");
	jw_object(w);
	write_media(w, *shape ? "application/json" : "application/octet-stream",
		    *shape ? shape : "str");
	jw_object_end(w);
	jw_object_end(w);
}

static void write_answer(struct json_writer *w, size_t i)
{
	if (!routes[i].type) {
		openapi_answer(w, routes[i].status, routes[i].answer);
		if (!strcmp(routes[i].method, "put") && strstr(routes[i].path, "/value"))
			openapi_answer(w, "201", routes[i].answer);
		return;
	}
	jw_key(w, routes[i].status);
	jw_object(w);
	jw_kv_str(w, "description", "Done");
	jw_key(w, "content");
	jw_object(w);
	write_media(w, routes[i].type, routes[i].answer);
	if (!strncmp(routes[i].path, "/badge/", 7))
		write_media(w, "application/json",
			    "{schemaVersion:int label:str message:str color:str}");
	jw_object_end(w);
	jw_object_end(w);
}

static void write_route(struct json_writer *w, size_t i)
{
	char id[96];
	/* "get_v1_overview": unique, as path and method are. */
	size_t n = (size_t)snprintf(id, sizeof(id), "%s_", routes[i].method);
	for (const char *c = routes[i].path + 1; *c && n + 1 < sizeof(id); c++)
		if (*c != '{' && *c != '}')
			id[n++] = *c == '/' || *c == '.' ? '_' : *c;
	id[n] = '\0';
	jw_key(w, routes[i].method);
	jw_object(w);
	jw_kv_str(w, "operationId", id);
	jw_kv_str(w, "summary", routes[i].summary);
	if (routes[i].query) {
		jw_key(w, "parameters");
		jw_array(w);
		shape_write_query(w, routes[i].query);
		jw_array_end(w);
	}
	if (routes[i].body)
		write_body(w, routes[i].body);
	jw_key(w, "responses");
	jw_object(w);
	write_answer(w, i);
	openapi_refusal(w);
	jw_object_end(w);
	jw_object_end(w);
}

/* Methods of one path stand together. */
void openapi_routes(struct json_writer *w)
{
	for (size_t i = 0; i < ARRAY_LEN(routes);) {
		const char *path = routes[i].path;
		jw_key(w, path);
		jw_object(w);
		if (strchr(path, '{'))
			openapi_path_parameters(w, path);
		for (; i < ARRAY_LEN(routes) && !strcmp(routes[i].path, path); i++)
			write_route(w, i);
		jw_object_end(w);
	}
}
