#pragma once
/* The HTTP API as an OpenAPI 3.1 document: routes and schemas of every kind in resource_table. */
#include "shared/schema/schema.h"

void schema_write_openapi(struct json_writer *w);
