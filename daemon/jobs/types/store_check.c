/* store-check: is the store sound? A slice a table: its pages, rows and indexes, then what its rows
 * refer to. What is at fault is said, the daemon goes on: doctor and the manual say what to do. */
#include <stdio.h>
#include <string.h>

#include "daemon/jobs/job_type.h"
#include "shared/mem.h"

struct adding {
	struct item_out *out;
	size_t n;
};

static enum err add_table(void *arg, const char *table, struct error *e)
{
	struct adding *a = arg;
	char payload[256];
	struct buf text = BUF_INIT(sizeof(payload));
	struct json_writer w;
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "table", table);
	jw_object_end(&w);
	const struct item_new item = {.key = table, .payload = buf_str(&text)};
	enum err err = item_out_add(a->out, &item, e);
	buf_fini(&text);
	a->n += !err;
	return err;
}

static bool over(void *item)
{
	return item_over(item);
}

static enum err check_table(const struct item *it, const char *table, struct item_out *out,
			    struct error *e)
{
	struct store_table_check c = {.over = over, .arg = (void *)it};
	enum err err = store_check_table(it->store, table, &c, e);
	if (err)
		return err;
	if (c.fault[0]) {
		item_out_log(out, LOG_ERROR, "%s: %s", table, c.fault);
		return error_set(e, ERR_STORE, "%s: %s", table, c.fault);
	}
	item_out_log(out, LOG_INFO, "%s: sound, %lld ms", table, (long long)c.took_ms);
	return ERR_NONE;
}

static enum err handle(const struct item *it, const struct item_answer *answer,
		       struct item_out *out, struct error *e)
{
	struct adding a = {.out = out};
	if (it->key[0])
		return check_table(it, it->key, out, e);
	enum err err = store_each_table(it->store, add_table, &a, e);
	if (!err)
		item_out_result(out, "%zu tables are sound", a.n);
	return err;
}

const struct job_type job_store_check = {
	.name = "store-check",
	.help = "Read the whole store and say what is damaged",
	.handle = handle,
};
