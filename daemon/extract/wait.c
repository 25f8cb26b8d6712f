#include "daemon/extract/wait.h"

#include <pthread.h>
#include <stdlib.h>

#include "shared/mem.h"

struct waiting {
	struct extract *x;
	const struct extract_request *request;
	struct extracted *out;
	struct error *e;
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
};

void extracted_fini(struct extracted *x)
{
	for (size_t i = 0; i < x->n; i++)
		free(x->values[i]);
	free(x->values);
	*x = (struct extracted){0};
}

static void copy(const struct extract_found *found, struct extracted *out)
{
	out->n = found->n;
	out->total = found->total;
	out->values = mem_array(NULL, found->n + 1, sizeof(*out->values));
	for (size_t i = 0; i < found->n; i++)
		out->values[i] = mem_strdup(found->values[i]);
}

static void on_answer(const struct extract_answer *a, void *arg)
{
	struct waiting *w = arg;

	pthread_mutex_lock(&w->lock);
	if (a->code)
		*w->e = a->error;
	else if (!a->n)
		error_set(w->e, ERR_INTERNAL, "the extraction worker answered nothing");
	else if (a->found[0].code)
		*w->e = a->found[0].error;
	else
		copy(&a->found[0], w->out);
	w->done = true;
	pthread_cond_signal(&w->over);
	pthread_mutex_unlock(&w->lock);
}

static void submit(void *arg)
{
	struct waiting *w = arg;

	extract_submit(w->x, w->request, on_answer, w);
}

enum err extract_wait(struct loop *net, struct extract *x, const struct extract_request *request,
		      struct extracted *out, struct error *e)
{
	struct waiting w = {.x = x, .request = request, .out = out, .e = e};

	*out = (struct extracted){0};
	*e = (struct error){0};
	pthread_mutex_init(&w.lock, NULL);
	pthread_cond_init(&w.over, NULL);
	loop_post(net, submit, &w);
	pthread_mutex_lock(&w.lock);
	while (!w.done)
		pthread_cond_wait(&w.over, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_cond_destroy(&w.over);
	pthread_mutex_destroy(&w.lock);
	return e->code;
}
