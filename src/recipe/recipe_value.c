/* Values of a row: templates, choices, times, references to assets. */
#include "recipe/recipe_inner.h"

#include "base/banned.h"

void recipe_table_put(recipe_table *t, oq_str key, oq_str value)
{
    int64_t at;
    if (recipe_map_find(&t->place, key, &at)) {
        t->value[at] = oq_str_copy(t->place.arena, value); /* the later line counts */
        return;
    }
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 16;
        oq_str *larger = oq_new_n(t->place.arena, oq_str, room);
        if (t->count)
            memcpy(larger, t->value, t->count * sizeof *larger);
        t->value = larger;
        t->room = room;
    }
    recipe_map_put(&t->place, key, (int64_t)t->count);
    t->value[t->count++] = oq_str_copy(t->place.arena, value);
}

oq_err *recipe_value_fill(oq_arena *arena, const recipe_value *v, const oq_str *cell,
                          oq_str *ret_text)
{
    int64_t at;
    while (v && v->shape == SHAPE_CHOICE) {
        oq_str text = recipe_template_fill(arena, &v->text, cell);
        if (recipe_map_find(&v->table->place, text, &at)) {
            *ret_text = v->table->value[at];
            return NULL;
        }
        if (!v->otherwise)
            return oq_fail(OQ_INVALID, "recipe.no_entry", "text=%.*s place=%s",
                           OQ_FMT(oq_str_sub(text, 0, 200)), v->place);
        v = v->otherwise;
    }
    bool is_nothing = !v || v->shape == SHAPE_NOTHING;
    *ret_text = is_nothing ? OQ_NONE : recipe_template_fill(arena, &v->text, cell);
    if (!ret_text->len)
        *ret_text = OQ_NONE;
    return NULL;
}

const recipe_value *recipe_member_find(const recipe_members *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (oq_str_eq(m->at[i].name, oq_cstr(name)))
            return &m->at[i].value;
    return NULL;
}

oq_err *recipe_member_fill(oq_arena *arena, const recipe_members *m, const char *name,
                           const oq_str *cell, oq_str *ret_text)
{
    return recipe_value_fill(arena, recipe_member_find(m, name), cell, ret_text);
}

oq_err *recipe_time_fill(oq_arena *arena, const recipe_step *step, const recipe_value *v,
                         const oq_str *cell, oq_us *ret_at)
{
    oq_str text;
    OQ_TRY(recipe_value_fill(arena, v, cell, &text));
    *ret_at = OQ_TIME_NONE;
    if (!text.len || moment_read(step->time_format, text, ret_at))
        return NULL;
    return oq_fail(OQ_INVALID, "recipe.time", "text=%.*s", OQ_FMT(oq_str_sub(text, 0, 80)));
}

static oq_str choices_text(oq_arena *arena, const oq_choice *choices)
{
    OQ_AUTO(oq_buf) buf = oq_buf_make(4096);
    for (const oq_choice *c = choices; c->text; c++)
        oq_buf_f(&buf, "%s%s", c == choices ? "" : ", ", c->text);
    return oq_str_copy(arena, oq_buf_view(&buf));
}

oq_err *recipe_choice_fill(oq_arena *arena, const recipe_members *m, const char *name,
                           const oq_choice *choices, const oq_str *cell, int *ret_value)
{
    oq_str text;
    OQ_TRY(recipe_member_fill(arena, m, name, cell, &text));
    *ret_value = 0;
    if (!text.len || oq_choice_value(choices, text, ret_value))
        return NULL;
    oq_str known = choices_text(arena, choices);
    return oq_fail_field(oq_str_c(arena, oq_cstr(name)), "recipe.not_one_of",
                         "found=%.*s choices=%.*s", OQ_FMT(oq_str_sub(text, 0, 80)), OQ_FMT(known));
}

oq_err *recipe_asset(recipe_run_state *run, recipe_assets *known, oq_str code, oq_uuid *ret_id)
{
    oq_scope *s;
    asset *found;
    int64_t at;
    *ret_id = OQ_UUID_ZERO;
    if (!code.len)
        return NULL;
    if (recipe_map_find(&known->place, code, &at)) {
        *ret_id = known->id[at];
        return NULL;
    }
    OQ_TRY(recipe_unit(run, &s));
    OQ_TRY(asset_find_by_code(s, code, &found));
    if (!found)
        return oq_fail(OQ_INVALID, "recipe.asset_unknown", "code=%.*s",
                       OQ_FMT(oq_str_sub(code, 0, 200)));
    if (known->count == known->room) {
        size_t room = known->room ? 2 * known->room : 64;
        oq_uuid *larger = oq_new_n(known->place.arena, oq_uuid, room);
        if (known->count)
            memcpy(larger, known->id, known->count * sizeof *larger);
        known->id = larger;
        known->room = room;
    }
    known->id[known->count] = *ret_id = found->id;
    recipe_map_put(&known->place, code, (int64_t)known->count++);
    return NULL;
}
