#pragma once
/* The secrets that a form names and that are not there yet: each is asked for, hidden, or made, and
 * stored before the resource that needs it is sent. */
#include "tui/app/app.h"
#include "tui/app/form.h"

enum { MADE_TEXT = 128 };

/** f->call holds what is under way, to be cancelled.
 *  @param body  what will be sent
 *  @param done  ok: all are there; made: one that was made here and that its receiver must know, ""
 *               none. Not called after a cancel. */
void form_secrets(struct app *app, struct form *f, const json_t *body,
		  void (*done)(void *arg, bool ok, const char *made), void *arg);
