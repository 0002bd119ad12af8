#include "ingest/remote_write.h"

#include <endian.h>

#include "base/banned.h"

/* Tags of fields: number * 8 + wire type (Protocol Buffers, Encoding). */
enum {
    WIRE_VARINT = 0,
    WIRE_64 = 1,
    WIRE_BYTES = 2,
    WIRE_32 = 5,
    TAG_SERIES = 1 << 3 | WIRE_BYTES,
    TAG_LABEL = 1 << 3 | WIRE_BYTES,
    TAG_SAMPLE = 2 << 3 | WIRE_BYTES,
    TAG_HISTOGRAM = 4 << 3 | WIRE_BYTES,
    TAG_VALUE = 1 << 3 | WIRE_64,
    TAG_TIME = 2 << 3 | WIRE_VARINT,
    TAG_NAME = 1 << 3 | WIRE_BYTES,
    TAG_TEXT = 2 << 3 | WIRE_BYTES,
    VARINT_BYTES = 10,
};

/* --- the wire -----------------------------------------------------------------------------------
 * Each takes what it reads off the front of [at, end); false: the bytes are not what they say. */

static inline bool take_varint(const uint8_t **at, const uint8_t *end, uint64_t *ret)
{
    const uint8_t *p = *at;
    uint64_t value = 0;
    for (unsigned shift = 0; p < end && shift < 7 * VARINT_BYTES; shift += 7) {
        uint8_t byte = *p++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *at = p;
            *ret = value;
            return true;
        }
    }
    return false;
}

static inline bool take_bytes(const uint8_t **at, const uint8_t *end, const uint8_t **ret_from,
                              const uint8_t **ret_to)
{
    uint64_t len;
    if (!take_varint(at, end, &len) || len > (uint64_t)(end - *at))
        return false;
    *ret_from = *at;
    *ret_to = *at + len;
    *at = *ret_to;
    return true;
}

static inline bool take_double(const uint8_t **at, const uint8_t *end, double *ret)
{
    uint64_t bits;
    if (end - *at < 8)
        return false;
    memcpy(&bits, *at, sizeof bits);
    bits = le64toh(bits);
    memcpy(ret, &bits, sizeof bits);
    *at += 8;
    return true;
}

/* A field that we do not know. Groups are gone from the language since long, and are refused. */
static bool skip(const uint8_t **at, const uint8_t *end, uint64_t tag)
{
    const uint8_t *from, *to;
    uint64_t value;
    switch (tag & 7) {
    case WIRE_VARINT:
        return take_varint(at, end, &value);
    case WIRE_BYTES:
        return take_bytes(at, end, &from, &to);
    case WIRE_64:
    case WIRE_32: {
        ptrdiff_t len = (tag & 7) == WIRE_64 ? 8 : 4;
        if (end - *at < len)
            return false;
        *at += len;
        return true;
    }
    default:
        return false;
    }
}

static oq_err *malformed(const remote_reader *r, const char *reason)
{
    return oq_fail(OQ_MALFORMED, "remote.malformed", "reason=%s byte=%zu", reason,
                   (size_t)(r->at - r->start));
}

/* --- series -------------------------------------------------------------------------------------*/

/* What is left out is zero. */
static bool take_sample(const uint8_t *at, const uint8_t *end, remote_sample *ret)
{
    *ret = (remote_sample){0};
    while (at < end) {
        uint64_t tag, time;
        if (!take_varint(&at, end, &tag))
            return false;
        if (tag == TAG_VALUE) {
            if (!take_double(&at, end, &ret->value))
                return false;
        } else if (tag == TAG_TIME) {
            if (!take_varint(&at, end, &time))
                return false;
            ret->time_ms = (int64_t)time;
        } else if (!skip(&at, end, tag)) {
            return false;
        }
    }
    return true;
}

static void make_room(remote_reader *r)
{
    size_t size = r->size ? r->size * 2 : 64;
    remote_sample *bigger = oq_new_n(r->arena, remote_sample, size);
    if (r->size)
        memcpy(bigger, r->sample, r->size * sizeof *bigger);
    r->sample = bigger;
    r->size = size;
}

/* NULL, or what is wrong. */
static const char *take_series(remote_reader *r, const uint8_t *at, const uint8_t *end,
                               remote_series *ret)
{
    const uint8_t *labels = at, *labels_end = at, *from, *to;
    *ret = (remote_series){0};
    while (at < end) {
        const uint8_t *start = at;
        uint64_t tag;
        if (!take_varint(&at, end, &tag))
            return "a field without end";
        if (tag == TAG_SAMPLE) {
            if (ret->count == REMOTE_SAMPLES_MAX)
                return "too many samples of one series";
            if (ret->count == r->size)
                make_room(r);
            if (!take_bytes(&at, end, &from, &to) || !take_sample(from, to, &r->sample[ret->count]))
                return "a sample that cannot be read";
            ret->count++;
        } else if (tag == TAG_LABEL) {
            if (start != labels_end)
                return "labels that do not stand together at the beginning";
            if (!take_bytes(&at, end, &from, &to))
                return "a label without end";
            labels_end = at;
        } else if (!skip(&at, end, tag)) {
            return "a field without end";
        }
        ret->histograms += tag == TAG_HISTOGRAM;
    }
    ret->labels = oq_strn((const char *)labels, (size_t)(labels_end - labels));
    ret->sample = r->sample;
    return NULL;
}

remote_reader remote_read(oq_arena *arena, oq_str message)
{
    const uint8_t *at = (const uint8_t *)message.ptr;
    return (remote_reader){.arena = arena, .start = at, .at = at, .end = at + message.len};
}

oq_err *remote_next(remote_reader *r, remote_series *ret_series, bool *ret_more)
{
    const uint8_t *from, *to;
    uint64_t tag;
    while (r->at < r->end) {
        if (!take_varint(&r->at, r->end, &tag))
            return malformed(r, "a field without end");
        if (tag == TAG_SERIES) {
            if (!take_bytes(&r->at, r->end, &from, &to))
                return malformed(r, "a series without end");
            const char *reason = take_series(r, from, to, ret_series);
            *ret_more = true;
            if (!reason)
                return NULL;
            r->at = from;
            return malformed(r, reason);
        }
        if (!skip(&r->at, r->end, tag))
            return malformed(r, "a field without end");
    }
    *ret_more = false;
    return NULL;
}

/* --- labels -------------------------------------------------------------------------------------*/

static bool take_label(const uint8_t *at, const uint8_t *end, remote_label *ret)
{
    *ret = (remote_label){OQ_STR(""), OQ_STR("")};
    while (at < end) {
        const uint8_t *from, *to;
        uint64_t tag;
        if (!take_varint(&at, end, &tag))
            return false;
        if (tag != TAG_NAME && tag != TAG_TEXT) {
            if (!skip(&at, end, tag))
                return false;
            continue;
        }
        if (!take_bytes(&at, end, &from, &to))
            return false;
        oq_str text = oq_strn((const char *)from, (size_t)(to - from));
        *(tag == TAG_NAME ? &ret->name : &ret->value) = text;
    }
    return true;
}

oq_err *remote_labels(oq_arena *arena, oq_str labels, remote_label **ret_label, size_t *ret_count)
{
    if (labels.len > REMOTE_LABELS_MAX)
        return oq_fail(OQ_INVALID, "remote.labels_too_long", "max=%d", REMOTE_LABELS_MAX);
    remote_reader r = remote_read(arena, labels);
    size_t size = labels.len / 2 + 1, count = 0; /* a label has two bytes at least */
    remote_label *label = oq_new_n(arena, remote_label, size);
    const uint8_t *from, *to;
    uint64_t tag;
    while (r.at < r.end) {
        if (!take_varint(&r.at, r.end, &tag) || !take_bytes(&r.at, r.end, &from, &to) ||
            !take_label(from, to, &label[count]))
            return malformed(&r, "a label that cannot be read");
        count++;
    }
    *ret_label = label;
    *ret_count = count;
    return NULL;
}
