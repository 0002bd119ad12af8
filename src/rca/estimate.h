/* rca/estimate.h: money and carbon of one analysis, in figures and words (estimate.c, result.c). */
#ifndef RCA_ESTIMATE_H
#define RCA_ESTIMATE_H

#include "rca/impact.h"
#include "rca/inner.h"

enum { IMPACT_TEXTS_MAX = 8 };

typedef struct impact_texts {
    rca_two at[IMPACT_TEXTS_MAX];
    size_t count;
} impact_texts;

typedef struct impact {
    impact_figures is;
    oq_str currency;
    double lost_production; /* NaN: not known */
    oq_str lost_unit;
    double window_h;
    impact_range factor; /* kg a kWh */
    impact_texts money_sources, money_missing, carbon_sources, carbon_missing;
} impact;

#endif
