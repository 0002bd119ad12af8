/* Series as senders name them: many at once, made when they are not there. */
#include <math.h>

#include "audit/audit.h"
#include "historian/inner.h"
#include "quant/unit.h"
#include "tenant/settings.h"

#include "series.sql.h"

#include "base/banned.h"

enum { SLICE = 10000, AUDIT_KEYS = 100 };

const oq_field series_found_fields[] = {
    OQ_I64(series_found, place),          OQ_I64(series_found, no),
    OQ_BOOL(series_found, is_calculated), OQ_BOOL(series_found, is_active),
    OQ_F64(series_found, instrument_min), OQ_F64(series_found, instrument_max),
    OQ_TEXT(series_found, unit),          OQ_FIELDS_END,
};

static oq_err *check_names(const series_name *name, size_t count)
{
    oq_str checked = OQ_NONE;
    unit parsed;
    for (size_t i = 0; i < count; i++) {
        OQ_TRY(series_check_key(name[i].key));
        if (name[i].unit.len && !oq_str_eq(name[i].unit, checked)) {
            OQ_TRY(unit_parse(name[i].unit, &parsed));
            checked = name[i].unit;
        }
    }
    return NULL;
}

/* Names are looked up through a list of their places, so that those that are missing are a list of
 * the same kind. */
typedef struct look {
    oq_scope *s;
    const series_name *name;
    series_facts *facts;
    size_t *place;
    size_t count;
} look;

static oq_strs keys_of(const look *l)
{
    oq_strs keys = {oq_new_n(oq_scope_arena(l->s), oq_str, l->count), l->count};
    for (size_t i = 0; i < l->count; i++)
        keys.at[i] = l->name[l->place[i]].key;
    return keys;
}

static void take_found(look *l, const size_t *place, const series_found *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        l->facts[place[row[i].place - 1]] = (series_facts){
            .no = (int32_t)row[i].no,
            .is_active = row[i].is_active,
            .is_calculated = row[i].is_calculated,
            .min = isnan(row[i].instrument_min) ? -INFINITY : row[i].instrument_min,
            .max = isnan(row[i].instrument_max) ? INFINITY : row[i].instrument_max,
            .unit = row[i].unit,
            .scale = 1,
        };
    size_t left = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!l->facts[l->place[i]].no)
            l->place[left++] = l->place[i];
    l->count = left;
}

/* A key without the backslashes before points and backslashes: they are younger than some series.
 */
static oq_str key_before(oq_arena *arena, oq_str key)
{
    char *plain = oq_new_n(arena, char, key.len);
    size_t len = 0;
    for (size_t i = 0; i < key.len; i++) {
        bool is_mark = key.ptr[i] == '\\' && i + 1 < key.len &&
                       (key.ptr[i + 1] == '.' || key.ptr[i + 1] == '\\');
        i += is_mark;
        plain[len++] = key.ptr[i];
    }
    return oq_strn(plain, len);
}

static oq_err *look_up_before(look *l)
{
    oq_arena *arena = oq_scope_arena(l->s);
    size_t *place = oq_new_n(arena, size_t, l->count), n = 0;
    for (size_t i = 0; i < l->count; i++) {
        oq_str key = l->name[l->place[i]].key;
        if (oq_str_find(key, OQ_STR("\\.")) != SIZE_MAX ||
            oq_str_find(key, OQ_STR("\\\\")) != SIZE_MAX)
            place[n++] = l->place[i];
    }
    if (!n)
        return NULL;
    sql_series_look_before_args args = {.keys = {oq_new_n(arena, oq_str, n), n},
                                        .asset_codes = {oq_new_n(arena, oq_str, n), n},
                                        .metrics = {oq_new_n(arena, oq_str, n), n}};
    for (size_t i = 0; i < n; i++) {
        const series_name *name = &l->name[place[i]];
        args.keys.at[i] = key_before(arena, name->key);
        args.asset_codes.at[i] = name->asset_code.len ? name->asset_code : OQ_STR("");
        args.metrics.at[i] = name->metric;
    }
    sql_series_look_before_rows rows;
    OQ_TRY(sql_series_look_before(l->s, args, &rows));
    take_found(l, place, rows.at, rows.count);
    return NULL;
}

/* What is found leaves the list. */
static oq_err *look_up(look *l)
{
    sql_series_look_rows rows;
    OQ_TRY(sql_series_look(l->s, (sql_series_look_args){.keys = keys_of(l)}, &rows));
    take_found(l, l->place, rows.at, rows.count);
    return look_up_before(l);
}

static oq_err *make(const look *l, int64_t last_no, int64_t room, oq_str source, size_t *ret_made)
{
    oq_arena *arena = oq_scope_arena(l->s);
    oq_us now = oq_now(l->s);
    size_t n = l->count;
    sql_series_make_args args = {
        .keys = keys_of(l),
        .asset_codes = {oq_new_n(arena, oq_str, n), n},
        .metrics = {oq_new_n(arena, oq_str, n), n},
        .units = {oq_new_n(arena, oq_str, n), n},
        .ids = {oq_new_n(arena, oq_uuid, n), n},
        .last_no = last_no,
        .room = room,
        .source = source,
        .now = now,
    };
    for (size_t i = 0; i < n; i++) {
        const series_name *name = &l->name[l->place[i]];
        args.asset_codes.at[i] = name->asset_code;
        args.metrics.at[i] = name->metric;
        args.units.at[i] = name->unit;
        args.ids.at[i] = oq_uuid_new(now);
    }
    return sql_series_make(l->s, args, ret_made);
}

/* Whoever holds the counter makes series; what another sender made while we waited for it is seen
 * by the statement that comes after. */
static oq_err *make_missing(look *l, oq_str source, size_t *ret_made)
{
    tenant_settings *settings;
    sql_series_counter_rows counter;
    OQ_TRY(tenant_settings_get(l->s, &settings));
    OQ_TRY(sql_series_counter(l->s, (sql_series_counter_args){.add = 0}, &counter));
    int64_t last_no = counter.at[0].last_no, room = settings->series_max - last_no;
    *ret_made = 0;
    if (room > 0)
        OQ_TRY(make(l, last_no, room, source, ret_made));
    if (*ret_made)
        OQ_TRY(sql_series_counter(l->s, (sql_series_counter_args){.add = (int64_t)*ret_made},
                                  &counter));
    return look_up(l);
}

/* One row for all: how many, and the first of them by name. */
static oq_err *record(oq_scope *s, oq_strs keys, size_t made)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(AUDIT_CHANGES_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_key(&j, OQ_STR("key"));
    oq_json_object(&j);
    oq_json_put(&j, text, "from", OQ_NONE);
    oq_json_key(&j, OQ_STR("to"));
    oq_json_array(&j);
    for (size_t i = 0; i < keys.count; i++)
        oq_json_text(&j, keys.at[i]);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    oq_json_object_end(&j);
    oq_str label = keys.at[0];
    if (made > 1)
        label = oq_strf(oq_scope_arena(s), "%.*s (+%zu)", OQ_FMT(label), made - 1);
    return audit_record(s, &(audit_entry){.action = "series.found_new",
                                          .object_type = "series",
                                          .object_label = label,
                                          .changes = oq_buf_view(&buf)});
}

/* The first names that were missing and are there now. */
static void note_made(const look *l, const size_t *missing, size_t count, oq_strs *keys)
{
    for (size_t i = 0; i < count && keys->count < AUDIT_KEYS; i++)
        if (l->facts[missing[i]].no)
            keys->at[keys->count++] = l->name[missing[i]].key;
}

oq_err *series_resolve_facts(oq_scope *s, const series_name *name, size_t count, bool may_create,
                             oq_str source, series_facts *ret_facts, size_t *ret_created)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_strs keys = {oq_new_n(arena, oq_str, AUDIT_KEYS), 0};
    size_t created = 0;
    OQ_TRY(check_names(name, count));
    for (size_t from = 0; from < count; from += SLICE) {
        size_t n = count - from < SLICE ? count - from : SLICE;
        look l = {s, name, ret_facts, oq_new_n(arena, size_t, n), n};
        for (size_t i = 0; i < n; i++) {
            l.place[i] = from + i;
            ret_facts[from + i] = (series_facts){0};
        }
        OQ_TRY(look_up(&l));
        if (!l.count || !may_create)
            continue;
        size_t missing = l.count, made,
               *places = oq_copy(arena, l.place, missing * sizeof *l.place);
        OQ_TRY(make_missing(&l, source, &made));
        if (made)
            note_made(&l, places, missing, &keys);
        created += made;
    }
    if (created)
        OQ_TRY(record(s, keys, created));
    *ret_created = created;
    return NULL;
}

oq_err *series_resolve(oq_scope *s, const series_name *name, size_t count, bool may_create,
                       oq_str source, int32_t *ret_no, size_t *ret_created)
{
    series_facts *facts = oq_new_n(oq_scope_arena(s), series_facts, count);
    size_t created;
    OQ_TRY(series_resolve_facts(s, name, count, may_create, source, facts, &created));
    for (size_t i = 0; i < count; i++)
        ret_no[i] = facts[i].no;
    if (ret_created)
        *ret_created = created;
    return NULL;
}

/* --- series that came before their asset --------------------------------------------------------*/

oq_err *series_link(oq_scope *s, size_t *ret_linked)
{
    size_t linked;
    OQ_TRY(sql_series_link(s, (sql_series_link_args){.now = oq_now(s)}, &linked));
    *ret_linked = linked;
    if (!linked)
        return NULL;
    OQ_TRY(audit_record(s, &(audit_entry){
                               .action = "series.linked",
                               .object_type = "series",
                               .object_label = oq_strf(oq_scope_arena(s), "%zu", linked),
                           }));
    return series_tell(s);
}

static oq_err *run_link(job_run *run)
{
    oq_scope *s;
    size_t linked = 0;
    OQ_TRY(job_scope(run, OQ_WRITE, &s));
    oq_err *err = series_link(s, &linked);
    if (!err)
        err = oq_scope_commit(s);
    oq_scope_close(s);
    if (!err)
        job_set_result(run, oq_strf(job_arena(run), "{\"linked\":%zu}", linked));
    return err;
}

const job_kind series_job_kinds[] = {
    /* Twice is harmless: what is linked is no longer without an asset. */
    {.name = "series.link",
     .run = run_link,
     .lane = JOB_PER_TENANT,
     .every_s = 60,
     .is_routine = true,
     .limit_s = 300},
    {0},
};
