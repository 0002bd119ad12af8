/* integration/calc_house.h: a tenant with series, and the job that computes, step by step. */
#ifndef INTEGRATION_CALC_HOUSE_H
#define INTEGRATION_CALC_HOUSE_H

#include "historian/calc.h"
#include "historian/read.h"
#include "support/house.h"

/* The clock of these tests; samples are told by seconds before it, or behind. */
#define CALC_NOW (INT64_C(1800000000) * OQ_SECOND)

int calc_house_reset(void **state);

/* Measured series; `more` is further JSON (",\"gap_max_us\":5000000"). */
series *calc_house_series(house *h, const char *key, const char *unit, const char *more);
series *calc_house_calculated(house *h, const char *key, const char *unit, const char *expression);
/* The error that defining it meets, and nothing is left. */
oq_err *calc_house_refused(house *h, const char *key, const char *unit, const char *expression);
series_order calc_house_order(house *h, const char *key, const char *unit, const char *expression,
                              const char *more);

typedef struct point {
    double at_s; /* behind CALC_NOW */
    double value;
    quality quality;
} point;
/* One batch, of one series. */
void calc_house_write(house *h, const series *e, const point *p, size_t count);
#define WRITE(h, e, ...)                                                                           \
    calc_house_write((h), (e), (const point[]){__VA_ARGS__},                                       \
                     sizeof((const point[]){__VA_ARGS__}) / sizeof(point))
/* What the job does once. */
void calc_house_run(house *h);
/* All samples that the series has now. */
samples calc_house_read(house *h, const series *e);
void calc_house_expect(const char *label, house *h, const series *e, const point *p, size_t count);
#define EXPECT(label, h, e, ...)                                                                   \
    calc_house_expect((label), (h), (e), (const point[]){__VA_ARGS__},                             \
                      sizeof((const point[]){__VA_ARGS__}) / sizeof(point))
/* How many rows series_history has of it: results that were written anew. */
int64_t calc_house_rewritten(house *h, const series *e);

#endif
