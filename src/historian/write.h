/* historian/write.h
 *
 * The one way in for samples: ingest, imports, calculated series and the demo plant all write
 * through here. A batch is one row and one commit; what was acknowledged is committed. */
#ifndef HISTORIAN_WRITE_H
#define HISTORIAN_WRITE_H

#include "db/scope.h"
#include "quant/batch.h"

/* The times a sample may have. Outside: sample.time_out_of_range. */
#define SAMPLE_TIME_MIN   INT64_C(-631152000000000) /* 1950-01-01 */
#define SAMPLE_TIME_AHEAD (OQ_DAY)                  /* before now + a day */

/* Stores the rows as one batch (several when there are more than some 400,000) in the
 * scope's transaction, and tells live readers after the commit. Rows are sorted in place. Values
 * that are not finite must carry a bad quality (sample.value_not_finite); times are checked
 * (sample.time_out_of_range). `ret_stored` (or NULL): samples, without doubles of one batch. */
OQ_CHECKED oq_err *hist_write(oq_scope *s, batch_row *row, size_t count, size_t *ret_stored);

/* The same for results of calculated series, whose writer has marked already what reads them
 * (historian/calc.h); nobody looks at these batches for that again. */
OQ_CHECKED oq_err *hist_write_results(oq_scope *s, batch_row *row, size_t count);

#endif
