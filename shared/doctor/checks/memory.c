/* Is the machine about to run out of memory? */
#include <stdio.h>
#include <sys/sysinfo.h>

#include "shared/doctor/doctor.h"

enum { LOW_PCT = 5 };

static void look(const struct doctor_context *c, struct doctor_finding *f)
{
	char line[128];
	long long total = 0, available = -1, swap = 0, value;
	FILE *file = fopen("/proc/meminfo", "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "MemTotal: %lld", &value) == 1)
			total = value;
		else if (sscanf(line, "MemAvailable: %lld", &value) == 1)
			available = value;
		else if (sscanf(line, "SwapTotal: %lld", &value) == 1)
			swap = value;
	}
	if (file)
		fclose(file);
	struct sysinfo machine;
	if ((total <= 0 || available < 0) && !sysinfo(&machine))
		/* Under ProcSubset=pid. What is free is not what is available: no judgement. */
		doctor_say(f, DOCTOR_OK, NULL,
			   "%lld MB of memory; how much is available is not shown to this service",
			   (long long)machine.totalram * machine.mem_unit >> 20);
	else if (total <= 0 || available < 0)
		doctor_say(f, DOCTOR_WARN, NULL,
			   "the machine does not say how much memory is free");
	else if (available * 100 / total < LOW_PCT)
		doctor_scarce(f,
			      "end what takes it, or add swap: the kernel may kill the "
			      "daemon",
			      "%lld of %lld MB of memory are available, %lld MB of swap",
			      available / 1024, total / 1024, swap / 1024);
	else
		doctor_say(f, DOCTOR_OK, NULL,
			   "%lld of %lld MB of memory available, %lld MB of swap", available / 1024,
			   total / 1024, swap / 1024);
}

extern const struct doctor_check doctor_memory;
const struct doctor_check doctor_memory = {
	.name = "memory", .topic = "machine.memory", .look = look};
