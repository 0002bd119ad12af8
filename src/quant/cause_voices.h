/* quant/cause_voices.h
 *
 * What past cases say about a new one, as voices for cause_mix.h: the most similar ones each for
 * its cause, the learned model for every cause it holds possible, and how often each cause came at
 * all. Rules add their own voices (cause_rule.h). The product's analysis and the backtest call the
 * same function. */
#ifndef QUANT_CAUSE_VOICES_H
#define QUANT_CAUSE_VOICES_H

#include "quant/cause_mix.h"
#include "quant/cause_model.h"

enum { SIMILAR_MAX = 5 };

typedef struct similar_case {
    size_t past; /* which of the past cases */
    case_likeness likeness;
} similar_case;

typedef struct cause_past {
    const cause_case *c; /* with their cause, known before the moment of the question */
    size_t count;
    const case_rarity *rarity; /* of them; may be NULL */
    const cause_model *model;  /* fitted to them; NULL: too few */
    double model_accuracy;     /* on its held-out part (cause_model_report); NaN: not known */
    double similar_min;        /* total likeness from which a case speaks; 0: 0.75 */
} cause_past;

typedef struct cause_voices {
    voice *at;
    size_t count; /* ref: of VOICE_SIMILAR the past case; of VOICE_MODEL which of `guess` */
    similar_case similar[SIMILAR_MAX]; /* most similar first, also those below similar_min */
    size_t similars;
    cause_guess *guess;
    size_t guesses;
} cause_voices;

/* In the arena. A model that is there speaks with the trust of its accuracy, similar cases with
 * half of their likeness beside it and all of it without, the prior only where neither speaks. */
void cause_voices_of(oq_arena *arena, const cause_past *past, const cause_case *c,
                     cause_voices *ret_voices);

#endif
