#include "tui/client/sse.h"

#include <stdio.h>
#include <string.h>

void sse_init(struct sse *s, sse_fn *fn, void *arg)
{
	memset(s, 0, sizeof *s);
	s->line = BUF_INIT(SSE_DATA_MAX);
	s->data = BUF_INIT(SSE_DATA_MAX);
	s->fn = fn;
	s->arg = arg;
}

void sse_fini(struct sse *s)
{
	buf_fini(&s->line);
	buf_fini(&s->data);
}

void sse_restart(struct sse *s)
{
	buf_reset(&s->line);
	buf_reset(&s->data);
	s->event[0] = '\0';
	s->after_cr = s->have_data = false;
	memcpy(s->next_id, s->id, sizeof s->id);
}

static bool dispatch(struct sse *s)
{
	struct sse_message m = {.event = *s->event ? s->event : "message",
				.id = s->id,
				.data = buf_str(&s->data),
				.data_len = s->data.len};
	bool go_on = true;

	memcpy(s->id, s->next_id, sizeof s->id);
	if (s->have_data)
		go_on = s->fn(s->arg, &m);
	buf_reset(&s->data);
	s->event[0] = '\0';
	s->have_data = false;
	return go_on;
}

static bool take_line(struct sse *s)
{
	const char *line = buf_str(&s->line), *colon = strchr(line, ':');
	const char *value = colon ? colon + 1 : "";
	size_t name = colon ? (size_t)(colon - line) : s->line.len;

	if (s->line.len == 0)
		return dispatch(s);
	if (*value == ' ')
		value++;
	if (name == 4 && !memcmp(line, "data", 4)) {
		if (s->have_data)
			buf_add_char(&s->data, '\n');
		s->have_data = true;
		return buf_add_str(&s->data, value);
	}
	if (name == 5 && !memcmp(line, "event", 5))
		snprintf(s->event, sizeof s->event, "%s", value);
	else if (name == 2 && !memcmp(line, "id", 2))
		snprintf(s->next_id, sizeof s->next_id, "%s", value);
	return true;
}

bool sse_feed(struct sse *s, const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = data[i];
		bool second_half = c == '\n' && s->after_cr;

		s->after_cr = c == '\r';
		if (second_half)
			continue;
		if (c == '\n' || c == '\r') {
			bool go_on = take_line(s);

			buf_reset(&s->line);
			if (!go_on)
				return false;
		} else if (!buf_add_char(&s->line, c)) {
			return false;
		}
	}
	return true;
}
