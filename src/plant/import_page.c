/* The page that takes a file of records in: first what would happen, then the deed. */
#include "plant/import_api.h"
#include "plant/record_page.h"

#include "http/parse.h"
#include "web/parts.h"

#include "base/banned.h"

enum { ROWS_SHOWN = 200 };

/* What was sent: a form with the text in it, or the file itself with the rest in the query. */
typedef struct sent {
    import_query q;
    oq_str file;
    bool is_text; /* typed or pasted: it stands in the form again */
} sent;

/* --- what an import told --------------------------------------------------------------------------*/

static void put_count(const web_page *page, web_value *list, const char *kind, const char *key,
                      int64_t n)
{
    web_add_kpi(list, kind, web_say(page, key), web_format_i64(page->arena, &page->locale, n),
                OQ_NONE);
}

static const char *badge_of(int outcome)
{
    return outcome == IMPORT_WRONG ? "bad" : outcome == IMPORT_ADDED ? "ok" : "info";
}

static void put_row(const web_page *page, web_value *rows, const import_row *row)
{
    oq_arena *arena = page->arena;
    oq_lang lang = page->locale.lang;
    web_value *to = web_add_object(rows);
    const char *outcome = oq_choice_text(import_outcome_choices, row->outcome);
    web_put_text(to, "line", web_format_i64(arena, &page->locale, row->line));
    web_put_text(to, "kind", record_kind_label(lang, row->kind));
    web_put_text(to, "label", row->label.len ? row->label : OQ_STR(WEB_NOTHING));
    web_put_badge(to, badge_of(row->outcome),
                  oq_text(lang, oq_strf(arena, "plant.outcome.%s", outcome)));
    web_value *notes = web_put_list(to, "notes");
    for (size_t i = 0; i < row->changes; i++) {
        web_value *note = web_add_object(notes);
        const import_change *c = &row->change[i];
        web_put_text(note, "field", record_column_label(arena, lang, row->kind, c->column));
        web_put_text(note, "from", c->from.len ? c->from : OQ_STR(WEB_NOTHING));
        web_put_text(note, "to", c->to.len ? c->to : OQ_STR(WEB_NOTHING));
        web_put_text(note, "error", OQ_NONE);
    }
    web_put_bool(to, "has_notes", row->changes > 0 || row->err != NULL);
    for (const oq_err *e = row->err; e; e = e->next) {
        web_value *note = web_add_object(notes);
        bool is_column = e->field && !strchr(e->field, ' ');
        oq_str label = OQ_NONE;
        if (is_column && !oq_err_is(e, "field.unknown"))
            label = record_column_label(arena, lang, row->kind, e->field);
        web_put_text(note, "field", label);
        web_put_text(note, "error", oq_err_sentence(arena, lang, e));
    }
}

static void put_rows(const web_page *page, web_value *to, const import_report *report)
{
    web_value *rows = web_put_list(to, "rows");
    int64_t left_out = 0;
    for (int wanted = IMPORT_WRONG; wanted >= IMPORT_ADDED;
         wanted--) /* what is wrong comes first */
        for (size_t i = 0; i < report->count; i++) {
            if (report->row[i].outcome != wanted || wanted == IMPORT_SAME)
                continue;
            if (web_count(rows) < ROWS_SHOWN)
                put_row(page, rows, &report->row[i]);
            else
                left_out++;
        }
    web_put_bool(to, "has_rows", web_count(rows) > 0);
    web_put_text(to, "left_out",
                 left_out ? oq_text_count(page->arena, page->locale.lang,
                                          OQ_STR("plant.rows_left_out"), left_out)
                          : OQ_NONE);
}

static void put_report(web_page *page, const import_report *report)
{
    web_put(page->view, "report", NULL);
    if (!report)
        return;
    web_value *to = web_put_object(page->view, "report");
    web_value *kpis = web_put_list(to, "kpis");
    put_count(page, kpis, "", "plant.count_added", report->added);
    put_count(page, kpis, "", "plant.count_changed", report->changed);
    put_count(page, kpis, "", "plant.count_same", report->same);
    put_count(page, kpis, report->wrong ? "bad" : "", "plant.count_wrong", report->wrong);
    const char *verdict = report->is_to_keep ? "plant.import_stored"
                          : report->wrong    ? "plant.import_refused"
                                             : "plant.import_checked";
    web_put_text(to, "verdict", web_say(page, verdict));
    web_put_bool(to, "is_stored", report->is_to_keep);
    web_put_bool(to, "is_bad", report->wrong > 0 && !report->is_to_keep);
    put_rows(page, to, report);
}

/* --- the page -------------------------------------------------------------------------------------*/

static void put_kinds(web_page *page, oq_str chosen)
{
    web_value *list = web_put_list(page->view, "kinds");
    for (const record_kind *const *kind = record_kinds; *kind; kind++)
        if (record_may_manage(page, *kind))
            web_add_option(list, oq_cstr((*kind)->path),
                           record_kind_labels(page->locale.lang, *kind),
                           oq_str_eq(chosen, oq_cstr((*kind)->path)));
    web_put_bool(page->view, "may_import", web_count(list) > 0);
}

/* How a value is written in a file, where its name does not say it. */
static oq_str rule_of(const web_page *page, const record_column *c)
{
    oq_lang lang = page->locale.lang;
    if (c->ref) {
        oq_arg what = {"kind", record_kind_label(lang, record_kind_find(oq_cstr(c->ref->kind)))};
        const char *key =
            strcmp(c->ref->kind, record_user.name) == 0 ? "plant.rule_email" : "plant.rule_code";
        return oq_text_fill(page->arena, lang, oq_cstr(key), &what, 1);
    }
    switch (record_widget_of(c->field)) {
    case WIDGET_MONEY:
        return web_say(page, "plant.rule_minor");
    case WIDGET_WEEKDAYS:
        return web_say(page, "plant.rule_days");
    case WIDGET_CLOCK:
        return web_say(page, "plant.rule_clock");
    default:
        break;
    }
    switch (c->field->type) {
    case OQ_TYPE_BOOL:
        return web_say(page, "plant.rule_bool");
    case OQ_TYPE_DATE:
        return web_say(page, "plant.rule_date");
    case OQ_TYPE_TIME:
        return web_say(page, "plant.rule_time");
    default:
        return OQ_NONE;
    }
}

static oq_str values_of(oq_arena *arena, const oq_field *field)
{
    oq_str all = OQ_NONE;
    for (const oq_choice *c = field->choices; c && c->text; c++)
        all = all.len ? oq_strf(arena, "%.*s, %s", OQ_FMT(all), c->text) : oq_cstr(c->text);
    return all;
}

/* Files to begin with, in the order in which they import. */
static void put_samples(web_page *page)
{
    web_value *list = web_put_list(page->view, "samples");
    for (const record_kind *const *kind = record_kinds; *kind; kind++) {
        if (!record_may_manage(page, *kind) || !sample_is_there(page->arena, *kind))
            continue;
        web_value *one = web_add_object(list);
        web_put_text(one, "label", record_kind_labels(page->locale.lang, *kind));
        web_put_text(one, "href", oq_strf(page->arena, "/plant/sample?kind=%s", (*kind)->path));
        web_put_text(one, "import_href",
                     oq_strf(page->arena, "/plant/import?kind=%s", (*kind)->path));
    }
    web_put_bool(page->view, "has_samples", web_count(list) > 0);
}

/* The columns of a kind, as a file names them. */
static void put_columns(web_page *page, oq_str path)
{
    const record_kind *kind = record_kind_find(path);
    web_value *list = web_put_list(page->view, "columns");
    web_put_text(page->view, "export_href", OQ_NONE);
    web_put_text(page->view, "sample_href", OQ_NONE);
    if (!kind || !kind->get)
        return;
    record_columns columns = record_columns_of(page->arena, kind);
    for (size_t i = 0; i < columns.count; i++) {
        const record_column *c = &columns.at[i];
        web_value *one = web_add_object(list);
        web_put_cstr(one, "name", c->name);
        web_put_text(one, "label",
                     record_column_label(page->arena, page->locale.lang, kind, c->name));
        web_put_bool(one, "is_key", record_has_name(kind->key, c->field->name));
        web_put_bool(one, "is_required", c->field->required);
        web_put_text(one, "rule", rule_of(page, c));
        web_put_text(one, "values", values_of(page->arena, c->field));
    }
    web_put_text(page->view, "export_href",
                 oq_strf(page->arena, "/plant/export?kind=%s&format=csv", kind->path));
    if (sample_is_there(page->arena, kind))
        web_put_text(page->view, "sample_href",
                     oq_strf(page->arena, "/plant/sample?kind=%s", kind->path));
}

static oq_err *show(http_req *rq, const sent *what, const import_report *report, const oq_err *err)
{
    web_page page = web_page_begin(rq, "plant/import", "plant.import_title", "plant");
    page.status = err ? oq_kind_status(err->kind) : 0;
    if (report && !report->is_to_keep && !what->q.dry_run)
        page.status = 422;
    web_page_crumb(&page, web_say(&page, "plant.title"), "/plant");
    web_page_crumb(&page, web_say(&page, "plant.import_title"), NULL);
    put_kinds(&page, what->q.kind);
    put_columns(&page, what->q.kind);
    put_samples(&page);
    put_report(&page, report);
    web_put_text(page.view, "text", what->is_text ? what->file : OQ_NONE);
    web_put_bool(page.view, "skip_bad", what->q.skip_bad);
    web_put_text(page.view, "form_error",
                 err ? oq_err_sentence(page.arena, page.locale.lang, err) : OQ_NONE);
    return web_page_send(&page);
}

oq_err *import_page(http_req *rq, oq_scope *s)
{
    sent what = {0};
    oq_ignore(http_query(rq, &what.q), "a kind that is none is not chosen");
    return show(rq, &what, NULL, NULL);
}

static bool is_form(http_req *rq)
{
    return oq_str_starts(http_header(rq, "Content-Type"),
                         OQ_STR("application/x-www-form-urlencoded"));
}

static oq_err *read_sent(http_req *rq, sent *what)
{
    http_pairs pairs;
    *what = (sent){0};
    if (!is_form(rq)) {
        what->file = http_body_raw(rq);
        return http_query(rq, &what->q);
    }
    OQ_TRY(http_form_parse(http_arena(rq), http_body_raw(rq), &pairs));
    what->is_text = true;
    what->file = http_pairs_find(pairs, OQ_STR("text"));
    what->q.kind = http_pairs_find(pairs, OQ_STR("kind"));
    what->q.skip_bad = http_pairs_find(pairs, OQ_STR("skip_bad")).len > 0;
    what->q.dry_run = !http_pairs_find(pairs, OQ_STR("store")).len;
    if (!oq_utf8_valid(what->q.kind))
        return oq_fail(OQ_MALFORMED, "http.form_malformed");
    return NULL;
}

oq_err *import_page_post(http_req *rq, oq_scope *s)
{
    sent what;
    plant_import_options options;
    import_report *report = NULL;
    oq_scope *again;
    OQ_TRY(read_sent(rq, &what));
    oq_err *err = import_options_of(&what.q, &options);
    if (!err)
        err = plant_import(s, what.file, &options, &report);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED && err->kind != OQ_TOO_LARGE &&
        err->kind != OQ_CONFLICT)
        return err;
    if (what.is_text && !oq_utf8_valid(what.file))
        what.file = OQ_NONE;
    if (err || !report->is_to_keep) /* what was tried is undone before it is told */
        OQ_TRY(http_scope_again(rq, &again));
    return show(rq, &what, err ? NULL : report, err);
}
