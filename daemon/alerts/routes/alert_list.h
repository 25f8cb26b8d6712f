#pragma once
/* Alerts and deliveries as the API shows them: read from their tables, with what the book knows. */
#include "daemon/alerts/alerts.h"
#include "daemon/api/sql_list.h"

/** ctx of both is the struct alerts. */
extern const struct sql_list alert_list, delivery_list;

/** The text of a column, NULL when it has none; borrowed. */
const char *list_text(const struct sql_row *row, int column);
/** A member that is a severity as a number. */
void list_write_severity(struct json_writer *w, const struct sql_row *row, int column);
/** "d.topic" is the topic or below it. */
void list_where_topic(struct sql_query *q, const char *expression, const char *topic);
