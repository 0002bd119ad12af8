#include "quant/cause_mix.h"

#include <math.h>

#include "base/banned.h"

#define LIKELIHOOD_MAX 0.999

double voice_trust(int64_t confirmed, int64_t refuted)
{
    assert(confirmed >= 0 && refuted >= 0);
    double right = 4 + (double)confirmed, wrong = 1 + (double)refuted;
    return right / (right + wrong);
}

typedef struct mix_cause {
    oq_str cause;
    size_t *voice; /* strongest first */
    size_t voices;
} mix_cause;

typedef struct mixer {
    const voice *v;
    mix_cause *cause; /* "other" is the last one */
    size_t causes;
    double other_prior;
} mixer;

static double strength(const voice *v)
{
    double likelihood = fmin(fmax(v->likelihood, 0), LIKELIHOOD_MAX);
    return -fmin(fmax(v->trust, 0), 1) * log1p(-likelihood);
}

static int compare_voices(const void *a, const void *b, void *of)
{
    const voice *v = of;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    double one = strength(&v[x]), other = strength(&v[y]);
    if (one != other)
        return one > other ? -1 : 1;
    return (x > y) - (x < y);
}

/* The evidence for a cause, as if `without` (SIZE_MAX: none) had not spoken. */
static double evidence(const mixer *m, const mix_cause *c, size_t without)
{
    size_t spoken[VOICE_PRIOR + 1] = {0};
    double sum = 0;
    for (size_t i = 0; i < c->voices; i++) {
        const voice *v = &m->v[c->voice[i]];
        if (c->voice[i] != without)
            sum += strength(v) / (double)++spoken[v->kind];
    }
    return sum;
}

static double share_of(const mixer *m, size_t which, size_t without)
{
    double all = 0, explained = 0, mine = 0;
    for (size_t i = 0; i < m->causes; i++) {
        double e = evidence(m, &m->cause[i], without), odds = expm1(e);
        all += odds;
        if (i + 1 < m->causes)
            explained += e;
        if (i == which)
            mine = odds;
    }
    double unexplained = all > 0 ? exp(-explained) : 1;
    double other = m->other_prior + (1 - m->other_prior) * unexplained;
    double share = all > 0 ? (1 - other) * mine / all : 0;
    return which + 1 == m->causes ? other + share : share;
}

static mixer gather(oq_arena *arena, const voice *v, size_t count)
{
    mixer m = {.v = v, .cause = oq_new_n(arena, mix_cause, count + 1)};
    mix_cause other = {.cause = OQ_STR("other"), .voice = oq_new_n(arena, size_t, count)};
    for (size_t i = 0; i < count; i++) {
        assert(v[i].kind >= VOICE_RULE && v[i].kind <= VOICE_PRIOR);
        size_t at = 0;
        mix_cause *c = &other;
        if (!oq_str_eq(v[i].cause, other.cause)) {
            while (at < m.causes && !oq_str_eq(m.cause[at].cause, v[i].cause))
                at++;
            c = &m.cause[at];
            if (at == m.causes)
                m.cause[m.causes++] = (mix_cause){v[i].cause, oq_new_n(arena, size_t, count), 0};
        }
        c->voice[c->voices++] = i;
    }
    m.cause[m.causes++] = other;
    for (size_t i = 0; i < m.causes; i++)
        qsort_r(m.cause[i].voice, m.cause[i].voices, sizeof(size_t), compare_voices, (void *)v);
    return m;
}

static int compare_shares(const void *a, const void *b)
{
    const cause_share *x = a, *y = b;
    if (x->probability != y->probability)
        return x->probability > y->probability ? -1 : 1;
    return oq_str_cmp(x->cause, y->cause);
}

void cause_mix_make(oq_arena *arena, const voice *v, size_t count, double other_prior,
                    cause_mix *ret_mix)
{
    assert(other_prior >= 0 && other_prior <= 1);
    mixer m = gather(arena, v, count);
    m.other_prior = other_prior;
    cause_share *share = oq_new_n(arena, cause_share, m.causes);
    for (size_t i = 0; i < m.causes; i++)
        share[i] = (cause_share){
            .cause = m.cause[i].cause,
            .probability = share_of(&m, i, SIZE_MAX),
            .voice = m.cause[i].voice,
            .voices = m.cause[i].voices,
            .top_without = share_of(&m, i, m.cause[i].voices ? m.cause[i].voice[0] : SIZE_MAX)};
    qsort(share, m.causes - 1, sizeof *share, compare_shares);
    *ret_mix = (cause_mix){share, m.causes};
}
