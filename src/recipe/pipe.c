#include "recipe/pipe.h"

#include <pthread.h>

#include "base/banned.h"

enum { PORTIONS = 3 };

struct pipe {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    row_reader *rows;
    rows_portion portion[PORTIONS];
    size_t filled, taken, given; /* how many so far; each the next one of the ring */
    bool is_ending, has_failed;
    oq_err *err; /* in the thread's memory: it stays until pipe_close */
};

/* --- reading -----------------------------------------------------------------------------------*/

/* The next portion to fill; NULL: nobody wants more. */
static rows_portion *wait_for_room(pipe *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->is_ending && p->filled - p->given == PORTIONS)
        pthread_cond_wait(&p->changed, &p->lock);
    rows_portion *free_one = p->is_ending ? NULL : &p->portion[p->filled % PORTIONS];
    pthread_mutex_unlock(&p->lock);
    return free_one;
}

static void tell(pipe *p, oq_err *err)
{
    pthread_mutex_lock(&p->lock);
    p->filled += !err;
    p->has_failed = err != NULL;
    p->err = err;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* The error's memory goes with the thread, so that stays until nobody asks any more. */
static void wait_for_end(pipe *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->is_ending)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void *read_all(void *arg)
{
    pipe *p = arg;
    bool goes_on = true;
    for (rows_portion *next; goes_on && (next = wait_for_room(p)) != NULL;) {
        oq_err *err = rows_next(p->rows, next);
        goes_on = !err && !next->is_last;
        tell(p, err);
    }
    wait_for_end(p);
    return NULL;
}

/* --- storing -----------------------------------------------------------------------------------*/

oq_err *pipe_open(row_reader *r, size_t values, pipe **ret_pipe)
{
    pipe *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->rows = r;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    for (size_t i = 0; i < PORTIONS; i++)
        rows_portion_open(&p->portion[i], values);
    if (pthread_create(&p->thread, NULL, read_all, p)) {
        p->is_ending = true;
        for (size_t i = 0; i < PORTIONS; i++)
            rows_portion_close(&p->portion[i]);
        free(p);
        return oq_fail(OQ_UNAVAILABLE, "import.no_thread");
    }
    *ret_pipe = p;
    return NULL;
}

static oq_err *kept(oq_arena *arena, const oq_err *err)
{
    if (!err)
        return NULL;
    oq_err *copy = oq_copy(arena, err, sizeof *err);
    oq_arg *arg = oq_new_n(arena, oq_arg, err->arg_count);
    for (size_t i = 0; i < err->arg_count; i++)
        arg[i] = (oq_arg){oq_str_c(arena, oq_cstr(err->arg[i].name)),
                          oq_str_copy(arena, err->arg[i].value)};
    copy->arg = arg;
    copy->field = err->field ? oq_str_c(arena, oq_cstr(err->field)) : NULL;
    copy->detail = err->detail ? oq_str_c(arena, oq_cstr(err->detail)) : NULL;
    copy->cause = kept(arena, err->cause);
    copy->next = kept(arena, err->next);
    return copy;
}

oq_err *pipe_take(pipe *p, oq_arena *arena, rows_portion **ret_portion)
{
    pthread_mutex_lock(&p->lock);
    while (p->taken == p->filled && !p->has_failed)
        pthread_cond_wait(&p->changed, &p->lock);
    oq_err *err = p->taken == p->filled ? kept(arena, p->err) : NULL;
    if (!err)
        *ret_portion = &p->portion[p->taken++ % PORTIONS];
    pthread_mutex_unlock(&p->lock);
    return err;
}

void pipe_give(pipe *p, rows_portion *portion)
{
    pthread_mutex_lock(&p->lock);
    assert(portion == &p->portion[p->given % PORTIONS]);
    p->given++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void pipe_close(pipe *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_ending = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    for (size_t i = 0; i < PORTIONS; i++)
        rows_portion_close(&p->portion[i]);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
