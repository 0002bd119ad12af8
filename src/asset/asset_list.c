#include "asset/asset_list.h"

#include "asset_list.sql.h"

#include "base/banned.h"

const oq_choice asset_sort_choices[] = {
    {ASSET_BY_CODE, "code"},
    {ASSET_BY_CODE_DOWN, "-code"},
    {ASSET_BY_NAME, "name"},
    {ASSET_BY_NAME_DOWN, "-name"},
    {ASSET_BY_CRITICALITY, "criticality"},
    {ASSET_BY_CRITICALITY_DOWN, "-criticality"},
    {ASSET_BY_RISK, "risk"},
    {ASSET_BY_RISK_DOWN, "-risk"},
    {0, NULL},
};

const oq_field asset_list_query_fields[] = {
    OQ_TEXT(asset_list_query, q, .max = 200),
    OQ_UUID(asset_list_query, site_id),
    OQ_UUID(asset_list_query, unit_id),
    OQ_UUID(asset_list_query, class_id),
    OQ_CHOICE(asset_list_query, criticality, criticality_choices),
    OQ_CHOICE(asset_list_query, status, asset_status_choices),
    OQ_BOOL(asset_list_query, doubtful),
    OQ_CHOICE(asset_list_query, sort, asset_sort_choices),
    OQ_UUID(asset_list_query, after),
    OQ_FIELDS_END,
};

const oq_field asset_row_fields[] = {
    OQ_UUID(asset_row, id),
    OQ_UUID(asset_row, site_id),
    OQ_TEXT(asset_row, code),
    OQ_TEXT(asset_row, name),
    OQ_TEXT(asset_row, name_ar),
    OQ_CHOICE(asset_row, criticality, criticality_choices),
    OQ_CHOICE(asset_row, status, asset_status_choices),
    OQ_TEXT(asset_row, site_code),
    OQ_TEXT(asset_row, site_name),
    OQ_TEXT(asset_row, site_name_ar),
    OQ_TEXT(asset_row, unit_name),
    OQ_TEXT(asset_row, unit_name_ar),
    OQ_TEXT(asset_row, class_name),
    OQ_TEXT(asset_row, class_name_ar),
    OQ_FIELDS_END,
};

const oq_field asset_kpis_fields[] = {
    OQ_I64(asset_kpis, assets),
    OQ_I64(asset_kpis, critical),
    OQ_I64(asset_kpis, high),
    OQ_I64(asset_kpis, medium),
    OQ_I64(asset_kpis, low),
    OQ_I64(asset_kpis, doubtful),
    OQ_FIELDS_END,
};

const oq_field asset_option_fields[] = {
    OQ_UUID(asset_option, id),
    OQ_TEXT(asset_option, code),
    OQ_TEXT(asset_option, name),
    OQ_TEXT(asset_option, name_ar),
    OQ_FIELDS_END,
};

/* --- in which order ---------------------------------------------------------------------------*/

/* The three statements give rows of one shape. */
typedef struct order {
    const asset_list_query *query;
    oq_uuids among;
    oq_strs words;
    const char *key;
    bool is_arabic, is_down;
    int64_t limit;
} order;

static oq_str choice(const oq_choice *choices, int value)
{
    return value ? oq_cstr(oq_choice_text(choices, value)) : OQ_NONE;
}

#define ORDER_ARGS(o)                                                                              \
    .site_id = (o)->query->site_id, .unit_id = (o)->query->unit_id,                                \
    .class_id = (o)->query->class_id,                                                              \
    .criticality = choice(criticality_choices, (o)->query->criticality),                           \
    .status = choice(asset_status_choices, (o)->query->status), .words = (o)->words,               \
    .among = (o)->among, .after_id = (o)->query->after, .limit = (o)->limit

#define TAKE_IDS(rows)                                                                             \
    for (size_t i = 0; i < (rows).count; i++)                                                      \
    ret_ids->at[ret_ids->count++] = (rows).at[i].id

static oq_err *ids_by_code(oq_scope *s, const order *o, oq_uuids *ret_ids)
{
    sql_asset_order_code_rows rows;
    OQ_TRY(sql_asset_order_code(s, (sql_asset_order_code_args){ORDER_ARGS(o)}, &rows));
    TAKE_IDS(rows);
    return NULL;
}

static oq_err *ids_up(oq_scope *s, const order *o, oq_uuids *ret_ids)
{
    sql_asset_order_up_rows rows;
    sql_asset_order_up_args args = {
        .sort = oq_cstr(o->key), .is_arabic = o->is_arabic, ORDER_ARGS(o)};
    OQ_TRY(sql_asset_order_up(s, args, &rows));
    TAKE_IDS(rows);
    return NULL;
}

static oq_err *ids_down(oq_scope *s, const order *o, oq_uuids *ret_ids)
{
    sql_asset_order_down_rows rows;
    sql_asset_order_down_args args = {
        .sort = oq_cstr(o->key), .is_arabic = o->is_arabic, ORDER_ARGS(o)};
    OQ_TRY(sql_asset_order_down(s, args, &rows));
    TAKE_IDS(rows);
    return NULL;
}

static oq_err *find_ids(oq_scope *s, const order *o, oq_uuids *ret_ids)
{
    *ret_ids = (oq_uuids){oq_new_n(oq_scope_arena(s), oq_uuid, (size_t)o->limit), 0};
    if (o->query->doubtful && !o->among.count)
        return NULL;
    int sort = o->query->sort ? o->query->sort : ASSET_BY_CODE;
    if (sort == ASSET_BY_CODE)
        return ids_by_code(s, o, ret_ids);
    return o->is_down ? ids_down(s, o, ret_ids) : ids_up(s, o, ret_ids);
}

/* --- what stands in the rows ------------------------------------------------------------------*/

static void take_doubts(asset_row *row, const sql_asset_doubtful_rows *doubts)
{
    for (size_t i = 0; i < doubts->count; i++) {
        if (!oq_uuid_eq(doubts->at[i].asset_id, row->id))
            continue;
        row->stale = doubts->at[i].stale;
        row->bad = doubts->at[i].bad;
    }
}

static oq_err *count(oq_scope *s, const asset_list_query *q, oq_strs words, oq_uuids doubtful,
                     asset_kpis *ret_kpis)
{
    sql_asset_kpis_rows rows;
    sql_asset_kpis_args args = {.site_id = q->site_id,
                                .unit_id = q->unit_id,
                                .class_id = q->class_id,
                                .status = choice(asset_status_choices, q->status),
                                .words = words,
                                .doubtful = doubtful};
    OQ_TRY(sql_asset_kpis(s, args, &rows));
    *ret_kpis = rows.at[0];
    return NULL;
}

oq_err *asset_list(oq_scope *s, const asset_list_query *query, oq_lang lang, asset_rows *ret_rows,
                   asset_kpis *ret_kpis)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_asset_doubtful_rows doubts;
    OQ_TRY(sql_asset_doubtful(s, (sql_asset_doubtful_args){.now = oq_now(s)}, &doubts));
    oq_uuids doubtful = {oq_new_n(arena, oq_uuid, doubts.count), doubts.count};
    for (size_t i = 0; i < doubts.count; i++)
        doubtful.at[i] = doubts.at[i].asset_id;

    const char *key = query->sort ? oq_choice_text(asset_sort_choices, query->sort) : "code";
    order o = {.query = query,
               .among = query->doubtful ? doubtful : (oq_uuids){0},
               .words = plant_patterns(arena, query->q),
               .key = key[0] == '-' ? key + 1 : key,
               .is_arabic = lang == OQ_LANG_AR,
               .is_down = key[0] == '-',
               .limit = ASSET_LIST_PAGE + 1};
    oq_uuids ids;
    OQ_TRY(find_ids(s, &o, &ids));
    bool has_more = ids.count > ASSET_LIST_PAGE;
    if (has_more)
        ids.count = ASSET_LIST_PAGE;
    sql_asset_rows_rows rows;
    OQ_TRY(sql_asset_rows(s, (sql_asset_rows_args){.ids = ids}, &rows));
    for (size_t i = 0; i < rows.count; i++)
        take_doubts(&rows.at[i], &doubts);
    *ret_rows = (asset_rows){rows.at, rows.count, has_more ? ids.at[ids.count - 1] : OQ_UUID_ZERO};
    return count(s, query, o.words, doubtful, ret_kpis);
}

oq_err *asset_list_options(oq_scope *s, oq_uuid site_id, asset_options *ret_sites,
                           asset_options *ret_units, asset_options *ret_classes)
{
    sql_asset_sites_rows sites;
    sql_asset_units_rows units = {0};
    sql_asset_classes_rows classes;
    OQ_TRY(sql_asset_sites(s, &sites));
    if (!oq_uuid_is_zero(site_id))
        OQ_TRY(sql_asset_units(s, (sql_asset_units_args){.site_id = site_id}, &units));
    OQ_TRY(sql_asset_classes(s, &classes));
    *ret_sites = (asset_options){sites.at, sites.count};
    *ret_units = (asset_options){units.at, units.count};
    *ret_classes = (asset_options){classes.at, classes.count};
    return NULL;
}
