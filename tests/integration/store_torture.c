/* store_torture kill N    N kills of a writing process: nothing acknowledged is lost
 * store_torture power N   N power cuts: nothing is lost with synchronous=FULL, and NORMAL, as the
 *                         proof that the cuts are real, does lose */
#include "tests/integration/store_torture.h"

static int fail(const char *what)
{
	fprintf(stderr, "store_torture: %s\n", what);
	return 1;
}

static int run(struct torture *o, const char *what)
{
	char dir[] = "/var/tmp/store-torture-XXXXXX", command[128];
	int64_t began = thread_now_us();
	bool ok;

	o->dir = mkdtemp(dir);
	if (!o->dir)
		return fail(strerror(errno));
	ok = torture_run(o);
	printf("%s with %s: %u rounds, %lu operations acknowledged, %lu lost, %lu files at fault, "
	       "%.1f s\n",
	       what, o->synchronous, o->rounds, o->acknowledged, o->lost, o->faults,
	       (double)(thread_now_us() - began) / 1e6);
	fflush(stdout);
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	if (system(command))
		return 1;
	return ok ? 0 : fail("a child ended by itself");
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct torture o = {.synchronous = "FULL", .seed = (unsigned)getpid()};

	o.rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 100;
	o.power = !strcmp(mode, "power");
	if (!o.power && strcmp(mode, "kill") != 0)
		return fail("usage: store_torture kill|power [ROUNDS]");
	if (run(&o, mode))
		return 1;
	if (o.lost || o.faults || !o.acknowledged)
		return fail("acknowledged operations were lost or the file is at fault");
	if (!o.power)
		return 0;

	o = (struct torture){.synchronous = "NORMAL",
			     .seed = o.seed,
			     .power = true,
			     .rounds = o.rounds > 20 ? 20 : o.rounds};
	if (run(&o, mode))
		return 1;
	if (o.faults)
		return fail("the file is at fault");
	return o.lost ? 0 : fail("NORMAL lost nothing: these are no power cuts");
}
