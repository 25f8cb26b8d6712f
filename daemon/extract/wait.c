#include "daemon/extract/wait.h"

#include <pthread.h>
#include <stdlib.h>

#include "shared/mem.h"

struct waiting {
	struct extract *x;
	const struct extract_request *request;
	struct extract_result *out;
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

void extract_result_fini(struct extract_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		extracted_fini(&r->parts[i].found);
	r->n = 0;
}

static void copy(const struct extract_found *found, struct extract_part *out)
{
	struct extracted *x = &out->found;

	out->code = found->code;
	out->error = found->error;
	x->n = found->n;
	x->total = found->total;
	x->values = mem_array(NULL, found->n + 1, sizeof(*x->values));
	for (size_t i = 0; i < found->n; i++)
		x->values[i] = mem_strdup(found->values[i]);
}

static void on_answer(const struct extract_answer *a, void *arg)
{
	struct waiting *w = arg;

	pthread_mutex_lock(&w->lock);
	if (a->code)
		*w->e = a->error;
	else if (!a->n)
		error_set(w->e, ERR_INTERNAL, "the extraction worker answered nothing");
	for (w->out->n = 0; !w->e->code && w->out->n < a->n; w->out->n++)
		copy(&a->found[w->out->n], &w->out->parts[w->out->n]);
	w->done = true;
	pthread_cond_signal(&w->over);
	pthread_mutex_unlock(&w->lock);
}

static void submit(void *arg)
{
	struct waiting *w = arg;

	extract_submit(w->x, w->request, on_answer, w);
}

enum err extract_wait_all(struct loop *net, struct extract *x,
			  const struct extract_request *request, struct extract_result *out,
			  struct error *e)
{
	struct waiting w = {.x = x, .request = request, .out = out, .e = e};

	*e = (struct error){0};
	out->n = 0;
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

enum err extract_wait(struct loop *net, struct extract *x, const struct extract_request *request,
		      struct extracted *out, struct error *e)
{
	struct extract_result *all = mem_alloc(sizeof(*all));
	enum err err = extract_wait_all(net, x, request, all, e);

	*out = (struct extracted){0};
	if (!err && all->parts[0].code) {
		*e = all->parts[0].error;
		err = e->code;
	} else if (!err) {
		*out = all->parts[0].found;
		all->parts[0].found = (struct extracted){0};
	}
	extract_result_fini(all);
	free(all);
	return err;
}
