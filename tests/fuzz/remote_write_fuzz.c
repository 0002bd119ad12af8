/* Any bytes as a message of remote write, and as labels of one. */
#include "ingest/remote_write.h"

#include "base/banned.h"

static void read_labels(oq_arena *arena, oq_str labels)
{
    remote_label *label;
    size_t count;
    if (remote_labels(arena, labels, &label, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (label[i].name.len > labels.len || label[i].value.len > labels.len)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str text = oq_strn((const char *)data, size);
    remote_reader r = remote_read(arena, text);
    remote_series set;
    double sum = 0;
    for (bool more = true; more && !remote_next(&r, &set, &more) && more;) {
        if (set.labels.len > size || set.count > size)
            abort();
        for (size_t i = 0; i < set.count; i++)
            sum += set.sample[i].value;
        read_labels(arena, set.labels);
    }
    read_labels(arena, text);
    oq_arena_close(arena);
    return sum > 1e308 ? 0 : 0;
}
