#include "daemon/checks/common/spec.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/net/idn.h"
#include "daemon/store/secrets.h"
#include "shared/mem.h"
#include "shared/schema/schema.h"
#include "shared/url.h"

enum { HEADER_LINE_MAX = 16384 };

const struct resource_kind *monitor_kind(void)
{
	return resource_kind_find("monitor");
}

char *spec_copy(const json_t *spec, const char *field)
{
	const char *text = spec_text(monitor_kind(), spec, field);

	return text ? mem_strdup(text) : NULL;
}

int64_t spec_int_of(const json_t *spec, const char *field)
{
	return spec_int(monitor_kind(), spec, field);
}

int64_t spec_ms_of(const json_t *spec, const char *field)
{
	return spec_ms(monitor_kind(), spec, field);
}

bool spec_bool_of(const json_t *spec, const char *field)
{
	return spec_bool(monitor_kind(), spec, field);
}

enum spec_families spec_families(const json_t *spec)
{
	const char *text = spec_text(monitor_kind(), spec, "ip");

	if (!text || !strcmp(text, "auto"))
		return FAMILIES_AUTO;
	return !strcmp(text, "4") ? FAMILIES_4 : !strcmp(text, "6") ? FAMILIES_6 : FAMILIES_BOTH;
}

char *spec_secret(const json_t *reference, const struct check_env *env, struct error *e)
{
	const char *name = secret_ref(reference);
	size_t len = 0;

	if (!name) {
		error_set(e, ERR_INVALID, "a secret is written {secret: NAME}");
		return NULL;
	}
	return secret_get(env->store, name, &len, e);
}

void spec_wipe(char *secret)
{
	if (!secret)
		return;
	sodium_memzero(secret, strlen(secret));
	free(secret);
}

enum err spec_each_header(const json_t *spec, const struct check_env *env,
			  enum err (*fn)(const char *name, const char *value, void *arg,
					 struct error *e),
			  void *arg, struct error *e)
{
	const char *name;
	json_t *given;

	json_object_foreach((json_t *)spec_value(monitor_kind(), spec, "headers"), name, given)
	{
		char *secret = json_is_string(given) ? NULL : spec_secret(given, env, e);
		const char *value = secret ? secret : json_string_value(given);
		enum err err;

		if (!value)
			return e && e->code ? e->code : ERR_NOT_FOUND;
		if (strpbrk(value, "\r\n") || strlen(name) + strlen(value) > HEADER_LINE_MAX)
			err = error_field(e, ERR_INVALID, "headers",
					  "headers: the value of %s has a line end or is too long",
					  name);
		else
			err = fn(name, value, arg, e);
		spec_wipe(secret);
		if (err)
			return err;
	}
	return ERR_NONE;
}

enum err spec_host_port(const json_t *spec, uint16_t default_port, char **host, uint16_t *port,
			struct error *e)
{
	const char *target = spec_text(monitor_kind(), spec, "target");
	const char *scheme_end = target ? strstr(target, "://") : NULL;
	char name[HOST_MAX];
	enum err err;

	if (!target)
		return error_field(e, ERR_INVALID, "target", "target: missing");
	err = host_port_parse(scheme_end ? scheme_end + 3 : target, default_port, name, port, e);
	if (!err)
		err = idn_to_ascii(name, e);
	if (!err)
		*host = mem_strdup(name);
	return err;
}
