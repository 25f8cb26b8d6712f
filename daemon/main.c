/* sellersmartd: start in order, run, stop in reverse order. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <ares.h>
#include <curl/curl.h>
#include <sodium.h>

#include "daemon/alerts/alerts.h"
#include "daemon/alerts/hooks.h"
#include "daemon/api/api.h"
#include "daemon/api/jobs.h"
#include "daemon/api/live.h"
#include "daemon/catalog/routes.h"
#include "daemon/checks/check.h"
#include "daemon/core/config.h"
#include "daemon/core/fault.h"
#include "daemon/core/systemd.h"
#include "daemon/extract/extract.h"
#include "daemon/net/ask.h"
#include "daemon/net/fetch.h"
#include "daemon/net/resolver.h"
#include "daemon/net/transfers.h"
#include "daemon/options.h"
#include "daemon/services/service.h"
#include "shared/log.h"
#include "shared/mem.h"
#include "shared/paths.h"

enum {
	STOP_HTTP_MS = 1500, /* parts of the five seconds that an end may take */
	STOP_SERVICE_MS = 1500,
	STOP_LOOP_MS = 1000,
	API_THREADS = 2,
	API_QUEUE = 1024,
	ALIVE_MS = 10000, /* a loop or writer silent for longer is stuck */
	ONCE_MS = 120000,
	EXIT_ONCE_RETRY = 75,
	ONCE_ENDED = SIGUSR1, /* from the worker to the main thread */
};

struct running {
	struct daemon d;
	struct options options;
	const struct config
		*first_config; /* parts made at the start may refer to it until the end */
	int handed;            /* listening sockets that the supervisor handed over */
	size_t n_started;      /* services */
	struct error error;    /* of a step that runs on a loop */

	/* --once: a worker's; the main thread waits for it and for signals. */
	pthread_t main_thread;
	struct buf summary;
	int once_status;
};

/* ---- steps --------------------------------------------------------------------------------- */

static void limits_raise(void)
{
	struct rlimit limit;
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	limit = (struct rlimit){0};
	if (!getenv("SELLERSMART_CORE")) /* a core file would hold secrets */
		setrlimit(RLIMIT_CORE, &limit);
}

/* Signals go to the main thread only; the rest inherits the mask. */
static void signals_block(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static struct fetcher_settings fetching_by(const struct config *c)
{
	return (struct fetcher_settings){
		.allow = c->allow_private,
		.n_allow = c->n_allow_private,
		.contact = c->net_contact,
		.rules = {.pace_ms = c->net_pace_ms, .budget = c->net_budget},
		.cache_bytes = c->net_cache_bytes,
	};
}

static void net_setup(void *arg)
{
	struct running *run = arg;
	struct daemon *d = &run->d;
	const struct config *c = d->config;
	struct resolver_options resolver = {
		.loop = d->net,
		.clock = d->clock,
		.nameservers = c->nameservers,
		.timeout_ms = (int)c->resolver_timeout_ms,
		.tries = 3,
		.cache_min_ms = 5000,
		.cache_max_ms = 60000,
	};
	d->resolver = resolver_new(&resolver, &run->error);
	if (!d->resolver)
		return;
	struct transfers_options transfers = {
		.loop = d->net,
		.clock = d->clock,
		.max_connections = 4 * c->checks_max,
		.ca_file = getenv("SSL_CERT_FILE"),
	};
	d->transfers = transfers_new(&transfers, &run->error);
	if (!d->transfers)
		return;
	struct fetcher_options fetching = {
		.loop = d->net,
		.clock = d->clock,
		.resolver = d->resolver,
		.transfers = d->transfers,
		.settings = fetching_by(c),
	};
	d->fetcher = fetcher_new(&fetching);
	struct extract_options extract = {.loop = d->net, .clock = d->clock};
	d->extract = extract_new(&extract);
}

static void net_teardown(void *arg)
{
	struct daemon *d = &((struct running *)arg)->d;
	extract_free(d->extract);
	fetcher_free(d->fetcher);
	transfers_free(d->transfers);
	resolver_free(d->resolver);
	d->extract = NULL;
	d->fetcher = NULL;
	d->transfers = NULL;
	d->resolver = NULL;
}

static enum err services_init(struct running *run, struct error *e)
{
	for (size_t i = 0; service_table[i]; i++) {
		const struct service *s = service_table[i];
		if (!service_wanted(run->d.config->services, s->name))
			continue;
		void *state = NULL;
		enum err err = s->init(&run->d, &state, e);
		if (err)
			return err;
		run->d.services[run->d.n_services] = s;
		run->d.service_states[run->d.n_services++] = state;
		http_routes(run->d.http, s->routes, s->n_routes, state);
		api_add_service(&run->d, s, state);
	}
	return ERR_NONE;
}

/* Behind the services, whose kinds it may refine, and with routes of its own. */
static enum err alerts_init(struct running *run, struct error *e)
{
	struct daemon *d = &run->d;
	d->alerts = alerts_new(d, e);
	if (!d->alerts)
		return e->code;
	alerts_routes(d, d->alerts);
	api_add_service(d, &alerts_hooks, d->alerts);
	return ERR_NONE;
}

static enum err services_start(struct running *run, struct error *e)
{
	for (; run->n_started < run->d.n_services; run->n_started++) {
		enum err err = run->d.services[run->n_started]->start(
			run->d.service_states[run->n_started], e);
		if (err)
			return err;
	}
	return ERR_NONE;
}

static enum err listen_all(struct running *run, struct error *e)
{
	struct daemon *d = &run->d;
	const struct config *c = d->config;
	for (int i = 0; i < run->handed; i++) {
		enum err err = http_listen_fd(d->http, 3 + i, e);
		if (err)
			return err;
	}
	if (!run->handed) {
		char dir[PATH_TEXT];
		snprintf(dir, sizeof(dir), "%s", c->socket);
		char *slash = strrchr(dir, '/');
		if (slash && slash != dir) {
			*slash = 0;
			enum err err = path_make_dir(dir, e);
			if (err)
				return err;
		}
		enum err err = http_listen_unix(d->http, c->socket, e);
		if (err)
			return err;
	}
	if (c->listen[0]) {
		int port = 0;
		enum err err = http_listen_tcp(d->http, c->listen, &port, e);
		if (err)
			return err;
		log_info("http", "serving on %s (port %d)", c->listen, port);
	}
	return ERR_NONE;
}

/* Absolute, so that others find it from wherever they are; "" when nobody will answer. */
static void own_socket(const struct running *run, char out[PATH_TEXT])
{
	char directory[PATH_TEXT];
	const char *path = run->d.config->socket, *slash = strrchr(path, '/');
	out[0] = 0;
	if (run->options.once)
		return;
	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	if (path[0] == '/')
		snprintf(out, PATH_TEXT, "%s", path);
	else if (realpath(directory, out) &&
		 strlen(out) + strlen(slash ? slash : path) + 2 < PATH_TEXT)
		snprintf(out + strlen(out), PATH_TEXT - strlen(out), "/%s",
			 slash ? slash + 1 : path);
	else
		out[0] = 0;
}

static struct store_retention retention_of(const struct config *c)
{
	return (struct store_retention){.raw_ms = c->retention_raw_ms,
					.hourly_ms = c->retention_hourly_ms,
					.prices_ms = c->retention_prices_ms,
					.events_ms = c->retention_events_ms,
					.bytes = c->retention_bytes};
}

static enum err start(struct running *run, struct error *e)
{
	char socket[PATH_TEXT];
	own_socket(run, socket);
	struct daemon *d = &run->d;
	const struct config *c = d->config;
	struct store_options store = {
		.dir = c->data_dir,
		.socket = socket,
		.clock = d->clock,
		.node = (unsigned)c->node,
		.retention = retention_of(c),
	};
	enum err err = path_make_dir(c->data_dir, e);
	if (err)
		return err;
	d->store = store_open(&store, e);
	if (!d->store)
		return e->code;
	struct store_health health;
	store_health(d->store, &health);
	d->previous_end_clean = health.clean_start;
	d->net = loop_new("net");
	d->api = loop_new("api");
	if ((err = loop_start(d->net, NULL, NULL, e)) || (err = loop_start(d->api, NULL, NULL, e)))
		return err;
	loop_call(d->net, net_setup, run);
	if (!d->resolver || !d->transfers) {
		*e = run->error;
		return e->code;
	}
	d->pool = pool_new("worker", API_THREADS, API_QUEUE, 60000);
	struct http_options http = {
		.loop = d->api,
		.pool = d->pool,
		.connections_max = (int)c->connections_max,
		.streams_max = (int)c->streams_max,
		.head_timeout_ms = 10000,
		.body_timeout_ms = 30000,
		.idle_timeout_ms = 75000,
		.owner_uid = geteuid(),
	};
	d->http = http_new(&http);
	d->live = live_new(d);
	if ((err = api_init(d, e)))
		return err;
	d->jobs = jobs_new(d);
	d->catalog = catalog_new(d);
	if ((err = services_init(run, e)) || (err = alerts_init(run, e)) ||
	    (err = services_start(run, e)) || (err = alerts_start(d->alerts, e)))
		return err;
	return run->options.once ? ERR_NONE : jobs_start(d->jobs, e);
}

static void stop(struct running *run)
{
	struct daemon *d = &run->d;
	if (d->http)
		http_stop(d->http, STOP_HTTP_MS);
	alerts_stop(d->alerts, STOP_SERVICE_MS);
	jobs_stop(d->jobs, STOP_SERVICE_MS);
	while (run->n_started > 0) {
		run->n_started--;
		run->d.services[run->n_started]->stop(run->d.service_states[run->n_started],
						      STOP_SERVICE_MS);
	}
	pool_free(d->pool);
	if (d->api)
		loop_stop(d->api, NULL, NULL, STOP_LOOP_MS);
	if (d->net)
		loop_stop(d->net, net_teardown, run, STOP_LOOP_MS);
	/* What services left with the writer (last samples) is committed before their states go. */
	if (d->store)
		store_close(d->store);
	alerts_free(d->alerts);
	jobs_free(d->jobs);
	catalog_free(d->catalog);
	while (run->d.n_services > 0) {
		run->d.n_services--;
		run->d.services[run->d.n_services]->fini(run->d.service_states[run->d.n_services]);
	}
	api_fini(d);
	live_free(d->live);
	http_free(d->http);
	loop_free(d->api);
	loop_free(d->net);
	if (d->config != run->first_config)
		config_free((struct config *)d->config);
	config_free((struct config *)run->first_config);
}

/* ---- running ------------------------------------------------------------------------------- */

/* On the net loop: behind it nobody there has the old configuration. */
static void refetch(void *arg)
{
	struct daemon *d = arg;
	struct fetcher_settings s = fetching_by(d->config);
	fetcher_configure(d->fetcher, &s);
}

static void nothing(void *arg)
{
}

/* Who reads the configuration does it within one turn of a loop, so after a turn of each nobody has
 * the old one. */
static void replace_config(struct running *run, const struct config *fresh)
{
	struct daemon *d = &run->d;
	const struct config *old = d->config;
	d->config = fresh;
	loop_call(d->net, refetch, d);
	loop_call(d->api, nothing, NULL);
	if (old != run->first_config)
		config_free((struct config *)old);
}

static void reload(struct running *run)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	systemd_notify("RELOADING=1");
	struct config *fresh = config_read(&run->options.flags, services_check, faults);
	if (!fresh) {
		for (size_t i = 0; i < faults->n; i++)
			log_error("main", "configuration not reloaded, the old one stays: %s",
				  faults->items[i].text);
	} else {
		const struct config *old = run->d.config;
		if (strcmp(old->data_dir, fresh->data_dir) || strcmp(old->socket, fresh->socket) ||
		    strcmp(old->listen, fresh->listen) || strcmp(old->services, fresh->services))
			log_warn("main",
				 "data_dir, socket, listen and services change at the next start");
		replace_config(run, fresh);
		const struct store_retention retention = retention_of(fresh);
		struct error e = {0};
		if (store_set_retention(run->d.store, &retention, &e))
			log_warn("main", "how long data is kept changes at the next start: %s",
				 e.text);
		log_setup(fresh->log_level, fresh->log_json, STDERR_FILENO);
		for (size_t i = 0; i < run->d.n_services; i++)
			if (run->d.services[i]->reload)
				run->d.services[i]->reload(run->d.service_states[i]);
		alerts_hooks.reload(run->d.alerts);
		log_info("main", "configuration reloaded");
	}
	free(faults);
	systemd_notify("READY=1");
}

static bool healthy(struct daemon *d)
{
	bool net = loop_alive(d->net, ALIVE_MS), api = loop_alive(d->api, ALIVE_MS);
	bool writer = store_alive(d->store, ALIVE_MS);
	if (!net || !api || !writer)
		log_error("main", "no sign of life from%s%s%s", net ? "" : " net",
			  api ? "" : " api", writer ? "" : " writer");
	return net && api && writer;
}

/* Until SIGTERM or SIGINT. Without a watchdog nothing ever wakes this thread. */
static void wait_for_end(struct running *run, const sigset_t *set)
{
	int64_t watchdog_ms = systemd_watchdog_ms();
	struct timespec every = {.tv_sec = watchdog_ms / 1000,
				 .tv_nsec = watchdog_ms % 1000 * 1000000};
	for (;;) {
		int signal_number =
			watchdog_ms ? sigtimedwait(set, NULL, &every) : sigwaitinfo(set, NULL);
		if (signal_number == SIGTERM || signal_number == SIGINT) {
			log_info("main", "ending: %s",
				 signal_number == SIGTERM ? "SIGTERM" : "SIGINT");
			return;
		}
		if (signal_number == SIGHUP)
			reload(run);
		else if (signal_number < 0 && errno == EAGAIN && healthy(&run->d))
			systemd_notify("WATCHDOG=1");
	}
}

/* "": everything that is due. */
static const char *job_of(const struct running *run)
{
	return run->options.job ? run->options.job : "";
}

static void once_work(void *arg)
{
	struct running *run = arg;
	int64_t deadline = clock_boot_ms(run->d.clock) + ONCE_MS;
	for (size_t i = 0; i < run->d.n_services; i++) {
		const struct service *s = run->d.services[i];
		bool wanted = s->once && service_wanted(job_of(run), s->name);
		int status =
			wanted ? s->once(run->d.service_states[i], deadline, &run->summary) : 0;
		if (status > run->once_status)
			run->once_status = status;
	}
	size_t unsent = alerts_settle(run->d.alerts, deadline);
	if (unsent) {
		buf_printf(
			&run->summary,
			"%zu message%s could not be sent yet: sellersmart delivery list says why\n",
			unsent, unsent == 1 ? "" : "s");
		if (!run->once_status)
			run->once_status = EXIT_ONCE_RETRY;
	}
	pthread_kill(run->main_thread, ONCE_ENDED);
}

/* A worker does it, so that this thread hears a signal: then the services are stopped, which ends
 * what they wait for. */
static int once(struct running *run)
{
	sigset_t set;
	int signal_number;
	run->main_thread = pthread_self();
	run->summary = BUF_INIT(4 << 20);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, ONCE_ENDED);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (!pool_submit(run->d.pool, once_work, run)) {
		fputs("error: no thread could be started\n", stderr);
		return EXIT_ONCE_RETRY;
	}
	while ((signal_number = sigwaitinfo(&set, NULL)) < 0)
		; /* EINTR */
	if (signal_number != ONCE_ENDED) {
		fputs("error: ended by a signal before everything was decided\n", stderr);
		return EXIT_ONCE_RETRY;
	}
	fwrite(buf_str(&run->summary), 1, run->summary.len, stdout);
	return run->once_status;
}

/* Another daemon owns the store: it runs what is due for us. */
static int once_by_daemon(const struct running *run, const sigset_t *blocked)
{
	struct error e = {0};
	char socket[PATH_TEXT];
	const struct config *c = run->d.config;
	struct buf out = BUF_INIT(4 << 20);
	int status = EXIT_ONCE_RETRY;
	/* Nothing is ours here: a signal may simply end us. */
	pthread_sigmask(SIG_UNBLOCK, blocked, NULL);
	if (!store_owner_socket(c->data_dir, socket, sizeof(socket)))
		snprintf(socket, sizeof(socket), "%s", c->socket);
	enum err err = ask_once(socket, job_of(run), ONCE_MS + 10000, &out, &status, &e);
	if (err)
		fprintf(stderr,
			"error: a daemon is running, but did not answer: %s\n"
			"try: sellersmart daemon status\n",
			e.text);
	else
		fwrite(buf_str(&out), 1, out.len, stdout);
	buf_fini(&out);
	return status;
}

static int fail(const struct error *e)
{
	fprintf(stderr, "error: %s\n", e->text);
	if (e->hint[0])
		fprintf(stderr, "try: %s\n", e->hint);
	return err_info(e->code)->exit;
}

/* Every fault is said, not only the first. */
static struct config *read_config(const struct options *o, int *status)
{
	struct error_list *faults = mem_zalloc(sizeof(*faults));
	struct config *c = config_read(&o->flags, services_check, faults);
	for (size_t i = 0; i < faults->n; i++)
		*status = fail(&faults->items[i]);
	if (faults->total > faults->n)
		fprintf(stderr, "and %zu more\n", faults->total - faults->n);
	free(faults);
	return c;
}

static void version(void)
{
	printf("sellersmartd %s\nlibuv %s, SQLite %s, %s, c-ares %s, jansson %s, libsodium %s\n",
	       SELLERSMART_VERSION, uv_version_string(), sqlite3_libversion(), curl_version(),
	       ares_version(NULL), jansson_version_str(), sodium_version_string());
}

int main(int argc, char **argv)
{
	/* A worker process of our own: nothing of a daemon may begin in it. */
	if (argc == 2 && !strcmp(argv[1], "--extract"))
		return extract_worker_main();
	struct error e = {0};
	struct running *run = mem_zalloc(sizeof(*run));
	fault_arm();
	int status = 0;
	if (options_parse(argc, argv, &run->options, &e)) {
		status = fail(&e);
		goto out;
	}
	if (run->options.help || run->options.version) {
		run->options.help ? options_usage() : version();
		goto out;
	}
	struct config *config = read_config(&run->options, &status);
	if (!config)
		goto out;
	if (run->options.check_config) {
		printf("%s: valid\n", config->file[0] ? config->file : "configuration (defaults)");
		config_free(config);
		goto out;
	}
	sigset_t set;
	signals_block(&set);
	umask(077);
	limits_raise();
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_TRIM_THRESHOLD, 1 << 20);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_ALL) ||
	    ares_library_init(ARES_LIB_INIT_ALL))
		abort();
	log_setup(run->options.once && config->log_level < LOG_WARN ? LOG_WARN : config->log_level,
		  config->log_json, STDERR_FILENO);
	/* Before there are threads: it takes the claim out of the environment. */
	run->handed = systemd_listen_fds();
	run->d.config = run->first_config = config;
	run->d.clock = &clock_system;
	run->d.started_ms = clock_wall_ms(&clock_system);
	enum err err = start(run, &e);
	if (err == ERR_LOCKED && run->options.once) {
		status = once_by_daemon(run, &set);
	} else if (!err && run->options.once) {
		status = once(run);
	} else if (err || (err = listen_all(run, &e))) {
		status = fail(&e);
	} else {
		log_info("main", "sellersmartd %s ready: %s, store %s", SELLERSMART_VERSION,
			 config->socket, config->data_dir);
		systemd_notify("READY=1");
		wait_for_end(run, &set);
		systemd_notify("STOPPING=1");
	}
	stop(run);
	buf_fini(&run->summary);
	if (!status && !run->options.once)
		log_info("main", "ended");
	curl_global_cleanup();
	ares_library_cleanup();
out:
	free(run);
	return status;
}
