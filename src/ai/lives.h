/* ai/lives.h
 *
 * What fails on the assets of a class, and how long it lived each time. Pure.
 *
 * A label is what a probability is told for: a failure mode; where nobody named one, the component;
 * where neither is known, "failure". Of many labels the most frequent are kept, the rest is
 * "other".
 *
 * A life begins when the asset was installed or the label renewed (its failure mended, its
 * component replaced or maintained) and ends at the next failure; one that is renewed before, or
 * still goes on, is censored. What was installed before anybody watched is taken from the age at
 * which watching began (left truncation), unless that age is beyond the longest complete life seen:
 * then it was renewed before, and nobody knows when. */
#ifndef AI_LIVES_H
#define AI_LIVES_H

#include "ai/gather.h"
#include "quant/lifetime.h"

enum { AI_LABELS_MAX = 12, AI_LABEL_PARTS_MAX = 8 };
#define AI_LABEL_ANY   OQ_STR("failure") /* nobody said what failed */
#define AI_LABEL_OTHER OQ_STR("other")

typedef struct ai_label {
    oq_str code;
    bool is_component;
    oq_str part[AI_LABEL_PARTS_MAX]; /* components that its failures named */
    size_t parts;
    size_t failures;
} ai_label;
typedef struct ai_labels {
    ai_label at[AI_LABELS_MAX];
    size_t count; /* the most frequent first */
} ai_labels;

/* Of the assets' failures; texts are those of the assets. */
void ai_labels_find(oq_arena *temp, const ai_asset *of, size_t of_count, ai_labels *ret_labels);
/* The label of a failure; SIZE_MAX: none. */
size_t ai_label_of(const ai_labels *labels, const ai_failure *f);
/* Whether work on the asset renews what the label stands for. */
bool ai_label_renewed(const ai_label *label, const ai_order *order);

/* The lives of a label on these assets up to `until`, in hours. */
typedef struct ai_lives {
    lifetime *at;
    size_t count, failures;
    size_t unknown; /* left out: since when they live is not known */
} ai_lives;
ai_lives ai_lives_of(oq_arena *arena, const ai_labels *labels, size_t label, const ai_asset *of,
                     size_t of_count, oq_us until);

/* How old the label is on an asset, in hours; `is_known` false: at least so old, because nobody
 * knows when it was renewed last. `longest`: the longest complete life seen in the class (hours; 0:
 * not known). */
typedef struct ai_age {
    double hours;
    bool is_known;
} ai_age;
ai_age ai_age_of(const ai_labels *labels, size_t label, const ai_asset *a, double longest);

#endif
