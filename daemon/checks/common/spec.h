#pragma once
/* Reading a canonical monitor spec into a check's own form. Thread: any. */
#include <jansson.h>

#include "daemon/checks/check.h"
#include "daemon/net/resolver.h"

enum spec_families { FAMILIES_AUTO, FAMILIES_4, FAMILIES_6, FAMILIES_BOTH };

/** The kind whose defaults fill the gaps. */
const struct resource_kind *monitor_kind(void);
/** Copy of a text field, NULL when absent. free(). */
char *spec_copy(const json_t *spec, const char *field);
int64_t spec_int_of(const json_t *spec, const char *field);
int64_t spec_ms_of(const json_t *spec, const char *field);
bool spec_bool_of(const json_t *spec, const char *field);
enum spec_families spec_families(const json_t *spec);
/** Value behind {"secret": NAME}; NULL with e filled. Wipe with spec_wipe. */
char *spec_secret(const json_t *reference, const struct check_env *env, struct error *e);
/** Overwrite and free; NULL is fine. */
void spec_wipe(char *secret);
/** Call fn for each of `headers`, secrets filled in, until it fails; a value with a line end or too
 *  long is refused. The value is wiped after fn. */
enum err spec_each_header(const json_t *spec, const struct check_env *env,
			  enum err (*fn)(const char *name, const char *value, void *arg,
					 struct error *e),
			  void *arg, struct error *e);
/** "tls://host:443", "host:443", "[::1]:443" -> host and port. */
enum err spec_host_port(const json_t *spec, uint16_t default_port, char **host, uint16_t *port,
			struct error *e);
