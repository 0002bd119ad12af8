/* The bytes of a summary:
 *
 *   1 byte    SUMMARY_FORM
 *   1 byte    which width; 0x80: states
 *   varint    gap_max
 *   varint    number of cells
 *   each cell, in the order of time:
 *     varint  its number (start / width): the first one's signed, then the distance to the one
 *             before, less one
 *     varint  count
 *     varint  count - good, times two; 1: qualities follow
 *     varint  first quality, last quality, where they follow; else both are good
 *     varint  first_at - start; last_at - first_at; last_at - first_at - good_us
 *     8 bytes each, little endian: first, last; min, max, sum, m2 where samples are good; area
 * where time is good */
#include "quant/aggregate_inner.h"
#include "quant/code_bytes.h"

#include "base/banned.h"

enum {
    SUMMARY_FORM = 1,
    SUMMARY_STATE = 0x80,
    SUMMARY_DENSITY = 1024,      /* samples in a cell on average */
    SUMMARY_CELL_BYTES_MIN = 22, /* six numbers, two doubles */
    SUMMARY_CELL_BYTES_MAX = 8 * CODE_VARINT_MAX + 7 * 8,
};

static const oq_us width_of[] = {
    10 * OQ_SECOND, OQ_MINUTE, 10 * OQ_MINUTE, OQ_HOUR, 6 * OQ_HOUR, OQ_DAY, 7 * OQ_DAY,
};

/* Counts and times beyond are none of samples; within, no sum or difference overflows. */
#define COUNT_MAX (UINT64_C(1) << 40)
#define TIME_FAR  (INT64_C(1) << 60)

static int64_t cell_number(oq_us at, oq_us width)
{
    return at / width - (at % width < 0);
}

/* --- writing ------------------------------------------------------------------------------------*/

size_t summary_bytes_in(oq_us grid, int32_t ret_byte[SUMMARY_BYTES_MAX])
{
    static_assert(2 * OQ_COUNT(width_of) == SUMMARY_BYTES_MAX, "each width, of states or not");
    size_t count = 0;
    for (size_t i = 0; i < OQ_COUNT(width_of); i++) {
        if (grid % width_of[i] != 0)
            continue;
        ret_byte[count++] = (int32_t)i;
        ret_byte[count++] = (int32_t)i | SUMMARY_STATE;
    }
    return count;
}

/* Which width fits the samples' rhythm; -1: none. */
static int choose_width(const samples *s)
{
    if (s->count < SUMMARY_DENSITY || s->time[0] < -TIME_FAR || s->time[s->count - 1] > TIME_FAR)
        return -1;
    double span = (double)(s->time[s->count - 1] - s->time[0]);
    for (int i = 0; i < (int)OQ_COUNT(width_of); i++)
        if ((double)s->count * (double)width_of[i] >= SUMMARY_DENSITY * span)
            return i;
    return -1;
}

static uint8_t *put_double(uint8_t *to, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_64(to, bits);
}

static uint8_t *put_cell(uint8_t *to, const aggregate *c, oq_us start)
{
    bool has_quality = c->first_quality != QUALITY_GOOD || c->last_quality != QUALITY_GOOD;
    to = put_varint(to, (uint64_t)c->count);
    to = put_varint(to, (uint64_t)(c->count - c->good) << 1 | has_quality);
    if (has_quality) {
        to = put_varint(to, c->first_quality);
        to = put_varint(to, c->last_quality);
    }
    to = put_varint(to, (uint64_t)(c->first_at - start));
    to = put_varint(to, (uint64_t)(c->last_at - c->first_at));
    to = put_varint(to, (uint64_t)(c->last_at - c->first_at - c->good_us));
    to = put_double(to, c->first);
    to = put_double(to, c->last);
    if (c->good > 0) {
        to = put_double(to, c->min);
        to = put_double(to, c->max);
        to = put_double(to, c->sum);
        to = put_double(to, c->m2);
    }
    return c->good_us > 0 ? put_double(to, c->area) : to;
}

/* What the cell holds whose samples begin at `i`; moves `i` behind them. */
static aggregate collect_cell(const samples *s, size_t *i, oq_us end, aggregate_rule rule)
{
    samples rest = samples_part(s, *i, s->count - *i);
    aggregate cell = AGGREGATE_NONE;
    size_t count = samples_find(&rest, end);
    for (size_t k = 0; k < count; k += AGGREGATE_BLOCK) {
        samples some =
            samples_part(&rest, k, count - k < AGGREGATE_BLOCK ? count - k : AGGREGATE_BLOCK);
        aggregate block = aggregate_block(&some, rule);
        aggregate_merge(&cell, &block, rule);
    }
    *i += count;
    return cell;
}

void summary_encode(oq_arena *arena, const samples *s, aggregate_rule rule, oq_buf *out)
{
    int which = choose_width(s);
    if (which < 0)
        return;
    oq_us width = width_of[which];
    /* Cells of 1,024 samples on average, and one at each end that has fewer; one for rounding. */
    size_t cells_max = s->count / SUMMARY_DENSITY + 3;
    uint8_t *cells = oq_alloc_n(arena, cells_max, SUMMARY_CELL_BYTES_MAX), *to = cells;
    uint64_t count = 0;
    int64_t before = 0;
    for (size_t i = 0; i < s->count; count++) {
        assert(count < cells_max);
        int64_t number = cell_number(s->time[i], width);
        aggregate cell = collect_cell(s, &i, (number + 1) * width, rule);
        to = count ? put_varint(to, (uint64_t)(number - before - 1)) : put_signed(to, number);
        to = put_cell(to, &cell, number * width);
        before = number;
    }
    uint8_t head[2 + 2 * CODE_VARINT_MAX] = {
        SUMMARY_FORM, (uint8_t)(which | (rule.is_state ? SUMMARY_STATE : 0))};
    uint8_t *end = put_varint(put_varint(head + 2, (uint64_t)rule.gap_max), count);
    oq_buf_put(out, head, (size_t)(end - head));
    oq_buf_put(out, cells, (size_t)(to - cells));
}

summary summary_make(oq_arena *arena, const samples *s, oq_us width, aggregate_rule rule)
{
    summary y = {.width = width, .rule = rule};
    if (!s->count)
        return y;
    uint64_t span = (uint64_t)(s->time[s->count - 1] - s->time[0]) / (uint64_t)width + 2;
    size_t room = span < s->count ? (size_t)span : s->count;
    y.start = oq_alloc_raw_n(arena, room, sizeof *y.start);
    y.cell = oq_alloc_raw_n(arena, room, sizeof *y.cell);
    for (size_t i = 0; i < s->count; y.count++) {
        y.start[y.count] = cell_number(s->time[i], width) * width;
        y.cell[y.count] = collect_cell(s, &i, y.start[y.count] + width, rule);
    }
    return y;
}

/* --- reading ------------------------------------------------------------------------------------*/

static double take_double(byte_reader *in)
{
    uint64_t bits = take_64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool take_counts(byte_reader *in, aggregate *c)
{
    uint64_t count = take_varint(in), not_good = take_varint(in), q[2] = {0};
    if (not_good & 1) {
        q[0] = take_varint(in);
        q[1] = take_varint(in);
    }
    not_good >>= 1;
    if (count < 1 || count > COUNT_MAX || not_good > count || q[0] > UINT32_MAX ||
        q[1] > UINT32_MAX)
        return false;
    c->count = (int64_t)count;
    c->good = (int64_t)(count - not_good);
    c->first_quality = (quality)q[0];
    c->last_quality = (quality)q[1];
    return true;
}

static bool take_times(byte_reader *in, oq_us start, oq_us width, aggregate *c)
{
    uint64_t into = take_varint(in), length = take_varint(in), lost = take_varint(in);
    if (into >= (uint64_t)width || length >= (uint64_t)width - into || lost > length)
        return false;
    c->first_at = start + (oq_us)into;
    c->last_at = c->first_at + (oq_us)length;
    c->good_us = (oq_us)(length - lost);
    return true;
}

static bool take_cell(byte_reader *in, oq_us start, oq_us width, aggregate *ret_cell)
{
    aggregate c = AGGREGATE_NONE;
    if (!take_counts(in, &c) || !take_times(in, start, width, &c))
        return false;
    c.first = take_double(in);
    c.last = take_double(in);
    if (c.good > 0) {
        c.min = take_double(in);
        c.max = take_double(in);
        c.sum = take_double(in);
        c.m2 = take_double(in);
    }
    if (c.good_us > 0)
        c.area = take_double(in);
    *ret_cell = c;
    return !in->is_broken && (c.good == 0 || c.min <= c.max) && (c.good > 0 || c.good_us == 0);
}

/* The number of the next cell; false when it is too far away in time. */
static bool take_number(byte_reader *in, bool is_first, oq_us width, int64_t *number)
{
    int64_t far = TIME_FAR / width;
    if (is_first) {
        *number = take_signed(in);
    } else {
        uint64_t beyond = take_varint(in);
        if (beyond > (uint64_t)far * 2)
            return false;
        *number += 1 + (int64_t)beyond;
    }
    return *number >= -far && *number <= far;
}

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "summary.malformed", "reason=%s", reason);
}

static oq_err *read_head(byte_reader *in, summary *y)
{
    if (take_byte(in) != SUMMARY_FORM)
        return malformed("form");
    uint8_t which = take_byte(in);
    y->rule.is_state = which & SUMMARY_STATE;
    which &= SUMMARY_STATE - 1;
    if (which >= OQ_COUNT(width_of))
        return malformed("width");
    y->width = width_of[which];
    uint64_t gap_max = take_varint(in), count = take_varint(in);
    if (gap_max > INT64_MAX)
        return malformed("gap");
    if (in->is_broken || count < 1 || count > reader_left(in) / SUMMARY_CELL_BYTES_MIN)
        return malformed("count");
    y->rule.gap_max = (oq_us)gap_max;
    y->count = (size_t)count;
    return NULL;
}

oq_err *summary_decode(oq_arena *arena, oq_str bytes, summary *ret_summary)
{
    summary y = {0};
    const uint8_t *begin = (const uint8_t *)bytes.ptr;
    byte_reader in = {begin, begin + bytes.len, false};
    if (bytes.len > 0)
        OQ_TRY(read_head(&in, &y));
    y.start = oq_new_n(arena, oq_us, y.count);
    y.cell = oq_new_n(arena, aggregate, y.count);
    int64_t number = 0;
    for (size_t i = 0; i < y.count; i++) {
        if (!take_number(&in, i == 0, y.width, &number))
            return malformed("number");
        y.start[i] = number * y.width;
        if (!take_cell(&in, y.start[i], y.width, &y.cell[i]))
            return malformed("cell");
    }
    if (reader_left(&in) > 0)
        return malformed("length");
    *ret_summary = y;
    return NULL;
}

bool summary_fits(const summary *y, buckets b, aggregate_rule rule)
{
    if (y->count == 0 || y->rule.is_state != rule.is_state || y->rule.gap_max != rule.gap_max)
        return false;
    for (size_t i = 0; i <= b.count; i++)
        if (b.edge[i] % y->width != 0)
            return false;
    return true;
}
