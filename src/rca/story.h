/* rca/story.h
 *
 * The event story: what was seen when, what came before it, what the signals did, the likeliest
 * cause, what it resembles, what to do first. One paragraph in each language; what is not known is
 * left out, not filled. */
#ifndef RCA_STORY_H
#define RCA_STORY_H

#include "rca/say.h"

typedef struct story_event {
    oq_us at;
    rca_two summary;
} story_event;

typedef struct story_facts {
    oq_us at;                  /* the anchor */
    rca_two asset;             /* "P-101 (Feed pump)" */
    rca_two anomaly;           /* the anchor's event, as it was told */
    const story_event *before; /* of all that came before: some, in the order of time */
    size_t before_told;
    int64_t before_count;
    double before_min; /* minutes from the window's beginning to the anchor */
    const rca_two *trend;
    size_t trends;
    bool has_cause;
    rca_two cause;
    double probability;
    rca_two second; /* en not given: none */
    double second_probability;
    const rca_two *past; /* "INC-12" of what it resembles */
    size_t pasts;
    rca_two action; /* en not given: none */
} story_facts;

rca_two story_tell(const rca_say *say, const story_facts *f);

#endif
