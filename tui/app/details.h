#pragma once
/* The detail screen's body, for any kind: asks for the object, follows it live, draws its members.
 */
#include "tui/app/app.h"
#include "tui/widgets/scroll.h"

struct details;

/** Prepare; the screen's state must begin with the pointer that is returned. details_refresh() asks
 * for v->kind, v->ref; v->object is filled when it comes. changed may be NULL: called then and
 * after each live row. title: shown until the name is known. */
struct details *details_open(struct view *v, const char *title, void (*changed)(struct view *v));
void details_close(struct view *v, struct details *d);
void details_refresh(struct view *v, struct details *d);
void details_message(struct view *v, struct details *d, const struct live_message *m);
/** False after drawing why there is nothing yet. */
bool details_ready(struct view *v, struct details *d, struct surface s);

/** All members as "label  value" rows: the descriptor's fields, then what the daemon adds.
 *  @return the row after the last */
int details_draw_members(struct view *v, struct surface s, int y);
/** The descriptor's fields only. */
int details_draw_fields(struct view *v, struct surface s, int y);
/** The members of one object, those of members as "tls subject". */
int details_draw_object(struct view *v, struct surface s, int y, const json_t *object);
void details_write_plain(struct view *v, struct buf *out);
