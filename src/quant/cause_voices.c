#include "quant/cause_voices.h"

#include <math.h>

#include "base/banned.h"

static const double SIMILAR_MIN = 0.75; /* requirement M174 */
static const double GUESS_MIN = 0.01;
static const double MODEL_TRUST =
    0.97; /* of a model whose accuracy is not known yet: of a beginner */
static const double BEGINNER_TRUST = 0.7;

static void keep_similar(cause_voices *v, similar_case s)
{
    size_t at = v->similars < SIMILAR_MAX ? v->similars++ : SIMILAR_MAX;
    for (; at > 0 && v->similar[at - 1].likeness.total < s.likeness.total; at--)
        if (at < SIMILAR_MAX)
            v->similar[at] = v->similar[at - 1];
    if (at < SIMILAR_MAX)
        v->similar[at] = s;
}

static void add(cause_voices *v, voice one)
{
    if (one.likelihood > 0)
        v->at[v->count++] = one;
}

static void add_similar(cause_voices *v, const cause_past *past)
{
    double least = past->similar_min > 0 ? past->similar_min : SIMILAR_MIN;
    double share = past->model ? 0.5 : 1;
    for (size_t i = 0; i < v->similars; i++) {
        const similar_case *s = &v->similar[i];
        if (s->likeness.total >= least)
            add(v, (voice){.kind = VOICE_SIMILAR,
                           .cause = past->c[s->past].cause,
                           .likelihood = share * fmin(s->likeness.total, 0.95),
                           .trust = 1,
                           .ref = s->past});
    }
}

static void add_model(cause_voices *v, const cause_past *past)
{
    double trust =
        isnan(past->model_accuracy) ? BEGINNER_TRUST : fmin(past->model_accuracy, MODEL_TRUST);
    for (size_t i = 0; i < v->guesses; i++)
        if (v->guess[i].probability >= GUESS_MIN)
            add(v, (voice){.kind = VOICE_MODEL,
                           .cause = v->guess[i].cause,
                           .likelihood = v->guess[i].probability,
                           .trust = trust,
                           .ref = i});
}

/* How often each cause came, where nothing better speaks. */
static void add_prior(cause_voices *v, const cause_past *past)
{
    for (size_t i = 0; i < past->count; i++) {
        size_t count = 0;
        bool is_first = true;
        for (size_t k = 0; k < past->count; k++) {
            bool is_same = oq_str_eq(past->c[k].cause, past->c[i].cause);
            is_first = is_first && !(is_same && k < i);
            count += is_same;
        }
        if (is_first && !oq_str_empty(past->c[i].cause))
            add(v, (voice){.kind = VOICE_PRIOR,
                           .cause = past->c[i].cause,
                           .likelihood = (double)count / (double)(past->count + 2),
                           .trust = 0.5,
                           .ref = i});
    }
}

void cause_voices_of(oq_arena *arena, const cause_past *past, const cause_case *c,
                     cause_voices *ret_voices)
{
    cause_voices *v = ret_voices;
    *v = (cause_voices){0};
    oq_arena *temp = oq_arena_open(1 << 16);
    for (size_t i = 0; i < past->count; i++) {
        oq_mark mark = oq_arena_mark(temp);
        if (!oq_str_empty(past->c[i].cause))
            keep_similar(v,
                         (similar_case){i, cause_similar_by(temp, past->rarity, c, &past->c[i])});
        oq_arena_rewind(temp, mark);
    }
    oq_arena_close(temp);
    if (past->model)
        cause_model_ask(arena, past->model, c, &v->guess, &v->guesses);
    v->at = oq_new_n(arena, voice, SIMILAR_MAX + past->count + v->guesses);
    add_similar(v, past);
    add_model(v, past);
    if (v->count == 0)
        add_prior(v, past);
}
