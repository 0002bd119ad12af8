#include "recipe/recipe_template.h"

#include "base/banned.h"

static oq_err *wrong(oq_str text, const char *reason)
{
    return oq_fail(OQ_INVALID, "recipe.template", "text=%.*s reason=%s",
                   OQ_FMT(oq_str_sub(text, 0, 200)), reason);
}

typedef struct maker {
    oq_arena *arena;
    recipe_part part[RECIPE_PARTS_MAX];
    size_t count;
} maker;

static bool add(maker *m, oq_str text, bool is_column)
{
    if (!text.len)
        return true;
    if (m->count == RECIPE_PARTS_MAX)
        return false;
    m->part[m->count++] =
        (recipe_part){.text = oq_str_copy(m->arena, text), .is_column = is_column};
    return true;
}

/* Takes a column in braces off the front. */
static const char *take_column(maker *m, oq_str *rest)
{
    size_t end = oq_str_find_char(*rest, '}');
    oq_str name = oq_str_trim(oq_str_sub(*rest, 1, end - 1));
    if (end == SIZE_MAX)
        return "{ without }";
    if (!name.len)
        return "{}";
    if (oq_str_find_char(name, '{') != SIZE_MAX)
        return "{ in {";
    if (!add(m, name, true))
        return "parts";
    *rest = oq_str_sub(*rest, end + 1, SIZE_MAX);
    return NULL;
}

/* What stands there as it is, up to the next column; {{ and }} end a part, so that each is a view.
 */
static const char *take_text(maker *m, oq_str *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != '{' && rest->ptr[len] != '}')
        len++;
    bool is_brace = len + 1 < rest->len && rest->ptr[len] == rest->ptr[len + 1];
    if (len < rest->len && rest->ptr[len] == '}' && !is_brace)
        return "} without {";
    if (!add(m, oq_str_sub(*rest, 0, len + is_brace), false))
        return "parts";
    *rest = oq_str_sub(*rest, len + (is_brace ? 2 : 0), SIZE_MAX);
    return NULL;
}

oq_err *recipe_template_read(oq_arena *arena, oq_str text, recipe_template *ret)
{
    maker m = {.arena = arena};
    if (text.len > RECIPE_TEMPLATE_MAX)
        return wrong(text, "length");
    for (oq_str rest = text; rest.len;) {
        bool is_column = rest.ptr[0] == '{' && !(rest.len > 1 && rest.ptr[1] == '{');
        const char *reason = is_column ? take_column(&m, &rest) : take_text(&m, &rest);
        if (reason)
            return wrong(text, reason);
    }
    *ret = (recipe_template){oq_copy(arena, m.part, m.count * sizeof *m.part), m.count};
    return NULL;
}

oq_err *recipe_template_bind(recipe_template *t, oq_strs columns, oq_str file)
{
    for (size_t i = 0; i < t->count; i++) {
        recipe_part *part = &t->part[i];
        if (!part->is_column)
            continue;
        part->column = 0;
        while (part->column < columns.count && !oq_str_eq(columns.at[part->column], part->text))
            part->column++;
        if (part->column == columns.count)
            return oq_fail(OQ_INVALID, "recipe.column_unknown", "column=%.*s file=%.*s",
                           OQ_FMT(part->text), OQ_FMT(file));
    }
    return NULL;
}

static oq_str part_text(const recipe_part *part, const oq_str *cell)
{
    return part->is_column ? cell[part->column] : part->text;
}

oq_str recipe_template_fill(oq_arena *arena, const recipe_template *t, const oq_str *cell)
{
    if (t->count <= 1)
        return t->count ? part_text(&t->part[0], cell) : OQ_STR("");
    size_t len = 0;
    for (size_t i = 0; i < t->count; i++)
        len += part_text(&t->part[i], cell).len;
    char *to = oq_alloc(arena, len + 1);
    len = 0;
    for (size_t i = 0; i < t->count; i++) {
        oq_str text = part_text(&t->part[i], cell);
        if (text.len)
            memcpy(to + len, text.ptr, text.len);
        len += text.len;
    }
    return oq_strn(to, len);
}

bool recipe_template_is_constant(const recipe_template *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->part[i].is_column)
            return false;
    return true;
}
