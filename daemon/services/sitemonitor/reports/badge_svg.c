#include "daemon/services/sitemonitor/reports/badge_svg.h"

#include <string.h>

#include "shared/utf8.h"

enum { PAD = 6, HEIGHT = 20, WIDE_TENTHS = 110 };

/* White text has a contrast of 4.5 or more on each of them (WCAG 2.2, 1.4.3). */
static const struct {
	const char *name, *fill;
} colors[] = {
	[BADGE_GOOD] = {"brightgreen", "#2b7a1e"},
	[BADGE_FAIR] = {"yellow", "#8a6100"},
	[BADGE_BAD] = {"red", "#b3261e"},
	[BADGE_NONE] = {"lightgrey", "#5f6368"},
};

/* Advance widths of Verdana at 11 px, tenths of a pixel, from ' ' to '~'. */
static const unsigned char widths[95] = {
	39, 43,  51, 90, 70, 118, 80, 30, 50, 50, 70, 90, 40, 50,  40, 50, 70, 70,  70,
	70, 70,  70, 70, 70, 70,  70, 50, 50, 90, 90, 90, 60, 110, 75, 75, 77, 85,  70,
	63, 85,  83, 46, 50, 76,  61, 93, 82, 87, 66, 87, 76, 75,  68, 81, 75, 109, 75,
	68, 75,  50, 50, 50, 90,  70, 70, 66, 69, 57, 69, 66, 39,  69, 70, 30, 38,  65,
	30, 107, 70, 67, 69, 69,  47, 57, 43, 70, 65, 90, 65, 65,  58, 70, 50, 70,  90,
};

const char *badge_color_name(enum badge_color c)
{
	return colors[c].name;
}

int badge_text_px(const char *text)
{
	int tenths = 0;
	for (size_t n = strlen(text); n;) {
		uint32_t cp = 0;
		size_t used = utf8_next(text, n, &cp);
		used = used && used <= n ? used : 1;
		tenths += cp >= ' ' && cp <= '~' ? widths[cp - ' '] : WIDE_TENTHS;
		text += used;
		n -= used;
	}
	return (tenths + 9) / 10;
}

static void escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&': buf_add_str(out, "&amp;"); break;
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, "&gt;"); break;
		case '"': buf_add_str(out, "&quot;"); break;
		case '\'': buf_add_str(out, "&#39;"); break;
		default:
			/* XML 1.0 has no control characters, and neither U+FFFE nor U+FFFF. */
			if (!strncmp(text, "\xEF\xBF\xBE", 3) || !strncmp(text, "\xEF\xBF\xBF", 3))
				text += 2;
			else if ((unsigned char)*text >= ' ')
				buf_add(out, text, 1);
		}
	}
}

static void both(struct buf *out, const char *label, const char *message)
{
	escaped(out, label);
	buf_add_str(out, ": ");
	escaped(out, message);
}

static void text_at(struct buf *out, int x, int px, const char *text)
{
	buf_printf(out, "<text x=\"%d\" y=\"14\" textLength=\"%d\">", x, px);
	escaped(out, text);
	buf_add_str(out, "</text>");
}

void badge_svg(struct buf *out, const char *label, const char *message, enum badge_color c)
{
	int label_px = badge_text_px(label), message_px = badge_text_px(message);
	int left = label_px + 2 * PAD, right = message_px + 2 * PAD;
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
		   " role=\"img\" aria-label=\"",
		   left + right, HEIGHT);
	both(out, label, message);
	buf_add_str(out, "\"><title>");
	both(out, label, message);
	buf_printf(out,
		   "</title><rect width=\"%d\" height=\"%d\" fill=\"#444\"/>"
		   "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>"
		   "<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\""
		   " font-size=\"11\">",
		   left, HEIGHT, left, right, HEIGHT, colors[c].fill);
	text_at(out, PAD, label_px, label);
	text_at(out, left + PAD, message_px, message);
	buf_add_str(out, "</g></svg>\n");
}
