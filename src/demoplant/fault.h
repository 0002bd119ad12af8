/* demoplant/fault.h
 *
 * What goes wrong in the demo's plants, and when. A schedule, not a memory: asked twice, for any
 * stretch of time, it gives the same faults. It is the truth that the program's answers are held
 * against (table demo_faults), and nothing else of the program reads it. */
#ifndef DEMOPLANT_FAULT_H
#define DEMOPLANT_FAULT_H

#include "demoplant/plan.h"

enum { DEMO_EFFECTS_MAX = 5, DEMO_FAULTS_MAX = 64 };
#define DEMO_STORY_WEAR (45 * OQ_HOUR) /* of the fault that fails after the epoch */

/* How a fault shows in one signal at full severity: value * (1 + times) + add. */
typedef struct demo_effect {
    const char *metric;
    double add, times;
} demo_effect;

typedef enum demo_fault_sort {
    DEMO_PROCESS = 1,
    DEMO_STUCK,
    DEMO_DRIFT,
    DEMO_DROP_OUT
} demo_fault_sort;

typedef struct demo_fault_kind {
    const char *code;       /* "bearing_wear" */
    const char *mode;       /* failure mode among the presets; NULL: of a sensor */
    const char *classes[6]; /* codes of the classes that have it; ends with NULL */
    demo_fault_sort sort;
    double lead_h_min, lead_h_max; /* from the first trace to the failure */
    double rest_h_min, rest_h_max; /* the repair */
    double steepness;              /* 0: even growth; 4: late and steep */
    demo_effect effect[DEMO_EFFECTS_MAX + 1];
} demo_fault_kind;
extern const demo_fault_kind demo_fault_kinds[]; /* ends with a NULL code */

typedef struct demo_fault {
    const demo_fault_kind *kind;
    const char *metric; /* of a sensor's fault; else NULL */
    oq_us begins;
    oq_us breaks; /* from here on it grows quickly; OQ_TIME_NONE: it does not */
    oq_us fails;  /* OQ_TIME_NONE: mended before */
    oq_us rests;  /* stands still from here; a sensor's fault: ends */
    oq_us ends;
    double severity; /* 0..1: how strong it would show at the failure */
    bool is_quick;   /* fails or is mended within minutes, or an hour or so */
} demo_fault;

typedef struct demo_faults {
    demo_fault at[DEMO_FAULTS_MAX];
    size_t count;
} demo_faults;

/* All faults of one asset that touch [from, to), in the order of time. `epoch`: when the demo was
 * set up; within minutes a pump of each site that matters fails of a bearing that has worn for two
 * days, and further faults come every few hours, so that whoever looks sees something happen. */
void demo_faults_of(const demo_site *site, size_t asset, uint64_t seed, oq_us epoch, oq_us from,
                    oq_us to, demo_faults *ret_faults);

/* How far it has come at a moment: 0 before it begins and while the asset rests, 1 at the failure.
 */
double demo_fault_share(const demo_fault *f, oq_us at);

#endif
