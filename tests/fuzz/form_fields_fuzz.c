/* A form against a table of every type. A form that is read gives a record which, sent again as a
 * form from its fields' texts, or as JSON, is the same. */
#include "base/base.h"
#include "base/field_sample.h"

enum { PAIRS_MAX = 64 };

static oq_str write_json(oq_arena *arena, const sample *s)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    oq_fields_write_json(&j, sample_fields, s);
    if (out.overflow)
        abort();
    return oq_str_copy(arena, oq_buf_view(&out));
}

/* "a=1&b=2", nothing decoded, so that any byte can stand in a value. */
static size_t split(oq_str form, oq_pair *pair)
{
    size_t count = 0;
    oq_str part;
    while (count < PAIRS_MAX && oq_str_cut(&form, '&', &part)) {
        size_t equals = oq_str_find_char(part, '=');
        pair[count++] =
            (oq_pair){oq_str_sub(part, 0, equals),
                      equals == SIZE_MAX ? OQ_NONE : oq_str_sub(part, equals + 1, SIZE_MAX)};
    }
    return count;
}

/* The record as a form sends it. False when it cannot: one list item alone, with a comma. */
static bool as_form(oq_arena *arena, const sample *s, oq_pair *pair, size_t *ret_count)
{
    size_t count = 0;
    for (const oq_field *f = sample_fields; f->type != OQ_TYPE_END; f++) {
        oq_str name = oq_cstr(f->name);
        if (f->type == OQ_TYPE_SECRET || f->type == OQ_TYPE_BYTES)
            continue;
        if (f->type == OQ_TYPE_TEXTS) {
            const oq_strs *list = (const oq_strs *)((const char *)s + f->offset);
            if (list->count == 1 && oq_str_find_char(list->at[0], ',') != SIZE_MAX)
                return false;
            for (size_t i = 0; i < list->count && count < PAIRS_MAX; i++)
                pair[count++] = (oq_pair){name, list->at[i]};
            continue;
        }
        if (count < PAIRS_MAX)
            pair[count++] = (oq_pair){name, oq_field_text(arena, f, s)};
    }
    *ret_count = count;
    return count < PAIRS_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    oq_pair pair[PAIRS_MAX];
    size_t count = split(oq_strn((const char *)data, size), pair);
    sample first, second;
    if (!oq_fields_read_pairs(arena, sample_fields, pair, count, &first)) {
        oq_str once = write_json(arena, &first);
        if (as_form(arena, &first, pair, &count) &&
            (oq_fields_read_pairs(arena, sample_fields, pair, count, &second) ||
             !oq_str_eq(write_json(arena, &second), once)))
            abort();
        if (oq_fields_read_json(arena, sample_fields, once, &second) ||
            !oq_str_eq(write_json(arena, &second), once))
            abort();
    }
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
