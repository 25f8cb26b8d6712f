#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "daemon/services/service.h"

enum {
	OPT_CONFIG = 256,
	OPT_DATA_DIR,
	OPT_SOCKET,
	OPT_LISTEN,
	OPT_SERVICES,
	OPT_LOG_LEVEL,
	OPT_LOG_FORMAT,
	OPT_ALLOW_PRIVATE,
	OPT_ONCE,
	OPT_CHECK_CONFIG,
	OPT_VERSION,
	OPT_HELP
};

static const struct option long_options[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"data-dir", required_argument, NULL, OPT_DATA_DIR},
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"listen", required_argument, NULL, OPT_LISTEN},
	{"services", required_argument, NULL, OPT_SERVICES},
	{"log-level", required_argument, NULL, OPT_LOG_LEVEL},
	{"log-format", required_argument, NULL, OPT_LOG_FORMAT},
	{"allow-private", required_argument, NULL, OPT_ALLOW_PRIVATE},
	{"once", no_argument, NULL, OPT_ONCE},
	{"check-config", no_argument, NULL, OPT_CHECK_CONFIG},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

enum err options_parse(int argc, char **argv, struct options *o, struct error *e)
{
	memset(o, 0, sizeof(*o));
	opterr = 0;
	int opt;
	while ((opt = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (opt) {
		case OPT_CONFIG: o->flags.config = optarg; break;
		case OPT_DATA_DIR: o->flags.data_dir = optarg; break;
		case OPT_SOCKET: o->flags.socket = optarg; break;
		case OPT_LISTEN: o->flags.listen = optarg; break;
		case OPT_SERVICES: o->flags.services = optarg; break;
		case OPT_LOG_LEVEL: o->flags.log_level = optarg; break;
		case OPT_LOG_FORMAT: o->flags.log_format = optarg; break;
		case OPT_ALLOW_PRIVATE:
			if (o->flags.n_allow_private == ALLOW_PRIVATE_MAX)
				return error_set(e, ERR_USAGE, "more than %d times --allow-private",
						 ALLOW_PRIVATE_MAX);
			o->flags.allow_private[o->flags.n_allow_private++] = optarg;
			break;
		case OPT_ONCE: o->once = true; break;
		case OPT_CHECK_CONFIG: o->check_config = true; break;
		case OPT_VERSION: o->version = true; break;
		case OPT_HELP:
		case 'h': o->help = true; break;
		case ':': return error_set(e, ERR_USAGE, "%s needs a value", argv[optind - 1]);
		default:
			error_set(e, ERR_USAGE, "unknown option %s", argv[optind - 1]);
			error_hint(e, "sellersmartd --help lists the options");
			return ERR_USAGE;
		}
	}
	if (optind < argc && o->once) {
		o->job = argv[optind++];
		if (services_check(o->job, e)) {
			error_prefix(e, "--once: ");
			return e ? (e->code = ERR_USAGE) : ERR_USAGE;
		}
	}
	if (optind < argc) {
		error_set(e, ERR_USAGE, "unexpected argument \"%.64s\"", argv[optind]);
		error_hint(e, "the daemon takes options only; commands belong to: sellersmart");
		return ERR_USAGE;
	}
	return ERR_NONE;
}

void options_usage(void)
{
	fputs("usage: sellersmartd [options]\n"
	      "\n"
	      "  sellersmartd                                run in the foreground, log on stderr\n"
	      "  sellersmartd --config F --check-config      say whether a configuration is valid\n"
	      "  sellersmartd --once                         run what is due, print a summary, end\n"
	      "\n"
	      "  --config FILE         configuration, sellersmart.yaml(5)\n"
	      "  --data-dir DIR        where the store is\n"
	      "  --socket PATH         Unix socket of the API\n"
	      "  --listen HOST:PORT    also serve the API on this loopback address\n"
	      "  --services A,B        run only these services\n"
	      "  --log-level LEVEL     debug, info, warn or error\n"
	      "  --log-format FORMAT   text or json\n"
	      "  --allow-private CIDR  scrapes may reach these addresses, too; may come again\n"
	      "  --once [SERVICES]     beside a running daemon: asks that one\n"
	      "  --check-config        exit 0 when the configuration is valid, else 78\n"
	      "  --version, --help\n"
	      "\n"
	      "exit: 0 fine; 1 a thing checked is bad (--once); 64 usage; 75 try again; 78 configuration\n",
	      stdout);
}
