/* sellersmart extract FILE|URL: what a page, a feed or a sitemap says about products. The daemon
 * fetches it and its workers read it: this program takes no foreign page apart. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/mem.h"
#include "shared/money.h"
#include "tui/cli/cli.h"
#include "tui/cli/document.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum {
	DOCUMENT_MAX = 4 << 20, /* what is sent at once: as the daemon takes it */
	PACKED_MAX = 16 << 20,
	HEAD_BYTES = 16 << 10,
	PIECE_BYTES = 1 << 20,
	ROUNDS_MAX = 100000,
};
#define FROM_PLACE (INT64_C(1) << 40) /* a "next" beyond it is this and a place in the file */

static const struct column columns[] = {
	{.title = "product", .path = "name", .min_width = 16, .weight = 4, .priority = 0},
	{.title = "sku", .path = "sku", .min_width = 8, .weight = 1, .priority = 2},
	{.title = "gtin", .path = "gtin", .min_width = 14, .priority = 3},
	{.title = "price", .path = "price", .min_width = 10, .priority = 0},
	{.title = "availability", .path = "availability", .min_width = 10, .priority = 1},
	{.title = "condition", .path = "condition", .min_width = 8, .priority = 5},
	{.title = "seller", .path = "seller", .min_width = 8, .weight = 1, .priority = 4},
	{.title = "source", .path = "source", .min_width = 9, .priority = 3},
};
static const struct resource_kind rows_kind = {
	.kind = "offer", .plural = "offers", .columns = columns, .n_columns = ARRAY_LEN(columns)};

static const struct column entry_columns[] = {
	{.title = "loc", .path = "loc", .min_width = 30, .weight = 1, .priority = 0},
	{.title = "lastmod", .path = "lastmod", .min_width = 10, .priority = 1},
};
static const struct resource_kind entries_kind = {.kind = "entry",
						  .plural = "entries",
						  .columns = entry_columns,
						  .n_columns = ARRAY_LEN(entry_columns)};

/* ---- for people ---------------------------------------------------------------------------- */

static void price_of(const json_t *offer, char *out, size_t cap)
{
	const char *currency = json_str(offer, "currency", "");
	char from[MONEY_TEXT], to[MONEY_TEXT];

	out[0] = '\0';
	if (!json_is_integer(json_object_get(offer, "price_minor")))
		return;
	snprintf(out, cap, "%s", money_format(from, json_int(offer, "price_minor", 0), currency));
	if (json_is_integer(json_object_get(offer, "price_to_minor")))
		snprintf(out, cap, "%s - %s",
			 money_format(from, json_int(offer, "price_minor", 0), ""),
			 money_format(to, json_int(offer, "price_to_minor", 0), currency));
}

/* A row for each offer; one without offers has a row too. */
static void add_rows(json_t *rows, const json_t *product)
{
	const json_t *offers = json_object_get(product, "offers"), *variant;
	size_t n = json_array_size(offers), i;

	for (i = 0; i < (n ? n : 1); i++) {
		const json_t *offer = json_array_get(offers, i);
		json_t *row = offer ? json_copy((json_t *)offer) : json_object();
		const char *sku = json_str(offer, "sku", NULL);
		char price[2 * MONEY_TEXT + 8];

		price_of(offer, price, sizeof price);
		json_object_set_new(row, "price", json_string(price));
		json_object_set(row, "name", json_object_get(product, "name"));
		json_object_set(row, "gtin", json_object_get(product, "gtin"));
		if (!sku)
			json_object_set(row, "sku", json_object_get(product, "sku"));
		if (!offer)
			json_object_set(
				row, "source",
				json_object_get(json_object_get(product, "sources"), "name"));
		if (offer || !json_array_size(json_object_get(product, "variants")))
			json_array_append(rows, row);
		json_decref(row);
	}
	json_array_foreach(json_object_get(product, "variants"), i, variant)
		add_rows(rows, variant);
}

static void print_list(struct invocation *in, const struct resource_kind *k, const json_t *rows)
{
	if (!json_array_size(rows))
		return;
	output_list_begin(in->output, k);
	output_list_rows(in->output, k, rows);
	output_list_end(in->output, k);
}

static void print(struct invocation *in, const json_t *facts, bool notes)
{
	json_t *rows = json_array();
	const json_t *one;
	struct buf sources = BUF_INIT(400);
	size_t i;

	json_array_foreach(json_object_get(facts, "products"), i, one) add_rows(rows, one);
	print_list(in, &rows_kind, rows);
	print_list(in, &entries_kind, json_path(facts, "sitemap.entries"));
	json_array_foreach(json_object_get(facts, "sources"), i, one)
		buf_printf(&sources, "%s%s", i ? ", " : "", json_string_value(one));
	if (notes && sources.len)
		output_note(in->output, "read from: %s", buf_str(&sources));
	json_array_foreach(json_object_get(facts, "warnings"), i, one)
	{
		if (notes)
			output_note(in->output, "warning: %s", json_str(one, "text", ""));
	}
	buf_fini(&sources);
	json_decref(rows);
}

/* ---- asking -------------------------------------------------------------------------------- */

/* A file, as far as it is needed: all of it, or of a long one the beginning and a piece. Standard
 * input is always read to its end. */
struct source {
	const char *name; /* for errors */
	FILE *f;          /* NULL: all is in bytes */
	struct buf bytes;
	size_t head_len; /* 0: bytes are the document */
	int64_t at;
	bool more;
	bool packed;
};

static enum err read_failed(const struct source *s, struct error *e)
{
	return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", s->name,
			 strerror(errno));
}

/* At most n bytes. */
static enum err read_some(struct source *s, size_t n, struct error *e)
{
	char chunk[1 << 14];

	while (n > 0) {
		size_t got = fread(chunk, 1, n < sizeof chunk ? n : sizeof chunk, s->f);

		if (got == 0)
			break;
		buf_add(&s->bytes, chunk, got);
		n -= got;
	}
	return ferror(s->f) ? read_failed(s, e) : ERR_NONE;
}

static bool is_packed(const struct buf *b)
{
	return b->len > 2 && !memcmp(b->data, "\x1F\x8B", 2);
}

/* From now on in pieces: a seekable file that is too long to be sent at once. */
static enum err begin_pieces(struct source *s, struct error *e)
{
	if (fseeko(s->f, 0, SEEK_SET)) {
		error_set(e, ERR_TOO_LARGE, "%s has more than %d MiB", s->name, DOCUMENT_MAX >> 20);
		error_hint(e, "save it in a file: a long feed or sitemap is read from there");
		return ERR_TOO_LARGE;
	}
	buf_reset(&s->bytes);
	s->head_len = HEAD_BYTES;
	s->more = true;
	return ERR_NONE;
}

static enum err source_open(struct source *s, const char *path, struct error *e)
{
	enum err err;

	*s = (struct source){.name = path, .bytes = BUF_INIT(PACKED_MAX + 1)};
	s->f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	if (!s->f)
		return read_failed(s, e);
	err = read_some(s, DOCUMENT_MAX + 1, e);
	s->packed = is_packed(&s->bytes);
	if (!err && s->packed)
		err = read_some(s, PACKED_MAX - DOCUMENT_MAX, e);
	if (!err && !s->bytes.len) {
		error_set(e, ERR_INVALID, "%s is empty", path);
		error_hint(e, "a page's HTML, a feed, a sitemap or a shop's JSON is read");
		return ERR_INVALID;
	}
	if (!err && s->packed && s->bytes.len > PACKED_MAX)
		return error_set(e, ERR_TOO_LARGE, "%s has more than %d MiB", path,
				 PACKED_MAX >> 20);
	if (!err && !s->packed && s->bytes.len > DOCUMENT_MAX)
		err = begin_pieces(s, e);
	return err;
}

static void source_close(struct source *s)
{
	if (s->f && s->f != stdin)
		fclose(s->f);
	buf_fini(&s->bytes);
}

/* The head and the piece at `from`. */
static enum err source_piece(struct source *s, int64_t from, struct error *e)
{
	enum err err;

	if (!s->head_len)
		return ERR_NONE;
	s->at = from > FROM_PLACE ? from - FROM_PLACE : 0;
	buf_reset(&s->bytes);
	clearerr(s->f);
	if (fseeko(s->f, 0, SEEK_SET))
		return read_failed(s, e);
	err = read_some(s, s->head_len, e);
	if (!err && fseeko(s->f, (off_t)s->at, SEEK_SET))
		err = read_failed(s, e);
	if (!err)
		err = read_some(s, PIECE_BYTES, e);
	s->more = s->bytes.len == s->head_len + PIECE_BYTES;
	return err;
}

static void path_number(struct buf *path, const char *name, int64_t v)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", (long long)v);
	path_add(path, name, number);
}

/* s NULL: the daemon fetches the address. */
static enum err ask(struct invocation *in, struct source *s, int64_t from, json_t **reply,
		    struct error *e)
{
	const char *url = s ? invocation_flag(in, "url") : in->args[0];
	const char *type = invocation_flag(in, "type");
	struct buf path = BUF_INIT(16384);
	enum err err = s ? source_piece(s, from, e) : ERR_NONE;

	if (err)
		return err;
	buf_add_str(&path, "/v1/extract");
	path_number(&path, "from", from);
	if (url)
		path_add(&path, "url", url);
	if (!s)
		path_add(&path, "fetch", "1");
	if (s && type)
		path_add(&path, "content_type", type);
	if (s && s->head_len) {
		path_number(&path, "head", (int64_t)s->head_len);
		path_number(&path, "at", s->at);
		path_add(&path, "more", s->more ? "1" : "0");
	}
	err = request_raw(in, "POST", buf_str(&path), s ? s->bytes.data : NULL,
			  s ? s->bytes.len : 0, reply, e);
	buf_fini(&path);
	return err;
}

static void add_more(json_t *facts, const json_t *data)
{
	json_array_extend(json_object_get(facts, "products"), json_object_get(data, "products"));
	json_array_extend(json_path(facts, "sitemap.entries"), json_path(data, "sitemap.entries"));
	json_array_extend(json_object_get(facts, "warnings"), json_object_get(data, "warnings"));
}

/* An answer holds half a megabyte: what is missing is asked for until all of it is there. */
static enum err ask_all(struct invocation *in, struct source *s, json_t **facts, struct error *e)
{
	int64_t from = 0;
	enum err err = ERR_NONE;

	*facts = NULL;
	for (int round = 0; from >= 0 && round < ROUNDS_MAX && !err; round++) {
		json_t *reply = NULL, *data;
		int64_t before = from;

		err = ask(in, s, from, &reply, e);
		data = json_object_get(reply, "data");
		from = err ? -1 : json_int(data, "next", -1);
		if (from <= before)
			from = -1;
		if (!err && !*facts)
			*facts = json_incref(data);
		else if (!err)
			add_more(*facts, data);
		json_decref(reply);
	}
	if (!err) {
		json_object_del(*facts, "next");
		json_object_del(*facts, "total");
	}
	return err;
}

static int run(struct invocation *in)
{
	struct source s = {0};
	bool address = is_web_address(in->args[0]);
	struct error e = {0};
	json_t *facts = NULL;
	enum err err = ERR_NONE;

	if (address && invocation_flag(in, "url")) {
		err = error_set(&e, ERR_USAGE, "--url says where a file is from; an address is");
		error_hint(&e, "leave --url out");
	} else if (!address) {
		err = source_open(&s, in->args[0], &e);
	}
	if (!err)
		err = ask_all(in, address ? NULL : &s, &facts, &e);
	if (!err && !output_machine(in->output, facts))
		print(in, facts, true);
	source_close(&s);
	json_decref(facts);
	return err ? invocation_fail(&e) : 0;
}

static const struct flag flags[] = {
	{"url", "URL", "where the page is from: relative addresses are resolved against it", false},
	{"type", "TYPE", "its Content-Type, for its character set", false},
};
static const char *const examples[] = {
	"sellersmart extract page.html --url https://shop.example/p/1",
	"sellersmart extract https://shop.example/p/1",
	"sellersmart extract - --url https://shop.example/p/1 < page.html",
	"sellersmart extract feed.tsv -o jsonl",
	"sellersmart extract products.json --url https://shop.example -o json",
	NULL};

extern const struct command command_extract;
const struct command command_extract = {
	.words = "extract",
	.usage = "extract FILE|URL|- [--url URL] [--type TYPE]",
	.summary = "products and offers that a page, a feed or a shop's API speaks of",
	.details =
		"Read, in order of trust: the own APIs of Shopify, WooCommerce and Vendure, JSON-LD,\n"
		"microdata, OpenGraph; feeds of merchants (RSS, Atom, TSV, CSV) and sitemaps; each packed,\n"
		"too. Where two sources disagree, the first one counts and a warning says so. A price of 0\n"
		"or without a currency is doubtful. Prices are minor units (1299 is 12.99 EUR, 1299 JPY).\n"
		"An address is fetched by the daemon as any scrape is: by robots.txt, at the pace of its\n"
		"host, never at a private address that is not allowed. Nothing on a page is executed.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
