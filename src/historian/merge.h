/* historian/merge.h
 *
 * Several writes of the same moment: the later one wins, and what it replaced is history. A write
 * that says what stood there already changes nothing: the sample stays known since the first one.
 *
 * "Later" is the order in which writes are given here: of batches by their number (fold.h). Senders
 * that write at the same time may get their numbers in another order than that of their `known`.
 *
 * A version of a moment was there from `known` until `superseded_at`: until the first of the later
 * ones became known, and never less than nothing: one whose successor was known first was never
 * there. So versions do not overlap (as far as the stored form's lag classes allow), and an answer
 * as known at any moment is a version that is never older than the answer as known before. */
#ifndef HISTORIAN_MERGE_H
#define HISTORIAN_MERGE_H

#include "quant/samples.h"

/* What was replaced, in any order. All columns are there. */
typedef struct merge_lost {
    samples samples;
    oq_us *superseded_at;
    size_t room;
} merge_lost;

void merge_lost_add(oq_arena *arena, merge_lost *lost, const samples *from, size_t i,
                    oq_us superseded_at);

/* Writes in the order in which they came, of any times, with all columns: as samples whose times
 * rise. They are `writes` themselves when their times rise already. What was lost is put behind
 * `lost`, in the order of time. */
samples merge_settle(oq_arena *arena, const samples *writes, merge_lost *lost);

/* What stood there (with known), and settled writes over it. `chain` is what merge_settle lost of
 * these writes, or NULL: a moment that was written several times lost its old version at the first
 * of these writes (or, where that one said the same, has stood since the old one). Old versions
 * that were replaced are put behind `lost`. *ret_changed counts the samples that are new or
 * replaced. The result may share columns with either. */
samples merge_over(oq_arena *arena, const samples *base, const samples *writes, merge_lost *chain,
                   merge_lost *lost, size_t *ret_changed);

/* `instead` (with known) takes the place of all of `base`; what is the same in both stays. What was
 * replaced or is gone was superseded `at`. */
samples merge_instead(oq_arena *arena, const samples *base, const samples *instead, oq_us at,
                      merge_lost *lost, size_t *ret_changed);

#endif
