/* What to look at first, by the cause that a check gave. One sentence, for somebody who was woken.
 */
#include <string.h>

#include "daemon/alerts/text/sheet.h"
#include "shared/mem.h"

/* The first whose beginning fits. */
static const struct {
	const char *cause, *advice;
} known[] = {
	{"http_status",
	 "open the page yourself; 5xx: look at the web server's error log and at what was deployed "
	 "last, 4xx: at addresses, logins and rules that block us"},
	{"timeout:connect", "is the server on, and does a firewall drop what reaches it?"},
	{"timeout:tls", "the server accepts connections but does not begin TLS: is it overloaded?"},
	{"timeout:first_byte", "the application hangs: its log, its database, its queue of work"},
	{"timeout:transfer", "the answer begins but does not end: bandwidth, or a slow page"},
	{"timeout", "is it overloaded? Look at its load before restarting it"},
	{"slow", "look at its load, its database, and at what was deployed last"},
	{"refused", "nothing listens there: is the service running, on that port?"},
	{"unreachable", "the network between us and it: routes, firewall, the host's status page"},
	{"reset", "it or a firewall cuts the connection: the server's log says which"},
	{"closed", "it or a firewall cuts the connection: the server's log says which"},
	{"incomplete", "the answer broke off: the application may have crashed while it answered"},
	{"nxdomain",
	 "the name is gone: is the domain still registered, the record still in its zone?"},
	{"no_address", "the name has no address: look at its A and AAAA records"},
	{"resolver", "names cannot be looked up from here: look at our own resolver"},
	{"own_link", "our own connection is lost: nothing is known about the targets"},
	{"cert",
	 "renew the certificate and load it into the server; try: sellersmart monitor check"},
	{"tls", "the certificate or its chain is wrong: what was installed last?"},
	{"domain_expire", "renew the domain at its registrar now"},
	{"domain_redemption", "restore the domain at its registrar now: it is about to be lost"},
	{"domain_pending_delete", "ask the registrar at once: the domain is about to be lost"},
	{"domain_", "log in at the registrar: was this change yours?"},
	{"keyword", "open the page: is it an error page, or was its text changed?"},
	{"pattern", "open the page: is it an error page, or was its text changed?"},
	{"filter_missing", "open the page: was it rebuilt? Then give the monitor a new selector"},
	{"selector", "open the page: was it rebuilt? Then give the monitor a new selector"},
	{"json", "look at the answer: does the service report its own trouble?"},
	{"redirect", "follow the addresses: a rule of the web server or of the shop is wrong"},
	{"exit_status", "run the command by hand and look at its output"},
	{"signal", "the program crashed: run it by hand and look at its output"},
	{"late", "did the job run? Look at its log, its timer, and whether its machine is on"},
	{"failed", "the job itself reported a failure: look at its log"},
	{"smtp_status", "look at the mail server's log and its queue"},
	{"banner", "another program answers there: what was changed on the server?"},
	{"proxy", "look at the proxy: the target was not reached"},
	{"configuration", "mend the monitor: sellersmart monitor show"},
	{"oauth", "the token was refused: has the secret ended or been changed?"},
};

const char *cause_advice(const char *cause)
{
	for (size_t i = 0; cause && *cause && i < ARRAY_LEN(known); i++)
		if (!strncmp(cause, known[i].cause, strlen(known[i].cause)))
			return known[i].advice;
	return NULL;
}
