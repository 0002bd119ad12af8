#include "incident/dossier.h"

#include "dossier.sql.h"

#include "base/banned.h"

const oq_field dossier_run_fields[] = {
    OQ_UUID(dossier_run, id),
    OQ_I64(dossier_run, number),
    OQ_I64(dossier_run, incident_version),
    OQ_TEXT(dossier_run, made_by),
    OQ_TIME(dossier_run, made_at),
    OQ_I64(dossier_run, took_us),
    OQ_JSON(dossier_run, top),
    OQ_F64(dossier_run, probability),
    OQ_FIELDS_END,
};

const oq_field dossier_named_event_fields[] = {
    OQ_UUID(dossier_named_event, id),
    OQ_TIME(dossier_named_event, event_time),
    OQ_TEXT(dossier_named_event, summary),
    OQ_TEXT(dossier_named_event, summary_ar),
    OQ_FIELDS_END,
};

const oq_field dossier_named_series_fields[] = {
    OQ_UUID(dossier_named_series, id),      OQ_I64(dossier_named_series, no),
    OQ_TEXT(dossier_named_series, key),     OQ_TEXT(dossier_named_series, name),
    OQ_TEXT(dossier_named_series, name_ar), OQ_FIELDS_END,
};

const web_value *dossier_part(const dossier *d, const char *name)
{
    return web_get(d->result, oq_cstr(name));
}

oq_str dossier_raw(const dossier *d, const char *name)
{
    for (size_t i = 0; i < d->raw_count; i++)
        if (oq_str_eq(d->raw[i].name, oq_cstr(name)))
            return d->raw[i].value;
    return OQ_NONE;
}

/* --- the analysis -------------------------------------------------------------------------------*/

static oq_err *read_runs(oq_scope *s, dossier *d, int64_t number)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_dossier_runs_rows rows;
    OQ_TRY(sql_dossier_runs(
        s, (sql_dossier_runs_args){.incident_id = d->it->id, .limit = DOSSIER_RUNS_MAX}, &rows));
    for (size_t i = 0; i < rows.count; i++) {
        if (d->view.extent != INCIDENT_FULL)
            rows.at[i].made_by = incident_initials(arena, rows.at[i].made_by);
        if (!d->run && (!number || rows.at[i].number == number))
            d->run = &rows.at[i];
    }
    if (number && !d->run)
        return oq_fail(OQ_NOT_FOUND, "incident.not_found");
    d->runs = rows.at;
    d->run_count = rows.count;
    if (!d->run)
        return NULL;
    sql_dossier_result_rows found;
    OQ_TRY(sql_dossier_result(
        s, (sql_dossier_result_args){.incident_id = d->it->id, .number = d->run->number}, &found));
    if (!found.count)
        return NULL;
    oq_str json = found.at[0].result;
    if (d->view.extent == INCIDENT_MASKED)
        json = incident_mask_payload(arena, json);
    oq_pair *pair;
    d->result = dossier_json(arena, json);
    if (d->result) {
        OQ_TRY(oq_json_pairs(arena, json, &pair, &d->raw_count));
        d->raw = pair;
    }
    return NULL;
}

/* --- what evidence names ------------------------------------------------------------------------*/

typedef struct named {
    oq_uuid id[DOSSIER_NAMED_MAX];
    int64_t no[DOSSIER_NAMED_MAX];
    size_t ids, nos;
} named;

static void collect(named *n, const web_value *evidence)
{
    const web_value *ids = web_get(evidence, OQ_STR("event_ids"));
    const web_value *nos = web_get(evidence, OQ_STR("series_nos"));
    for (size_t i = 0; i < web_count(ids) && n->ids < DOSSIER_NAMED_MAX; i++)
        if (oq_uuid_parse(web_as_text(web_at(ids, i)), &n->id[n->ids]))
            n->ids++;
    for (size_t i = 0; i < web_count(nos) && n->nos < DOSSIER_NAMED_MAX; i++)
        if (oq_parse_i64(web_as_text(web_at(nos, i)), &n->no[n->nos]))
            n->nos++;
}

static oq_err *read_named(oq_scope *s, dossier *d)
{
    named *n = oq_new(oq_scope_arena(s), named);
    const web_value *causes = dossier_part(d, "causes");
    for (size_t i = 0; i < web_count(causes); i++) {
        const web_value *evidence = web_get(web_at(causes, i), OQ_STR("evidence"));
        for (size_t k = 0; k < web_count(evidence); k++)
            collect(n, web_at(evidence, k));
    }
    sql_dossier_named_events_rows events = {0};
    sql_dossier_named_series_rows series = {0};
    if (n->ids)
        OQ_TRY(sql_dossier_named_events(
            s, (sql_dossier_named_events_args){.incident_id = d->it->id, .ids = {n->id, n->ids}},
            &events));
    if (n->nos)
        OQ_TRY(sql_dossier_named_series(s, (sql_dossier_named_series_args){.nos = {n->no, n->nos}},
                                        &series));
    d->event = events.at;
    d->event_count = events.count;
    d->series = series.at;
    d->series_count = series.count;
    return NULL;
}

/* --- the whole ----------------------------------------------------------------------------------*/

static oq_err *read_steps(oq_scope *s, dossier *d)
{
    oq_arena *arena = oq_scope_arena(s);
    OQ_TRY(incident_steps_of(s, d->it->id, &d->steps));
    d->is_unaltered = oq_uuid_is_zero(incident_find_broken(s, &d->steps));
    if (d->steps.count)
        d->newest_seal = d->steps.at[d->steps.count - 1].seal;
    for (size_t i = 0; i < d->steps.count; i++)
        incident_mask_step(arena, &d->view, &d->steps.at[i]);
    return NULL;
}

static oq_err *read_orders(oq_scope *s, dossier *d)
{
    if (!oq_caps_have(oq_scope_actor(s)->caps, CAP_WORK_ORDER_READ))
        return NULL;
    work_order_query query = {
        .incident_id = d->it->id, .due_before = OQ_TIME_NONE, .limit = DOSSIER_ORDERS_MAX};
    return work_order_list(s, &query, DOSSIER_ORDERS_MAX, &d->orders);
}

oq_err *dossier_get(oq_scope *s, oq_uuid id, int64_t run, dossier **ret_dossier)
{
    dossier *d = oq_new(oq_scope_arena(s), dossier);
    OQ_TRY(incident_read(s, id, &d->it, &d->view));
    OQ_TRY(incident_names_of(s, &d->view, id, &d->names));
    OQ_TRY(read_steps(s, d));
    if (d->view.extent != INCIDENT_SUMMARY) {
        OQ_TRY(incident_key_events(s, &d->view, id, &d->key_events));
        OQ_TRY(read_runs(s, d, run));
        OQ_TRY(read_named(s, d));
        OQ_TRY(read_orders(s, d));
    }
    *ret_dossier = d;
    return NULL;
}
