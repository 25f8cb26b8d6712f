#pragma once
/* A screen: one const struct, registered by its file. tui/screens/NAME.c exports screen_NAME.
 *
 * Lists, details and forms of every kind come from its descriptor; a file of its own only refines
 * one (set kind and shape) or is something else. The application is in tui/app/app.h. */
#include <stdbool.h>
#include <stddef.h>

#include "shared/buf.h"
#include "shared/schema/schema.h"
#include "tui/app/keymap.h"
#include "tui/term/key.h"
#include "tui/term/surface.h"

struct app;

enum screen_shape { SHAPE_OWN, SHAPE_LIST, SHAPE_DETAIL, SHAPE_FORM };

/** What the stream said, decoded. */
struct live_message {
	enum { LIVE_ROW, LIVE_LIST, LIVE_EVENT, LIVE_RESYNC } what;
	const char *kind; /* of the row or the list; "" for an event */
	json_t *body;     /* the row's object, the event; borrowed */
};

/** One open screen. */
struct view {
	struct app *app;
	const struct screen *screen;
	const struct resource_kind *kind; /* NULL: of no kind */
	char ref[64];                     /* id or name of the one resource it shows, "" none */
	char title[128];                  /* in the breadcrumbs */
	void *state;
	struct listing *listing; /* of lists: what the keys of the context "list" work on */
	json_t *object;          /* of details: the resource, NULL until it came; owned */
	struct scroll *scroll;   /* of pages that scroll: what the keys of "page" move */
	struct sheet *sheet;     /* of tables of their own: what the keys of "table" move */
};

struct screen {
	const char *name;  /* "overview"; ":overview" opens it */
	const char *title; /* NULL: the kind's */
	int tab;           /* place among the tabs, 0: none */
	enum screen_shape shape;
	const char *kind; /* the kind it refines; NULL with a shape: every kind without its own */
	const struct binding *bindings;
	size_t n_bindings;

	/** Fill v->state and ask for data. arg: words after the name on the command line, "" none.
	 */
	void (*open)(struct view *v, const char *arg);
	void (*close)(struct view *v);
	/** It is in front again, or the daemon is back: ask again for what is shown. */
	void (*refresh)(struct view *v);
	void (*message)(struct view *v, const struct live_message *m);
	/** Raw keys before the key table: text input. @return true when taken */
	bool (*key)(struct view *v, const struct key *k);
	/** Letters are text now, not commands: the footer shows other keys. NULL: never. */
	bool (*typing)(const struct view *v);
	void (*draw)(struct view *v, struct surface s);
	/** The same as lines of text, for --plain. */
	void (*plain)(struct view *v, struct buf *out);
	/** Ids on the screen, of v->kind, whose rows should come live. @return how many */
	size_t (*watched)(struct view *v, const char *ids[], size_t max);
	/** What keys are about, where it is neither a list's row nor v->object; sets its kind. */
	const json_t *(*subject)(const struct view *v, const struct resource_kind **kind);
	const struct listing_look *look; /* of lists: see listing_start(), NULL: as the kind is */
	bool house;                      /* it asks for /v1/overview by itself, see app_house() */
	/** Id under the cursor, "" none: kept for the next start. */
	const char *(*cursor)(struct view *v);
};

/** All screens, from the Makefile's list; NULL-terminated. */
extern const struct screen *const screen_table[];
