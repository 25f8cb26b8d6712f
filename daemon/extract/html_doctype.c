/* <!DOCTYPE name PUBLIC "public" "system"> */
#include <string.h>

#include "daemon/extract/html_token_internal.h"
#include "shared/utf8.h"

void html_doctype_begin(struct html_tokens *t)
{
	t->len = 0;
	t->full = t->has_name = t->has_id[0] = t->has_id[1] = t->force_quirks = false;
	t->name = (struct html_piece){0};
	t->state = S_DOCTYPE;
}

static size_t length(const struct html_tokens *t, const struct html_piece *piece)
{
	return t->full ? utf8_floor(t->store + piece->at, piece->len) : piece->len;
}

static void give(struct html_tokens *t)
{
	const char *texts = t->len ? t->store : "";
	struct html_doctype d = {
		.name = t->has_name ? texts : NULL,
		.public_id = t->has_id[0] ? texts + t->ids[0].at : NULL,
		.system_id = t->has_id[1] ? texts + t->ids[1].at : NULL,
		.name_len = t->has_name ? length(t, &t->name) : 0,
		.public_len = t->has_id[0] ? length(t, &t->ids[0]) : 0,
		.system_len = t->has_id[1] ? length(t, &t->ids[1]) : 0,
		.force_quirks = t->force_quirks,
	};

	t->state = S_DATA;
	if (t->sink->doctype)
		t->sink->doctype(t->arg, &d);
}

static const char *give_at(struct html_tokens *t, const char *p, bool quirks)
{
	t->force_quirks |= quirks;
	give(t);
	return p + 1;
}

static const char *bogus_at(struct html_tokens *t, const char *p)
{
	t->force_quirks = true;
	t->state = S_DOCTYPE_BOGUS;
	return p;
}

static const char *before_name(struct html_tokens *t, const char *p)
{
	if (*p == '>')
		return give_at(t, p, true);
	t->has_name = true;
	t->state = S_DOCTYPE_NAME;
	return p;
}

static const char *name(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && !html_is(*p, B_BLANK | B_GREATER)) {
		if (*p)
			html_keep_char(t, html_lower(*p));
		else
			html_keep(t, HTML_REPLACEMENT, 3);
		p++;
	}
	t->name.len = (uint32_t)t->len;
	if (p == end)
		return p;
	if (*p == '>')
		return give_at(t, p, false);
	t->state = S_DOCTYPE_AFTER_NAME;
	return p + 1;
}

static const char *after_name(struct html_tokens *t, const char *p)
{
	if (*p == '>')
		return give_at(t, p, false);
	t->n_held = 0;
	t->state = S_DOCTYPE_KEYWORD;
	return p;
}

static bool held_begins(const struct html_tokens *t, const char *word)
{
	for (size_t i = 0; i < t->n_held; i++) {
		if (html_lower(t->held[i]) != word[i])
			return false;
	}
	return true;
}

/* "public" or "system"; what is neither cannot hold a '>' before it differs. */
static const char *keyword(struct html_tokens *t, const char *p)
{
	bool is_public, is_system;

	t->held[t->n_held++] = *p;
	is_public = held_begins(t, "public");
	is_system = held_begins(t, "system");
	if (!is_public && !is_system)
		return bogus_at(t, p);
	if (t->n_held == strlen("public")) {
		t->ids_system = is_system;
		t->state = S_DOCTYPE_AFTER_KEYWORD;
	}
	return p + 1;
}

static const char *id_begin(struct html_tokens *t, const char *p)
{
	t->quote = *p;
	t->has_id[t->ids_system] = true;
	t->ids[t->ids_system] = (struct html_piece){.at = (uint32_t)t->len};
	t->state = S_DOCTYPE_ID;
	return p + 1;
}

/* Between the keyword and its first identifier. */
static const char *before_id(struct html_tokens *t, const char *p)
{
	if (html_is(*p, B_DOUBLE | B_SINGLE))
		return id_begin(t, p);
	if (*p == '>')
		return give_at(t, p, true);
	return bogus_at(t, p);
}

static const char *id(struct html_tokens *t, const char *p, const char *end)
{
	struct html_piece *piece = &t->ids[t->ids_system];

	while (p < end && *p != t->quote && *p != '>') {
		if (*p)
			html_keep_char(t, *p);
		else
			html_keep(t, HTML_REPLACEMENT, 3);
		p++;
	}
	piece->len = (uint32_t)t->len - piece->at;
	if (p == end)
		return p;
	if (*p == '>')
		return give_at(t, p, true);
	t->state = t->ids_system ? S_DOCTYPE_AFTER_SYSTEM : S_DOCTYPE_AFTER_PUBLIC;
	return p + 1;
}

static const char *after_public(struct html_tokens *t, const char *p)
{
	if (*p == '>')
		return give_at(t, p, false);
	if (!html_is(*p, B_DOUBLE | B_SINGLE))
		return bogus_at(t, p);
	t->ids_system = true;
	return id_begin(t, p);
}

/* What follows the system identifier does not make the document quirky. */
static const char *after_system(struct html_tokens *t, const char *p)
{
	if (*p == '>')
		return give_at(t, p, false);
	t->state = S_DOCTYPE_BOGUS;
	return p;
}

static const char *bogus(struct html_tokens *t, const char *p, const char *end)
{
	p = html_scan(p, end, B_GREATER);
	return p == end ? p : give_at(t, p, false);
}

static bool skips_blanks(enum html_state state)
{
	return state != S_DOCTYPE_NAME && state != S_DOCTYPE_KEYWORD && state != S_DOCTYPE_ID &&
	       state != S_DOCTYPE_BOGUS;
}

const char *html_step_doctype(struct html_tokens *t, const char *p, const char *end)
{
	while (p < end && t->state > S_COMMENT_LAST && t->state <= S_DOCTYPE_LAST) {
		if (skips_blanks(t->state) && html_is(*p, B_BLANK)) {
			p++;
			continue;
		}
		switch ((int)t->state) {
		case S_DOCTYPE: p = before_name(t, p); break;
		case S_DOCTYPE_NAME: p = name(t, p, end); break;
		case S_DOCTYPE_AFTER_NAME: p = after_name(t, p); break;
		case S_DOCTYPE_KEYWORD: p = keyword(t, p); break;
		case S_DOCTYPE_AFTER_KEYWORD: p = before_id(t, p); break;
		case S_DOCTYPE_ID: p = id(t, p, end); break;
		case S_DOCTYPE_AFTER_PUBLIC: p = after_public(t, p); break;
		case S_DOCTYPE_AFTER_SYSTEM: p = after_system(t, p); break;
		default: p = bogus(t, p, end); break;
		}
	}
	return p;
}

void html_end_doctype(struct html_tokens *t)
{
	if (t->state != S_DOCTYPE_BOGUS)
		t->force_quirks = true;
	give(t);
}
