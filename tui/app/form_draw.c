#include <stdio.h>
#include <string.h>

#include "tui/app/form_internal.h"
#include "tui/widgets/section.h"

enum { LABEL_WIDTH = 18, LABEL_NARROW = 12, PLACEHOLDER = 256 };

static int draw_value(struct form *f, struct surface s, int y, int x, struct form_row *row,
		      bool here)
{
	char placeholder[PLACEHOLDER];
	int width = s.width - x - 2;
	bool choice = form_choices(row->field) != NULL;

	form_placeholder(f, row, placeholder, sizeof placeholder);
	if (form_row_fixed(f, row)) {
		bool known = row->text->edit.len > 0;
		surface_outside(s, y, x, known ? ROLE_TEXT : ROLE_DIM,
				known ? row->text->edit.text : placeholder, width);
		return 1;
	}
	if (choice) {
		const char *now = row->text->edit.len ? row->text->edit.text : placeholder;
		unsigned style = row->text->edit.len ? ROLE_STRONG : ROLE_DIM;

		if (here) {
			surface_outside(s, y, x - 2, ROLE_KEY, "<", 1);
			surface_outside(s, y, x + 1 + outside_width(now), ROLE_KEY, ">", 1);
		}
		surface_outside(s, y, x, style, *now ? now : "-", width - 2);
		return 1;
	}
	edit_draw(&row->text->edit, s, y, x, width, ROLE_INPUT, here);
	if (!row->text->edit.len && *placeholder)
		surface_outside(s, y, x, ROLE_DIM | STYLE_UNDERLINE, placeholder, width);
	return 1;
}

static int draw_help(const struct form *form, struct surface s, int y, int x,
		     const struct form_row *row)
{
	const struct field *f = row->field;
	bool entries = f->type == FIELD_TEXT_LIST || f->type == FIELD_TEXT_MAP;
	bool made = f == &form_name_field && form->kind->name_propose;
	char text[640], described[256];

	field_describe(f, described, sizeof described);
	snprintf(text, sizeof text, "%s%s: %s%s%s%s", f->help ? f->help : "",
		 !made                       ? ""
		 : form->kind->variant_guess ? "; made from the address when left out"
					     : "; made from the rest when left out",
		 described, f->example ? ", as " : "", f->example ? f->example : "",
		 entries ? "; Enter begins the next entry" : "");
	return wrapped_draw(s, y, x, s.width - x - 1, ROLE_DIM, text, 3);
}

static int draw_field(struct form *f, struct surface s, int y, size_t i)
{
	struct form_row *row = &f->rows[i];
	int label = s.width >= 60 ? LABEL_WIDTH : LABEL_NARROW, x = 2 + label, top = y;
	bool here = i == f->at;
	bool required = row->field->flags & FIELD_REQUIRED ||
			(row->field == &form_name_field && !f->kind->name_propose);
	char name[64];

	snprintf(name, sizeof name, "%s", row->field->name);
	for (char *p = name; *p; p++)
		if (*p == '_')
			*p = ' ';
	if (here)
		surface_glyph(s, y, 0, ROLE_KEY, GLYPH_CURSOR);
	surface_outside(s, y, 2, here ? ROLE_STRONG : ROLE_HEADER, name, label - 2);
	if (required)
		surface_outside(s, y, x - 2, ROLE_KEY, "*", 1);
	y += draw_value(f, s, y, x, row, here);
	if (*row->text->fault) {
		y += wrapped_draw(s, y, x, s.width - x - 1, ROLE_ERROR, row->text->fault, 3);
		if (*row->text->hint)
			y += wrapped_draw(s, y, x, s.width - x - 1, ROLE_DIM, row->text->hint, 2);
	} else if (here) {
		y += draw_help(f, s, y, x, row);
	}
	return y - top;
}

static int draw_other(struct form *f, struct surface s, int y, size_t i)
{
	const struct form_row *row = &f->rows[i];
	bool here = i == f->at;
	int x = 2;

	if (here)
		surface_glyph(s, y, 0, ROLE_KEY, GLYPH_CURSOR);
	if (row->what == ROW_FOLD) {
		surface_glyph(s, y, x, ROLE_KEY, f->unfolded ? GLYPH_UNFOLDED : GLYPH_FOLDED);
		surface_outside(s, y, x + 2, here ? ROLE_STRONG : ROLE_DIM, "advanced", -1);
		return 1;
	}
	surface_outside(s, y + 1, x, here ? ROLE_TAB_HERE : ROLE_KEY, "[ Save ]", -1);
	surface_outside(s, y + 1, x + 10, ROLE_DIM, "Ctrl-S from anywhere, Esc leaves", -1);
	return 2;
}

void form_draw(struct form *f, struct surface s)
{
	struct surface page;
	int y = 1, from = 0, to = 0;

	if (!f->ready) {
		if (f->failed)
			wrapped_draw(s, 1, 2, s.width - 4, ROLE_ERROR, f->fault.text, 3);
		else
			surface_outside(s, 1, 2, ROLE_DIM, "asking the daemon", -1);
		return;
	}
	page = scroll_begin(&f->scroll, s);
	for (size_t i = 0; i < f->n; i++) {
		int used = f->rows[i].what == ROW_FIELD ? draw_field(f, page, y, i)
							: draw_other(f, page, y, i);

		if (i == f->at) {
			from = y;
			to = y + used;
		}
		y += used;
	}
	/* The field that is typed in is always in sight. */
	if (to > f->scroll.offset + s.height)
		f->scroll.offset = to - s.height;
	if (from < f->scroll.offset + 1)
		f->scroll.offset = from > 1 ? from - 1 : 0;
	scroll_end(&f->scroll, s, y);
}
