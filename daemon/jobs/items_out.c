/* What a handler yields: bounded, and nothing of it anywhere before the operation. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/jobs/items_internal.h"
#include "shared/mem.h"
#include "shared/text_safe.h"

void item_out_init(struct item_out *o)
{
	*o = (struct item_out){0};
	o->tail = &o->first;
}

static void add_free(struct item_add *a)
{
	free(a->key);
	free(a->host);
	free(a->payload);
	free(a);
}

void item_out_fini(struct item_out *o, const struct job_type *type)
{
	while (o->first) {
		struct item_add *a = o->first;
		o->first = a->next;
		add_free(a);
	}
	if (o->facts && type->facts_free)
		type->facts_free(o->facts);
	item_out_init(o);
}

void item_out_facts(struct item_out *o, void *facts)
{
	o->facts = facts;
}

static enum err too_long(struct error *e, const char *what, size_t is, size_t max)
{
	return error_set(e, ERR_TOO_LARGE, "%s of %zu bytes is longer than %zu", what, is, max);
}

enum err item_out_add(struct item_out *o, const struct item_new *n, struct error *e)
{
	const char *host = n->host ? n->host : "", *payload = n->payload ? n->payload : "{}";
	size_t key = strlen(n->key), bytes = key + strlen(host) + strlen(payload);
	if (key > ITEM_KEY_MAX)
		return too_long(e, "a key", key, ITEM_KEY_MAX);
	if (strlen(host) > ITEM_HOST_MAX)
		return too_long(e, "a host name", strlen(host), ITEM_HOST_MAX);
	if (strlen(payload) > ITEM_PAYLOAD_MAX)
		return too_long(e, "an item's payload", strlen(payload), ITEM_PAYLOAD_MAX);
	if (o->n == ITEM_NEW_MAX || o->bytes + bytes > ITEM_NEW_BYTES_MAX)
		return error_set(e, ERR_TOO_LARGE, "one item adds at most %d items", ITEM_NEW_MAX);
	struct item_add *a = mem_zalloc(sizeof(*a));
	a->key = mem_strdup(n->key);
	a->host = mem_strdup(host);
	a->payload = mem_strdup(payload);
	a->priority = n->priority;
	a->delay_ms = n->delay_ms > 0 ? n->delay_ms : 0;
	*o->tail = a;
	o->tail = &a->next;
	o->n++;
	o->bytes += bytes;
	return ERR_NONE;
}

static void put_safe(char out[static 256], const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void put_safe(char out[static 256], const char *fmt, va_list ap)
{
	char text[1024];
	vsnprintf(text, sizeof(text), fmt, ap);
	text_safe(out, 256, text, strlen(text), 0, 0, NULL);
}

void item_out_say(struct item_out *o, enum log_level level, const char *text)
{
	struct item_line *line =
		&o->lines[o->n_lines < ITEM_LOG_MAX ? o->n_lines++ : ITEM_LOG_MAX - 1];
	line->level = level;
	text_safe(line->text, sizeof(line->text), text, strlen(text), 0, 0, NULL);
}

void item_out_log(struct item_out *o, enum log_level level, const char *fmt, ...)
{
	va_list ap;
	if (o->n_lines == ITEM_LOG_MAX)
		return;
	va_start(ap, fmt);
	o->lines[o->n_lines].level = level;
	put_safe(o->lines[o->n_lines++].text, fmt, ap);
	va_end(ap);
}

void item_out_result(struct item_out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	put_safe(o->result, fmt, ap);
	va_end(ap);
}

void item_out_fail_job(struct item_out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	put_safe(o->fatal, fmt, ap);
	va_end(ap);
}
