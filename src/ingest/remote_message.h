/* ingest/remote_message.h
 *
 * Messages of remote write for tests and measurements. Not part of the program. */
#ifndef INGEST_REMOTE_MESSAGE_H
#define INGEST_REMOTE_MESSAGE_H

#include "ingest/remote_write.h"

static inline void message_varint(oq_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        oq_buf_char(out, (char)(value | 0x80));
    oq_buf_char(out, (char)value);
}

static inline void message_bytes(oq_buf *out, int field, oq_str bytes)
{
    message_varint(out, (uint64_t)field << 3 | 2);
    message_varint(out, bytes.len);
    oq_buf_str(out, bytes);
}

/* "name=value" and so on, ends with NULL; then samples. */
static inline void message_series(oq_buf *out, const char *const *label,
                                  const remote_sample *sample, size_t count)
{
    OQ_AUTO(oq_buf) set = oq_buf_make(64 * 1024 * 1024);
    OQ_AUTO(oq_buf) part = oq_buf_make(64 * 1024);
    for (; *label; label++) {
        oq_str name, value = oq_cstr(*label);
        if (!oq_str_cut(&value, '=', &name))
            name = OQ_STR("");
        oq_buf_clear(&part);
        message_bytes(&part, 1, name);
        message_bytes(&part, 2, value.ptr ? value : OQ_STR(""));
        message_bytes(&set, 1, oq_buf_view(&part));
    }
    for (size_t i = 0; i < count; i++) {
        oq_buf_clear(&part);
        oq_buf_char(&part, 1 << 3 | 1);
        oq_buf_put(&part, &sample[i].value, 8);
        oq_buf_char(&part, 2 << 3);
        message_varint(&part, (uint64_t)sample[i].time_ms);
        message_bytes(&set, 2, oq_buf_view(&part));
    }
    message_bytes(out, 1, oq_buf_view(&set));
}

#endif
