/* Disk, open files and memory that are nearly used up: one event when they are, one when they are
 * not any more. Looked at when samples are written, so that it wakes nobody. Net loop. */
#include <string.h>

#include "daemon/services/sitemonitor/sitemonitor.h"
#include "shared/mem.h"

enum { LOOK_MS = 2000, SURE = 2 /* looks in a row */ };

static void changed(struct sitemonitor *sm, const struct doctor_check *check, bool scarce,
		    const struct doctor_finding *f)
{
	char data[64];
	snprintf(data, sizeof(data), "{\"scarce\":%s,\"state\":\"%s\"}", scarce ? "true" : "false",
		 scarce ? "scarce" : "well");
	notice_write(sm, check->topic, scarce ? SEVERITY_WARNING : SEVERITY_INFO, f->text, data);
}

void machine_look(struct sitemonitor *sm)
{
	struct machine *m = &sm->machine;
	const struct config *config = sm->d->config;
	const struct doctor_context c = {.data_dir = store_dir(sm->d->store),
					 .memory_limit = config ? config->memory_limit : 0};
	if (m->looked_ms && now_boot(sm) < m->looked_ms + LOOK_MS)
		return;
	m->looked_ms = now_boot(sm);
	for (size_t i = 0, n = 0; doctor_table[i] && n < MACHINE_LOOKS; i++) {
		struct doctor_finding f = {0};
		if (!doctor_table[i]->topic)
			continue;
		struct machine_look *look = &m->looks[n++];
		doctor_table[i]->look(&c, &f);
		look->other = f.scarce == look->scarce ? 0 : look->other + 1;
		if (look->other < SURE)
			continue;
		look->scarce = f.scarce;
		look->other = 0;
		changed(sm, doctor_table[i], f.scarce, &f);
	}
}

void machine_load(struct sitemonitor *sm)
{
	for (size_t i = 0, n = 0; doctor_table[i] && n < MACHINE_LOOKS; i++) {
		struct notice_last last;
		if (doctor_table[i]->topic && notice_last(sm, doctor_table[i]->topic, NULL, &last))
			sm->machine.looks[n].scarce = last.scarce;
		n += doctor_table[i]->topic != NULL;
	}
}
