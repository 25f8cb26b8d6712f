#pragma once
/* Contexts: daemons by name, here or behind ssh. Kept in
 * $XDG_CONFIG_HOME/sellersmart/contexts.json. */
#include <jansson.h>

#include "shared/err.h"
#include "shared/paths.h"

/** Socket of the named context (NULL: the current one); "" when none is chosen. A context behind
 * ssh gets its socket forwarded first, by one ssh that stays in the background for ten minutes of
 * use. */
enum err context_socket(const char *name, char out[static PATH_TEXT], struct error *e)
	__attribute__((warn_unused_result));
/** The same without starting ssh: for what must not wait. The socket may not be there. */
enum err context_socket_as_it_is(const char *name, char out[static PATH_TEXT], struct error *e)
	__attribute__((warn_unused_result));
/** The whole file: {"current": NAME, "contexts": {NAME: {"ssh": HOST, "socket": PATH}}}. New
 * reference. */
json_t *contexts_load(struct error *e);
enum err contexts_save(const json_t *contexts, struct error *e) __attribute__((warn_unused_result));
