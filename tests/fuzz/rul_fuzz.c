/* Bytes of a model of remaining life: its checksum is made good, so that what is behind it is
 * reached (that of the trees inside is as it came). What is read answers, and is written again. */
#include "quant/rul.h"

#include "base/banned.h"

enum { COLUMNS_MAX = 4096 };

static void use_model(oq_arena *arena, const rul_model *m)
{
    const feature_plan *p = rul_plan(m);
    OQ_AUTO(oq_buf) again = oq_buf_make(RUL_BYTES_MAX);
    rul_write(m, &again);
    if (feature_columns(p) > COLUMNS_MAX)
        return;
    feature_item item[] = {{0, 1, 0, FEATURE_SAMPLE}, {1, 2, 0, FEATURE_SAMPLE}};
    feature_asset a = {.made_at = 0,
                       .trait = oq_new_n(arena, double, p->traits),
                       .item = item,
                       .items = OQ_COUNT(item)};
    rul_estimate e;
    oq_ignore(rul_predict(m, &a, 3, &e), "the plan may not know the items");
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
    rul_model *m;
    if (!rul_read(arena, oq_strn((const char *)bytes, size), &m))
        use_model(arena, m);
    oq_arena_close(arena);
    return 0;
}
