/* Alarms as a file: rows of a table for programs, or a workbook for people. */
#include "alarm/api.h"
#include "alarm/pages.h"

#include <math.h>

#include "base/csv.h"
#include "base/xlsx.h"
#include "http/server.h"
#include "web/format.h"

#include "base/banned.h"

static const oq_choice formats[] = {{ALARM_AS_CSV, "csv"}, {ALARM_AS_XLSX, "xlsx"}, {0, NULL}};
const oq_field alarm_export_query_fields[] = {
    ALERT_FILTER_ROWS, OQ_CHOICE(alarm_export_query, format, formats, .preset = "csv"),
    OQ_FIELDS_END};

/* --- for programs -------------------------------------------------------------------------------*/

static bool put_csv(oq_arena *arena, const alert_rows *rows, oq_buf *out)
{
    oq_csv csv = oq_csv_to(out);
    for (const oq_field *f = alert_row_fields; f->type != OQ_TYPE_END; f++)
        oq_csv_cell(&csv, oq_cstr(f->name));
    oq_csv_end_row(&csv);
    for (size_t i = 0; i < rows->count; i++) {
        oq_mark mark = oq_arena_mark(arena);
        for (const oq_field *f = alert_row_fields; f->type != OQ_TYPE_END; f++)
            oq_csv_cell(&csv, oq_field_text(arena, f, &rows->at[i]));
        oq_csv_end_row(&csv);
        oq_arena_rewind(arena, mark);
    }
    return !out->overflow;
}

/* --- for people ---------------------------------------------------------------------------------*/

typedef struct sheet {
    oq_xlsx x;
    oq_lang lang;
    oq_str time_zone;
} sheet;

static void put_time(sheet *t, oq_us at)
{
    oq_xlsx_time(&t->x,
                 at == OQ_TIME_NONE ? at : at + web_utc_offset_s(at, t->time_zone) * OQ_SECOND);
}

static void put_choice(sheet *t, const char *field, const oq_choice *choices, int value)
{
    oq_xlsx_text(&t->x, web_choice_label(t->lang, field, oq_choice_text(choices, value)));
}

static void put_heads(sheet *t)
{
    static const char *const head[] = {
        "alarms.raised", "alarms.priority", "alarms.state",        "alarms.asset_code",
        "alarms.asset",  "alarms.site",     "alarms.alarm",        "alarms.rule_code",
        "alarms.value",  "alarms.limit",    "alarms.unit",         "alarms.times",
        "alarms.last",   "alarms.returned", "alarms.acknowledged", "alarms.acknowledged_by",
        "alarms.cleared"};
    for (size_t i = 0; i < OQ_COUNT(head); i++)
        oq_xlsx_text(&t->x, oq_text(t->lang, oq_cstr(head[i])));
    oq_xlsx_end_row(&t->x);
}

static void put_alarm(sheet *t, const alert_row *row)
{
    const alert *a = &row->a;
    put_time(t, a->raised_at);
    put_choice(t, "alarm_priority", alarm_priority_choices, a->priority);
    put_choice(t, "alert_state", alert_state_choices, a->state);
    oq_xlsx_text(&t->x, row->asset_code);
    oq_xlsx_text(&t->x, alarm_text(t->lang, row->asset_name, row->asset_name_ar));
    oq_xlsx_text(&t->x, row->site_code);
    oq_xlsx_text(&t->x, alarm_text(t->lang, a->title, a->title_ar));
    oq_xlsx_text(&t->x, a->code);
    oq_xlsx_number(&t->x, a->value);
    oq_xlsx_number(&t->x, a->limit_value);
    oq_xlsx_text(&t->x, a->unit);
    oq_xlsx_number(&t->x, (double)a->occurrences);
    put_time(t, a->last_at);
    put_time(t, a->returned_at);
    put_time(t, a->acknowledged_at);
    oq_xlsx_text(&t->x, row->acknowledged_by_name);
    put_time(t, a->cleared_at);
    oq_xlsx_end_row(&t->x);
}

static bool put_workbook(http_req *rq, const alert_rows *rows, oq_buf *out)
{
    sheet t = {.x = oq_xlsx_make(2 * HTTP_ANSWER_MAX),
               .lang = http_lang(rq),
               .time_zone = http_who_of(rq)->time_zone};
    put_heads(&t);
    for (size_t i = 0; i < rows->count; i++)
        put_alarm(&t, &rows->at[i]);
    bool done =
        oq_xlsx_write(&t.x, oq_text(t.lang, OQ_STR("alarms.title")), t.lang == OQ_LANG_AR, out);
    oq_xlsx_drop(&t.x);
    return done;
}

/* --- the answer ---------------------------------------------------------------------------------*/

oq_err *alarm_api_export(http_req *rq, oq_scope *s)
{
    alarm_export_query q;
    alert_rows found;
    OQ_AUTO(oq_buf) out = oq_buf_make(HTTP_ANSWER_MAX);
    OQ_TRY(http_query(rq, &q));
    OQ_TRY(alert_find(s, &q.filter, OQ_TIME_NONE, OQ_UUID_ZERO, ALERT_EXPORT_MAX + 1, &found));
    bool is_sheet = q.format == ALARM_AS_XLSX;
    if (found.count > ALERT_EXPORT_MAX ||
        !(is_sheet ? put_workbook(rq, &found, &out) : put_csv(http_arena(rq), &found, &out)))
        return oq_fail(OQ_TOO_LARGE, "alert.export_too_large", "max=%d", ALERT_EXPORT_MAX);
    OQ_TRY(audit_record(s, &(audit_entry){.action = "alert.exported", .object_type = "alert"}));
    http_answer_buf(rq, 200,
                    is_sheet ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                             : "text/csv; charset=utf-8",
                    &out);
    http_as_file(rq, is_sheet ? OQ_STR("alarms.xlsx") : OQ_STR("alarms.csv"));
    out = (oq_buf){0};
    return NULL;
}
