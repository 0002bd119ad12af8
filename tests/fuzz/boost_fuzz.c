/* Bytes of a model: its checksum is made good, so that what is behind it is reached. What is read
 * predicts, explains, and is written as the same bytes. */
#include "quant/boost.h"

#include "base/banned.h"

enum { ROW_MAX = 64 };

static void use_model(oq_arena *arena, const boost_model *m, oq_str bytes)
{
    boost_facts f = boost_describe(m);
    OQ_AUTO(oq_buf) again = oq_buf_make(BOOST_BYTES_MAX);
    boost_write(m, &again);
    /* Numbers may be written longer than they need to be; what is written is written shortest. */
    if (again.len > bytes.len)
        abort();
    float *x = oq_new_n(arena, float, f.columns), *y = oq_new_n(arena, float, f.classes);
    boost_predict(m, x, y);
    if (f.columns <= ROW_MAX && f.nodes < 4096)
        boost_explain(m, x, oq_new_n(arena, double, f.classes *(f.columns + 1)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    uint8_t *bytes = oq_copy(arena, data, size);
    if (size >= 13) {
        uint64_t sum = oq_hash(oq_strn((const char *)bytes, size - 8));
        for (unsigned i = 0; i < 8; i++)
            bytes[size - 8 + i] = (uint8_t)(sum >> (8 * i));
    }
    boost_model *m;
    if (!boost_read(arena, oq_strn((const char *)bytes, size), &m))
        use_model(arena, m, oq_strn((const char *)bytes, size));
    oq_arena_close(arena);
    return 0;
}
