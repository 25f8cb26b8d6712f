#include "tui/widgets/meter.h"

#include <stdio.h>
#include <string.h>

#include "shared/json.h"
#include "tui/widgets/format.h"

enum { SHARE_WIDTH = 5, BAR_LEAST = 4 };

static int cells_of(int64_t part, int64_t whole, int width)
{
	if (whole <= 0 || part <= 0)
		return 0;
	return part >= whole ? width : (int)((double)part / (double)whole * width);
}

void meter_bar(struct surface s, int y, int x, int width, int64_t done, int64_t failed,
	       int64_t found)
{
	int full = cells_of(done, found, width), lost = cells_of(done + failed, found, width);

	for (int i = 0; i < width; i++) {
		bool ascii = s.canvas->ascii;

		if (i < full && ascii)
			surface_code(s, y, x + i, ROLE_CHART_LOW, '#');
		else if (i < full)
			surface_glyph(s, y, x + i, ROLE_CHART_LOW, GLYPH_FULL);
		else if (i < lost)
			surface_code(s, y, x + i, ROLE_DOWN, 'x');
		else if (ascii)
			surface_code(s, y, x + i, ROLE_DIM, '.');
		else
			surface_glyph(s, y, x + i, ROLE_DIM, GLYPH_LIGHT);
	}
}

bool meter_draw(struct surface s, int y, int x, int width, const json_t *job)
{
	int64_t found = json_int(job, "found", 0), done = json_int(job, "done", 0),
		failed = json_int(job, "failed", 0);
	char share[16];

	if (strcmp(json_str(job, "state", ""), "running") != 0 || found <= 0 ||
	    width < BAR_LEAST + SHARE_WIDTH)
		return false;
	meter_bar(s, y, x, width - SHARE_WIDTH, done, failed, found);
	/* Cut, so that 100 means all. */
	snprintf(share, sizeof share, "%d%%", cells_of(done + failed, found, 100));
	surface_outside_right(s, y, x + width - SHARE_WIDTH, ROLE_TEXT, share, SHARE_WIDTH);
	return true;
}

void meter_text(char *out, size_t cap, const json_t *job)
{
	char done[32], found[32];

	if (json_int(job, "found", 0) <= 0) {
		snprintf(out, cap, "-");
		return;
	}
	snprintf(out, cap, "%s of %s", format_count(done, sizeof done, json_int(job, "done", 0)),
		 format_count(found, sizeof found, json_int(job, "found", 0)));
}
