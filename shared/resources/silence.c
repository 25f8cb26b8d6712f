/* A silence: alerts of which nothing is told until it ends. They open and resolve as ever. */
#include <stdio.h>
#include <string.h>

#include "shared/matcher.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/timefmt.h"

enum { SLUG_MAX = 40 };

static const struct field fields[] = {
	{.name = "match",
	 .type = FIELD_TEXT_LIST,
	 .max = 16,
	 .help = "Alerts for which all of these conditions hold",
	 .example = "tag=shop"},
	{.name = "all",
	 .type = FIELD_BOOL,
	 .dflt = "false",
	 .help = "Every alert",
	 .example = "true"},
	{.name = "for",
	 .type = FIELD_DURATION,
	 .min = 1000,
	 .max = INT64_C(366) * 86400000,
	 .help = "How long from now; kept as until",
	 .example = "2h"},
	{.name = "until",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 40,
	 .help = "When it ends, RFC 3339",
	 .example = "2026-12-01T04:00:00Z"},
	{.name = "comment",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 500,
	 .help = "Why, for people",
	 .example = "The provider moves the server"},
	{.name = "created_by",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 60,
	 .flags = FIELD_ADVANCED,
	 .help = "Who silenced them",
	 .example = "anna"},
};

static enum err check(const json_t *spec, struct error *e)
{
	bool all = json_is_true(json_object_get(spec, "all"));
	bool some = json_array_size(json_object_get(spec, "match")) > 0;
	const char *until = json_str(spec, "until", NULL);
	int64_t ms;
	if (matchers_check_field(spec, "match", e))
		return ERR_INVALID;
	if (all == some) {
		error_field(e, ERR_INVALID, all ? "all" : "match",
			    all ? "all: not together with match"
				: "match: it is not said which alerts are meant");
		error_hint(e, "--match tag=shop, --match 'subject=garden-*', or --all");
		return ERR_INVALID;
	}
	if (json_object_get(spec, "for")) {
		error_field(e, ERR_INVALID, "for",
			    "for: counts only at the moment in which a silence is made");
		error_hint(e, "give until: 2026-12-01T04:00:00Z");
		return ERR_INVALID;
	}
	if (until && time_parse(until, &ms))
		return ERR_NONE;
	if (until)
		error_field(e, ERR_INVALID, "until", "until: \"%.40s\" is no time", until);
	else
		error_field(e, ERR_INVALID, "until", "until: missing; a silence has an end");
	error_hint(e, "--for 2h, or --until 2026-12-01T04:00:00Z");
	return ERR_INVALID;
}

static enum err not_over(const char *until, int64_t now_ms, struct error *e)
{
	int64_t ms;
	if (!time_parse(until, &ms) || ms > now_ms)
		return ERR_NONE;
	error_field(e, ERR_INVALID, "until", "until: %.40s is over", until);
	error_hint(e, "--for 2h ends in two hours");
	return ERR_INVALID;
}

/* "--for 2h" is until an absolute time from now on. */
static enum err complete(json_t *input, int64_t now_ms, struct error *e)
{
	const char *until = json_str(input, "until", NULL);
	const struct field *f = &fields[2]; /* for */
	char text[TIME_TEXT];
	int64_t ms;
	if (until && json_object_get(input, "for")) {
		error_field(e, ERR_INVALID, "for", "for: not together with until");
		error_hint(e, "give one of them: --for 2h, or --until %.40s", until);
		return ERR_INVALID;
	}
	if (until)
		return not_over(until, now_ms, e);
	if (!duration_parse(json_str(input, "for", ""), &ms) || ms < f->min || ms > f->max)
		return ERR_NONE;
	time_rfc3339(text, (now_ms + ms) / 1000 * 1000);
	json_object_set_new(input, "until", json_string(text));
	json_object_del(input, "for");
	return ERR_NONE;
}

/* Before validation a flag is still text. */
static bool is_said(const json_t *input, const char *member)
{
	const char *text = json_str(input, member, "");
	return json_is_true(json_object_get(input, member)) || !strcmp(text, "yes") ||
	       !strcmp(text, "true") || !strcmp(text, "on");
}

/* What it is about and when it ends, so that the like of it can be made again tomorrow. */
static bool propose(const json_t *input, char *out, size_t cap)
{
	const json_t *match = json_object_get(input, "match");
	const char *first = json_is_array(match) ? json_string_value(json_array_get(match, 0))
						 : json_string_value(match);
	char text[SLUG_MAX + 1], slug[SLUG_MAX + 1], until[TIME_TEXT];
	int64_t ms;
	if (!first && !is_said(input, "all"))
		return false;
	snprintf(text, sizeof(text), "%s", first ? first : "all");
	name_slug(text, slug, sizeof(slug));
	if (!slug[0])
		snprintf(slug, sizeof(slug), "silence");
	if (!time_parse(json_str(input, "until", ""), &ms))
		return snprintf(out, cap, "%s", slug) > 0;
	time_rfc3339(until, ms);
	snprintf(out, cap, "%s-%.2s%.2s-%.2s%.2s%.2s", slug, until + 5, until + 8, until + 11,
		 until + 14, until + 17);
	return true;
}

static const struct column columns[] = {
	{.title = "state", .path = "state", .format = COLUMN_STATE, .min_width = 6, .priority = 0},
	{.title = "name", .path = "name", .min_width = 12, .weight = 2, .priority = 0},
	{.title = "match", .path = "match", .min_width = 12, .weight = 3, .priority = 1},
	{.title = "until",
	 .path = "ends_at",
	 .format = COLUMN_TIME,
	 .min_width = 16,
	 .priority = 1},
	{.title = "alerts", .path = "covered", .format = COLUMN_INT, .min_width = 6, .priority = 2},
	{.title = "by", .path = "created_by", .min_width = 6, .priority = 4},
	{.title = "comment", .path = "comment", .min_width = 8, .weight = 2, .priority = 3},
};

static const char *const sorts[] = {"ends", "name", NULL};
static const char *const filters[] = {"state", "name", NULL};
static const char *const outputs[] = {"state", "covered", "ends_at", NULL};
static const char live[] = "{state:<active|over> covered:int ends_at:time}";
static const char *const examples[] = {
	"sellersmart silence add --match tag=shop --for 2h",
	"sellersmart silence add move --all --until 2026-12-01T04:00:00Z --comment 'the server moves'",
	"sellersmart silence add --match 'subject=garden-*' --match 'severity<critical' --for 1d",
	"sellersmart silence list --filter state=active",
	"sellersmart silence end move",
	NULL,
};

static const struct action actions[] = {
	{.verb = "end", .method = "POST", .key = 'x', .help = "Tell again from now on"},
};

extern const struct resource_kind resource_silence;
const struct resource_kind resource_silence = {
	.kind = "silence",
	.plural = "silences",
	.prefix = "sil",
	.title = "Silences",
	.help = "Alerts of which nothing is told for a while; what is over for 30 days goes by itself",
	.ops = OP_ALL,
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.check = check,
	.complete = complete,
	.name_propose = propose,
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.sorts = sorts,
	.filters = filters,
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.examples = examples,
	.outputs = outputs,
	.live = live,
	.order = 20,
};
