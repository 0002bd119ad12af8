/* /assets: what stands in the plant, how it is, what to look at first. */
#include "ai/page.h"
#include "asset/asset_list.h"
#include "asset/inner.h"
#include "historian/signal_view.h"
#include "web/link.h"
#include "web/parts.h"

#include "base/banned.h"

enum { KEY_VALUES = 3 };

/* --- filters ----------------------------------------------------------------------------------*/

static void put_options(const web_page *page, const char *key, const asset_options *options,
                        oq_uuid selected)
{
    web_value *list = web_put_list(page->view, key);
    for (size_t i = 0; i < options->count; i++) {
        const asset_option *o = &options->at[i];
        oq_str name = asset_name(page->locale.lang, o->name, o->name_ar);
        web_add_option(list, oq_uuid_text(page->arena, o->id), name, oq_uuid_eq(o->id, selected));
    }
}

static void put_statuses(const web_page *page, int selected)
{
    web_value *list = web_put_list(page->view, "statuses");
    for (const oq_choice *c = asset_status_choices; c->text; c++)
        web_add_option(list, oq_cstr(c->text),
                       web_choice_label(page->locale.lang, "asset_status", c->text),
                       c->value == selected);
}

static oq_err *put_filters(web_page *page, oq_scope *s, const asset_list_query *q)
{
    asset_options sites, units, classes;
    OQ_TRY(asset_list_options(s, q->site_id, &sites, &units, &classes));
    put_options(page, "sites", &sites, q->site_id);
    put_options(page, "units", &units, q->unit_id);
    put_options(page, "classes", &classes, q->class_id);
    put_statuses(page, q->status);
    web_put_bool(page->view, "has_units", units.count > 0);
    web_put_bool(page->view, "is_filtered",
                 q->q.len || q->criticality || q->status || q->doubtful ||
                     !oq_uuid_is_zero(q->site_id) || !oq_uuid_is_zero(q->class_id));
    return NULL;
}

/* --- figures ----------------------------------------------------------------------------------*/

static web_value *add_kpi(web_page *page, web_value *list, const char *kind, const char *label_key,
                          int64_t n, const asset_list_query *narrowed)
{
    web_value *kpi = web_add_kpi(list, kind, web_say(page, label_key),
                                 web_format_i64(page->arena, &page->locale, n), OQ_NONE);
    web_put_text(kpi, "href", web_link(page->arena, "/assets", asset_list_query_fields, narrowed));
    return kpi;
}

static void put_kpis(web_page *page, const asset_kpis *k, asset_list_query q)
{
    static const struct {
        int criticality;
        const char *label_key;
        size_t offset;
    } row[] = {
        {CRITICALITY_CRITICAL, "assets.kpi_critical", offsetof(asset_kpis, critical)},
        {CRITICALITY_HIGH, "assets.kpi_high", offsetof(asset_kpis, high)},
        {CRITICALITY_MEDIUM, "assets.kpi_medium", offsetof(asset_kpis, medium)},
        {CRITICALITY_LOW, "assets.kpi_low", offsetof(asset_kpis, low)},
    };
    web_value *list = web_put_list(page->view, "kpis");
    q.after = OQ_UUID_ZERO;
    asset_list_query narrowed = q;
    narrowed.criticality = 0;
    narrowed.doubtful = true;
    web_value *doubtful = add_kpi(page, list, k->doubtful ? "warn" : "", "assets.kpi_doubtful",
                                  k->doubtful, &narrowed);
    oq_arg of[] = {{.name = "n", .value = web_format_i64(page->arena, &page->locale, k->assets)}};
    web_put_text(doubtful, "note",
                 oq_text_fill(page->arena, page->locale.lang, OQ_STR("assets.kpi_of"), of, 1));
    narrowed.doubtful = q.doubtful;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        int64_t n;
        memcpy(&n, (const char *)k + row[i].offset, sizeof n);
        narrowed.criticality = row[i].criticality;
        add_kpi(page, list, "", row[i].label_key, n, &narrowed);
    }
}

/* --- rows -------------------------------------------------------------------------------------*/

static oq_str place_of(const web_page *page, const asset_row *a)
{
    oq_str where = asset_name(page->locale.lang, a->site_name, a->site_name_ar);
    oq_str unit_name = asset_name(page->locale.lang, a->unit_name, a->unit_name_ar);
    return unit_name.len ? oq_strf(page->arena, "%.*s › %.*s", OQ_FMT(where), OQ_FMT(unit_name))
                         : where;
}

static oq_str doubt_text(const web_page *page, const asset_row *a)
{
    if (!a->stale && !a->bad)
        return OQ_NONE;
    oq_arg fact[] = {
        {.name = "stale", .value = web_format_i64(page->arena, &page->locale, a->stale)},
        {.name = "bad", .value = web_format_i64(page->arena, &page->locale, a->bad)}};
    oq_str key = !a->bad     ? OQ_STR("assets.doubt_stale")
                 : !a->stale ? OQ_STR("assets.doubt_bad")
                             : OQ_STR("assets.doubt_both");
    return oq_text_fill(page->arena, page->locale.lang, key, fact, OQ_COUNT(fact));
}

static void put_row(const web_page *page, web_value *to, const asset_row *a,
                    const hist_signals *values)
{
    oq_lang lang = page->locale.lang;
    const char *status = oq_choice_text(asset_status_choices, a->status);
    web_put_text(to, "href", asset_path(page->arena, a->id));
    web_put_text(to, "code", a->code);
    web_put_text(to, "name", asset_name(lang, a->name, a->name_ar));
    web_put_text(to, "place", place_of(page, a));
    web_put_text(to, "class", asset_name(lang, a->class_name, a->class_name_ar));
    asset_put_criticality(page, to, a->criticality);
    web_put_text(to, "status", web_choice_label(lang, "asset_status", status));
    web_put_bool(to, "is_in_service", a->status == ASSET_IN_SERVICE);
    web_put_text(to, "doubt", doubt_text(page, a));
    web_value *list = web_put_list(to, "values");
    for (size_t i = 0; i < values->count; i++)
        if (oq_uuid_eq(values->at[i].e->asset_id, a->id))
            signal_put(page, web_add_object(list), &values->at[i]);
    web_put_bool(to, "has_values", web_count(list) > 0);
}

static const ai_score *score_of(const ai_scores *scores, oq_uuid id)
{
    for (size_t i = 0; i < scores->count; i++)
        if (oq_uuid_eq(scores->at[i].asset_id, id))
            return &scores->at[i];
    return NULL;
}

static oq_err *put_rows(web_page *page, oq_scope *s, const asset_rows *rows)
{
    hist_signals values;
    oq_uuids ids = {oq_new_n(page->arena, oq_uuid, rows->count), rows->count};
    for (size_t i = 0; i < rows->count; i++)
        ids.at[i] = rows->at[i].id;
    OQ_TRY(signal_find_first(s, ids, KEY_VALUES, &values));
    ai_scores scores = {0};
    if (rows->count)
        OQ_TRY(ai_scores_of(s, ids.at, ids.count, OQ_UUID_ZERO, OQ_TIME_NONE, &scores));
    web_value *list = web_put_list(page->view, "rows");
    for (size_t i = 0; i < rows->count; i++) {
        web_value *row = web_add_object(list);
        put_row(page, row, &rows->at[i], &values);
        ai_put_brief(page, row, score_of(&scores, rows->at[i].id));
    }
    web_put_bool(page->view, "has_rows", rows->count > 0);
    return NULL;
}

/* --- order and paging -------------------------------------------------------------------------*/

static void put_sort(web_page *page, web_value *heads, const char *name, const char *label_key,
                     asset_list_query q, asset_sort up, asset_sort down)
{
    int sort = q.sort ? q.sort : ASSET_BY_CODE;
    web_value *head = web_put_object(heads, name);
    q.sort = (int)(sort == (int)up ? down : up);
    q.after = OQ_UUID_ZERO;
    web_put_text(head, "label", web_say(page, label_key));
    web_put_text(head, "href", web_link(page->arena, "/assets", asset_list_query_fields, &q));
    web_put_bool(head, "is_up", sort == (int)up);
    web_put_bool(head, "is_down", sort == (int)down);
}

static void put_order(web_page *page, asset_list_query q, const asset_rows *rows)
{
    web_value *heads = web_put_object(page->view, "sorts");
    put_sort(page, heads, "code", "assets.asset", q, ASSET_BY_CODE, ASSET_BY_CODE_DOWN);
    put_sort(page, heads, "criticality", "assets.criticality", q, ASSET_BY_CRITICALITY,
             ASSET_BY_CRITICALITY_DOWN);
    put_sort(page, heads, "risk", "aipage.column_risk", q, ASSET_BY_RISK, ASSET_BY_RISK_DOWN);
    bool is_later = !oq_uuid_is_zero(q.after);
    q.after = OQ_UUID_ZERO;
    oq_str first = web_link(page->arena, "/assets", asset_list_query_fields, &q);
    q.after = rows->next;
    oq_str next = web_link(page->arena, "/assets", asset_list_query_fields, &q);
    web_put_pager(
        page->view,
        oq_text_count(page->arena, page->locale.lang, OQ_STR("assets.shown"), (int64_t)rows->count),
        is_later ? first : OQ_NONE, oq_uuid_is_zero(rows->next) ? OQ_NONE : next);
}

oq_err *asset_page_list(http_req *rq, oq_scope *s)
{
    asset_list_query query = {0};
    asset_rows rows = {0};
    asset_kpis kpis = {0};
    oq_err *err = http_query(rq, &query);
    if (err && err->kind != OQ_INVALID && err->kind != OQ_MALFORMED)
        return err;
    web_page page = web_page_begin(rq, "assets/list", "assets.title", "assets");
    page.status = err ? oq_kind_status(err->kind) : 0;
    web_page_crumb(&page, web_say(&page, "assets.title"), NULL);
    if (!err)
        OQ_TRY(asset_list(s, &query, page.locale.lang, &rows, &kpis));
    web_page_form(&page, asset_list_query_fields, &query, err);
    OQ_TRY(put_filters(&page, s, &query));
    put_kpis(&page, &kpis, query);
    OQ_TRY(put_rows(&page, s, &rows));
    put_order(&page, query, &rows);
    return web_page_send(&page);
}
