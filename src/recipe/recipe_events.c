/* Steps that make events and work orders: what happened, what was done. */
#include "recipe/recipe_inner.h"

#include "blackbox/event.h"
#include "workorder/work_order.h"

#include "base/banned.h"

enum { SLICE = 5000, PAYLOAD_MAX = 64 * 1024 };

/* One slice of orders of either kind. */
typedef struct slice {
    recipe_run_state *run;
    recipe_assets assets;
    size_t count;
} slice;

static oq_err *required(const recipe_slot *slots, const char *name, bool is_given)
{
    for (const recipe_slot *slot = slots; slot->name; slot++)
        if (strcmp(slot->name, name) == 0 && slot->required && !is_given)
            return oq_fail_field(slot->name, "recipe.missing");
    return NULL;
}

static oq_err *take_text(slice *sl, const recipe_row *row, const recipe_slot *slots,
                         const char *name, oq_str preset, oq_str *ret)
{
    oq_str text;
    oq_arena *arena = sl->run->arena;
    OQ_TRY(recipe_member_fill(arena, &sl->run->step->set, name, row->cell, &text));
    OQ_TRY(required(slots, name, text.len || preset.len));
    if (text.len && !oq_utf8_valid(text))
        return oq_fail_field(oq_str_c(arena, oq_cstr(name)), "field.bad_text");
    *ret = text.len ? oq_str_copy(arena, text) : preset;
    return NULL;
}

static oq_err *take_choice(slice *sl, const recipe_row *row, const recipe_slot *slots,
                           const char *name, const oq_choice *choices, int preset, int *ret)
{
    OQ_TRY(recipe_choice_fill(sl->run->arena, &sl->run->step->set, name, choices, row->cell, ret));
    OQ_TRY(required(slots, name, *ret || preset));
    *ret = *ret ? *ret : preset;
    return NULL;
}

static oq_err *take_time(slice *sl, const recipe_row *row, const recipe_slot *slots,
                         const char *name, oq_us *ret)
{
    const recipe_value *v = recipe_member_find(&sl->run->step->set, name);
    OQ_TRY(recipe_time_fill(sl->run->arena, sl->run->step, v, row->cell, ret));
    return required(slots, name, *ret != OQ_TIME_NONE);
}

static oq_err *take_asset(slice *sl, const recipe_row *row, oq_uuid *ret)
{
    oq_str code;
    OQ_TRY(recipe_member_fill(sl->run->arena, &sl->run->step->set, "asset", row->cell, &code));
    return recipe_asset(sl->run, &sl->assets, code, ret);
}

/* --- events -------------------------------------------------------------------------------------*/

/* Numbers and truths as the recipe has them; what comes from a file is text. */
static oq_err *take_payload(slice *sl, const recipe_row *row, oq_str *ret)
{
    const recipe_members *m = &sl->run->step->payload;
    OQ_AUTO(oq_buf) buf = oq_buf_make(PAYLOAD_MAX);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    for (size_t i = 0; i < m->count; i++) {
        oq_str text;
        OQ_TRY(recipe_value_fill(sl->run->arena, &m->at[i].value, row->cell, &text));
        if (text.ptr && !oq_utf8_valid(text))
            return oq_fail_field("payload", "field.bad_text");
        oq_json_key(&j, m->at[i].name);
        if (m->at[i].value.shape == SHAPE_BARE)
            oq_json_raw(&j, text);
        else
            oq_json_text(&j, text);
    }
    oq_json_object_end(&j);
    if (buf.overflow)
        return oq_fail_field("payload", "field.too_long", "max=%d", PAYLOAD_MAX);
    *ret = oq_str_copy(sl->run->arena, oq_buf_view(&buf));
    return NULL;
}

static oq_err *take_event(slice *sl, const recipe_row *row, event_order *to)
{
    const recipe_slot *slots = recipe_event_slots;
    *to = (event_order){0};
    OQ_TRY(take_text(sl, row, slots, "source_system", OQ_STR("IMPORT"), &to->source_system));
    OQ_TRY(take_choice(sl, row, slots, "source_type", event_type_choices, EVENT_SYSTEM_LOG,
                       &to->source_type));
    OQ_TRY(take_text(sl, row, slots, "source_id", OQ_NONE, &to->source_id));
    OQ_TRY(take_time(sl, row, slots, "time", &to->event_time));
    OQ_TRY(take_choice(sl, row, slots, "severity", event_severity_choices, 0, &to->severity));
    OQ_TRY(take_choice(sl, row, slots, "category", event_category_choices, 0, &to->category));
    OQ_TRY(take_text(sl, row, slots, "summary", OQ_NONE, &to->summary));
    if (to->summary.len > EVENT_SUMMARY_MAX)
        return oq_fail_field("summary", "field.too_long", "max=%d", EVENT_SUMMARY_MAX);
    OQ_TRY(take_payload(sl, row, &to->payload));
    return take_asset(sl, row, &to->asset_id);
}

static oq_err *put_events(slice *sl, const event_order *order)
{
    oq_scope *s;
    size_t added = 0;
    OQ_TRY(recipe_unit(sl->run, &s));
    if (sl->count)
        OQ_TRY(event_add_many(s, order, sl->count, &added));
    OQ_TRY(recipe_unit_end(sl->run));
    sl->run->counts->added += (int64_t)added;
    sl->run->counts->same += (int64_t)(sl->count - added);
    sl->count = 0;
    recipe_tell(sl->run);
    return NULL;
}

/* --- work orders --------------------------------------------------------------------------------*/

static oq_err *take_order(slice *sl, const recipe_row *row, work_order_past *to)
{
    const recipe_slot *slots = recipe_order_slots;
    *to = (work_order_past){0};
    OQ_TRY(take_text(sl, row, slots, "number", OQ_NONE, &to->number));
    OQ_TRY(take_text(sl, row, slots, "source", OQ_STR("IMPORT"), &to->source));
    OQ_TRY(take_text(sl, row, slots, "source_id", OQ_NONE, &to->source_id));
    OQ_TRY(take_text(sl, row, slots, "component", OQ_NONE, &to->component_code));
    OQ_TRY(take_text(sl, row, slots, "title", OQ_NONE, &to->title));
    if (to->title.len > WORK_ORDER_TITLE_MAX)
        return oq_fail_field("title", "field.too_long", "max=%d", WORK_ORDER_TITLE_MAX);
    OQ_TRY(take_choice(sl, row, slots, "kind", work_order_kind_choices, 0, &to->kind));
    OQ_TRY(
        take_choice(sl, row, slots, "status", work_order_status_choices, WORK_CLOSED, &to->status));
    OQ_TRY(take_choice(sl, row, slots, "priority", work_order_priority_choices, WORK_MEDIUM,
                       &to->priority));
    OQ_TRY(take_time(sl, row, slots, "started_at", &to->started_at));
    OQ_TRY(take_time(sl, row, slots, "finished_at", &to->finished_at));
    return take_asset(sl, row, &to->asset_id);
}

static oq_err *put_orders(slice *sl, const work_order_past *order)
{
    oq_scope *s;
    size_t added = 0;
    OQ_TRY(recipe_unit(sl->run, &s));
    if (sl->count)
        OQ_TRY(work_order_add_past(s, order, sl->count, &added));
    OQ_TRY(recipe_unit_end(sl->run));
    sl->run->counts->added += (int64_t)added;
    sl->run->counts->same += (int64_t)(sl->count - added);
    sl->count = 0;
    recipe_tell(sl->run);
    return NULL;
}

/* --- rows ---------------------------------------------------------------------------------------*/

/* Mistakes of a row are told; what the database cannot do ends the step. */
static oq_err *judge(slice *sl, const recipe_row *row, oq_err *err)
{
    if (!err) {
        sl->count++;
        return NULL;
    }
    if (err->kind != OQ_INVALID)
        return err;
    recipe_refuse(sl->run, row->line, err);
    return NULL;
}

static oq_err *run_events(slice *sl, event_order *order)
{
    recipe_row row;
    for (bool is_row = true;;) {
        OQ_TRY(recipe_next(sl->run, &row, &is_row));
        if (!is_row)
            return put_events(sl, order);
        OQ_TRY(judge(sl, &row, take_event(sl, &row, &order[sl->count])));
        if (sl->count == SLICE)
            OQ_TRY(put_events(sl, order));
    }
}

static oq_err *run_orders(slice *sl, work_order_past *order)
{
    recipe_row row;
    for (bool is_row = true;;) {
        OQ_TRY(recipe_next(sl->run, &row, &is_row));
        if (!is_row)
            return put_orders(sl, order);
        OQ_TRY(judge(sl, &row, take_order(sl, &row, &order[sl->count])));
        if (sl->count == SLICE)
            OQ_TRY(put_orders(sl, order));
    }
}

/* The orders and the assets outlive the units of work. */
static oq_err *run_with(recipe_run_state *run, bool is_events)
{
    oq_arena *arena = oq_arena_open(0);
    slice sl = {.run = run, .assets = {.place = {.arena = arena}}};
    oq_err *err = is_events ? run_events(&sl, oq_new_n(arena, event_order, SLICE))
                            : run_orders(&sl, oq_new_n(arena, work_order_past, SLICE));
    oq_arena_close(arena);
    return err;
}

oq_err *recipe_run_events(recipe_run_state *run)
{
    return run_with(run, true);
}

oq_err *recipe_run_orders(recipe_run_state *run)
{
    return run_with(run, false);
}
