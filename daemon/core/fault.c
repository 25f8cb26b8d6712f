#include "daemon/core/fault.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "shared/mem.h"

const char *fault_armed;
static atomic_int passes_left = 1;

void fault_arm(void)
{
	const char *wanted = getenv("SELLERSMART_FAULT");
	if (!wanted || !*wanted)
		return;
	size_t name = strcspn(wanted, ":");
	int n = wanted[name] ? atoi(wanted + name + 1) : 1;
	atomic_store(&passes_left, n > 0 ? n : 1);
	fault_armed = mem_strndup(wanted, name);
}

void fault_pass(const char *name)
{
	if (!strcmp(name, fault_armed) && atomic_fetch_sub(&passes_left, 1) == 1)
		raise(SIGKILL);
}
