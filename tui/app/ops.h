#pragma once
/* Changes that the user asks for. Ids are captured when he asks, so that a list that moves under an
 * open question changes nothing. */
#include "tui/app/app.h"

enum { TARGETS_MAX = 100 };

/** Resources captured by id. */
struct targets {
	const struct resource_kind *kind;
	size_t n;
	struct {
		char id[64], name[64];
	} at[TARGETS_MAX];
};

/** Add a row; false when it is full. */
bool targets_add(struct targets *t, const json_t *row);

/** What the keys of a screen are about: the marked rows, the row under the cursor, the resource
 * shown. False when there is none. */
bool view_targets(const struct view *v, struct targets *t);

/** Ask, delete, offer undo. Copies t. */
void ops_delete(struct app *app, const struct targets *t);
/** Do an action of the descriptor to each, asking first when it says so. Copies t. */
void ops_action(struct app *app, const struct targets *t, const struct action *action);
/** After a new resource was saved: offer to try it, when its kind has such an action. Copies row.
 *  made: a secret that its receiver must know and that is shown this once, "" none. */
void ops_offer_test(struct app *app, const struct resource_kind *kind, const json_t *row,
		    const char *made);
/** Pause what the keys of v are about, or go on when it is paused. False when there is nothing. */
bool ops_pause(struct view *v);
/** Create the monitors that fit an address ("shop.example", "https://shop.example/"), all or none.
 *  done may be NULL: then the outcome is only said. */
void ops_add_address(struct app *app, const char *address,
		     void (*done)(void *arg, const struct error *e), void *arg);
