/* /models: of each class, which models there are, what they were trained on and how well they tell.
 */
#include <math.h>

#include "ai/page_inner.h"
#include "plant/structure.h"
#include "web/parts.h"

const oq_field ai_page_class_fields[] = {
    OQ_UUID(ai_page_class, id),
    OQ_TEXT(ai_page_class, code),
    OQ_TEXT(ai_page_class, name),
    OQ_TEXT(ai_page_class, name_ar),
    OQ_I64(ai_page_class, assets),
    OQ_I64(ai_page_class, scored),
    OQ_FIELDS_END,
};

#include "ai_page.sql.h"

#include "base/banned.h"

/* --- how well ------------------------------------------------------------------------------------*/

/* The figures that one looks at first. */
static oq_str quality_of(const web_page *page, const ai_model *m, const json_node *metrics)
{
    const json_node *all = metrics ? json_tree_member(metrics, "all") : NULL;
    oq_arena *arena = page->arena;
    if (m->kind == AI_FAILURE && all && !isnan(json_tree_number(all, "auc"))) {
        oq_arg fact[] = {
            {.name = "auc", .value = ai_page_figure(page, json_tree_number(all, "auc"))},
            {.name = "f1", .value = ai_page_figure(page, json_tree_number(all, "f1"))},
            {.name = "ece", .value = ai_page_figure(page, json_tree_number(all, "ece"))}};
        return oq_text_fill(arena, page->locale.lang, OQ_STR("aipage.quality_failure"), fact, 3);
    }
    if (m->kind == AI_LIFE) {
        size_t modes = 0;
        for (const json_node *k = ai_page_first(metrics); k; k = k->next)
            modes++;
        return oq_text_count(arena, page->locale.lang, OQ_STR("aipage.quality_life"),
                             (int64_t)modes);
    }
    return OQ_NONE;
}

static void put_drift(const web_page *page, web_value *to, const json_node *drift)
{
    oq_str state = json_tree_text(drift, "state");
    web_put(to, "badge", NULL);
    if (!state.len)
        return;
    bool is_moved = oq_str_eq(state, OQ_STR("MOVED")),
         is_shifted = oq_str_eq(state, OQ_STR("SHIFTED"));
    web_put_badge(to,
                  is_shifted ? "bad"
                  : is_moved ? "warn"
                             : "off",
                  web_choice_label(page->locale.lang, "drift_state", oq_str_c(page->arena, state)));
}

static const char *model_state_kind(int state)
{
    return state == AI_MODEL_READY ? "ok" : state == AI_MODEL_FAILED ? "bad" : "off";
}

static oq_err *put_model(web_page *page, web_value *to, const ai_model *m)
{
    const json_node *metrics, *missing, *drift;
    ai_page_names nobody = {0};
    oq_lang lang = page->locale.lang;
    const web_locale *l = &page->locale;
    OQ_TRY(ai_page_json(page->arena, m->metrics, &metrics));
    OQ_TRY(ai_page_json(page->arena, m->missing, &missing));
    OQ_TRY(ai_page_json(page->arena, m->drift, &drift));
    web_put_text(to, "kind",
                 web_choice_label(lang, "ai_kind", oq_choice_text(ai_kind_choices, m->kind)));
    web_put_text(to, "number", web_format_i64(page->arena, l, m->number));
    web_put_text(to, "href",
                 oq_strf(page->arena, "/models/%.*s", OQ_FMT(oq_uuid_text(page->arena, m->id))));
    web_put_bool(to, "is_current", m->is_current);
    web_value *state = web_put_object(to, "state");
    web_put_badge(
        state, model_state_kind(m->state),
        web_choice_label(lang, "ai_model_state", oq_choice_text(ai_model_state_choices, m->state)));
    web_put_text(to, "quality",
                 m->state == AI_MODEL_READY ? quality_of(page, m, metrics) : OQ_NONE);
    put_drift(page, web_put_object(to, "drift"), drift);
    web_put_text(to, "made_ago", web_format_date(page->arena, l, m->made_at));
    web_put_text(to, "data",
                 m->data_from == OQ_TIME_NONE
                     ? OQ_NONE
                     : ai_page_range(page, web_format_date(page->arena, l, m->data_from),
                                     web_format_date(page->arena, l, m->data_to)));
    web_put_text(to, "failures",
                 oq_text_count(page->arena, lang, OQ_STR("aipage.failures_n"), m->failures));
    web_value *list = web_put_list(to, "missing");
    if (m->state != AI_MODEL_READY)
        ai_page_put_missing(page, list, missing, &nobody);
    web_put_bool(to, "has_missing", web_count(list) > 0);
    return NULL;
}

/* --- classes -------------------------------------------------------------------------------------*/

static oq_err *put_class(web_page *page, web_value *to, const ai_page_class *c,
                         const sql_ai_page_models_rows *models)
{
    oq_arg fact[] = {
        {.name = "scored", .value = web_format_i64(page->arena, &page->locale, c->scored)},
        {.name = "assets", .value = web_format_i64(page->arena, &page->locale, c->assets)}};
    web_put_text(to, "id", oq_uuid_text(page->arena, c->id));
    web_put_text(to, "code", c->code);
    web_put_text(to, "name", ai_page_either(page, c->name, c->name_ar));
    web_put_text(to, "scored_text",
                 oq_text_fill(page->arena, page->locale.lang, OQ_STR("aipage.scored_of"), fact, 2));
    web_value *list = web_put_list(to, "models");
    for (size_t i = 0; i < models->count; i++)
        if (oq_uuid_eq(models->at[i].class_id, c->id))
            OQ_TRY(put_model(page, web_add_object(list), &models->at[i]));
    web_put_bool(to, "has_models", web_count(list) > 0);
    return NULL;
}

oq_err *ai_page_models(http_req *rq, oq_scope *s)
{
    sql_ai_page_classes_rows classes;
    sql_ai_page_models_rows models;
    OQ_TRY(sql_ai_page_classes(s, &classes));
    OQ_TRY(sql_ai_page_models(s, &models));
    web_page page = web_page_begin(rq, "ai/models", "aipage.models", "models");
    web_page_crumb(&page, web_say(&page, "aipage.models"), NULL);
    web_value *list = web_put_list(page.view, "classes");
    for (size_t i = 0; i < classes.count; i++)
        OQ_TRY(put_class(&page, web_add_object(list), &classes.at[i], &models));
    web_put_bool(page.view, "has_classes", classes.count > 0);
    return web_page_send(&page);
}

/* --- deeds ---------------------------------------------------------------------------------------*/

static oq_err *post_fit(http_req *rq, oq_scope *s)
{
    oq_uuid class_id, job_id;
    OQ_TRY(http_path_uuid(rq, "id", &class_id));
    OQ_TRY(ai_fit_ask(s, class_id, &job_id));
    web_toast(rq, "ok", "aipage.fit_asked");
    http_redirect(rq, OQ_STR("/models"));
    return NULL;
}

static oq_err *post_use(http_req *rq, oq_scope *s)
{
    oq_uuid id;
    OQ_TRY(http_path_uuid(rq, "id", &id));
    OQ_TRY(ai_model_use(s, id));
    web_toast(rq, "ok", "aipage.was_used");
    http_redirect(
        rq, oq_strf(http_arena(rq), "/models/%.*s", OQ_FMT(oq_uuid_text(http_arena(rq), id))));
    return NULL;
}

const http_route ai_page_routes[] = {
    {HTTP_GET, "/models", CAP_ASSET_READ, ai_page_models, .is_page = true},
    {HTTP_POST, "/models/asset-classes/{id}/fit", CAP_MODEL_MANAGE, post_fit, .is_page = true},
    {HTTP_GET, "/models/{id}", CAP_ASSET_READ, ai_page_model, .is_page = true},
    {HTTP_POST, "/models/{id}/use", CAP_MODEL_MANAGE, post_use, .is_page = true},
    {0},
};
