#include "recipe/layout.h"

#include <jansson.h>
#include <math.h>

#include "historian/series.h"

#include "base/banned.h"

const oq_choice layout_decimal_choices[] = {
    {DECIMAL_POINT, "point"}, {DECIMAL_COMMA, "comma"}, {0, NULL}};
static const oq_choice others_choices[] = {
    {OTHERS_IMPORT, "import"}, {OTHERS_SKIP, "skip"}, {0, NULL}};
static const oq_choice quality_choices[] = {
    {QUALITY_OPC_UA, "opc_ua"}, {QUALITY_OPC_DA, "opc_da"}, {0, NULL}};

static const char *check_separator(oq_str text)
{
    return text.len == 1 || oq_str_eq(text, OQ_STR("tab")) ? NULL : "import.separator";
}

const oq_field layout_order_fields[] = {
    OQ_TEXT(layout_order, separator, .max = 3, .check = check_separator),
    OQ_CHOICE(layout_order, decimal, layout_decimal_choices, .preset = "point"),
    OQ_I64(layout_order, skip_lines, .preset = "0", .max = 10000),
    OQ_BOOL(layout_order, header, .preset = "true"),
    OQ_TEXT(layout_order, time, .max = 400),
    OQ_TEXT(layout_order, time_format, .max = 100),
    OQ_TEXT(layout_order, time_zone, .max = 64),
    OQ_TIME(layout_order, start),
    OQ_F64(layout_order, step_s, .f64_min = 1e-6, .f64_max = 1e9),
    OQ_TEXT(layout_order, key, .max = SERIES_KEY_MAX),
    OQ_TEXT(layout_order, asset, .max = 200),
    OQ_TEXT(layout_order, metric, .max = 200),
    OQ_TEXT(layout_order, unit, .max = 200),
    OQ_TEXT(layout_order, value, .max = 200),
    OQ_TEXT(layout_order, quality, .max = 200),
    OQ_CHOICE(layout_order, quality_form, quality_choices, .preset = "opc_ua"),
    OQ_JSON(layout_order, columns, .max = 1024 * 1024),
    OQ_CHOICE(layout_order, others, others_choices, .preset = "import"),
    OQ_TEXTS(layout_order, missing),
    OQ_JSON(layout_order, texts),
    OQ_FIELDS_END,
};

/* What is said of one column. */
typedef struct column_order {
    oq_str key, asset, metric, unit;
    double scale, offset;
    bool state;
} column_order;
static const oq_field column_order_fields[] = {
    OQ_TEXT(column_order, key, .max = SERIES_KEY_MAX),
    OQ_TEXT(column_order, asset, .max = 200),
    OQ_TEXT(column_order, metric, .max = 200),
    OQ_TEXT(column_order, unit, .max = 200),
    OQ_F64(column_order, scale, .preset = "1"),
    OQ_F64(column_order, offset, .preset = "0"),
    OQ_BOOL(column_order, state),
    OQ_FIELDS_END,
};

oq_err *layout_order_read(oq_arena *arena, oq_str json, layout_order *ret_order)
{
    return oq_fields_read_json(arena, layout_order_fields, json, ret_order);
}

char layout_separator(const layout_order *order)
{
    if (!order->separator.len)
        return 0;
    return order->separator.len == 1 ? order->separator.ptr[0] : '\t';
}

/* --- columns -----------------------------------------------------------------------------------*/

typedef struct making {
    oq_arena *arena;
    const layout_order *order;
    layout *layout;
    bool *is_used; /* columns that are no values */
} making;

static oq_err *find_column(const making *m, oq_str name, size_t *ret_column)
{
    for (size_t i = 0; i < m->layout->columns; i++) {
        if (oq_str_eq(m->layout->name[i], name)) {
            *ret_column = i;
            return NULL;
        }
    }
    return oq_fail(OQ_INVALID, "import.column_unknown", "column=%.*s", OQ_FMT(name));
}

static oq_err *take_names(making *m, const oq_csv_row *first)
{
    layout *l = m->layout;
    l->columns = first->count;
    while (l->columns > 1 && m->order->header && !oq_str_trim(first->cell[l->columns - 1]).len)
        l->columns--; /* a separator at the end of each row */
    l->name = oq_new_n(m->arena, oq_str, l->columns);
    m->is_used = oq_new_n(m->arena, bool, l->columns);
    for (size_t i = 0; i < l->columns; i++) {
        l->name[i] = m->order->header ? oq_str_copy(m->arena, oq_str_trim(first->cell[i]))
                                      : oq_strf(m->arena, "%zu", i + 1);
        for (size_t k = 0; k < i; k++)
            if (oq_str_eq(l->name[i], l->name[k]))
                return oq_fail(OQ_INVALID, "import.column_twice", "column=%.*s",
                               OQ_FMT(l->name[i]));
    }
    return NULL;
}

/* --- texts with braces -------------------------------------------------------------------------*/

static void add_part(making *m, layout_text *t, layout_part part)
{
    t->part[t->count++] = part;
    if (!oq_str_given(part.text))
        m->is_used[part.column] = true;
}

static oq_err *read_text(making *m, oq_str text, layout_text *ret_text)
{
    layout_text t = {.part = oq_new_n(m->arena, layout_part, text.len + 1)};
    for (oq_str rest = text; rest.len;) {
        size_t brace = oq_str_find_char(rest, '{'), column;
        if (brace > 0) {
            add_part(m, &t, (layout_part){.text = oq_str_sub(rest, 0, brace)});
            rest = brace == SIZE_MAX ? OQ_NONE : oq_str_sub(rest, brace, SIZE_MAX);
            continue;
        }
        size_t end = oq_str_find_char(rest, '}');
        if (end == SIZE_MAX)
            return oq_fail(OQ_INVALID, "import.braces", "text=%.*s", OQ_FMT(text));
        OQ_TRY(find_column(m, oq_str_trim(oq_str_sub(rest, 1, end - 1)), &column));
        add_part(m, &t, (layout_part){.column = column});
        rest = oq_str_sub(rest, end + 1, SIZE_MAX);
    }
    *ret_text = t;
    return NULL;
}

oq_str layout_fill(oq_arena *arena, const layout_text *text, const oq_str *cell)
{
    size_t len = 0;
    for (size_t i = 0; i < text->count; i++) {
        const layout_part *p = &text->part[i];
        oq_str s = oq_str_given(p->text) ? p->text : oq_str_trim(cell[p->column]);
        if (text->count == 1)
            return s;
        len += s.len;
    }
    char *to = oq_alloc(arena, len + 1), *at = to;
    for (size_t i = 0; i < text->count; i++) {
        const layout_part *p = &text->part[i];
        oq_str s = oq_str_given(p->text) ? p->text : oq_str_trim(cell[p->column]);
        if (s.len)
            memcpy(at, s.ptr, s.len);
        at += s.len;
    }
    return oq_strn(to, len);
}

/* --- guessing ----------------------------------------------------------------------------------*/

static bool is_one_of(oq_str name, const char *const *list)
{
    for (; *list; list++)
        if (oq_str_eq_ascii_nocase(name, oq_cstr(*list)))
            return true;
    return false;
}

/* The first column with one of these names; NULL: there is none. */
static const oq_str *guess(const layout *l, const char *const *names)
{
    for (size_t i = 0; i < l->columns; i++)
        if (is_one_of(l->name[i], names))
            return &l->name[i];
    return NULL;
}

static oq_str in_braces(oq_arena *arena, const oq_str *name)
{
    return name ? oq_strf(arena, "{%.*s}", OQ_FMT(*name)) : OQ_NONE;
}

static const char *const time_names[] = {"time",      "timestamp", "datetime", "date_time",
                                         "date/time", "date",      "ts",       NULL};
static const char *const value_names[] = {"value", "val", NULL};
static const char *const key_names[] = {"key",      "series", "tag", "tagname",
                                        "tag_name", "signal", NULL};
static const char *const asset_names[] = {"asset", "asset_code", "equipment", NULL};
static const char *const metric_names[] = {"metric", "measure", "sensor", NULL};
static const char *const quality_names[] = {"quality", "status", NULL};
static const char *const unit_names[] = {"unit", "uom", NULL};

/* A long file is one with a column of values and one that names the series. */
static void guess_long(making *m, layout_order *o)
{
    const layout *l = m->layout;
    const oq_str *value = guess(l, value_names), *key = guess(l, key_names),
                 *metric = guess(l, metric_names);
    if (o->value.len || o->columns.len || !value ||
        (!key && !metric && !o->key.len && !o->metric.len))
        return;
    o->value = *value;
    if (!o->key.len && key && !metric)
        o->key = in_braces(m->arena, key);
    if (!o->metric.len && metric)
        o->metric = in_braces(m->arena, metric);
    if (!o->asset.len)
        o->asset = in_braces(m->arena, guess(l, asset_names));
    if (!o->unit.len)
        o->unit = in_braces(m->arena, guess(l, unit_names));
    const oq_str *found = guess(l, quality_names);
    if (!o->quality.len && found)
        o->quality = *found;
}

/* --- columns of values -------------------------------------------------------------------------*/

static oq_str or_else(oq_str first, oq_str second)
{
    return first.len ? first : second;
}

static oq_err *add_value(making *m, size_t column, const column_order *c)
{
    layout *l = m->layout;
    const layout_order *o = m->order;
    layout_value *v = &l->value[l->values++];
    *v = (layout_value){.column = column,
                        .name = l->name[column],
                        .scale = c->scale,
                        .offset = c->offset,
                        .is_state = c->state};
    bool has_own_name = c->asset.len || c->metric.len;
    OQ_TRY(read_text(m, or_else(c->key, has_own_name ? OQ_NONE : o->key), &v->key));
    OQ_TRY(read_text(m, or_else(c->asset, o->asset), &v->asset));
    OQ_TRY(read_text(m, or_else(c->metric, o->metric), &v->metric));
    return read_text(m, or_else(c->unit, o->unit), &v->unit);
}

static oq_err *malformed_column(const char *name)
{
    return oq_fail(OQ_INVALID, "import.columns_malformed", "column=%s", name);
}

/* What "columns" says of each; null and false leave one out. */
static oq_err *read_columns(making *m, const json_t *columns, column_order *order, bool *is_named)
{
    const char *name;
    json_t *what;
    json_object_foreach ((json_t *)(uintptr_t)columns, name, what) {
        size_t column;
        OQ_TRY(find_column(m, oq_cstr(name), &column));
        is_named[column] = true;
        if (json_is_null(what) || json_is_false(what)) {
            m->is_used[column] = true;
            continue;
        }
        if (!json_is_object(what))
            return malformed_column(name);
        char *text = json_dumps(what, JSON_COMPACT);
        if (!text)
            abort();
        oq_err *err =
            oq_fields_read_json(m->arena, column_order_fields, oq_cstr(text), &order[column]);
        free(text);
        if (err)
            return oq_wrap(err, OQ_INVALID, "import.columns_malformed", "column=%s", name);
    }
    return NULL;
}

static oq_err *add_wide(making *m, const json_t *columns)
{
    layout *l = m->layout;
    column_order *order = oq_new_n(m->arena, column_order, l->columns);
    bool *is_named = oq_new_n(m->arena, bool, l->columns);
    for (size_t i = 0; i < l->columns; i++)
        oq_fields_preset(m->arena, column_order_fields, &order[i]);
    OQ_TRY(read_columns(m, columns, order, is_named));
    l->value = oq_new_n(m->arena, layout_value, l->columns);
    /* Names may use columns, which are no values then: so these are found first. */
    layout_text probe;
    for (size_t i = 0; i < l->columns; i++) {
        OQ_TRY(read_text(m, order[i].key, &probe));
        OQ_TRY(read_text(m, order[i].asset, &probe));
        OQ_TRY(read_text(m, order[i].metric, &probe));
        OQ_TRY(read_text(m, order[i].unit, &probe));
    }
    OQ_TRY(read_text(m, m->order->key, &probe));
    OQ_TRY(read_text(m, m->order->asset, &probe));
    OQ_TRY(read_text(m, m->order->metric, &probe));
    OQ_TRY(read_text(m, m->order->unit, &probe));
    for (size_t i = 0; i < l->columns; i++) {
        bool is_wanted = is_named[i] || m->order->others == OTHERS_IMPORT;
        if (!m->is_used[i] && is_wanted && l->name[i].len)
            OQ_TRY(add_value(m, i, &order[i]));
    }
    return NULL;
}

static oq_err *add_long(making *m, const json_t *columns)
{
    layout *l = m->layout;
    size_t column;
    column_order *order = oq_new_n(m->arena, column_order, l->columns);
    bool *is_named = oq_new_n(m->arena, bool, l->columns);
    for (size_t i = 0; i < l->columns; i++)
        oq_fields_preset(m->arena, column_order_fields, &order[i]);
    OQ_TRY(read_columns(m, columns, order, is_named));
    OQ_TRY(find_column(m, m->order->value, &column));
    l->value = oq_new_n(m->arena, layout_value, 1);
    return add_value(m, column, &order[column]);
}

static oq_err *add_values(making *m)
{
    json_t *columns = NULL;
    oq_str text = m->order->columns;
    if (text.len)
        columns = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
    oq_err *err = NULL;
    if (text.len && !json_is_object(columns))
        err = malformed_column("");
    else
        err = m->order->value.len ? add_long(m, columns) : add_wide(m, columns);
    json_decref(columns);
    if (!err && !m->layout->values)
        err = oq_fail(OQ_INVALID, "import.no_values");
    return err;
}

/* --- words, time, identity ---------------------------------------------------------------------*/

static oq_err *read_words(making *m)
{
    static const char *const usual[] = {"NaN", "nan", "NA", "N/A", "null", "NULL", "None", "-"};
    layout *l = m->layout;
    const layout_order *o = m->order;
    json_t *texts = o->texts.len ? json_loadb(o->texts.ptr, o->texts.len, 0, NULL) : NULL;
    size_t room = OQ_COUNT(usual) + o->missing.count + json_object_size(texts);
    l->word = oq_new_n(m->arena, layout_word, room);
    for (size_t i = 0; i < o->missing.count; i++)
        l->word[l->words++] = (layout_word){o->missing.at[i], (double)NAN};
    const char *name;
    json_t *value;
    bool is_good = !o->texts.len || json_is_object(texts);
    json_object_foreach (texts, name, value) {
        is_good &= json_is_number(value);
        l->word[l->words++] = (layout_word){oq_str_copy(m->arena, oq_cstr(name)),
                                            is_good ? json_number_value(value) : 0};
    }
    for (size_t i = 0; i < OQ_COUNT(usual); i++)
        l->word[l->words++] = (layout_word){oq_cstr(usual[i]), (double)NAN};
    json_decref(texts);
    return is_good ? NULL : oq_fail(OQ_INVALID, "import.texts_malformed");
}

static oq_err *read_time(making *m)
{
    const layout_order *o = m->order;
    layout *l = m->layout;
    if (o->start != OQ_TIME_NONE && !isnan(o->step_s) && !o->time.len) {
        l->start = o->start;
        l->step = (oq_us)llround(o->step_s * OQ_SECOND);
        return NULL;
    }
    oq_str time = o->time;
    if (!time.len) {
        const oq_str *found = guess(l, time_names);
        if (!found)
            return oq_fail(OQ_INVALID, "import.no_time");
        time = *found;
    }
    if (oq_str_find_char(time, '{') == SIZE_MAX)
        time = in_braces(m->arena, &time);
    return read_text(m, time, &l->time);
}

static void add_identity(making *m, const layout_text *text)
{
    layout *l = m->layout;
    for (size_t i = 0; i < text->count; i++) {
        bool is_there = oq_str_given(text->part[i].text);
        for (size_t k = 0; k < l->identities && !is_there; k++)
            is_there = l->identity[k] == text->part[i].column;
        if (!is_there)
            l->identity[l->identities++] = text->part[i].column;
    }
}

static void find_identity(making *m)
{
    layout *l = m->layout;
    l->identity = oq_new_n(m->arena, size_t, l->columns);
    for (size_t i = 0; i < l->values; i++) {
        add_identity(m, &l->value[i].key);
        add_identity(m, &l->value[i].asset);
        add_identity(m, &l->value[i].metric);
    }
}

oq_err *layout_make(oq_arena *arena, const layout_order *given, const oq_csv_row *first,
                    layout *ret_layout)
{
    layout l = {.quality = SIZE_MAX};
    layout_order order = *given;
    making m = {.arena = arena, .order = &order, .layout = &l};
    OQ_TRY(take_names(&m, first));
    guess_long(&m, &order);
    OQ_TRY(read_time(&m));
    if (order.quality.len) {
        OQ_TRY(find_column(&m, order.quality, &l.quality));
        m.is_used[l.quality] = true;
    }
    OQ_TRY(add_values(&m));
    OQ_TRY(read_words(&m));
    find_identity(&m);
    l.is_comma = order.decimal == DECIMAL_COMMA;
    l.is_opc_da = order.quality_form == QUALITY_OPC_DA;
    *ret_layout = l;
    return NULL;
}
