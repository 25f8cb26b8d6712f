#pragma once
/* systemd's service protocol: readiness, watchdog, socket activation (sd_notify(3),
 * sd_listen_fds(3): the protocols are stable and documented for use without the library). */
#include <stdbool.h>
#include <stdint.h>

/** Send a state ("READY=1") to NOTIFY_SOCKET; nothing when there is none. Thread: any. */
void systemd_notify(const char *state);
/** Half of WATCHDOG_USEC in ms, 0 when no watchdog waits for this process. */
int64_t systemd_watchdog_ms(void);
/** Number of listening descriptors handed over (they start at 3), marked close-on-exec; the
 * variables are removed so that children do not inherit the claim. */
int systemd_listen_fds(void);
