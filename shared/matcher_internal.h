#pragma once
/* What the files of the matcher share: a condition as it was read. */
#include "shared/matcher.h"
#include "shared/pattern.h"

enum { MATCHER_SEVERITIES = 3 };
extern const char *const matcher_severities[MATCHER_SEVERITIES];

/* What a condition looks at. */
enum source {
	OF_TOPIC,
	OF_SEVERITY,
	OF_TEXT,
	OF_RULE,
	OF_KIND,
	OF_SUBJECT,
	OF_TAG,
	OF_SERVICE,
	OF_INCIDENT,
	OF_STATE,
	OF_LABEL,  /* name: its key */
	OF_DATA,   /* name: the path */
	OF_A_KIND, /* the subject's name when it is of the kind `name` */
};

enum comparison { IS, IS_NOT, HAS, HAS_NOT, ABOVE, AT_LEAST, BELOW, AT_MOST };

/* Durations count as their milliseconds. */
struct quantity {
	enum { NOT_A_QUANTITY, A_NUMBER, A_TIME } type;
	double value;
};

struct condition {
	enum source source;
	enum comparison op;
	char *name;
	char *words; /* "a\0b\0" */
	size_t n_words;
	struct pattern *pattern;
	struct quantity limit; /* of severities: their order */
};

struct matchers {
	size_t n;
	struct condition items[];
};

/** 0 info, 1 warning, 2 critical; -1: none of them. */
int matcher_severity(const char *word);
struct quantity matcher_quantity(const char *text);
