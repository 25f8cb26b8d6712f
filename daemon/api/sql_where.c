/* Conditions of a list of facts. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/api/sql_list.h"

enum { EXPRESSION_MAX = 2048, WORDS_MAX = 16, CHOICES_TEXT = 200 };

void sql_where(struct sql_query *q, const char *sql)
{
	buf_printf(&q->where, "%s(%s)", q->where.len ? " AND " : " WHERE ", sql);
}

static void add_bind(struct sql_query *q, const char *text, size_t len, int64_t number)
{
	if (q->n_binds < SQL_BINDS_MAX)
		q->binds[q->n_binds++] = (struct sql_bind){text, (int)len, number};
	else
		error_field(&q->error, ERR_INVALID, "filter", "filter: too many values, at most %d",
			    SQL_BINDS_MAX);
}

void sql_where_number(struct sql_query *q, const char *sql, int64_t number)
{
	sql_where(q, sql);
	add_bind(q, NULL, 0, number);
}

void sql_where_text(struct sql_query *q, const char *sql, const char *text)
{
	sql_where(q, sql);
	add_bind(q, text, strlen(text), 0);
}

void sql_bind_text(struct sql_query *q, const char *text, size_t n)
{
	add_bind(q, text, n, 0);
}

const char *sql_keep(struct sql_query *q, char *text)
{
	assert(q->n_kept < SQL_KEPT_MAX);
	q->kept[q->n_kept++] = text;
	return text;
}

static bool is_choice(const char *word, size_t n, const char *const *choices)
{
	for (; *choices; choices++)
		if (strlen(*choices) == n && !memcmp(*choices, word, n))
			return true;
	return false;
}

static void refuse_word(struct sql_query *q, const char *name, const char *word, size_t n,
			const char *const *choices)
{
	char all[CHOICES_TEXT] = "", field[64];
	for (size_t len = 0; *choices && len < sizeof(all); choices++)
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", len ? ", " : "",
					*choices);
	snprintf(field, sizeof(field), "filter[%.40s]", name);
	error_field(&q->error, ERR_INVALID, field, "%s: \"%.*s\" is not one of %s", field,
		    (int)(n < 40 ? n : 40), word, all);
}

void sql_where_words(struct sql_query *q, const char *expression, const char *name,
		     const char *words, const char *const *choices)
{
	struct buf sql = BUF_INIT(EXPRESSION_MAX);
	int n_words = 0;
	buf_printf(&sql, "%s IN (", expression);
	for (const char *at = words;; at++) {
		size_t n = strcspn(at, ",");
		if (choices && !is_choice(at, n, choices)) {
			refuse_word(q, name, at, n, choices);
			break;
		}
		buf_add_str(&sql, n_words ? ", ?" : "?");
		add_bind(q, at, n, 0);
		at += n;
		if (++n_words == WORDS_MAX && *at)
			error_field(&q->error, ERR_INVALID, name, "filter[%.40s]: at most %d words",
				    name, WORDS_MAX);
		if (!*at || n_words == WORDS_MAX)
			break;
	}
	buf_add_char(&sql, ')');
	sql_where(q, buf_str(&sql));
	buf_fini(&sql);
}

bool sql_filter_bool(struct sql_query *q, const char *name, const char *value, bool *yes)
{
	char field[64];
	*yes = !strcmp(value, "true") || !strcmp(value, "yes") || !strcmp(value, "1");
	if (*yes || !strcmp(value, "false") || !strcmp(value, "no") || !strcmp(value, "0"))
		return true;
	snprintf(field, sizeof(field), "filter[%.40s]", name);
	error_field(&q->error, ERR_INVALID, field, "%s: true or false, not \"%.40s\"", field,
		    value);
	return false;
}
