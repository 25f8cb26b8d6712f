#include "tui/term/guard.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "shared/mem.h"

enum { STACK_BYTES = 64 * 1024 };

static const int fatal_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE};

/* A signal handler can be handed nothing: what it needs is here (see STYLE: the signal flag). */
static struct termios sane_settings;
static char handler_stack[STACK_BYTES];
static volatile sig_atomic_t installed;

static void restore_and_die(int number)
{
	static const char back[] = "\033[?2026l\033[?2004l\033[?1000l\033[?1006l\033[?25h\033[0m"
				   "\033[?1049l\r\n";

	if (installed) {
		if (write(STDOUT_FILENO, back, sizeof back - 1) < 0) {
			/* the terminal is gone: nothing is left to restore */
		}
		tcsetattr(STDIN_FILENO, TCSANOW, &sane_settings);
	}
	/* SA_RESETHAND put the default action back: dying of the signal keeps the status honest. */
	raise(number);
}

void guard_install(const struct termios *sane)
{
	stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
	struct sigaction action = {.sa_handler = restore_and_die,
				   .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};

	sane_settings = *sane;
	sigaltstack(&stack, NULL);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		sigaction(fatal_signals[i], &action, NULL);
	installed = 1;
}

void guard_remove(void)
{
	installed = 0;
	for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++)
		signal(fatal_signals[i], SIG_DFL);
}
