#pragma once
/* What a worker gives up before it reads the first foreign byte. */
#include <stdbool.h>
#include <stdint.h>

enum {
	SANDBOX_EXIT_MEMORY = 90, /* exit status: the memory was not enough */
	SANDBOX_EXIT_DEPTH = 91,  /* the stack was not enough: something is nested too deeply */
};

/** Close every descriptor but 0, 1 and 2; limit memory to memory_bytes more than now; no core, no
 *  files, no processes, no sockets: with seccomp only what a calculation needs is left, opening
 *  something fails with EPERM and anything stranger ends the process. Running out of memory or
 *  stack ends it with a status of its own. The calling thread must be the only one.
 *  @return false: it could not be done; the caller must end */
bool sandbox_enter(int64_t memory_bytes);
/** The end for want of memory: for allocators that may tell. */
_Noreturn void sandbox_out_of_memory(void);
/** A build with sanitizers, which need more memory and system calls than a worker is allowed:
 *  sandbox_enter() only closes descriptors. */
bool sandbox_is_relaxed(void);
