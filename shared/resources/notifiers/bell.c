/* A bell where people look: in dashboards, and on terminals of this machine. */
#include <string.h>

#include "shared/mem.h"
#include "shared/schema/schema.h"

static const struct field fields[] = {
	{.name = "terminals",
	 .flag = "terminal",
	 .type = FIELD_TEXT_LIST,
	 .max = 8,
	 .flags = FIELD_ADVANCED,
	 .help = "Terminals of this machine where it rings, too, as far as the daemon may write there",
	 .example = "/dev/tty1"},
};

static const char *const examples[] = {
	"sellersmart notifier add bell --type bell",
	"sellersmart notifier add console --type bell --terminal /dev/tty1 --min-severity critical",
	NULL,
};

static enum err check(const json_t *spec, struct error *e)
{
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(spec, "terminals"), i, item)
	{
		const char *path = json_string_value(item);

		if (!strncmp(path, "/dev/", 5) && path[5] && !strstr(path, ".."))
			continue;
		error_field(e, ERR_INVALID, "terminals", "terminals: \"%.60s\" is no terminal",
			    path);
		error_hint(e, "for example /dev/tty1; `tty` says the name of the one you are at");
		return ERR_INVALID;
	}
	return ERR_NONE;
}

const struct variant notifier_variant_bell = {
	.name = "bell",
	.title = "Bell in dashboards and on terminals",
	.fields = fields,
	.n_fields = ARRAY_LEN(fields),
	.examples = examples,
	.check = check,
};
