/* quant/cause_mix.h
 *
 * Many voices, one distribution. Each voice (a rule that hit, a similar case, a model, what fails
 * often in this class) gives a cause some likelihood; they are combined in log odds, weighted by
 * how often that voice was right before, and normalized together with "other", which keeps what
 * nobody can explain.
 *
 * A voice of likelihood p and trust t adds -t ln(1 - p) to its cause's evidence e, which is ln(1 +
 * odds): a noisy-or (J. Pearl, Probabilistic Reasoning in Intelligent Systems, 1988, section 4.3.2)
 * with discounted voices. Voices of one kind for one cause are not independent: the second
 * strongest counts half, the third a third. What is left unexplained is u = exp(-sum of all e);
 * "other" has other_prior + (1 - other_prior) u, and the rest is shared in proportion to the odds
 * exp(e) - 1. So one voice alone gives its cause (1 - other_prior) p at full trust, and agreement
 * gives more. */
#ifndef QUANT_CAUSE_MIX_H
#define QUANT_CAUSE_MIX_H

#include "base/base.h"

typedef enum voice_kind { VOICE_RULE = 1, VOICE_SIMILAR, VOICE_MODEL, VOICE_PRIOR } voice_kind;

typedef struct voice {
    int kind;
    oq_str cause;
    double likelihood; /* 0..1: of this cause, as the voice says it */
    double trust;      /* 0..1: track record; 1: not known to be wrong */
    size_t ref;        /* the caller's: which rule, which case */
} voice;

typedef struct cause_share {
    oq_str cause; /* "other" is the last one, always there */
    double probability;
    const size_t *voice; /* that spoke for it, strongest first */
    size_t voices;
    double top_without; /* its probability if its strongest voice had not spoken: "what would
                           change it" */
} cause_share;

typedef struct cause_mix {
    cause_share *at; /* likeliest first, "other" last; they add up to 1 */
    size_t count;
} cause_mix;

/* The trust of a voice with so many confirmed and refuted hits: the mean of a Beta(a + c, b + r)
 * with a = 4, b = 1: nothing is distrusted before it has failed. */
double voice_trust(int64_t confirmed, int64_t refuted);

/* Voices for "other" speak for it like any. */
void cause_mix_make(oq_arena *arena, const voice *v, size_t count, double other_prior,
                    cause_mix *ret_mix);

#endif
