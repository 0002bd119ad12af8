/* Requests as a file for spreadsheets. */
#include "lead/inner.h"

#include "audit/audit.h"
#include "base/csv.h"
#include "http/server.h"
#include "tenant/tenant.h"
#include "web/page.h"

#include "base/banned.h"

enum { SLICE = 500 };

static void put_head(oq_csv *csv, oq_lang lang)
{
    static const char *const column[] = {
        "created_at", "full_name", "email", "organisation", "sector", "message", "lang", "status",
    };
    char key[64];
    for (size_t i = 0; i < OQ_COUNT(column); i++) {
        snprintf(key, sizeof key, "leads.column.%s", column[i]);
        oq_csv_cell(csv, oq_text(lang, oq_cstr(key)));
    }
    oq_csv_end_row(csv);
}

static void put_row(oq_csv *csv, const web_page *page, const lead *l)
{
    oq_lang lang = page->locale.lang;
    oq_csv_cell(csv, web_format_time_exact(page->arena, &page->locale, l->created_at));
    oq_csv_cell(csv, l->full_name);
    oq_csv_cell(csv, l->email);
    oq_csv_cell(csv, l->organisation);
    oq_csv_cell(csv,
                web_choice_label(lang, "sector", oq_choice_text(lead_sector_choices, l->sector)));
    oq_csv_cell(csv, l->message);
    oq_csv_cell(csv, l->lang);
    oq_csv_cell(csv,
                web_choice_label(lang, "status", oq_choice_text(lead_status_choices, l->status)));
    oq_csv_end_row(csv);
}

static oq_err *put_rows(oq_scope *s, const web_page *page, int status, oq_csv *csv,
                        int64_t *ret_rows)
{
    oq_us before_at = OQ_TIME_NONE;
    oq_uuid before_id = OQ_UUID_ZERO;
    leads found;
    *ret_rows = 0;
    do {
        OQ_TRY(lead_find(s, status, before_at, before_id, SLICE, &found));
        for (size_t i = 0; i < found.count; i++)
            put_row(csv, page, &found.at[i]);
        *ret_rows += (int64_t)found.count;
        if (found.count) {
            before_at = found.at[found.count - 1].created_at;
            before_id = found.at[found.count - 1].id;
        }
    } while (found.count == SLICE && *ret_rows < LEAD_EXPORT_MAX);
    return NULL;
}

typedef struct exported {
    int64_t rows;
} exported;
static const oq_field exported_fields[] = {OQ_I64(exported, rows), OQ_FIELDS_END};

static oq_err *fill(http_req *rq, oq_scope *s, oq_buf *buf)
{
    lead_page_query q;
    exported what;
    OQ_TRY(http_query(rq, &q));
    web_page page = web_page_begin(rq, "leads/list", "leads.title", "leads");
    oq_csv csv = oq_csv_to(buf);
    put_head(&csv, page.locale.lang);
    OQ_TRY(put_rows(s, &page, q.status, &csv, &what.rows));
    return audit_record(s, &(audit_entry){
                               .action = "lead.exported",
                               .object_type = "lead",
                               .changes = audit_changes(page.arena, exported_fields, NULL, &what),
                           });
}

oq_err *lead_file(http_req *rq, db_platform *p)
{
    oq_scope *s;
    OQ_AUTO(oq_buf) buf = oq_buf_make(HTTP_ANSWER_MAX);
    OQ_TRY(db_platform_enter(p, TENANT_PLATFORM, &s));
    OQ_TRY(fill(rq, s, &buf));
    oq_str today = oq_str_sub(oq_time_text(http_arena(rq), oq_now(s)), 0, OQ_DATE_TEXT);
    http_answer_buf(rq, 200, "text/csv; charset=utf-8", &buf);
    http_as_file(rq, oq_strf(http_arena(rq), "leads-%.*s.csv", OQ_FMT(today)));
    buf = (oq_buf){0};
    return NULL;
}
