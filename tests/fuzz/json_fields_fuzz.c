/* A JSON body against a table of every type. What is read, written and read again is the same;
 * what is wrong names its field. */
#include "base/base.h"
#include "base/field_sample.h"

static oq_str write_json(oq_arena *arena, const sample *s)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    oq_json j = oq_json_to(&out);
    oq_fields_write_json(&j, sample_fields, s);
    if (out.overflow)
        abort();
    return oq_str_copy(arena, oq_buf_view(&out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_arena *arena = oq_arena_open(0);
    sample first, second;
    oq_err *err =
        oq_fields_read_json(arena, sample_fields, oq_strn((const char *)data, size), &first);
    size_t errors = 0;
    for (const oq_err *e = err; e; e = e->next, errors++)
        if (e->kind == OQ_INVALID && !e->field)
            abort();
    if (errors > OQ_FIELD_ERRORS_MAX)
        abort();
    if (!err) {
        oq_str once = write_json(arena, &first);
        if (!oq_utf8_valid(once) || oq_fields_read_json(arena, sample_fields, once, &second) ||
            !oq_str_eq(write_json(arena, &second), once))
            abort();
    }
    oq_err_reset();
    oq_arena_close(arena);
    return 0;
}
