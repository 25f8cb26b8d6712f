#pragma once
/* Putting the terminal back when the program crashes. Signal-safe: one write, tcsetattr, re-raise.
 */
#include <termios.h>

/** Start guarding; sane is how the terminal was found. The saved settings and the alternate stack
 *  are process-wide, as signal handlers need them. */
void guard_install(const struct termios *sane);
void guard_remove(void);
