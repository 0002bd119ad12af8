/* A problem as it is stored, so that a run can be repeated to the same answer. Lists of numbers
 * stand as lists, what does not apply as null; names stand beside them. */
#include <math.h>

#include "optimize/inner.h"
#include "optimize/json_read.h"
#include "workorder/work_order.h"

#include "base/banned.h"

enum { DEPTH_MAX = 8 };

/* --- writing ------------------------------------------------------------------------------------*/

static void put_i64s(oq_json *j, const char *name, const int64_t *x, size_t count)
{
    oq_json_name(j, name);
    if (!x)
        return oq_json_null(j);
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        oq_json_i64(j, x[i]);
    oq_json_array_end(j);
}

static void put_i32s(oq_json *j, const char *name, const int32_t *x, size_t count)
{
    oq_json_name(j, name);
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        oq_json_i64(j, x[i]);
    oq_json_array_end(j);
}

/* "1101": a digit each. */
static void put_bools(oq_json *j, oq_arena *arena, const char *name, const bool *x, size_t count)
{
    oq_json_name(j, name);
    if (!x)
        return oq_json_null(j);
    char *text = oq_alloc(arena, count + 1);
    for (size_t i = 0; i < count; i++)
        text[i] = x[i] ? '1' : '0';
    oq_json_text(j, oq_strn(text, count));
}

static void put_job(oq_json *j, oq_arena *arena, const optimize_inputs *in, size_t i)
{
    const maintenance_job *task = &in->problem.job[i];
    const optimize_job_names *names = &in->job[i];
    size_t days = (size_t)in->problem.days;
    oq_json_object(j);
    oq_json_put(j, uuid, "order_id", names->order_id);
    oq_json_put(j, text, "number", names->number);
    oq_json_put(j, text, "title", names->title);
    oq_json_put(j, text, "title_ar", names->title_ar);
    oq_json_put(j, text, "mode", names->mode);
    oq_json_put(j, i64, "kind", names->kind);
    oq_json_put(j, i64, "priority", names->priority);
    oq_json_put(j, f64, "probability", names->probability);
    oq_json_put(j, bool, "is_risk_unknown", names->is_risk_unknown);
    oq_json_put(j, bool, "is_hours_of_class", names->is_hours_of_class);
    oq_json_put(j, bool, "is_late", names->is_late);
    oq_json_put(j, i64, "asset", task->asset);
    oq_json_put(j, i64, "site", task->site);
    oq_json_put(j, i64, "skills", (int64_t)task->skills);
    oq_json_put(j, i64, "minutes", task->minutes);
    oq_json_put(j, i64, "days", task->days);
    oq_json_put(j, bool, "is_shutdown", task->is_shutdown);
    oq_json_put(j, i64, "day_first", task->day_first);
    oq_json_put(j, i64, "day_last", task->day_last);
    put_bools(j, arena, "window", task->window, days);
    oq_json_name(j, "needs");
    oq_json_array(j);
    for (size_t k = 0; k < task->needs; k++) {
        oq_json_i64(j, task->need[k].part);
        oq_json_i64(j, task->need[k].quantity);
    }
    oq_json_array_end(j);
    put_i64s(j, "failure_cost", task->failure_cost, days + 1);
    put_i64s(j, "carbon_cost", task->carbon_cost, days + 1);
    put_i64s(j, "production_loss", task->production_loss, days);
    oq_json_put(j, i64, "planned_cost", task->planned_cost);
    oq_json_put(j, bool, "is_mandatory", task->is_mandatory);
    oq_json_put(j, bool, "is_day_pinned", task->is_day_pinned);
    oq_json_put(j, bool, "is_crew_pinned", task->is_crew_pinned);
    oq_json_put(j, i64, "pin_day", task->pin.day);
    oq_json_put(j, i64, "pin_crew", task->pin.crew);
    oq_json_put(j, bool, "has_previous", task->has_previous);
    oq_json_put(j, i64, "previous_day", task->previous.day);
    oq_json_put(j, i64, "previous_crew", task->previous.crew);
    oq_json_put(j, i64, "missing", task->missing);
    oq_json_object_end(j);
}

static void put_asset(oq_json *j, const optimize_inputs *in, size_t i)
{
    const optimize_asset_names *a = &in->asset[i];
    oq_json_object(j);
    oq_json_put(j, uuid, "id", a->id);
    oq_json_put(j, text, "code", a->code);
    oq_json_put(j, text, "name", a->name);
    oq_json_put(j, text, "name_ar", a->name_ar);
    oq_json_put(j, uuid, "site_id", a->site_id);
    oq_json_put(j, i64, "criticality", a->criticality);
    oq_json_put(j, f64, "impact_factor", a->impact_factor);
    oq_json_put(j, f64, "health", a->health);
    oq_json_put(j, f64, "probability", a->probability);
    oq_json_put(j, f64, "rul_days", a->rul_days);
    oq_json_put(j, f64, "risk", a->risk);
    oq_json_put(j, i64, "unit", in->problem.asset_unit[i]);
    oq_json_object_end(j);
}

static void put_crew(oq_json *j, oq_arena *arena, const optimize_inputs *in, size_t i)
{
    const maintenance_crew *c = &in->problem.crew[i];
    oq_json_object(j);
    oq_json_put(j, uuid, "user_id", in->crew[i].user_id);
    oq_json_put(j, text, "name", in->crew[i].name);
    oq_json_put(j, i64, "skills", (int64_t)c->skills);
    put_bools(j, arena, "site", c->site, in->problem.sites);
    put_i32s(j, "minutes", c->minutes, (size_t)in->problem.days);
    oq_json_put(j, i64, "cost_per_hour", c->cost_per_hour);
    oq_json_object_end(j);
}

static void put_limits(oq_json *j, const optimize_inputs *in)
{
    const maintenance_problem *p = &in->problem;
    oq_json_name(j, "parts");
    oq_json_array(j);
    for (size_t i = 0; i < p->parts; i++) {
        oq_json_object(j);
        oq_json_put(j, text, "number", in->part[i]);
        oq_json_put(j, i64, "stock", p->part[i].stock);
        put_i64s(j, "arrival", p->part[i].arrival, (size_t)p->days);
        oq_json_object_end(j);
    }
    oq_json_array_end(j);
    oq_json_name(j, "orders");
    oq_json_array(j);
    for (size_t i = 0; i < p->orders; i++) {
        oq_json_i64(j, p->order[i].before);
        oq_json_i64(j, p->order[i].after);
        oq_json_i64(j, p->order[i].gap_days);
    }
    oq_json_array_end(j);
    oq_json_name(j, "budgets");
    oq_json_array(j);
    for (size_t i = 0; i < p->budgets; i++) {
        oq_json_i64(j, p->budget[i].day_first);
        oq_json_i64(j, p->budget[i].day_last);
        oq_json_i64(j, p->budget[i].amount);
    }
    oq_json_array_end(j);
    oq_json_put(j, i64, "move_cost", p->move_cost);
}

static void put_counts(oq_json *j, const optimize_inputs *in)
{
    oq_json_put(j, i64, "assets_unscored", (int64_t)in->assets_unscored);
    oq_json_put(j, i64, "carbon_unknown", (int64_t)in->carbon_unknown);
    oq_json_put(j, i64, "orders_cut", (int64_t)in->orders_cut);
    oq_json_put(j, i64, "orders_begun", (int64_t)in->orders_begun);
    oq_json_put(j, i64, "begun_unknown", (int64_t)in->begun_unknown);
    oq_json_put(j, bool, "is_of_today", in->is_of_today);
}

oq_err *optimize_too_large(const optimize_inputs *in)
{
    /* not OQ_LIMIT: trying again does not help */
    return oq_fail(OQ_CONFLICT, "optimize.too_large", "jobs=%zu days=%d people=%zu",
                   in->problem.jobs, in->problem.days, in->problem.crews);
}

oq_err *optimize_inputs_write(oq_arena *arena, const optimize_inputs *in, oq_str *ret_json)
{
    const maintenance_problem *p = &in->problem;
    char day[OQ_DATE_TEXT];
    OQ_AUTO(oq_buf) buf = oq_buf_make(OPTIMIZE_JSON_MAX);
    oq_json j = oq_json_to(&buf);
    oq_date_format(in->from_day, day);
    oq_json_object(&j);
    oq_json_put(&j, i64, "form", 1);
    oq_json_put(&j, i64, "days", p->days);
    oq_json_put(&j, text, "from_day", oq_strn(day, sizeof day));
    oq_json_put(&j, text, "currency", in->currency);
    put_counts(&j, in);
    if (p->weights) {
        oq_json_name(&j, "weights");
        oq_json_object(&j);
        oq_json_put(&j, f64, "failure", p->weights->failure);
        oq_json_put(&j, f64, "planned", p->weights->planned);
        oq_json_put(&j, f64, "carbon", p->weights->carbon);
        oq_json_object_end(&j);
    }
    oq_json_name(&j, "sites");
    oq_json_array(&j);
    for (size_t i = 0; i < p->sites; i++)
        oq_json_uuid(&j, in->site[i]);
    oq_json_array_end(&j);
    oq_json_name(&j, "unit_down_max");
    oq_json_array(&j);
    for (size_t i = 0; i < p->units; i++)
        oq_json_i64(&j, p->unit_down_max[i]);
    oq_json_array_end(&j);
    oq_json_name(&j, "assets");
    oq_json_array(&j);
    for (size_t i = 0; i < p->assets; i++)
        put_asset(&j, in, i);
    oq_json_array_end(&j);
    oq_json_name(&j, "crews");
    oq_json_array(&j);
    for (size_t i = 0; i < p->crews; i++)
        put_crew(&j, arena, in, i);
    oq_json_array_end(&j);
    put_limits(&j, in);
    oq_json_name(&j, "jobs");
    oq_json_array(&j);
    for (size_t i = 0; i < p->jobs; i++)
        put_job(&j, arena, in, i);
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    if (buf.overflow)
        return optimize_too_large(in);
    *ret_json = oq_str_copy(arena, oq_buf_view(&buf));
    return NULL;
}

oq_str optimize_inputs_summary(oq_arena *arena, const optimize_inputs *in)
{
    const maintenance_problem *p = &in->problem;
    OQ_AUTO(oq_buf) buf = oq_buf_make(64 * 1024);
    oq_json j = oq_json_to(&buf);
    int64_t minutes = 0, ordered = 0, unknown = 0, wanted = 0;
    uint32_t missing = 0;
    for (size_t c = 0; c < p->crews; c++)
        for (int32_t d = 0; d < p->days; d++)
            minutes += p->crew[c].minutes[d];
    for (size_t i = 0; i < p->jobs; i++) {
        ordered += !oq_uuid_is_zero(in->job[i].order_id);
        unknown += p->job[i].missing != 0;
        wanted += p->job[i].missing ? 0 : (int64_t)p->job[i].minutes * p->job[i].days;
        missing |= p->job[i].missing;
    }
    oq_json_object(&j);
    oq_json_put(&j, i64, "assets", (int64_t)p->assets);
    oq_json_put(&j, i64, "jobs", (int64_t)p->jobs);
    oq_json_put(&j, i64, "orders", ordered);
    put_counts(&j, in);
    oq_json_put(&j, i64, "unknown", unknown);
    oq_json_put(&j, i64, "crews", (int64_t)p->crews);
    oq_json_put(&j, f64, "crew_hours", (double)minutes / 60);
    oq_json_put(&j, f64, "job_hours", (double)wanted / 60);
    oq_json_put(&j, bool, "is_weighted", p->weights != NULL);
    oq_json_name(&j, "missing");
    oq_json_array(&j);
    for (const oq_choice *c = maintenance_missing_choices; c->text; c++)
        if (missing & (uint32_t)c->value)
            oq_json_text(&j, oq_cstr(c->text));
    oq_json_array_end(&j);
    oq_json_object_end(&j);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

/* --- reading ------------------------------------------------------------------------------------*/

static int64_t *read_i64s(json_reader *r, const json_node *of, const char *name, size_t wanted)
{
    size_t count;
    int64_t *x = json_read_i64s(r, of, name, &count);
    if (x && count != wanted)
        r->is_broken = true;
    return x;
}

static const bool *read_bools(json_reader *r, const json_node *of, const char *name, size_t wanted)
{
    oq_str text = json_read_text(r, of, name);
    if (!text.ptr)
        return NULL;
    if (text.len != wanted) {
        r->is_broken = true;
        return NULL;
    }
    bool *x = oq_new_n(r->arena, bool, wanted);
    for (size_t i = 0; i < wanted; i++)
        x[i] = text.ptr[i] == '1';
    return x;
}

static void read_job(json_reader *r, const json_node *n, size_t days, maintenance_job *task,
                     optimize_job_names *names)
{
    size_t needs;
    int64_t *need = json_read_i64s(r, n, "needs", &needs);
    *names = (optimize_job_names){
        .order_id = json_read_uuid(r, n, "order_id"),
        .number = json_read_text(r, n, "number"),
        .title = json_read_text(r, n, "title"),
        .title_ar = json_read_text(r, n, "title_ar"),
        .mode = json_read_text(r, n, "mode"),
        .kind = (int)json_read_i64(r, n, "kind"),
        .priority = (int)json_read_i64(r, n, "priority"),
        .probability = json_read_f64(r, n, "probability"),
        .is_risk_unknown = json_read_bool(r, n, "is_risk_unknown"),
        .is_hours_of_class = json_read_bool(r, n, "is_hours_of_class"),
        .is_late = json_read_bool(r, n, "is_late"),
    };
    *task = (maintenance_job){
        .asset = (uint32_t)json_read_i64(r, n, "asset"),
        .site = (uint32_t)json_read_i64(r, n, "site"),
        .skills = (uint64_t)json_read_i64(r, n, "skills"),
        .minutes = (int32_t)json_read_i64(r, n, "minutes"),
        .days = (int32_t)json_read_i64(r, n, "days"),
        .is_shutdown = json_read_bool(r, n, "is_shutdown"),
        .day_first = (int32_t)json_read_i64(r, n, "day_first"),
        .day_last = (int32_t)json_read_i64(r, n, "day_last"),
        .window = read_bools(r, n, "window", days),
        .failure_cost = read_i64s(r, n, "failure_cost", days + 1),
        .carbon_cost = read_i64s(r, n, "carbon_cost", days + 1),
        .production_loss = read_i64s(r, n, "production_loss", days),
        .planned_cost = json_read_i64(r, n, "planned_cost"),
        .is_mandatory = json_read_bool(r, n, "is_mandatory"),
        .is_day_pinned = json_read_bool(r, n, "is_day_pinned"),
        .is_crew_pinned = json_read_bool(r, n, "is_crew_pinned"),
        .pin = {(int32_t)json_read_i64(r, n, "pin_day"), (int32_t)json_read_i64(r, n, "pin_crew")},
        .has_previous = json_read_bool(r, n, "has_previous"),
        .previous = {(int32_t)json_read_i64(r, n, "previous_day"),
                     (int32_t)json_read_i64(r, n, "previous_crew")},
        .missing = (uint32_t)json_read_i64(r, n, "missing"),
        .needs = needs / 2,
    };
    maintenance_need *to = oq_new_n(r->arena, maintenance_need, needs / 2);
    for (size_t i = 0; i + 1 < needs; i += 2)
        to[i / 2] = (maintenance_need){(uint32_t)need[i], need[i + 1]};
    task->need = to;
}

static void read_jobs(json_reader *r, const json_node *root, optimize_inputs *in)
{
    const json_node *list = json_read_list(r, root, "jobs");
    maintenance_job *task = oq_new_n(r->arena, maintenance_job, json_read_count(list));
    optimize_job_names *names = oq_new_n(r->arena, optimize_job_names, json_read_count(list));
    for (const json_node *n = json_read_first(list); n; n = n->next, in->problem.jobs++)
        read_job(r, n, (size_t)in->problem.days, &task[in->problem.jobs], &names[in->problem.jobs]);
    in->problem.job = task;
    in->job = names;
}

static void read_assets(json_reader *r, const json_node *root, optimize_inputs *in)
{
    const json_node *list = json_read_list(r, root, "assets");
    optimize_asset_names *names = oq_new_n(r->arena, optimize_asset_names, json_read_count(list));
    uint32_t *unit = oq_new_n(r->arena, uint32_t, json_read_count(list));
    size_t i = 0;
    for (const json_node *n = json_read_first(list); n; n = n->next, i++) {
        names[i] = (optimize_asset_names){
            .id = json_read_uuid(r, n, "id"),
            .code = json_read_text(r, n, "code"),
            .name = json_read_text(r, n, "name"),
            .name_ar = json_read_text(r, n, "name_ar"),
            .site_id = json_read_uuid(r, n, "site_id"),
            .criticality = (int)json_read_i64(r, n, "criticality"),
            .impact_factor = json_read_f64(r, n, "impact_factor"),
            .health = json_read_f64(r, n, "health"),
            .probability = json_read_f64(r, n, "probability"),
            .rul_days = json_read_f64(r, n, "rul_days"),
            .risk = json_read_f64(r, n, "risk"),
        };
        unit[i] = (uint32_t)json_read_i64(r, n, "unit");
    }
    in->problem.assets = i;
    in->problem.asset_unit = unit;
    in->asset = names;
}

static void read_crews(json_reader *r, const json_node *root, optimize_inputs *in)
{
    const json_node *list = json_read_list(r, root, "crews");
    maintenance_crew *crew = oq_new_n(r->arena, maintenance_crew, json_read_count(list));
    optimize_crew_names *names = oq_new_n(r->arena, optimize_crew_names, json_read_count(list));
    size_t i = 0, days = (size_t)in->problem.days;
    for (const json_node *n = json_read_first(list); n; n = n->next, i++) {
        int64_t *x = read_i64s(r, n, "minutes", days);
        int32_t *minutes = oq_new_n(r->arena, int32_t, days);
        for (size_t d = 0; x && !r->is_broken && d < days; d++)
            minutes[d] = (int32_t)x[d];
        crew[i] = (maintenance_crew){
            .skills = (uint64_t)json_read_i64(r, n, "skills"),
            .site = read_bools(r, n, "site", in->problem.sites),
            .minutes = minutes,
            .cost_per_hour = json_read_i64(r, n, "cost_per_hour"),
        };
        names[i] =
            (optimize_crew_names){json_read_uuid(r, n, "user_id"), json_read_text(r, n, "name")};
    }
    in->problem.crews = i;
    in->problem.crew = crew;
    in->crew = names;
}

static void read_places(json_reader *r, const json_node *root, optimize_inputs *in)
{
    const json_node *list = json_read_list(r, root, "sites");
    oq_uuid *site_id = oq_new_n(r->arena, oq_uuid, json_read_count(list));
    for (const json_node *n = json_read_first(list); n; n = n->next)
        site_id[in->problem.sites++] = json_uuid(r, n);
    int64_t *down = json_read_i64s(r, root, "unit_down_max", &in->problem.units);
    uint32_t *down_max = oq_new_n(r->arena, uint32_t, in->problem.units);
    for (size_t i = 0; i < in->problem.units; i++)
        down_max[i] = (uint32_t)down[i];
    in->site = site_id;
    in->problem.unit_down_max = down_max;
}

static void read_limits(json_reader *r, const json_node *root, optimize_inputs *in)
{
    maintenance_problem *p = &in->problem;
    const json_node *list = json_read_list(r, root, "parts");
    maintenance_part *part = oq_new_n(r->arena, maintenance_part, json_read_count(list));
    oq_str *number = oq_new_n(r->arena, oq_str, json_read_count(list));
    for (const json_node *n = json_read_first(list); n; n = n->next, p->parts++) {
        part[p->parts] = (maintenance_part){json_read_i64(r, n, "stock"),
                                            read_i64s(r, n, "arrival", (size_t)p->days)};
        number[p->parts] = json_read_text(r, n, "number");
    }
    size_t orders, budgets;
    int64_t *o = json_read_i64s(r, root, "orders", &orders);
    int64_t *b = json_read_i64s(r, root, "budgets", &budgets);
    maintenance_order *order = oq_new_n(r->arena, maintenance_order, orders / 3);
    maintenance_budget *budget = oq_new_n(r->arena, maintenance_budget, budgets / 3);
    for (size_t i = 0; i + 2 < orders; i += 3)
        order[p->orders++] =
            (maintenance_order){(uint32_t)o[i], (uint32_t)o[i + 1], (int32_t)o[i + 2]};
    for (size_t i = 0; i + 2 < budgets; i += 3)
        budget[p->budgets++] = (maintenance_budget){(int32_t)b[i], (int32_t)b[i + 1], b[i + 2]};
    p->part = part;
    p->order = order;
    p->budget = budget;
    p->move_cost = json_read_i64(r, root, "move_cost");
    in->part = number;
}

/* Runs from before there were weights have them in their amounts. */
static void read_weights(json_reader *r, const json_node *root, optimize_inputs *in)
{
    const json_node *n = json_tree_member(root, "weights");
    if (!n)
        return;
    maintenance_weights *w = oq_new(r->arena, maintenance_weights);
    *w = (maintenance_weights){json_read_f64(r, n, "failure"), json_read_f64(r, n, "planned"),
                               json_read_f64(r, n, "carbon")};
    in->problem.weights = w;
}

oq_err *optimize_inputs_read(oq_arena *arena, oq_str json, optimize_inputs *ret_inputs)
{
    json_reader r = {.arena = arena};
    const json_node *root;
    *ret_inputs = (optimize_inputs){0};
    OQ_TRY(json_tree_parse(arena, json, DEPTH_MAX, &root));
    ret_inputs->problem.days = (int32_t)json_read_i64(&r, root, "days");
    if (ret_inputs->problem.days < 1 || ret_inputs->problem.days > OPTIMIZE_HORIZON_MAX ||
        json_read_i64(&r, root, "form") != 1 ||
        !oq_date_parse(json_read_text(&r, root, "from_day"), &ret_inputs->from_day))
        return oq_fail(OQ_INTERNAL, "optimize.inputs_broken", "flaw=%s", "head");
    ret_inputs->currency = json_read_text(&r, root, "currency");
    read_weights(&r, root, ret_inputs);
    ret_inputs->assets_unscored = (size_t)json_read_i64(&r, root, "assets_unscored");
    ret_inputs->carbon_unknown = (size_t)json_read_i64(&r, root, "carbon_unknown");
    ret_inputs->orders_cut = (size_t)json_read_i64(&r, root, "orders_cut");
    ret_inputs->orders_begun = (size_t)json_read_i64(&r, root, "orders_begun");
    ret_inputs->begun_unknown = (size_t)json_read_i64(&r, root, "begun_unknown");
    ret_inputs->is_of_today = json_read_bool(&r, root, "is_of_today");
    read_places(&r, root, ret_inputs);
    read_assets(&r, root, ret_inputs);
    read_crews(&r, root, ret_inputs);
    read_limits(&r, root, ret_inputs);
    read_jobs(&r, root, ret_inputs);
    const char *flaw = r.is_broken ? "form" : maintenance_problem_flaw(&ret_inputs->problem);
    return flaw ? oq_fail(OQ_INTERNAL, "optimize.inputs_broken", "flaw=%s", flaw) : NULL;
}
