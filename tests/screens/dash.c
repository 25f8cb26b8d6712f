/* The dashboard alone, with a clock that stands still: what the screen tests run.
 *
 *     dash SOCKET [NOW_MS] [SCREEN]     NOW_MS 0: the real clock;  PLAIN=1: without a screen */
#include <locale.h>
#include <stdlib.h>

#include "tui/app/dashboard.h"

int main(int argc, char **argv)
{
	struct dashboard_options o = {.no_session = getenv("SESSION") == NULL};

	setlocale(LC_ALL, "");
	if (argc > 1)
		o.address = argv[1];
	if (argc > 2)
		o.fixed_now_ms = atoll(argv[2]);
	if (argc > 3)
		o.screen = argv[3];
	o.plain = getenv("PLAIN") != NULL;
	return dashboard_run(&o);
}
