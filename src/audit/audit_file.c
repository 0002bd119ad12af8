/* The filtered rows as a file for spreadsheets. */
#include "audit/inner.h"
#include "audit/view.h"
#include "base/csv.h"
#include "http/request.h"
#include "http/server.h"
#include "web/page.h"

#include "base/banned.h"

enum {
    SLICE = 1000,                             /* rows in memory at once */
    FILE_MAX = HTTP_ANSWER_MAX - 1024 * 1024, /* the rest is for the note at the end */
};

static void put_head(oq_csv *csv, oq_lang lang)
{
    static const char *const column[] = {
        "at_utc", "at_local",    "actor",     "actor_kind", "action_code", "action",  "outcome",
        "object", "object_name", "object_id", "changes",    "address",     "request",
    };
    char key[64];
    for (size_t i = 0; i < OQ_COUNT(column); i++) {
        snprintf(key, sizeof key, "audit.column.%s", column[i]);
        oq_csv_cell(csv, oq_text(lang, oq_cstr(key)));
    }
    oq_csv_end_row(csv);
}

/* "Name: Pump 7 → Pump 8; Role: viewer → engineer" */
static oq_str changes_text(oq_arena *arena, const web_locale *locale, oq_str changes)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(AUDIT_CHANGES_MAX * 2);
    audit_change_list list = audit_changes_read(arena, locale, changes);
    for (size_t i = 0; i < list.count; i++) {
        const audit_change *c = &list.at[i];
        if (i)
            oq_buf_lit(&buf, "; ");
        oq_buf_str(&buf, c->field);
        oq_buf_lit(&buf, ": ");
        if (c->has_values)
            oq_buf_f(&buf, "%.*s → %.*s", OQ_FMT(c->from), OQ_FMT(c->to));
        else
            oq_buf_str(&buf, oq_text(locale->lang, OQ_STR("audit.changed_secret")));
    }
    return oq_str_copy(arena, oq_buf_view(&buf));
}

static void put_row(oq_csv *csv, oq_arena *arena, const web_locale *locale, const audit_row *row)
{
    oq_csv_cell(csv, oq_time_text(arena, row->at));
    oq_csv_cell(csv, web_format_time_exact(arena, locale, row->at));
    oq_csv_cell(csv, row->actor_label);
    oq_csv_cell(csv, web_choice_label(locale->lang, "actor_kind",
                                      oq_choice_text(actor_kind_choices, row->actor_kind)));
    oq_csv_cell(csv, row->action);
    oq_csv_cell(csv, audit_action_words(arena, locale->lang, row->action));
    oq_csv_cell(csv, web_choice_label(locale->lang, "outcome",
                                      oq_choice_text(audit_outcome_choices, row->outcome)));
    oq_csv_cell(csv, audit_object_words(arena, locale->lang, row->object_type));
    oq_csv_cell(csv, row->object_label);
    oq_csv_cell(csv, row->object_id);
    oq_csv_cell(csv, changes_text(arena, locale, row->changes));
    oq_csv_cell(csv, row->address);
    oq_csv_cell(csv, row->request_id);
    oq_csv_end_row(csv);
}

typedef struct export
{
    oq_scope *s;
    const web_locale *locale;
    oq_csv csv;
    size_t rows;
    bool is_cut; /* there was more than one file takes */
}
export;

/* Slice by slice, so that memory holds the file and one slice. */
static oq_err *put_rows(export *e, const audit_filter *filter)
{
    oq_arena *arena = oq_scope_arena(e->s);
    oq_us before_at = OQ_TIME_NONE;
    oq_uuid before_id = OQ_UUID_ZERO;
    for (bool more = true; more && !e->is_cut;) {
        oq_mark mark = oq_arena_mark(arena);
        audit_rows rows;
        OQ_TRY(audit_find(e->s, filter, before_at, before_id, SLICE, &rows));
        more = rows.count == SLICE;
        for (size_t i = 0; i < rows.count; i++) {
            e->is_cut = e->rows == AUDIT_EXPORT_MAX || e->csv.out->len > FILE_MAX;
            if (e->is_cut)
                break;
            put_row(&e->csv, arena, e->locale, &rows.at[i]);
            e->rows++;
            before_at = rows.at[i].at;
            before_id = rows.at[i].id;
        }
        oq_arena_rewind(arena, mark);
    }
    return NULL;
}

/* The last line of a file that is not everything says so. */
static void put_note(export *e)
{
    oq_arg fact = {.name = "rows", .value = oq_strf(oq_scope_arena(e->s), "%zu", e->rows)};
    oq_csv_cell(&e->csv, oq_text_fill(oq_scope_arena(e->s), e->locale->lang,
                                      OQ_STR("audit.file_cut"), &fact, 1));
    oq_csv_end_row(&e->csv);
}

/* What the audit tells of an export. */
typedef struct exported {
    int64_t rows;
    oq_str address; /* path and query: which rows these were */
} exported;
static const oq_field exported_fields[] = {OQ_I64(exported, rows), OQ_TEXT(exported, address),
                                           OQ_FIELDS_END};

static oq_err *record_export(const export *e, oq_str address)
{
    exported what = {.rows = (int64_t)e->rows, .address = address};
    return audit_record(
        e->s, &(audit_entry){
                  .action = "audit.exported",
                  .changes = audit_changes(oq_scope_arena(e->s), exported_fields, NULL, &what),
              });
}

oq_err *audit_file(http_req *rq, oq_scope *s)
{
    audit_page_query q;
    audit_filter filter;
    OQ_TRY(audit_page_filter(rq, &q, &filter));
    web_page page = web_page_begin(rq, "audit/list", "audit.title", "audit");
    OQ_AUTO(oq_buf) buf = oq_buf_make(HTTP_ANSWER_MAX);
    export e = {.s = s, .locale = &page.locale, .csv = oq_csv_to(&buf)};
    put_head(&e.csv, page.locale.lang);
    OQ_TRY(put_rows(&e, &filter));
    if (e.is_cut)
        put_note(&e);
    OQ_TRY(record_export(&e, http_target(rq)));
    oq_str today = oq_str_sub(oq_time_text(page.arena, oq_now(s)), 0, OQ_DATE_TEXT);
    http_answer_buf(rq, 200, "text/csv; charset=utf-8", &buf);
    http_as_file(rq, oq_strf(page.arena, "audit-%.*s.csv", OQ_FMT(today)));
    buf = (oq_buf){0};
    return NULL;
}
