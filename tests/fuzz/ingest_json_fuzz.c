/* Any bytes as samples in JSON. */
#include "ingest/ingest_json.h"

#include "base/banned.h"

static oq_err *look(void *self, const json_item *item)
{
    size_t *size = self;
    const oq_str name[] = {item->series, item->asset, item->metric, item->unit};
    for (size_t i = 0; i < OQ_COUNT(name); i++)
        if (name[i].len > JSON_NAME_MAX)
            abort();
    if (item->times > *size || item->values > *size || item->qualities > *size ||
        item->index > *size)
        abort();
    for (size_t i = 0; i < item->values; i++)
        if (item->kind[i] < JSON_NUMBER || item->kind[i] > JSON_NOT_FINITE)
            abort();
    for (size_t i = 0; i < item->qualities; i++)
        if (item->quality[i] < JSON_QUALITY_BAD || item->quality[i] > UINT32_MAX)
            abort();
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    const oq_err *err = json_samples_read(oq_strn((const char *)data, size), look, &size);
    if (err && err->kind != OQ_MALFORMED)
        abort();
    return 0;
}
