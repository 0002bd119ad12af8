/* A recipe out of its JSON. */
#include "recipe/recipe_json.h"

#include "blackbox/event.h"
#include "workorder/work_order.h"

#include "base/banned.h"

enum { TABLES_MAX = 50 };

const oq_choice recipe_kind_choices[] = {
    {RECIPE_RECORDS, "records"},
    {RECIPE_SERIES, "series"},
    {RECIPE_EVENTS, "events"},
    {RECIPE_WORK_ORDERS, "work_orders"},
    {0, NULL},
};

const recipe_slot recipe_event_slots[] = {
    {"time", true, NULL},
    {"source_system", false, NULL},
    {"source_type", false, event_type_choices},
    {"source_id", true, NULL},
    {"severity", true, event_severity_choices},
    {"category", true, event_category_choices},
    {"asset", false, NULL},
    {"summary", true, NULL},
    {0},
};

const recipe_slot recipe_order_slots[] = {
    {"number", true, NULL},
    {"source", false, NULL},
    {"source_id", true, NULL},
    {"asset", false, NULL},
    {"component", false, NULL},
    {"title", true, NULL},
    {"kind", true, work_order_kind_choices},
    {"status", false, work_order_status_choices},
    {"priority", false, work_order_priority_choices},
    {"started_at", false, NULL},
    {"finished_at", false, NULL},
    {0},
};

/* --- tables -------------------------------------------------------------------------------------*/

static oq_err *read_table(const recipe_at *at, recipe_table *t)
{
    static const char *const members[] = {"file", "key", "value", NULL};
    recipe_at file = recipe_at_member(at, "file"), key = recipe_at_member(at, "key"),
              value = recipe_at_member(at, "value");
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(recipe_want_file(&file, &t->file));
    OQ_TRY(recipe_want_template(&key, &t->key));
    return recipe_want_template(&value, &t->text);
}

static oq_err *read_tables(const recipe_at *at)
{
    const char *key;
    json_t *value;
    if (!recipe_at_given(at))
        return NULL;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    size_t count = json_object_size(at->json);
    if (count > TABLES_MAX)
        return oq_fail_field(at->place, "recipe.too_many", "max=%d", TABLES_MAX);
    at->recipe->table = oq_new_n(at->arena, recipe_table, count);
    json_object_foreach (at->json, key, value) {
        recipe_at member = recipe_at_member(at, key);
        recipe_table *t = &at->recipe->table[at->recipe->table_count++];
        t->name = oq_str_copy(at->arena, oq_cstr(key));
        OQ_TRY(read_table(&member, t));
    }
    return NULL;
}

/* --- steps: what all have -----------------------------------------------------------------------*/

static oq_err *read_times(const recipe_at *at, recipe_step *step)
{
    recipe_at format = recipe_at_member(at, "time_format"),
              zone = recipe_at_member(at, "time_zone");
    oq_str pattern = OQ_NONE, name = OQ_NONE;
    if (recipe_at_given(&format))
        OQ_TRY(recipe_want_text(&format, &pattern));
    if (recipe_at_given(&zone))
        OQ_TRY(recipe_want_text(&zone, &name));
    oq_err *err = moment_format_make(at->arena, pattern, name, &step->time_format);
    if (err)
        err->field = oq_err_is(err, "import.time_zone") ? zone.place : format.place;
    return err;
}

/* --- records ------------------------------------------------------------------------------------*/

/* Names as files have them: of a reference the column, not the id. */
static bool is_record_member(const record_kind *kind, oq_str name)
{
    for (const record_ref *ref = kind->refs; ref && ref->field; ref++) {
        if (oq_str_eq(name, oq_cstr(ref->column)))
            return true;
        if (oq_str_eq(name, oq_cstr(ref->field)))
            return false;
    }
    return oq_field_find(kind->order, name) != NULL;
}

/* Rows that are records already. */
static void set_of_columns(const recipe_at *at, recipe_step *step)
{
    size_t count = step->columns.count;
    step->set = (recipe_members){oq_new_n(at->arena, recipe_member, count), count};
    for (size_t i = 0; i < count; i++) {
        recipe_part *part = oq_new(at->arena, recipe_part);
        *part = (recipe_part){.text = step->columns.at[i], .is_column = true};
        step->set.at[i] = (recipe_member){
            step->columns.at[i],
            {.shape = SHAPE_TEXT, .place = at->place, .text = {part, 1}},
        };
    }
}

static oq_err *find_kind(const recipe_at *at, const record_kind **ret_kind)
{
    oq_str name;
    OQ_TRY(recipe_want_text(at, &name));
    for (const record_kind *const *k = record_kinds; *k; k++) {
        if (oq_str_eq(name, oq_cstr((*k)->path))) {
            *ret_kind = *k;
            return NULL;
        }
    }
    OQ_AUTO(oq_buf) known = oq_buf_make(4096);
    for (const record_kind *const *k = record_kinds; *k; k++)
        oq_buf_f(&known, "%s%s", k == record_kinds ? "" : ", ", (*k)->path);
    return recipe_not_one_of(at, name, oq_buf_view(&known));
}

static oq_err *read_records(const recipe_at *at, recipe_step *step)
{
    static const char *const members[] = {"kind", "about", "of",  "file", "rows",
                                          "each", "only",  "set", NULL};
    recipe_at of = recipe_at_member(at, "of"), set = recipe_at_member(at, "set");
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(find_kind(&of, &step->of));
    if (recipe_at_given(&set) || !step->row_count)
        OQ_TRY(recipe_read_members(&set, &step->set));
    else
        set_of_columns(at, step);
    for (size_t i = 0; i < step->set.count; i++)
        if (!is_record_member(step->of, step->set.at[i].name))
            return oq_fail_field(
                recipe_at_member(&set, oq_str_c(at->arena, step->set.at[i].name)).place,
                "recipe.unknown");
    return NULL;
}

/* --- events and work orders ---------------------------------------------------------------------*/

static const char *const set_step_members[] = {"kind", "about", "file",        "rows",      "each",
                                               "only", "set",   "time_format", "time_zone", NULL};

/* The payload is read apart, and leaves "set". */
static oq_err *read_events(const recipe_at *at, recipe_step *step)
{
    recipe_at set = recipe_at_member(at, "set"), payload = recipe_at_member(&set, "payload");
    OQ_TRY(recipe_want_members(at, set_step_members));
    OQ_TRY(recipe_want(&set, JSON_OBJECT, "object"));
    if (recipe_at_given(&payload))
        OQ_TRY(recipe_read_members(&payload, &step->payload));
    json_object_del(set.json, "payload");
    OQ_TRY(recipe_read_members(&set, &step->set));
    return recipe_check_slots(&set, &step->set, recipe_event_slots);
}

static oq_err *read_orders(const recipe_at *at, recipe_step *step)
{
    recipe_at set = recipe_at_member(at, "set");
    OQ_TRY(recipe_want_members(at, set_step_members));
    OQ_TRY(recipe_read_members(&set, &step->set));
    return recipe_check_slots(&set, &step->set, recipe_order_slots);
}

/* --- series -------------------------------------------------------------------------------------*/

/* The mapping is that of `optria import series`, and read as there. */
static oq_err *read_series(const recipe_at *at, recipe_step *step)
{
    static const char *const members[] = {"kind", "about", "file", "mapping", NULL};
    recipe_at mapping = recipe_at_member(at, "mapping");
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(recipe_want(&mapping, JSON_OBJECT, "object"));
    char *text = json_dumps(mapping.json, JSON_COMPACT);
    oq_err *err = layout_order_read(at->arena, oq_cstr(text), &step->mapping);
    free(text);
    for (oq_err *e = err; e; e = (oq_err *)e->next)
        e->field = e->field ? recipe_at_member(&mapping, e->field).place : mapping.place;
    return err;
}

/* --- all ----------------------------------------------------------------------------------------*/

static oq_err *read_step(const recipe_at *at, recipe_step *step)
{
    recipe_at kind = recipe_at_member(at, "kind");
    int number;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    OQ_TRY(recipe_want_choice(&kind, recipe_kind_choices, &number));
    *step = (recipe_step){.kind = (recipe_kind)number, .place = at->place};
    OQ_TRY(recipe_read_rows(at, step));
    OQ_TRY(recipe_read_only(at, step));
    OQ_TRY(read_times(at, step));
    switch (step->kind) {
    case RECIPE_RECORDS:
        return read_records(at, step);
    case RECIPE_SERIES:
        return read_series(at, step);
    case RECIPE_EVENTS:
        return read_events(at, step);
    case RECIPE_WORK_ORDERS:
        break;
    }
    return read_orders(at, step);
}

static oq_err *read_all(oq_arena *arena, json_t *root, recipe *r)
{
    static const char *const members[] = {"name", "about", "tables", "steps", NULL};
    const recipe_at at = {arena, r, "", root};
    recipe_at name = recipe_at_member(&at, "name"), tables = recipe_at_member(&at, "tables"),
              steps = recipe_at_member(&at, "steps");
    OQ_TRY(recipe_want_members(&at, members));
    OQ_TRY(recipe_want_text(&name, &r->name));
    OQ_TRY(read_tables(&tables));
    OQ_TRY(recipe_want_list(&steps, RECIPE_STEPS_MAX, &r->step_count));
    r->step = oq_new_n(arena, recipe_step, r->step_count);
    for (size_t i = 0; i < r->step_count; i++) {
        recipe_at item = recipe_at_item(&steps, i);
        OQ_TRY(read_step(&item, &r->step[i]));
    }
    return NULL;
}

/* Syntax, depth and doubled members are told by the reader of field tables. */
typedef struct outline {
    oq_str recipe;
} outline;
static const oq_field outline_fields[] = {OQ_JSON(outline, recipe, .max = RECIPE_BYTES_MAX * 2),
                                          OQ_FIELDS_END};

oq_err *recipe_read(oq_arena *arena, oq_str json, recipe **ret_recipe)
{
    outline ignored;
    if (oq_str_starts(json, OQ_STR("\xef\xbb\xbf")))
        json = oq_str_sub(json, 3, SIZE_MAX);
    oq_str wrapped = oq_strf(arena, "{\"recipe\":%.*s}", OQ_FMT(json));
    OQ_TRY(oq_fields_read_json(arena, outline_fields, wrapped, &ignored));
    json_t *root = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    recipe *r = oq_new(arena, recipe);
    r->arena = arena;
    oq_err *err = root ? read_all(arena, root, r) : oq_fail(OQ_MALFORMED, "json.not_an_object");
    json_decref(root);
    if (!err)
        *ret_recipe = r;
    return err;
}

oq_str recipe_name(const recipe *r)
{
    return r->name;
}

size_t recipe_steps(const recipe *r)
{
    return r->step_count;
}

oq_str recipe_step_of(const recipe *r, size_t step)
{
    const recipe_step *s = &r->step[step];
    return oq_cstr(s->of ? s->of->path : oq_choice_text(recipe_kind_choices, (int)s->kind));
}
