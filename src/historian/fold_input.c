#include "historian/fold_input.h"

#include "base/banned.h"

void fold_input_make(oq_arena *arena, int32_t no_max, fold_input *ret_input)
{
    *ret_input = (fold_input){.arena = arena,
                              .no_max = no_max,
                              .samples_of = oq_new_n(arena, uint32_t, (size_t)no_max + 1)};
}

/* --- adding ------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "batch.malformed", "reason=%s", reason);
}

/* Counts the samples of runs [0, until); the other way round where `sign` is -1. */
static void count_runs(fold_input *in, const batch *b, size_t until, int sign)
{
    batch_run run;
    for (size_t k = 0; k < until; k++) {
        oq_ignore(batch_run_at(b, k, &run), "it was read before");
        in->samples_of[run.series_no] += (uint32_t)(sign * (int64_t)run.count);
    }
}

/* Counts all runs. *ret_taken false: some series would have too many, and nothing was counted. */
static oq_err *count_batch(fold_input *in, const batch *b, bool *ret_taken)
{
    int32_t before = 0;
    size_t counted = 0;
    *ret_taken = true;
    for (size_t k = 0; k < b->runs; k++) {
        batch_run run;
        OQ_TRY(batch_run_at(b, k, &run));
        if (run.series_no <= before || run.series_no > in->no_max)
            return malformed("series");
        before = run.series_no;
        counted += run.count;
        uint32_t *of = &in->samples_of[run.series_no];
        if (*of > 0 && *of + run.count > FOLD_SERIES_SAMPLES_MAX) {
            count_runs(in, b, k, -1);
            *ret_taken = false;
            return NULL;
        }
        *of += (uint32_t)run.count;
    }
    return counted == b->samples ? NULL : malformed("number of samples");
}

oq_err *fold_input_add(fold_input *in, int64_t seq, oq_us received_at, oq_str payload)
{
    assert(!in->is_cut);
    fold_batch added = {.seq = seq, .received_at = received_at};
    bool is_taken;
    OQ_TRY(batch_open(payload, &added.batch));
    OQ_TRY(count_batch(in, &added.batch, &is_taken));
    in->is_cut = !is_taken;
    if (in->is_cut)
        return NULL;
    if (in->count == in->room) {
        size_t room = in->room ? in->room * 2 : 256;
        fold_batch *more = oq_new_n(in->arena, fold_batch, room);
        if (in->count)
            memcpy(more, in->batch, in->count * sizeof *more);
        in->batch = more;
        in->room = room;
    }
    in->batch[in->count++] = added;
    in->samples += (int64_t)added.batch.samples;
    return NULL;
}

/* --- windows -----------------------------------------------------------------------------------*/

/* The series behind `after` that make up a window, each with room for its samples. `slot` is by
 * series number less (*ret_first). */
static void lay_out(const fold_input *in, oq_arena *arena, int32_t after, fold_window *window,
                    uint32_t **ret_slot, int32_t *ret_last)
{
    size_t samples_in_all = 0;
    int32_t last = after;
    window->at = oq_new_n(arena, fold_series, FOLD_WINDOW_SERIES);
    window->count = 0;
    for (int32_t no = after + 1; no <= in->no_max && window->count < FOLD_WINDOW_SERIES; no++) {
        size_t count = in->samples_of[no];
        if (count == 0)
            continue;
        if (window->count && samples_in_all + count > FOLD_WINDOW_SAMPLES)
            break;
        window->at[window->count++].no = no;
        samples_in_all += count;
        last = no;
    }
    samples all = samples_make(arena, samples_in_all, true, true);
    all.count = samples_in_all;
    uint32_t *slot = oq_new_n(arena, uint32_t, (size_t)(last - after) + 1);
    for (size_t i = 0, from = 0; i < window->count; i++) {
        fold_series *of = &window->at[i];
        of->writes = samples_part(&all, from, 0);
        from += in->samples_of[of->no];
        slot[of->no - after] = (uint32_t)i;
    }
    *ret_slot = slot;
    *ret_last = last;
}

static oq_err *decode_batch(fold_batch *b, fold_window *window, const uint32_t *slot, int32_t after,
                            int32_t last)
{
    for (; b->next < b->batch.runs; b->next++) {
        batch_run run;
        OQ_TRY(batch_run_at(&b->batch, b->next, &run));
        if (run.series_no > last)
            break;
        samples *writes = &window->at[slot[run.series_no - after]].writes;
        size_t before = writes->count;
        OQ_TRY(batch_decode_run(&b->batch, &run, writes));
        for (size_t i = before; i < writes->count; i++)
            writes->known[i] = b->received_at;
    }
    return NULL;
}

oq_err *fold_input_next(fold_input *in, oq_arena *arena, int32_t after, fold_window *ret_window,
                        int64_t *ret_seq)
{
    uint32_t *slot;
    int32_t last;
    lay_out(in, arena, after, ret_window, &slot, &last);
    for (size_t i = 0; i < in->count && ret_window->count; i++) {
        *ret_seq = in->batch[i].seq;
        OQ_TRY(decode_batch(&in->batch[i], ret_window, slot, after, last));
    }
    return NULL;
}
