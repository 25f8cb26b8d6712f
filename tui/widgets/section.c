#include "tui/widgets/section.h"

#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

void section_draw(struct surface s, int y, const char *title, const char *remark)
{
	section_draw_in(s, y, title, ROLE_DIM, remark);
}

void section_draw_in(struct surface s, int y, const char *title, enum role role, const char *remark)
{
	int used, width = s.width;

	surface_line(s, y, 0, width, ROLE_RULE, GLYPH_RULE);
	if (title && *title) {
		surface_code(s, y, 2, ROLE_TITLE, ' ');
		used = surface_outside(s, y, 3, ROLE_TITLE, title, width - 8);
		surface_code(s, y, 3 + used, ROLE_TITLE, ' ');
	} else {
		used = 0;
	}
	if (remark && *remark) {
		int w = outside_width(remark), x = width - w - 4;

		if (x < used + 8)
			return;
		surface_code(s, y, x, ROLE_DIM, ' ');
		surface_outside(s, y, x + 1, role, remark, w);
		surface_code(s, y, x + 1 + w, ROLE_DIM, ' ');
	}
}

int labelled_draw(struct surface s, int y, int x, int width, const char *label, unsigned style,
		  const char *value)
{
	surface_outside(s, y, x, ROLE_DIM, label, width - 1);
	surface_outside(s, y, x + width, style, value, -1);
	return 1;
}

/* Bytes of the next line: as many words as fit; a word longer than the line is cut. */
static size_t line_bytes(const char *safe, int width)
{
	size_t fits = 0, at = 0;

	while (safe[at]) {
		char part[512];
		size_t end = at + strcspn(safe + at + (safe[at] == ' '), " ") + (safe[at] == ' ');

		if (end >= sizeof part)
			return fits ? fits : sizeof part - 1;
		memcpy(part, safe, end);
		part[end] = '\0';
		if (text_width(part) > width)
			return fits ? fits : end;
		fits = at = end;
	}
	return fits;
}

int wrapped_draw(struct surface s, int y, int x, int width, unsigned style, const char *text,
		 int max_rows)
{
	char *safe = text_safe_dup(text, strlen(text), 4096);
	const char *p = safe;
	int rows = 0;

	while (*p && rows < max_rows && width > 0) {
		size_t n = line_bytes(p, width);
		char *line = mem_strndup(p, n);

		if (rows + 1 == max_rows && p[n])
			surface_outside(s, y + rows, x, style, p, width);
		else
			surface_outside(s, y + rows, x, style, line, width);
		rows++;
		free(line);
		p += n;
		while (*p == ' ')
			p++;
	}
	free(safe);
	return rows;
}

struct surface box_draw(struct surface s, int height, int width, const char *title)
{
	struct surface b;

	height = height > s.height ? s.height : height;
	width = width > s.width ? s.width : width;
	b = surface_part(s, (s.height - height) / 2, (s.width - width) / 2, height, width);
	surface_clear(b, ROLE_TEXT);
	surface_line(b, 0, 0, b.width, ROLE_RULE, GLYPH_RULE);
	surface_line(b, b.height - 1, 0, b.width, ROLE_RULE, GLYPH_RULE);
	for (int y = 1; y < b.height - 1; y++) {
		surface_glyph(b, y, 0, ROLE_RULE, GLYPH_BAR);
		surface_glyph(b, y, b.width - 1, ROLE_RULE, GLYPH_BAR);
	}
	surface_glyph(b, 0, 0, ROLE_RULE, GLYPH_CORNER_TL);
	surface_glyph(b, 0, b.width - 1, ROLE_RULE, GLYPH_CORNER_TR);
	surface_glyph(b, b.height - 1, 0, ROLE_RULE, GLYPH_CORNER_BL);
	surface_glyph(b, b.height - 1, b.width - 1, ROLE_RULE, GLYPH_CORNER_BR);
	surface_printf(b, 0, 2, ROLE_TITLE, " %s ", title);
	return surface_part(b, 1, 2, b.height - 2, b.width - 4);
}
