/* /work-orders.csv: the filtered orders for spreadsheets. */
#include "audit/audit.h"
#include "base/csv.h"
#include "http/server.h"
#include "workorder/pages.h"

#include "base/banned.h"

enum { SLICE = 1000, FILE_MAX = HTTP_ANSWER_MAX - 1024 * 1024 };

static void put_head(oq_csv *csv, oq_lang lang)
{
    static const char *const columns[] = {
        "number", "title", "status",  "priority", "kind",      "source",   "asset",
        "site",   "who",   "due_utc", "made_utc", "begun_utc", "done_utc", "closed_utc",
    };
    char key[64];
    for (size_t i = 0; i < OQ_COUNT(columns); i++) {
        snprintf(key, sizeof key, "work.column.%s", columns[i]);
        oq_csv_cell(csv, oq_text(lang, oq_cstr(key)));
    }
    oq_csv_end_row(csv);
}

static void put_time(oq_csv *csv, oq_arena *arena, oq_us at)
{
    oq_csv_cell(csv, at == OQ_TIME_NONE ? OQ_STR("") : oq_time_text(arena, at));
}

static void put_row(oq_csv *csv, oq_arena *arena, oq_lang lang, const work_order_row *r)
{
    oq_csv_cell(csv, r->number);
    oq_csv_cell(csv, work_text(lang, r->title, r->title_ar));
    oq_csv_cell(csv, web_choice_label(lang, "work_order_status",
                                      oq_choice_text(work_order_status_choices, r->status)));
    oq_csv_cell(csv, web_choice_label(lang, "work_order_priority",
                                      oq_choice_text(work_order_priority_choices, r->priority)));
    oq_csv_cell(csv, web_choice_label(lang, "work_order_kind",
                                      oq_choice_text(work_order_kind_choices, r->kind)));
    oq_csv_cell(csv, r->source);
    oq_csv_cell(csv, r->asset_code);
    oq_csv_cell(csv, work_text(lang, r->site_name, r->site_name_ar));
    oq_csv_cell(csv, r->assigned_name);
    put_time(csv, arena, r->due_at);
    put_time(csv, arena, r->created_at);
    put_time(csv, arena, r->started_at);
    put_time(csv, arena, r->finished_at);
    put_time(csv, arena, r->closed_at);
    oq_csv_end_row(csv);
}

/* Slice by slice, so that memory holds the file and one slice. */
static oq_err *put_rows(oq_scope *s, oq_csv *csv, oq_lang lang, work_order_query *q,
                        size_t *ret_count)
{
    oq_arena *arena = oq_scope_arena(s);
    char cursor[128];
    *ret_count = 0;
    for (bool more = true; more;) {
        oq_mark mark = oq_arena_mark(arena);
        work_order_rows rows;
        OQ_TRY(work_order_list(s, q, SLICE, &rows));
        more = rows.count == SLICE;
        for (size_t i = 0; i < rows.count; i++) {
            if (*ret_count == WORK_ORDER_EXPORT_MAX || csv->out->len > FILE_MAX)
                return NULL;
            put_row(csv, arena, lang, &rows.at[i]);
            ++*ret_count;
        }
        if (more) {
            const work_order_row *last = &rows.at[rows.count - 1];
            oq_str next = http_cursor_make(arena, last->created_at, last->id);
            assert(next.len < sizeof cursor);
            memcpy(cursor, next.ptr, next.len);
            q->cursor = oq_strn(cursor, next.len);
        }
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

/* What the audit tells of an export. */
typedef struct exported {
    int64_t rows;
    oq_str address; /* path and query: which orders these were */
} exported;
static const oq_field exported_fields[] = {OQ_I64(exported, rows), OQ_TEXT(exported, address),
                                           OQ_FIELDS_END};

oq_err *work_page_file(http_req *rq, oq_scope *s)
{
    work_order_query q;
    size_t count;
    OQ_TRY(http_query(rq, &q));
    oq_lang lang = http_lang(rq);
    OQ_AUTO(oq_buf) buf = oq_buf_make(HTTP_ANSWER_MAX);
    oq_csv csv = oq_csv_to(&buf);
    put_head(&csv, lang);
    OQ_TRY(put_rows(s, &csv, lang, &q, &count));
    exported what = {.rows = (int64_t)count, .address = http_target(rq)};
    OQ_TRY(
        audit_record(s, &(audit_entry){
                            .action = "work_order.exported",
                            .changes = audit_changes(http_arena(rq), exported_fields, NULL, &what),
                        }));
    oq_str today = oq_str_sub(oq_time_text(http_arena(rq), oq_now(s)), 0, OQ_DATE_TEXT);
    http_answer_buf(rq, 200, "text/csv; charset=utf-8", &buf);
    http_as_file(rq, oq_strf(http_arena(rq), "work-orders-%.*s.csv", OQ_FMT(today)));
    buf = (oq_buf){0};
    return NULL;
}
