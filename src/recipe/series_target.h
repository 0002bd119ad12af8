/* recipe/series_target.h
 *
 * The series that the rows of a file go to: looked up and made as they are met, with what their
 * values need on the way (scale, unit, limits of the instrument). */
#ifndef RECIPE_SERIES_TARGET_H
#define RECIPE_SERIES_TARGET_H

#include "db/scope.h"
#include "recipe/rows.h"

typedef struct series_target series_target;

series_target *series_target_open(bool may_create, bool dry_run, oq_lang lang);
void series_target_close(series_target *t); /* accepts NULL */

/* Refusals of whole series, and the samples that fall with them. */
typedef struct target_refusals {
    rows_refusal *at; /* in the scope's arena, until the next call */
    size_t count;
    int64_t rows;
} target_refusals;

/* Names behind those met so far. Series that cannot take samples are refused, once: import
 * .series_unknown, .series_calculated, .series_inactive, unit.*. */
OQ_CHECKED oq_err *series_target_meet(series_target *t, oq_scope *s, const rows_name *name,
                                      size_t count, target_refusals *ret_refusals);
/* Rows get the number, value and quality that they are stored with; *ret_count of them stay, in
 * front. What is outside the instrument is marked so. */
OQ_CHECKED oq_err *series_target_apply(series_target *t, batch_row *row, size_t count,
                                       size_t *ret_count, target_refusals *ret_refusals);

size_t series_target_used(const series_target *t);    /* series that take samples */
size_t series_target_created(const series_target *t); /* of them new */

#endif
