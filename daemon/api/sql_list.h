#pragma once
/* Lists of facts (incidents, alerts, deliveries): pages of a table, read from SQL by key and never
 * by offset, so that a page stays where it is while other rows come.
 *
 *   ?q= &filter[NAME]= &sort=[-]NAME &fields=a,b &limit= and after|before|around=ID or last=1
 *   {"data": [...], "meta": {total, position, limit, prev, next}}
 *
 * How a table is read is one const struct. Conditions are literals, values are bound: what comes
 * from a query never becomes SQL. Thread: a worker. */
#include "daemon/http/http.h"
#include "daemon/store/store.h"
#include "shared/schema/schema.h"

enum { SQL_LIST_LIMIT = 100, SQL_LIST_LIMIT_MAX = 1000, SQL_BINDS_MAX = 40, SQL_KEPT_MAX = 4 };

/** A row while it is written; everything borrowed. */
struct sql_row {
	sqlite3_stmt *st;      /* stands on it: the list's columns, from 0 */
	struct reader *reader; /* for what belongs to it in other tables */
	bool alone;            /* shown by itself, not in a list */
	void *ctx;
};

struct sql_query;

struct sql_list {
	const struct resource_kind *kind; /* prefix, words of its errors; sorts[0] is the default */
	const char *columns, *from;       /* "i.number, i.id", "incident i JOIN ..." */
	const char *id;                   /* "i.id" */
	const char *number;               /* unique: REF may be it; ties what is sorted alike */
	const char *words;                /* text in which ?q= must occur */
	/** The condition of ?q= instead, where there is an index of words; NULL: words. */
	void (*search)(struct sql_query *q, const char *text);
	const struct sql_sort {
		const char *name, *sql; /* an expression */
	} * sorts;
	size_t n_sorts;
	/** Add the conditions of filter[name]=value, by sql_where* or by setting q->error; both
	 * texts last as long as the request. @return false: there is no such filter */
	bool (*filter)(struct sql_query *q, const char *name, const char *value);
	/** After the filters: what the list leaves out by itself. NULL: nothing */
	void (*rest)(struct sql_query *q, struct request *r);
	/** The whole object. */
	void (*write)(struct json_writer *w, const struct sql_row *row);
};

/** A list that is being asked for. */
struct sql_query {
	const struct sql_list *list;
	struct store *store;
	void *ctx;
	struct error error; /* set: nothing is read */
	/* the list's own */
	struct buf where;
	struct sql_bind {
		const char *text; /* NULL: number */
		int len;
		int64_t number;
	} binds[SQL_BINDS_MAX];
	int n_binds;
	char *kept[SQL_KEPT_MAX];
	size_t n_kept;
	const char *sort;
	bool descending;
};

/** A condition without a value, with a number, with a text (borrowed). sql: a literal. */
void sql_where(struct sql_query *q, const char *sql);
void sql_where_number(struct sql_query *q, const char *sql, int64_t number);
void sql_where_text(struct sql_query *q, const char *sql, const char *text);
/** A value for the next ? of the conditions so far: after sql_where of a text made of literals. */
void sql_bind_text(struct sql_query *q, const char *text, size_t n);
/** The query frees text when it is over: for a value that was made. Returns it. */
const char *sql_keep(struct sql_query *q, char *text);
/** The expression is one of the words of "a,b". choices (NULL: any): what is not among them is a
 *  fault of the filter. */
void sql_where_words(struct sql_query *q, const char *expression, const char *name,
		     const char *words, const char *const *choices);
/** "true", "1", "false" or "0"; anything else is a fault of the filter. */
bool sql_filter_bool(struct sql_query *q, const char *name, const char *value, bool *yes);

/** Answer a page of it. */
struct answered sql_list_page(struct request *r, const struct sql_list *list, struct store *store,
			      void *ctx);
/** The same with conditions that the route itself has: before the filters. */
struct answered sql_list_page_of(struct request *r, const struct sql_list *list,
				 struct store *store, void *ctx,
				 void (*scope)(struct sql_query *q, struct request *r));
/** Answer one of them: the path's ref is an id or a number. */
struct answered sql_list_show(struct request *r, const struct sql_list *list, struct store *store,
			      void *ctx);
/** The object alone into the open writer. ERR_NOT_FOUND: there is none with that id. */
enum err sql_list_write_one(struct json_writer *w, const struct sql_list *list, struct store *store,
			    uint64_t id, void *ctx, struct error *e);
/** The id of an id or number. ERR_NOT_FOUND with what to try. */
enum err sql_list_find(const struct sql_list *list, struct store *store, const char *ref,
		       uint64_t *id, struct error *e);
