/* A first row and a mapping: they are refused with a code, or every place of the layout is a column
 * that exists. */
#include "recipe/layout.h"

#include "base/banned.h"

static void check_text(const layout *l, const layout_text *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (!oq_str_given(t->part[i].text) && t->part[i].column >= l->columns)
            abort();
}

static void check(const layout *l)
{
    check_text(l, &l->time);
    if (!l->values || (l->quality != SIZE_MAX && l->quality >= l->columns))
        abort();
    for (size_t i = 0; i < l->values; i++) {
        const layout_value *v = &l->value[i];
        if (v->column >= l->columns)
            abort();
        check_text(l, &v->key);
        check_text(l, &v->asset);
        check_text(l, &v->metric);
        check_text(l, &v->unit);
    }
    for (size_t i = 0; i < l->identities; i++)
        if (l->identity[i] >= l->columns)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_csv_reader *csv = oq_csv_open(&(oq_csv_options){0});
    oq_str rest = oq_strn((const char *)data, size);
    oq_csv_row first;
    bool is_row = false;
    layout_order order;
    layout l;
    oq_err *err = oq_csv_next(csv, &rest, true, &first, &is_row);
    if (!err && is_row && !layout_order_read(arena, rest, &order) &&
        !layout_make(arena, &order, &first, &l))
        check(&l);
    oq_csv_close(csv);
    oq_arena_close(arena);
    return 0;
}
