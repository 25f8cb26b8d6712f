/* Matching: two shops with as many products, the same but written in another way, without codes, so
 * that every one is found by its title. CPU time for one listing: looked for by a worker, written
 * by the store's thread. Usage: bench_match [PRODUCTS OF A SHOP] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/daemon/catalog/match_fixture.h"

enum { PAGE = 250, SLICE = 25, BRANDS = 150, SECONDS_US = 1000000, TEXT = 200 };

static const char *const words[] = {"Arc",    "Orion",  "Nova",   "Luna",   "Vega",   "Atlas",
				    "Terra",  "Aqua",   "Solar",  "Polar",  "Delta",  "Sigma",
				    "Omega",  "Ridge",  "River",  "Forest", "Meadow", "Summit",
				    "Harbor", "Canyon", "Breeze", "Ember",  "Frost",  "Stone"};
static const char *const things[] = {"Table lamp", "Floor lamp", "Kettle",     "Toaster",
				     "Backpack",   "Desk chair", "Headphones", "Blender",
				     "Frying pan", "Yoga mat",   "Notebook",   "Garden hose"};
static const char *const colours[][2] = {{"black", "schwarz"}, {"white", "weiß"}, {"red", "rot"},
					 {"blue", "blau"},     {"green", "grün"}, {"grey", "grau"}};

/* Of all threads: other programs of the machine do not count. */
static int64_t cpu_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * SECONDS_US + t.tv_nsec / 1000;
}

static void write_title(int n, bool theirs, char brand[TEXT], char title[TEXT])
{
	const char *first = words[n % 24], *second = words[n / 24 % 24];
	const char *thing = things[n / 7 % 12], *const *colour = colours[n / 5 % 6];

	snprintf(brand, TEXT, "Brand%c%c%s", 'A' + n % BRANDS / 26, 'A' + n % BRANDS % 26,
		 theirs ? " GmbH" : "");
	if (theirs)
		snprintf(title, TEXT, "%s %s %s %d %s, %d cm", thing, first, second, 100 + n / 576,
			 colour[1], 10 + n % 9 * 5);
	else
		snprintf(title, TEXT, "Brand%c%c %s %s %d %s %s %dcm", 'A' + n % BRANDS / 26,
			 'A' + n % BRANDS % 26, first, second, 100 + n / 576, thing, colour[0],
			 10 + n % 9 * 5);
}

struct slice {
	struct sale *sales;
	size_t n;
};

static enum err run_slice(struct txn *t, void *arg, struct error *e)
{
	struct slice *s = arg;
	enum err err = ERR_NONE;

	for (size_t i = 0; !err && i < s->n; i++)
		err = run_settle(t, &s->sales[i], e);
	return err;
}

static void sell_shop(struct fixture *f, uint64_t site, int products, int64_t *find_us,
		      int64_t *settle_us)
{
	static char brands[PAGE][TEXT], titles[PAGE][TEXT];
	static struct sale sales[PAGE];

	for (int at = 0; at < products; at += PAGE) {
		int64_t began = cpu_now_us();
		int n = products - at < PAGE ? products - at : PAGE;

		for (int i = 0; i < n; i++) {
			write_title(at + i, site != SHOP, brands[i], titles[i]);
			sales[i] = sale_of(site, titles[i], brands[i]);
			find(f, &sales[i]);
		}
		*find_us += cpu_now_us() - began;
		began = cpu_now_us();
		for (int i = 0; i < n; i += SLICE) {
			struct slice s = {&sales[i], (size_t)(n - i < SLICE ? n - i : SLICE)};

			if (store_run(f->store, OP_BACKGROUND, run_slice, &s, &f->error))
				fail_msg("%s", f->error.text);
		}
		*settle_us += cpu_now_us() - began;
	}
}

int main(int argc, char **argv)
{
	void *state = NULL;
	int products = argc > 1 ? atoi(argv[1]) : 25000;
	int64_t find_us = 0, settle_us = 0;

	if (products < 1 || fixture_setup_dir(&state))
		return 1;
	struct fixture *f = state;
	f->options.synchronous = "OFF"; /* the disk is not what is measured */
	fixture_open(f);
	add_site(f, SHOP, "lamps", true);
	add_site(f, BRIGHTCO, "brightco", false);
	sell_shop(f, SHOP, products, &find_us, &settle_us);
	printf("%d listings of one shop: looked for in %.0f us each, written in %.0f us\n",
	       products, (double)find_us / products, (double)settle_us / products);
	find_us = settle_us = 0;
	sell_shop(f, BRIGHTCO, products, &find_us, &settle_us);
	printf("%d of another: looked for in %.0f us each, written in %.0f us\n", products,
	       (double)find_us / products, (double)settle_us / products);
	printf("%lld products, %lld found by title, %lld asked about\n",
	       (long long)number_of(f, "SELECT count(*) FROM product"),
	       (long long)number_of(f, "SELECT count(*) FROM listing WHERE match_method = 3"),
	       (long long)number_of(f, "SELECT count(*) FROM match"));
	return fixture_teardown(&state);
}
