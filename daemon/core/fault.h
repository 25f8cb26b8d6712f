#pragma once
/* Crash points for tests: with SELLERSMART_FAULT=NAME or NAME:N in the environment the process ends
 * by SIGKILL when it passes fault_point("NAME") for the N-th time, as if the machine had lost its
 * power there. Without it a point costs the look at a pointer.
 *
 * Points are named after the walk they stand on: "transition.", "alerts.", "outbox.". */

/** Read the environment; before there are threads. */
void fault_arm(void);

extern const char *fault_armed; /* set once by fault_arm; NULL: none */
void fault_pass(const char *name);
#define fault_point(name) (fault_armed ? fault_pass(name) : (void)0)
