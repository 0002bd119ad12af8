/* Values, the members of "set", and conditions. */
#include "recipe/recipe_json.h"

#include "base/banned.h"

enum { MEMBERS_MAX = 200, CONDITIONS_MAX = 20, CHOICE_DEPTH_MAX = 8 };

/* --- choices ------------------------------------------------------------------------------------*/

static oq_err *find_table(const recipe_at *at, recipe_table **ret_table)
{
    oq_str name;
    OQ_TRY(recipe_want_text(at, &name));
    for (size_t i = 0; i < at->recipe->table_count; i++) {
        if (oq_str_eq(at->recipe->table[i].name, name)) {
            *ret_table = &at->recipe->table[i];
            return NULL;
        }
    }
    return oq_fail_field(at->place, "recipe.table_unknown", "table=%.*s",
                         OQ_FMT(oq_str_sub(name, 0, 80)));
}

static oq_err *read_entries(const recipe_at *at, recipe_table **ret_table)
{
    const char *key;
    json_t *value;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    recipe_table *t = oq_new(at->arena, recipe_table);
    t->place.arena = at->arena;
    json_object_foreach (at->json, key, value) {
        oq_str text;
        recipe_at entry = recipe_at_member(at, key);
        OQ_TRY(recipe_want_scalar(&entry, &text));
        recipe_table_put(t, oq_cstr(key), text.ptr ? text : OQ_STR(""));
    }
    *ret_table = t;
    return NULL;
}

static oq_err *read_at_depth(const recipe_at *at, int depth, recipe_value *ret);

static oq_err *read_choice(const recipe_at *at, int depth, recipe_value *ret)
{
    static const char *const members[] = {"of", "is", "table", "else", NULL};
    recipe_at of = recipe_at_member(at, "of"), is = recipe_at_member(at, "is"),
              table = recipe_at_member(at, "table"), otherwise = recipe_at_member(at, "else");
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(recipe_want_template(&of, &ret->text));
    ret->shape = SHAPE_CHOICE;
    if (recipe_at_given(&table) && is.json)
        return oq_fail_field(is.place, "recipe.unknown");
    OQ_TRY(recipe_at_given(&table) ? find_table(&table, &ret->table)
                                   : read_entries(&is, &ret->table));
    if (!otherwise.json)
        return NULL;
    recipe_value *other = oq_new(at->arena, recipe_value);
    ret->otherwise = other;
    return read_at_depth(&otherwise, depth + 1, other);
}

/* --- values -------------------------------------------------------------------------------------*/

/* A text that is taken as it stands. */
static recipe_template constant(oq_arena *arena, oq_str text)
{
    recipe_part *part = oq_new(arena, recipe_part);
    part->text = text;
    return (recipe_template){part, 1};
}

static oq_err *read_at_depth(const recipe_at *at, int depth, recipe_value *ret)
{
    oq_str text;
    *ret = (recipe_value){.place = at->place};
    if (depth > CHOICE_DEPTH_MAX)
        return oq_fail_field(at->place, "recipe.too_many", "max=%d", CHOICE_DEPTH_MAX);
    if (!recipe_at_given(at))
        return NULL;
    if (json_is_object(at->json))
        return read_choice(at, depth, ret);
    if (json_is_string(at->json) && json_string_length(at->json)) {
        ret->shape = SHAPE_TEXT;
        return recipe_want_template(at, &ret->text);
    }
    OQ_TRY(recipe_want_scalar(at, &text));
    ret->shape = text.len ? SHAPE_BARE : SHAPE_NOTHING;
    ret->text = constant(at->arena, text);
    return NULL;
}

oq_err *recipe_read_value(const recipe_at *at, recipe_value *ret)
{
    return read_at_depth(at, 0, ret);
}

/* --- members ------------------------------------------------------------------------------------*/

oq_err *recipe_read_members(const recipe_at *at, recipe_members *ret)
{
    const char *key;
    json_t *value;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    size_t count = json_object_size(at->json);
    if (count > MEMBERS_MAX)
        return oq_fail_field(at->place, "recipe.too_many", "max=%d", MEMBERS_MAX);
    *ret = (recipe_members){oq_new_n(at->arena, recipe_member, count), 0};
    json_object_foreach (at->json, key, value) {
        recipe_at member = recipe_at_member(at, key);
        recipe_member *m = &ret->at[ret->count++];
        m->name = oq_str_copy(at->arena, oq_cstr(key));
        OQ_TRY(recipe_read_value(&member, &m->value));
    }
    return NULL;
}

static oq_err *unknown_slot(const recipe_at *at, oq_str name, const recipe_slot *slots)
{
    for (const recipe_slot *slot = slots; slot->name; slot++)
        if (oq_str_eq(name, oq_cstr(slot->name)))
            return NULL;
    return oq_fail_field(recipe_at_member(at, oq_str_c(at->arena, name)).place, "recipe.unknown");
}

/* What is the same for every row is held against its choices now. */
static oq_err *check_choice(const recipe_at *at, const recipe_value *v, const recipe_slot *slot)
{
    int number;
    recipe_at member = recipe_at_member(at, slot->name);
    if (!slot->choices || !v || v->shape != SHAPE_TEXT || !recipe_template_is_constant(&v->text))
        return NULL;
    return recipe_want_choice(&member, slot->choices, &number);
}

oq_err *recipe_check_slots(const recipe_at *at, const recipe_members *m, const recipe_slot *slots)
{
    for (size_t i = 0; i < m->count; i++)
        OQ_TRY(unknown_slot(at, m->at[i].name, slots));
    for (const recipe_slot *slot = slots; slot->name; slot++) {
        const recipe_value *v = recipe_member_find(m, slot->name);
        if (slot->required && (!v || v->shape == SHAPE_NOTHING))
            return oq_fail_field(recipe_at_member(at, slot->name).place, "recipe.missing");
        OQ_TRY(check_choice(at, v, slot));
    }
    return NULL;
}

/* --- conditions ---------------------------------------------------------------------------------*/

static oq_err *read_condition(const recipe_at *at, recipe_condition *ret)
{
    static const char *const members[] = {"of", "equals", "not", "given", NULL};
    recipe_at of = recipe_at_member(at, "of"), equals = recipe_at_member(at, "equals"),
              differs = recipe_at_member(at, "not"), given = recipe_at_member(at, "given");
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(recipe_want_template(&of, &ret->of));
    if ((equals.json != NULL) + (differs.json != NULL) + (given.json != NULL) != 1)
        return oq_fail_field(at->place, "recipe.one_test");
    if (given.json) {
        if (!json_is_boolean(given.json))
            return oq_fail_field(given.place, "recipe.type", "wanted=%s", "boolean");
        ret->test = json_is_true(given.json) ? TEST_GIVEN : TEST_NOT_GIVEN;
        return NULL;
    }
    ret->test = equals.json ? TEST_EQUALS : TEST_NOT;
    return recipe_want_scalar(equals.json ? &equals : &differs, &ret->with);
}

oq_err *recipe_read_only(const recipe_at *at, recipe_step *step)
{
    recipe_at only = recipe_at_member(at, "only");
    if (!recipe_at_given(&only))
        return NULL;
    OQ_TRY(recipe_want_list(&only, CONDITIONS_MAX, &step->only_count));
    step->only = oq_new_n(at->arena, recipe_condition, step->only_count);
    for (size_t i = 0; i < step->only_count; i++) {
        recipe_at item = recipe_at_item(&only, i);
        OQ_TRY(read_condition(&item, &step->only[i]));
    }
    return NULL;
}
