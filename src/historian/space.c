/* How much room samples take, now and as it goes on. */
#include <math.h>

#include "historian/retain.h"
#include "historian/series.h"
#include "tenant/settings.h"

typedef struct space_row {
    int64_t no;
    oq_uuid id;
    int64_t retention_days, chunks, measured, measured_bytes, measured_samples;
    oq_us measured_from, measured_to;
    int64_t open_bytes, open_samples;
    oq_us open_from, open_to;
    int64_t history_rows, history_bytes;
} space_row;

static const oq_field space_row_fields[] = {
    OQ_I64(space_row, no),
    OQ_UUID(space_row, id),
    OQ_I64(space_row, retention_days),
    OQ_I64(space_row, chunks),
    OQ_I64(space_row, measured),
    OQ_I64(space_row, measured_bytes),
    OQ_I64(space_row, measured_samples),
    OQ_TIME(space_row, measured_from),
    OQ_TIME(space_row, measured_to),
    OQ_I64(space_row, open_bytes),
    OQ_I64(space_row, open_samples),
    OQ_TIME(space_row, open_from),
    OQ_TIME(space_row, open_to),
    OQ_I64(space_row, history_rows),
    OQ_I64(space_row, history_bytes),
    OQ_FIELDS_END,
};

#include "space.sql.h"

#include "base/banned.h"

enum {
    PAGE_SERIES = 5000,
    MEASURED = 4,      /* chunks of each series */
    ROW_BYTES = 200,   /* of a row besides its payload: head, columns, index entry */
    NEWEST_BYTES = 130 /* of a series' row in series_last */
};
#define SILENT   (7 * OQ_DAY) /* whose newest sample is older adds nothing any more */
#define SPAN_MIN (OQ_HOUR)    /* a rhythm is not told from less */

const oq_field space_fields[] = {
    OQ_UUID(space, series_id, .help = "null: all of the tenant"),
    OQ_TEXT(space, key),
    OQ_TEXT(space, name),
    OQ_TEXT(space, name_ar),
    OQ_I64(space, series, .help = "How many signals these are"),
    OQ_I64(space, samples, .help = "As received, about"),
    OQ_I64(space, bytes, .help = "On the database's disk, about"),
    OQ_F64(space, bytes_per_day, .help = "As of late; 0: nothing has come for a week"),
    OQ_I64(space, retention_days, .help = "0: for ever"),
    OQ_F64(space, bytes_steady,
           .help = "When as much is deleted as comes; null: some of it is kept for ever"),
    OQ_F64(space, bytes_in_a_year),
    OQ_FIELDS_END,
};

static int64_t given(int64_t number)
{
    return number == OQ_I64_NONE ? 0 : number;
}

/* What came since the newest measured chunk began, by the time since then. */
static double rate_of(const space_row *r, oq_us now)
{
    oq_us from = r->measured ? r->measured_from : r->open_from;
    oq_us to = r->open_to != OQ_TIME_NONE ? r->open_to : r->measured_to;
    if (from == OQ_TIME_NONE || to < now - SILENT)
        return 0;
    oq_us span = (now > to ? now : to) - from;
    double bytes =
        (double)(given(r->measured_bytes) + given(r->open_bytes) + r->measured * ROW_BYTES);
    return bytes * (double)OQ_DAY / (double)(span > SPAN_MIN ? span : SPAN_MIN);
}

static space space_of(const space_row *r, oq_us now)
{
    space p = {.series_id = r->id, .series = 1, .retention_days = r->retention_days};
    double chunks = (double)r->chunks, measured = r->measured ? (double)r->measured : 1;
    double sealed = (double)given(r->measured_bytes) / measured + ROW_BYTES;
    p.samples =
        (int64_t)(chunks * (double)given(r->measured_samples) / measured) + given(r->open_samples);
    p.bytes = (int64_t)(chunks * sealed) + given(r->history_bytes) + r->history_rows * ROW_BYTES;
    if (r->open_bytes != OQ_I64_NONE)
        p.bytes += r->open_bytes + ROW_BYTES;
    if (p.bytes)
        p.bytes += NEWEST_BYTES;
    p.bytes_per_day = rate_of(r, now);
    p.bytes_steady =
        p.retention_days > 0 ? p.bytes_per_day * (double)p.retention_days : (double)NAN;
    p.bytes_in_a_year = (double)p.bytes + 365 * p.bytes_per_day;
    if (p.bytes_steady < p.bytes_in_a_year)
        p.bytes_in_a_year = p.bytes_steady;
    return p;
}

static void add(space *total, const space *one)
{
    total->series++;
    total->samples += one->samples;
    total->bytes += one->bytes;
    total->bytes_per_day += one->bytes_per_day;
    if (one->bytes) /* NaN of one that is kept for ever stays */
        total->bytes_steady += one->bytes_steady;
    total->bytes_in_a_year += one->bytes_in_a_year;
}

/* Keeps the largest, largest first. */
static void rank(space_report *report, size_t top, const space *one)
{
    size_t at = report->count;
    if (one->bytes == 0 || top == 0 || (at == top && report->at[at - 1].bytes >= one->bytes))
        return;
    if (at == top)
        at--;
    else
        report->count++;
    for (; at > 0 && report->at[at - 1].bytes < one->bytes; at--)
        report->at[at] = report->at[at - 1];
    report->at[at] = *one;
}

static oq_err *name_them(oq_scope *s, space_report *report)
{
    series_list list;
    oq_uuid *id = oq_new_n(oq_scope_arena(s), oq_uuid, report->count);
    for (size_t i = 0; i < report->count; i++)
        id[i] = report->at[i].series_id;
    OQ_TRY(series_get_many(s, id, report->count, &list));
    for (size_t i = 0; i < list.count; i++)
        for (size_t k = 0; k < report->count; k++)
            if (oq_uuid_eq(report->at[k].series_id, list.at[i].id)) {
                report->at[k].key = list.at[i].key;
                report->at[k].name = list.at[i].name;
                report->at[k].name_ar = list.at[i].name_ar;
            }
    return NULL;
}

oq_err *space_find(oq_scope *s, size_t top, space_report *ret_report)
{
    oq_arena *arena = oq_scope_arena(s);
    tenant_settings *settings;
    space_report report = {.at = oq_new_n(arena, space, top + 1)};
    OQ_TRY(tenant_settings_get(s, &settings));
    sql_space_page_args args = {
        .tenant_days = settings->retention_days, .limit = PAGE_SERIES, .measured = MEASURED};
    for (bool more = true; more;) {
        sql_space_page_rows rows;
        oq_mark mark = oq_arena_mark(arena);
        OQ_TRY(sql_space_page(s, args, &rows));
        for (size_t i = 0; i < rows.count; i++) {
            space one = space_of(&rows.at[i], oq_now(s));
            add(&report.total, &one);
            rank(&report, top, &one);
        }
        more = rows.count == PAGE_SERIES;
        args.after = more ? rows.at[rows.count - 1].no : 0;
        oq_arena_rewind(arena, mark);
    }
    report.total.retention_days = OQ_I64_NONE;
    OQ_TRY(name_them(s, &report));
    *ret_report = report;
    return NULL;
}
