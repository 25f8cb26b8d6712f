/* sellersmart extract FILE: what a page says about products. The daemon's workers read it: this
 * program takes no foreign page apart. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shared/mem.h"
#include "shared/money.h"
#include "tui/cli/cli.h"
#include "tui/cli/request.h"
#include "tui/commands/command.h"

enum { DOCUMENT_MAX = 4 << 20, ROUNDS_MAX = 10000 };

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

static enum err read_file(const char *path, struct buf *out, struct error *e)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	char chunk[1 << 14];
	enum err err = ERR_NONE;
	size_t n;

	if (!f)
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
				 strerror(errno));
	while (!err && (n = fread(chunk, 1, sizeof chunk, f)) > 0) {
		if (!buf_add(out, chunk, n))
			err = error_set(e, ERR_TOO_LARGE, "%s has more than %d bytes", path,
					DOCUMENT_MAX);
	}
	if (!err && ferror(f))
		err = error_set(e, ERR_IO, "%s: %s", path, strerror(errno));
	if (f != stdin)
		fclose(f);
	if (!err && !out->len) {
		err = error_set(e, ERR_INVALID, "%s is empty", path);
		error_hint(e, "a page's HTML or a shop's JSON is read");
	}
	return err;
}

static bool is_address(const char *text)
{
	return !strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8);
}

static enum err ask(struct invocation *in, const struct buf *document, int64_t from, json_t **reply,
		    struct error *e)
{
	const char *url = invocation_flag(in, "url"), *type = invocation_flag(in, "type");
	struct buf path = BUF_INIT(8192);
	char number[24];
	enum err err;

	snprintf(number, sizeof number, "%lld", (long long)from);
	buf_add_str(&path, "/v1/extract");
	path_add(&path, "from", number);
	if (url)
		path_add(&path, "url", url);
	if (type)
		path_add(&path, "content_type", type);
	err = request_raw(in, "POST", buf_str(&path), document->data, document->len, reply, e);
	buf_fini(&path);
	return err;
}

/* An answer holds half a megabyte: what is missing is asked for until all of it is there. */
static enum err ask_all(struct invocation *in, const struct buf *document, json_t **facts,
			struct error *e)
{
	int64_t from = 0;
	enum err err = ERR_NONE;

	*facts = NULL;
	for (int round = 0; from >= 0 && round < ROUNDS_MAX && !err; round++) {
		json_t *reply = NULL, *data;

		err = ask(in, document, from, &reply, e);
		data = json_object_get(reply, "data");
		from = err ? -1 : json_int(data, "next", -1);
		if (!err && !*facts) {
			*facts = json_incref(data);
		} else if (!err) {
			json_array_extend(json_object_get(*facts, "products"),
					  json_object_get(data, "products"));
			json_array_extend(json_path(*facts, "sitemap.entries"),
					  json_path(data, "sitemap.entries"));
		}
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
	struct buf document = BUF_INIT(DOCUMENT_MAX);
	struct error e = {0};
	json_t *facts = NULL;
	enum err err;

	if (is_address(in->args[0])) {
		err = error_set(&e, ERR_UNSUPPORTED, "pages are read from a file or from -");
		error_hint(&e, "curl -sS %.100s | sellersmart extract - --url %.100s", in->args[0],
			   in->args[0]);
	} else {
		err = read_file(in->args[0], &document, &e);
	}
	if (!err)
		err = ask_all(in, &document, &facts, &e);
	if (!err && !output_machine(in->output, facts))
		print(in, facts, true);
	buf_fini(&document);
	json_decref(facts);
	return err ? invocation_fail(&e) : 0;
}

static const struct flag flags[] = {
	{"url", "URL", "where the page is from: relative addresses are resolved against it", false},
	{"type", "TYPE", "its Content-Type, for its character set", false},
};
static const char *const examples[] = {
	"sellersmart extract page.html --url https://shop.example/p/1",
	"curl -sS https://shop.example/p/1 | sellersmart extract - --url https://shop.example/p/1",
	"sellersmart extract products.json --url https://shop.example -o json", NULL};

extern const struct command command_extract;
const struct command command_extract = {
	.words = "extract",
	.usage = "extract FILE|- [--url URL] [--type TYPE]",
	.summary = "products and offers that a page or a shop's API speaks of",
	.details =
		"Read, in order of trust: Shopify's and WooCommerce's own APIs, JSON-LD, microdata,\n"
		"OpenGraph. Where two of them disagree, the first one counts and a warning says so. A "
		"price of 0 or\nwithout a currency is doubtful. Prices are minor units (1299 is 12.99 EUR, "
		"1299 JPY). Nothing on\nthe page is executed.",
	.examples = examples,
	.flags = flags,
	.n_flags = ARRAY_LEN(flags),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
