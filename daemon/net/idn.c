#include "daemon/net/idn.h"

#include <idn2.h>
#include <stdio.h>
#include <string.h>

/* UTS 46 without the transitional mapping, as browsers and curl ask for names today. */
enum { FLAGS = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL };

static bool is_ascii(const char *host)
{
	for (; *host; host++)
		if ((unsigned char)*host >= 0x80)
			return false;
	return true;
}

enum err idn_to_ascii(char host[static HOST_MAX], struct error *e)
{
	char *ascii = NULL;
	enum err err = ERR_NONE;

	if (is_ascii(host))
		return ERR_NONE;
	int rc = idn2_to_ascii_8z(host, &ascii, FLAGS);
	if (rc != IDN2_OK)
		err = error_set(e, ERR_INVALID, "host name: \"%.80s\" has no ASCII form: %s", host,
				idn2_strerror(rc));
	else if (strlen(ascii) >= HOST_MAX)
		err = error_set(e, ERR_INVALID, "host name: \"%.80s\" is too long", host);
	else
		snprintf(host, HOST_MAX, "%s", ascii);
	idn2_free(ascii);
	return err;
}
