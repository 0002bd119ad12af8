#include "historian/export.h"

#include <math.h>

#include "base/csv.h"
#include "web/format.h"

#include "base/banned.h"

/* --- moments -----------------------------------------------------------------------------------*/

static const oq_us offset_holds = 15 * OQ_MINUTE; /* zones change on quarters of an hour */

static void find_offset(export_clock *clock, oq_us at)
{
    oq_us rest = at % offset_holds;
    clock->from = at - (rest < 0 ? rest + offset_holds : rest);
    clock->to = clock->from + offset_holds;
    clock->offset = web_utc_offset_s(at, clock->zone) * OQ_SECOND;
}

static size_t put_offset(char *out, oq_us offset)
{
    long minutes = (long)(offset / OQ_MINUTE), size = minutes < 0 ? -minutes : minutes;
    return (size_t)snprintf(out, 8, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', size / 60 % 100,
                            size % 60);
}

size_t export_moment(export_clock *clock, char *out, oq_us at)
{
    oq_us offset = 0;
    if (oq_str_given(clock->zone)) {
        if (at < clock->from || at >= clock->to)
            find_offset(clock, at);
        offset = clock->offset;
    }
    size_t len = moment_put(&clock->writer, out, at + offset);
    if (clock->form == EXPORT_SHEET) {
        out[10] = ' ';
        return len - 1;
    }
    return oq_str_given(clock->zone) ? len - 1 + put_offset(out + len - 1, offset) : len;
}

/* --- cells -------------------------------------------------------------------------------------*/

oq_str export_name_cells(oq_arena *arena, const hist_name *name)
{
    OQ_AUTO(oq_buf) cells = oq_buf_make(16 * SERIES_KEY_MAX);
    oq_csv csv = {.out = &cells, .in_row = true};
    oq_csv_cell(&csv, name->key);
    oq_csv_cell(&csv, name->unit);
    oq_buf_char(&cells, ',');
    return oq_str_copy(arena, oq_buf_view(&cells));
}

/* --- long, raw ---------------------------------------------------------------------------------*/

enum { LONG_CHUNKS = 4, ROWS_BLOCK = 256, PIECE_AIM = 1024 * 1024 };

/* As many as make a piece; returns how many samples that were. */
static size_t put_rows(export_job *e, oq_buf *out, const samples *s, oq_str cells)
{
    number_writer w = {0};
    size_t row_max = EXPORT_MOMENT_MAX + cells.len + 2 * NUMBER_TEXT_MAX + 4;
    for (size_t from = 0; from < s->count; from += ROWS_BLOCK) {
        if (out->len >= PIECE_AIM)
            return from;
        size_t to = from + ROWS_BLOCK < s->count ? from + ROWS_BLOCK : s->count;
        char *start = oq_buf_room(out, ROWS_BLOCK * row_max), *at = start;
        if (!start)
            return from;
        for (size_t i = from; i < to; i++) {
            quality q = samples_quality(s, i);
            bool has_value = isfinite(s->value[i]);
            if (!e->all_quality && (!quality_is_good(q) || !has_value))
                continue;
            at += export_moment(&e->clock, at, s->time[i]);
            memcpy(at, cells.ptr, cells.len);
            at += cells.len;
            if (has_value)
                at += number_put(&w, at, s->value[i]);
            *at++ = ',';
            at += number_put_i64(at, q);
            *at++ = '\r';
            *at++ = '\n';
        }
        out->len += (size_t)(at - start);
    }
    return s->count;
}

oq_err *export_long_step(export_job *e, oq_scope *s, oq_buf *out, bool *ret_done)
{
    if (!e->is_begun) {
        e->next = e->span.from;
        e->is_begun = true;
    }
    hist_slices slices = {.which = {.no = e->no[e->at]},
                          .from = e->next,
                          .to = e->span.to,
                          .known_at = e->span.known_at,
                          .chunks_max = LONG_CHUNKS};
    samples slice;
    OQ_TRY(hist_slices_next(s, &slices, &slice));
    oq_str cells = export_name_cells(oq_scope_arena(s), &e->names.at[e->at]);
    size_t rows = put_rows(e, out, &slice, cells);
    e->next = rows < slice.count ? slice.time[rows] : slices.from;
    if (rows == slice.count && slices.is_done) {
        e->at++;
        e->is_begun = false;
    }
    *ret_done = e->at == e->names.count;
    return NULL;
}
