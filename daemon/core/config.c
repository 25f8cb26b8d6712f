#include "daemon/core/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/core/config_check.h"
#include "shared/buf.h"
#include "shared/mem.h"
#include "shared/schema/files.h"

enum { CONFIG_FILE_MAX = 256 * 1024 };

static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const log_formats[] = {"text", "json", NULL};

static const struct field config_fields[] = {
	{.name = "data_dir",
	 .type = FIELD_TEXT,
	 .max = PATH_TEXT - 64,
	 .help = "Directory of the store and its key; default by XDG or systemd",
	 .example = "/var/lib/sellersmart"},
	{.name = "socket",
	 .type = FIELD_TEXT,
	 .max = 107,
	 .help = "Unix socket of the API; default in the runtime directory",
	 .example = "/run/sellersmart/api.sock"},
	{.name = "listen",
	 .type = FIELD_TEXT,
	 .max = 127,
	 .help = "Also serve the API on this loopback address",
	 .example = "127.0.0.1:8420"},
	{.name = "log_level",
	 .type = FIELD_ENUM,
	 .choices = log_levels,
	 .dflt = "info",
	 .help = "Least severe entries that are logged"},
	{.name = "log_format",
	 .type = FIELD_ENUM,
	 .choices = log_formats,
	 .dflt = "text",
	 .help = "Form of the log on standard error"},
	{.name = "services",
	 .type = FIELD_TEXT,
	 .max = 255,
	 .help = "Services to run, separated by commas; default all",
	 .example = "sitemonitor"},
	{.name = "node",
	 .type = FIELD_INT,
	 .min = 0,
	 .max = 1023,
	 .dflt = "0",
	 .help = "Number of this daemon inside every id it gives"},
	{.name = "checks_max",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 10000,
	 .dflt = "1000",
	 .help = "Checks under way at once"},
	{.name = "checks_per_host",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 1000,
	 .dflt = "8",
	 .help = "Checks under way at once to one host"},
	{.name = "resolver_timeout",
	 .type = FIELD_DURATION,
	 .min = 100,
	 .max = 60000,
	 .dflt = "3s",
	 .help = "Wait for one answer of a name server; three tries"},
	{.name = "nameservers",
	 .type = FIELD_TEXT,
	 .max = 255,
	 .help = "Name servers instead of the system's",
	 .example = "192.0.2.53,192.0.2.54"},
	{.name = "witnesses",
	 .type = FIELD_TEXT,
	 .min = 1,
	 .max = 511,
	 .dflt = "auto",
	 .help = "Hosts that tell the loss of our own connection from a target's; none: ask nobody",
	 .example = "gateway.example:443,192.0.2.1:53"},
	{.name = "rdap_bootstrap",
	 .type = FIELD_URL,
	 .max = 1023,
	 .help = "List of RDAP servers for domain checks, instead of IANA's",
	 .example = "https://data.iana.org/rdap/dns.json"},
	{.name = "commands",
	 .type = FIELD_TEXT_LIST,
	 .max = COMMANDS_MAX,
	 .help = "Programs that command checks may run, and directories of such; default none",
	 .example = "[/usr/lib/nagios/plugins]"},
	{.name = "notify_programs",
	 .type = FIELD_TEXT_LIST,
	 .max = COMMANDS_MAX,
	 .help = "Programs that exec notifiers may run, and directories of such; default none",
	 .example = "[/usr/local/lib/sellersmart]"},
	{.name = "alerts_fallback",
	 .type = FIELD_TEXT_LIST,
	 .max = 2,
	 .help = "How a critical alert is told on this machine when no notifier gets it out: wall, "
		 "desktop; default not at all",
	 .example = "[wall, desktop]"},
	{.name = "net.contact",
	 .type = FIELD_TEXT,
	 .max = 127,
	 .help = "Whom shops that we read may write to: an address of the web or of mail, part of "
		 "the User-Agent",
	 .example = "https://me.example/bot"},
	{.name = "net.allow_private",
	 .type = FIELD_TEXT_LIST,
	 .max = ALLOW_PRIVATE_MAX,
	 .help = "Ranges of addresses that scrapes may reach although they are not public; monitors "
		 "need none",
	 .example = "[192.168.1.0/24]"},
	{.name = "net.pace",
	 .type = FIELD_DURATION,
	 .min = 0,
	 .max = 86400000,
	 .dflt = "5s",
	 .help = "Rest between two pages of one host at least, unless its robots.txt says how long"},
	{.name = "net.budget",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 1000000,
	 .dflt = "10000",
	 .help = "Pages of one host a day at most, UTC"},
	{.name = "net.cache",
	 .type = FIELD_SIZE,
	 .min = 0,
	 .max = 1 << 30,
	 .dflt = "16MiB",
	 .help = "Memory for pages that are asked about instead of fetched again"},
	{.name = "retention_samples",
	 .type = FIELD_DURATION,
	 .min = 86400000,
	 .max = 3650LL * 86400000,
	 .dflt = "35d",
	 .help = "Keep single results this long"},
	{.name = "retention_hourly",
	 .type = FIELD_DURATION,
	 .min = 86400000,
	 .max = 3650LL * 86400000,
	 .dflt = "400d",
	 .help = "Keep hourly roll-ups and closed incidents this long (daily ones stay)"},
	{.name = "retention_prices",
	 .type = FIELD_DURATION,
	 .min = 86400000,
	 .max = 7300LL * 86400000,
	 .dflt = "730d",
	 .help = "Keep what offers, ratings and listings were this long (the newest stays)"},
	{.name = "retention_events",
	 .type = FIELD_DURATION,
	 .min = 86400000,
	 .max = 3650LL * 86400000,
	 .dflt = "90d",
	 .help = "Keep events this long"},
	{.name = "retention_size",
	 .type = FIELD_SIZE,
	 .min = 16 << 20,
	 .max = 1LL << 40,
	 .dflt = "2GiB",
	 .help = "Keep samples and events within this size"},
	{.name = "memory_limit",
	 .type = FIELD_SIZE,
	 .min = 1 << 20,
	 .max = 1LL << 40,
	 .help = "Say when the daemon takes more memory than this; default no limit",
	 .example = "512MiB"},
	{.name = "connections_max",
	 .type = FIELD_INT,
	 .min = 8,
	 .max = 100000,
	 .dflt = "6000",
	 .help = "API connections at once"},
	{.name = "streams_max",
	 .type = FIELD_INT,
	 .min = 1,
	 .max = 100000,
	 .dflt = "2000",
	 .help = "Live streams at once"},
};

static const char *const config_examples[] = {
	"sellersmartd --config /etc/sellersmart/sellersmart.yaml --check-config", NULL};

const struct resource_kind config_kind = {
	.kind = "config",
	.plural = "config",
	.prefix = "cfg",
	.title = "Configuration",
	.help = "The daemon's own settings",
	.fields = config_fields,
	.n_fields = ARRAY_LEN(config_fields),
	.examples = config_examples,
};

/* ---- reading the file ---------------------------------------------------------------------- */

static enum err read_file(const char *path, struct buf *out, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	enum err err = ERR_NONE;
	for (;;) {
		char *room = buf_reserve(out, 4096);
		ssize_t n = room ? read(fd, room, 4096) : -1;
		if (!room)
			err = error_set(e, ERR_CONFIG, "%s: larger than %d bytes", path,
					CONFIG_FILE_MAX);
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0)
			err = error_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
		if (err || n <= 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = 0;
	}
	close(fd);
	return err;
}

/* A section ("net:") is its members ("net.pace"). What is no section is left to the validation. */
static void flatten(json_t *values)
{
	json_t *net = json_object_get(values, "net"), *value;
	const char *key;
	if (!json_is_object(net))
		return;
	json_object_foreach(net, key, value)
	{
		char name[80];
		snprintf(name, sizeof(name), "net.%.70s", key);
		json_object_set(values, name, value);
	}
	json_object_del(values, "net");
}

/* The file's members as loose JSON; origins[field] = "file:LINE". */
static enum err load_file(const char *path, json_t **values, json_t *origins,
			  struct source_lines **lines, struct error *e)
{
	struct buf text = BUF_INIT(CONFIG_FILE_MAX);
	enum err err = read_file(path, &text, e);
	if (!err) {
		*values = yaml_read_mapping(buf_str(&text), text.len, lines, e);
		if (!*values) {
			err = e ? (e->code = ERR_CONFIG) : ERR_CONFIG;
			error_prefix(e, "%s: ", path);
		}
	}
	buf_fini(&text);
	if (err)
		return err;
	const char *key;
	json_t *value;
	flatten(*values);
	json_object_foreach(*values, key, value)
	{
		char origin[PATH_TEXT + 16];
		snprintf(origin, sizeof(origin), "%s:%d", path, source_line(*lines, key));
		json_object_set_new(origins, key, json_string(origin));
	}
	return ERR_NONE;
}

static void set_flag(json_t *values, json_t *origins, const char *field, const char *value)
{
	if (!value)
		return;
	json_object_set_new(values, field, json_string(value));
	json_object_set_new(origins, field, json_string("flag"));
}

/* In place of what the file has: a flag is what counts. */
static void set_allow_private(json_t *values, json_t *origins, const struct config_flags *flags)
{
	if (!flags->n_allow_private)
		return;
	json_t *list = json_array();
	for (size_t i = 0; i < flags->n_allow_private; i++)
		for (const char *at = flags->allow_private[i]; *at; at += strspn(at, ", ")) {
			size_t n = strcspn(at, ", ");
			if (n)
				json_array_append_new(list, json_stringn_nocheck(at, n));
			at += n;
		}
	json_object_set_new(values, "net.allow_private", list);
	json_object_set_new(origins, "net.allow_private", json_string("flag"));
}

/* ---- from validated values to the struct --------------------------------------------------- */

static void copy_text(char *dst, size_t cap, const json_t *spec, const char *field)
{
	const char *text = spec_text(&config_kind, spec, field);
	snprintf(dst, cap, "%s", text ? text : "");
}

static size_t fill_programs(char **out, const json_t *spec, const char *field)
{
	const json_t *item;
	size_t i, n = 0;
	json_array_foreach((json_t *)spec_value(&config_kind, spec, field), i, item) out[n++] =
		mem_strdup(json_string_value(item));
	return n;
}

static void fill_fallback(struct config *c, const json_t *spec)
{
	json_t *item;
	size_t i;
	json_array_foreach((json_t *)spec_value(&config_kind, spec, "alerts_fallback"), i, item)
		c->alerts_fallback |= !strcmp(json_string_value(item), "wall")
					      ? (unsigned)FALLBACK_WALL
					      : (unsigned)FALLBACK_DESKTOP;
}

/* Its texts were looked at by config_check. */
static void fill_net(struct config *c, const json_t *spec)
{
	const json_t *item;
	struct error e;
	size_t i;
	copy_text(c->net_contact, sizeof(c->net_contact), spec, "net.contact");
	c->net_pace_ms = spec_ms(&config_kind, spec, "net.pace");
	c->net_budget = spec_int(&config_kind, spec, "net.budget");
	c->net_cache_bytes = spec_bytes(&config_kind, spec, "net.cache");
	json_array_foreach((json_t *)spec_value(&config_kind, spec, "net.allow_private"), i,
			   item) if (!address_range_parse(json_string_value(item),
							  &c->allow_private[c->n_allow_private],
							  &e)) c->n_allow_private++;
}

static enum err fill(struct config *c, const json_t *spec, struct error *e)
{
	copy_text(c->data_dir, sizeof(c->data_dir), spec, "data_dir");
	copy_text(c->socket, sizeof(c->socket), spec, "socket");
	copy_text(c->listen, sizeof(c->listen), spec, "listen");
	copy_text(c->services, sizeof(c->services), spec, "services");
	copy_text(c->nameservers, sizeof(c->nameservers), spec, "nameservers");
	copy_text(c->witnesses, sizeof(c->witnesses), spec, "witnesses");
	copy_text(c->rdap_bootstrap, sizeof(c->rdap_bootstrap), spec, "rdap_bootstrap");
	const char *level = spec_text(&config_kind, spec, "log_level");
	for (int i = 0; log_levels[i]; i++)
		if (!strcmp(level, log_levels[i]))
			c->log_level = (enum log_level)i;
	c->log_json = !strcmp(spec_text(&config_kind, spec, "log_format"), "json");
	c->node = (int)spec_int(&config_kind, spec, "node");
	c->checks_max = spec_int(&config_kind, spec, "checks_max");
	c->checks_per_host = spec_int(&config_kind, spec, "checks_per_host");
	c->resolver_timeout_ms = spec_ms(&config_kind, spec, "resolver_timeout");
	c->retention_raw_ms = spec_ms(&config_kind, spec, "retention_samples");
	c->retention_hourly_ms = spec_ms(&config_kind, spec, "retention_hourly");
	c->retention_prices_ms = spec_ms(&config_kind, spec, "retention_prices");
	c->retention_events_ms = spec_ms(&config_kind, spec, "retention_events");
	c->memory_limit = spec_bytes(&config_kind, spec, "memory_limit");
	c->retention_bytes = spec_bytes(&config_kind, spec, "retention_size");
	c->connections_max = spec_int(&config_kind, spec, "connections_max");
	c->streams_max = spec_int(&config_kind, spec, "streams_max");
	c->n_commands = fill_programs(c->commands, spec, "commands");
	c->n_notify_programs = fill_programs(c->notify_programs, spec, "notify_programs");
	fill_fallback(c, spec);
	fill_net(c, spec);
	if (!c->data_dir[0]) {
		enum err err = path_data_dir(c->data_dir, e);
		if (err)
			return err;
	}
	if (!c->socket[0]) {
		enum err err = path_default_socket(c->socket, e);
		if (err)
			return err;
	}
	return path_check_socket(c->socket, e);
}

static void note_effective(struct config *c, const json_t *spec)
{
	for (size_t i = 0; i < config_kind.n_fields; i++) {
		const char *name = config_fields[i].name;
		const json_t *given = json_object_get(spec, name);
		if (given)
			json_object_set(c->values, name, (json_t *)given);
		else if (config_fields[i].dflt)
			json_object_set_new(c->values, name, json_string(config_fields[i].dflt));
		if (!json_object_get(c->origins, name))
			json_object_set_new(c->origins, name, json_string("default"));
	}
	json_object_set_new(c->values, "data_dir", json_string(c->data_dir));
	json_object_set_new(c->values, "socket", json_string(c->socket));
}

struct config *config_read(const struct config_flags *flags, config_services_fn *services,
			   struct error_list *faults)
{
	struct config *c = mem_zalloc(sizeof(*c));
	struct source_lines *lines = NULL;
	struct resource_input input = {0};
	struct error e = {0};
	json_t *given = NULL;
	*faults = (struct error_list){0};
	c->values = json_object();
	c->origins = json_object();
	if (flags->config)
		snprintf(c->file, sizeof(c->file), "%s", flags->config);
	else if (!path_find_config(c->file, "sellersmart.yaml"))
		c->file[0] = 0;
	if (c->file[0] && load_file(c->file, &given, c->origins, &lines, &e)) {
		config_fault(faults, &e);
		goto out;
	}
	if (!given)
		given = json_object();
	set_flag(given, c->origins, "data_dir", flags->data_dir);
	set_flag(given, c->origins, "socket", flags->socket);
	set_flag(given, c->origins, "listen", flags->listen);
	set_flag(given, c->origins, "services", flags->services);
	set_flag(given, c->origins, "log_level", flags->log_level);
	set_flag(given, c->origins, "log_format", flags->log_format);
	set_allow_private(given, c->origins, flags);
	resource_validate(&config_kind, given, SCHEMA_LOOSE, lines, &input, faults);
	config_check(given, services, faults);
	config_faults_place(faults, c->file, c->origins);
	if (faults->total)
		goto out;
	if (fill(c, input.spec, &e))
		config_fault(faults, &e);
	else
		note_effective(c, input.spec);
out:
	resource_input_fini(&input);
	source_lines_free(lines);
	json_decref(given);
	if (faults->total) {
		config_free(c);
		return NULL;
	}
	return c;
}

struct config *config_load(const struct config_flags *flags, struct error *e)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	struct config *c = config_read(flags, NULL, faults);
	if (!c && e)
		*e = faults->items[0];
	free(faults);
	return c;
}

const struct config *config_ref(const struct config *c)
{
	if (c)
		atomic_fetch_add(&((struct config *)(uintptr_t)c)->refs, 1);
	return c;
}

void config_unref(const struct config *c)
{
	config_free((struct config *)(uintptr_t)c);
}

void config_free(struct config *c)
{
	/* refs counts those beyond the owner's. */
	if (!c || atomic_fetch_sub(&c->refs, 1) > 0)
		return;
	for (size_t i = 0; i < c->n_commands; i++)
		free(c->commands[i]);
	for (size_t i = 0; i < c->n_notify_programs; i++)
		free(c->notify_programs[i]);
	json_decref(c->values);
	json_decref(c->origins);
	free(c);
}
