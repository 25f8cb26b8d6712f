#pragma once
/* One table of errors for both programs: code, text, HTTP status, exit status, retry. */
#include <stdbool.h>

enum err {
	ERR_NONE = 0,
	ERR_USAGE = -1,        /* command line is wrong */
	ERR_INVALID = -2,      /* a value is not acceptable; error.field names it */
	ERR_MALFORMED = -3,    /* bytes that do not parse (JSON, YAML, HTTP) */
	ERR_TOO_LARGE = -4,    /* over a stated limit */
	ERR_NOT_FOUND = -5,    /* no such resource or route */
	ERR_EXISTS = -6,       /* name taken */
	ERR_CONFLICT = -7,     /* If-Match failed: somebody changed it meanwhile */
	ERR_DENIED = -8,       /* not permitted for this peer */
	ERR_METHOD = -9,       /* route exists, method does not */
	ERR_BUSY = -10,        /* queue or limit full, nothing was started */
	ERR_CANCELLED = -11,   /* cancelled before it took effect */
	ERR_TIMEOUT = -12,     /* deadline passed */
	ERR_UNAVAILABLE = -13, /* daemon, peer or resource away */
	ERR_READONLY = -14,    /* the store does not accept writes now; error.hint says why */
	ERR_FULL = -15,        /* no space left on device */
	ERR_IO = -16,          /* read, write or fsync failed */
	ERR_STORE = -17,       /* the database refused; a fault in it or in us */
	ERR_NEWER = -18,       /* store made by a newer program */
	ERR_CONFIG = -19,      /* configuration file is wrong */
	ERR_LOCKED = -20,      /* another daemon owns this data directory */
	ERR_IN_USE = -21,      /* something refers to it; error.text names what */
	ERR_UNSUPPORTED = -22, /* left out of this build or platform */
	ERR_INTERNAL = -23,    /* a bug of ours */
	ERR_NOT_NOW = -24,     /* not possible as it stands now: it is over, there are several */
	ERR_COUNT = 25,
};

/** What an error code means to each audience. */
struct err_info {
	const char *code;  /* stable word in API bodies: "invalid", "not_found" */
	const char *title; /* for a person: "Not found" */
	int http;          /* HTTP status */
	int exit;          /* process exit status (sysexits) */
	bool retry;        /* the same request may succeed later */
};

/** A bounded message for a person: what failed, why, and what to try. Plain storage, no owner. */
struct error {
	enum err code;
	int line; /* 1-based line in the input file, 0 when there is none */
	char field[96];
	char text[384];
	char hint[256];
};

/** Never NULL; an unknown code is treated as ERR_INTERNAL. */
const struct err_info *err_info(enum err code);
/** Code for a word from an API body, ERR_INTERNAL when unknown. */
enum err err_from_code(const char *code);

/** Fill e (which may be NULL) and return code, so that `return error_set(...)` works. */
enum err error_set(struct error *e, enum err code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/** As error_set, for one field of the input. */
enum err error_field(struct error *e, enum err code, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/** Add what to try. Keeps an existing hint. */
void error_hint(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Put words in front of the text: "shop.yaml: ...". */
void error_prefix(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
