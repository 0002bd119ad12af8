/* quant/batch_form.h
 *
 * A batch, all numbers little endian:
 *
 *   0  byte     1, the form's number
 *   1  byte     bits 0-3 bytes of a series number, bits 4-7 bytes of an offset in the directory
 *   2  u32      runs
 *   6  u32      samples
 *   10 i32      lowest series number
 *   14 i64      newest time
 *   22          directory: of each run, in rising order, its series number less the lowest, and
 *               the offset of its end in the body
 *   then        body: the runs
 *   then        eight zero bytes, so that whoever reads eight at once stays inside
 *
 * A run goes from the newest sample to the oldest, so that the newest is read without the others:
 *
 *   varint      samples * 4 + 1 when not all are good + 2 when the times are another run's
 *   times of    when told (only in runs of one block): a varint, how many bytes before this run
 *               there is a column of times that are this run's as well: signals of one source are
 *               sampled together
 *   blocks      of INTS_MAX samples (the last has what is left): times (but those of another run),
 *               a column of code_ints.c with the anchor newest time of the batch, of later blocks
 *               the last time written; values, code_values.c; quality, when told, code_runs.c */
#ifndef QUANT_BATCH_FORM_H
#define QUANT_BATCH_FORM_H

#include "quant/batch.h"
#include "quant/code_runs.h"
#include "quant/code_values.h"

enum {
    BATCH_FORM = 1,
    BATCH_HEAD_BYTES = 22,
    BATCH_HAS_QUALITY = 1, /* in the head of a run */
    BATCH_SHARES_TIMES = 2,
};

#endif
