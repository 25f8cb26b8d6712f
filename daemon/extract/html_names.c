#include "daemon/extract/html_names.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/html_token.h"
#include "daemon/extract/text_writer.h"
#include "shared/mem.h"

/* Those of enum html_id at their places; flags after the standard's 13.1.2, 13.2.4.2, 13.2.6.4.7.
 */
enum {
	V = HTML_VOID,
	S = HTML_SPECIAL,
	P = HTML_CLOSES_P,
	SC = HTML_SCOPE,
	H = HTML_IN_HEAD,
	B = HTML_BREAKOUT,
	R = HTML_ROW,
	I = HTML_INTEGRATION,
	G = HTML_HEADING,
};

static const struct element {
	const char *name;
	int flags;
} elements[] = {
	[HTML_OTHER] = {"", 0},
	[HTML_HTML] = {"html", S | SC},
	[HTML_HEAD] = {"head", S | B},
	[HTML_BODY] = {"body", S | B},
	[HTML_A] = {"a", 0},
	[HTML_BR] = {"br", V | S | B},
	[HTML_BUTTON] = {"button", S},
	[HTML_DD] = {"dd", S | P | B},
	[HTML_DT] = {"dt", S | P | B},
	[HTML_FORM] = {"form", S | P},
	[HTML_LI] = {"li", S | P | B},
	[HTML_NOBR] = {"nobr", B},
	[HTML_OL] = {"ol", S | P | B},
	[HTML_OPTGROUP] = {"optgroup", 0},
	[HTML_OPTION] = {"option", 0},
	[HTML_P] = {"p", S | P | B},
	[HTML_SELECT] = {"select", S},
	[HTML_TABLE] = {"table", S | P | SC | B},
	[HTML_TBODY] = {"tbody", S | R},
	[HTML_TD] = {"td", S | SC | R},
	[HTML_TEMPLATE] = {"template", S | SC | H},
	[HTML_TFOOT] = {"tfoot", S | R},
	[HTML_TH] = {"th", S | SC | R},
	[HTML_THEAD] = {"thead", S | R},
	[HTML_TR] = {"tr", S | R},
	[HTML_UL] = {"ul", S | P | B},
	[HTML_SVG] = {"svg", 0},
	[HTML_MATH] = {"math", 0},
	[HTML_NAMED] = {"div", S | P | B},
	{"address", S | P},
	{"annotation-xml", I},
	{"applet", S | SC},
	{"area", V | S},
	{"article", S | P},
	{"aside", S | P},
	{"b", B},
	{"base", V | S | H},
	{"basefont", V | S | H},
	{"bgsound", V | S | H},
	{"big", B},
	{"blockquote", S | P | B},
	{"caption", S | SC | R},
	{"center", S | P | B},
	{"code", B},
	{"col", V | S | R},
	{"colgroup", S | R},
	{"desc", I},
	{"details", S | P},
	{"dialog", P},
	{"dir", S | P},
	{"dl", S | P | B},
	{"em", B},
	{"embed", V | S | B},
	{"fieldset", S | P},
	{"figcaption", S | P},
	{"figure", S | P},
	{"footer", S | P},
	{"foreignobject", I},
	{"frame", V | S},
	{"frameset", S},
	{"h1", S | P | G | B},
	{"h2", S | P | G | B},
	{"h3", S | P | G | B},
	{"h4", S | P | G | B},
	{"h5", S | P | G | B},
	{"h6", S | P | G | B},
	{"header", S | P},
	{"hgroup", S | P},
	{"hr", V | S | P | B},
	{"i", B},
	{"iframe", S},
	{"img", V | S | B},
	{"input", V | S},
	{"keygen", V | S},
	{"legend", 0},
	{"link", V | S | H},
	{"listing", S | P | B},
	{"main", S | P},
	{"marquee", S | SC},
	{"menu", S | P | B},
	{"meta", V | S | H | B},
	{"mi", I},
	{"mn", I},
	{"mo", I},
	{"ms", I},
	{"mtext", I},
	{"nav", S | P},
	{"noembed", S},
	{"noframes", S | H},
	{"noscript", S | H},
	{"object", S | SC},
	{"param", V | S},
	{"plaintext", S | P},
	{"pre", S | P | B},
	{"ruby", B},
	{"s", B},
	{"script", S | H},
	{"search", S | P},
	{"section", S | P},
	{"small", B},
	{"source", V | S},
	{"span", B},
	{"strike", B},
	{"strong", B},
	{"style", S | H},
	{"sub", B},
	{"summary", S | P},
	{"sup", B},
	{"textarea", S},
	{"title", S | H | I},
	{"track", V | S},
	{"tt", B},
	{"u", B},
	{"var", B},
	{"wbr", V | S},
	{"xmp", S | P},
};

enum { SLOTS = 1024 };
_Static_assert(ARRAY_LEN(elements) < 255, "a slot is a byte");

struct html_names {
	struct html_name all[ARRAY_LEN(elements)];
	uint8_t lengths[ARRAY_LEN(elements)];
	uint8_t slots[SLOTS]; /* 0: free */
};

static size_t slot_of(const char *name, size_t len)
{
	const unsigned char *s = (const unsigned char *)name;

	return (len * 131 + s[0] * 31U + s[len - 1] * 61U + s[len / 2] * 17U) & (SLOTS - 1);
}

struct html_names *html_names_new(void)
{
	struct html_names *n = mem_zalloc(sizeof *n);

	for (size_t i = 1; i < ARRAY_LEN(elements); i++) {
		const char *name = elements[i].name;
		size_t len = strlen(name), slot = slot_of(name, len);

		n->all[i] = (struct html_name){
			.name = name,
			.flags = elements[i].flags,
			.content = (uint8_t)html_content_of(name, len),
			.role = (uint8_t)text_role(name),
			.id = (uint16_t)i,
		};
		n->lengths[i] = (uint8_t)len;
		while (n->slots[slot])
			slot = (slot + 1) & (SLOTS - 1);
		n->slots[slot] = (uint8_t)i;
	}
	return n;
}

void html_names_free(struct html_names *n)
{
	free(n);
}

const struct html_name *html_names_find(const struct html_names *n, const char *name, size_t len)
{
	size_t slot = slot_of(name, len);

	for (uint8_t i; (i = n->slots[slot]); slot = (slot + 1) & (SLOTS - 1)) {
		if (n->lengths[i] == len && n->all[i].name[0] == name[0] &&
		    !memcmp(n->all[i].name, name, len))
			return &n->all[i];
	}
	return NULL;
}

const struct html_name *html_names_at(const struct html_names *n, enum html_id id)
{
	return &n->all[id];
}
