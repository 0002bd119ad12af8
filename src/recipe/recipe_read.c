/* A recipe out of its JSON. */
#include "recipe/recipe_json.h"

#include "blackbox/event.h"
#include "workorder/work_order.h"

#include "base/banned.h"

enum { TABLES_MAX = 50, SIGNALS_MAX = 2000 };

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
    oq_str text = OQ_STR("YYYY-MM-DD hh:mm:ss");
    if (recipe_at_given(&format))
        OQ_TRY(recipe_want_text(&format, &text));
    oq_err *err = recipe_time_format_read(text, &step->time_format);
    if (err)
        err->field = format.place;
    OQ_TRY(err);
    if (!recipe_at_given(&zone))
        return NULL;
    OQ_TRY(recipe_want_text(&zone, &step->time_zone));
    const char *code = oq_check_timezone(step->time_zone);
    return code ? oq_fail_field(zone.place, "field.timezone_unknown") : NULL;
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

static oq_err *read_series_time(const recipe_at *at, recipe_step *step)
{
    static const char *const members[] = {"from", "step_s", NULL};
    recipe_at time = recipe_at_member(at, "time"), from = recipe_at_member(&time, "from"),
              step_s = recipe_at_member(&time, "step_s");
    oq_str text;
    if (json_is_string(time.json))
        return recipe_read_value(&time, &step->time);
    OQ_TRY(recipe_want_members(&time, members));
    OQ_TRY(recipe_want_text(&from, &text));
    if (!oq_time_parse(text, &step->time_from))
        return oq_fail_field(from.place, "recipe.time", "text=%.*s",
                             OQ_FMT(oq_str_sub(text, 0, 80)));
    if (!json_is_number(step_s.json) || json_number_value(step_s.json) < 1e-6 ||
        json_number_value(step_s.json) > 1e9)
        return oq_fail_field(step_s.place, "recipe.type", "wanted=%s", "number");
    step->time_step = (oq_us)(json_number_value(step_s.json) * OQ_SECOND + 0.5);
    return NULL;
}

/* A column's name alone is a column whose metric has the same name. */
static oq_err *read_signal(const recipe_at *at, const recipe_signal *preset, recipe_signal *ret)
{
    static const char *const members[] = {"column", "asset", "metric", "unit", NULL};
    recipe_at column = json_is_string(at->json) ? *at : recipe_at_member(at, "column"),
              owner = recipe_at_member(at, "asset"), metric = recipe_at_member(at, "metric"),
              unit = recipe_at_member(at, "unit");
    *ret = *preset;
    recipe_part *part = oq_new(at->arena, recipe_part), *name = oq_new(at->arena, recipe_part);
    if (!json_is_string(at->json))
        OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(recipe_want_text(&column, &part->text));
    part->is_column = true;
    name->text = part->text;
    ret->value = (recipe_value){SHAPE_TEXT, column.place, {part, 1}, NULL, NULL};
    ret->metric = (recipe_value){SHAPE_TEXT, column.place, {name, 1}, NULL, NULL};
    if (recipe_at_given(&metric))
        OQ_TRY(recipe_read_value(&metric, &ret->metric));
    if (recipe_at_given(&unit))
        OQ_TRY(recipe_read_value(&unit, &ret->unit));
    if (recipe_at_given(&owner))
        OQ_TRY(recipe_read_value(&owner, &ret->asset));
    return ret->asset.shape == SHAPE_NOTHING ? oq_fail_field(owner.place, "recipe.missing") : NULL;
}

static oq_err *read_series(const recipe_at *at, recipe_step *step)
{
    static const char *const members[] = {"kind",        "about",     "file",  "rows", "each",
                                          "only",        "time",      "asset", "unit", "columns",
                                          "time_format", "time_zone", NULL};
    recipe_at owner = recipe_at_member(at, "asset"), unit = recipe_at_member(at, "unit"),
              columns = recipe_at_member(at, "columns");
    recipe_signal preset = {0};
    OQ_TRY(recipe_want_members(at, members));
    OQ_TRY(read_series_time(at, step));
    OQ_TRY(recipe_read_value(&owner, &preset.asset));
    OQ_TRY(recipe_read_value(&unit, &preset.unit));
    OQ_TRY(recipe_want_list(&columns, SIGNALS_MAX, &step->signal_count));
    step->signal = oq_new_n(at->arena, recipe_signal, step->signal_count);
    for (size_t i = 0; i < step->signal_count; i++) {
        recipe_at item = recipe_at_item(&columns, i);
        OQ_TRY(read_signal(&item, &preset, &step->signal[i]));
    }
    return NULL;
}

/* --- all ----------------------------------------------------------------------------------------*/

static oq_err *read_step(const recipe_at *at, recipe_step *step)
{
    recipe_at kind = recipe_at_member(at, "kind");
    int number;
    OQ_TRY(recipe_want(at, JSON_OBJECT, "object"));
    OQ_TRY(recipe_want_choice(&kind, recipe_kind_choices, &number));
    char *text = json_dumps(at->json, JSON_COMPACT | JSON_SORT_KEYS);
    *step = (recipe_step){.kind = (recipe_kind)number,
                          .place = at->place,
                          .text = oq_str_copy(at->arena, oq_cstr(text))};
    free(text);
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
