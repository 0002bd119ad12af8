#include "historian/fresh_decoded.h"

#include "base/banned.h"

size_t fresh_decoded_bytes(const batch *b)
{
    size_t sample = sizeof(oq_us) + sizeof(double) + sizeof(quality);
    size_t run = sizeof(int32_t) + sizeof(uint32_t);
    return sizeof(fresh_decoded) + b->samples * sample + (b->runs + 1) * run;
}

/* The columns behind the struct, those of eight bytes first. */
static void lay_out(fresh_decoded *d, const batch *b)
{
    d->runs = b->runs;
    d->time = (oq_us *)(d + 1);
    d->value = (double *)(d->time + b->samples);
    d->quality = (quality *)(d->value + b->samples);
    d->no = (int32_t *)(d->quality + b->samples);
    d->from = (uint32_t *)(d->no + b->runs + 1);
}

static oq_err *decode(const batch *b, fresh_decoded *d)
{
    samples all = {.time = d->time, .value = d->value, .quality = d->quality};
    for (size_t k = 0; k < b->runs; k++) {
        batch_run run;
        OQ_TRY(batch_run_at(b, k, &run));
        if (all.count + run.count > b->samples)
            return oq_fail(OQ_INTERNAL, "batch.malformed", "reason=%s", "number of samples");
        d->no[k] = run.series_no;
        d->from[k] = (uint32_t)all.count;
        OQ_TRY(batch_decode_run(b, &run, &all));
    }
    d->from[b->runs] = (uint32_t)all.count;
    return NULL;
}

fresh_decoded *fresh_decoded_make(const batch *b)
{
    size_t bytes = fresh_decoded_bytes(b);
    fresh_decoded *d = malloc(bytes);
    if (!d)
        abort();
    *d = (fresh_decoded){.bytes = bytes};
    lay_out(d, b);
    oq_mark errors = oq_err_mark();
    if (!decode(b, d))
        return d;
    oq_err_rewind(errors); /* who asks for the run that is wrong is told */
    free(d);
    return NULL;
}

size_t fresh_decoded_find(const fresh_decoded *d, int32_t no)
{
    size_t low = 0, high = d->runs;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->no[middle] < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->runs && d->no[low] == no ? low : SIZE_MAX;
}
