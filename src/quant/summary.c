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
 *     doubles first, last; min, max, sum, m2 where samples are good; area where time is good */
#include "quant/aggregate_inner.h"
#include "quant/varint.h"

#include "base/banned.h"

enum {
    SUMMARY_FORM = 1,
    SUMMARY_STATE = 0x80,
    SUMMARY_DENSITY = 1024,      /* samples in a cell on average */
    SUMMARY_CELL_BYTES_MIN = 22, /* six numbers, two doubles */
};

static const oq_us width_of[] = {
    10 * OQ_SECOND, OQ_MINUTE, 10 * OQ_MINUTE, OQ_HOUR, 6 * OQ_HOUR, OQ_DAY, 7 * OQ_DAY,
};

/* Times beyond are no times of samples; within, no difference of two overflows. */
#define TIME_FAR (INT64_C(1) << 60)

static int64_t cell_number(oq_us at, oq_us width)
{
    return at / width - (at % width < 0);
}

/* --- writing ------------------------------------------------------------------------------------*/

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

static void put_double(oq_buf *out, double value)
{
    oq_buf_put(out, &value, sizeof value);
}

static void put_cell(oq_buf *out, const aggregate *c, oq_us start)
{
    bool has_quality = c->first_quality != QUALITY_GOOD || c->last_quality != QUALITY_GOOD;
    varint_put(out, (uint64_t)c->count);
    varint_put(out, (uint64_t)(c->count - c->good) << 1 | has_quality);
    if (has_quality) {
        varint_put(out, c->first_quality);
        varint_put(out, c->last_quality);
    }
    varint_put(out, (uint64_t)(c->first_at - start));
    varint_put(out, (uint64_t)(c->last_at - c->first_at));
    varint_put(out, (uint64_t)(c->last_at - c->first_at - c->good_us));
    put_double(out, c->first);
    put_double(out, c->last);
    if (c->good > 0) {
        put_double(out, c->min);
        put_double(out, c->max);
        put_double(out, c->sum);
        put_double(out, c->m2);
    }
    if (c->good_us > 0)
        put_double(out, c->area);
}

/* What the cell that begins with sample `i` holds; moves `i` behind it. */
static aggregate collect_cell(const samples *s, size_t *i, oq_us end, aggregate_rule rule)
{
    aggregate cell = AGGREGATE_NONE;
    while (*i < s->count && s->time[*i] < end) {
        size_t count = 1;
        while (count < AGGREGATE_BLOCK && *i + count < s->count && s->time[*i + count] < end)
            count++;
        aggregate block = aggregate_block(s, *i, count, rule);
        aggregate_merge(&cell, &block, rule);
        *i += count;
    }
    return cell;
}

void summary_encode(oq_arena *arena, const samples *s, aggregate_rule rule, oq_buf *out)
{
    int which = choose_width(s);
    if (which < 0)
        return;
    oq_us width = width_of[which];
    OQ_AUTO(oq_buf) cells = oq_buf_make(SIZE_MAX / 2);
    uint64_t count = 0;
    int64_t before = 0;
    for (size_t i = 0; i < s->count; count++) {
        int64_t number = cell_number(s->time[i], width);
        aggregate cell = collect_cell(s, &i, (number + 1) * width, rule);
        varint_put(&cells, count ? (uint64_t)(number - before - 1) : varint_from_signed(number));
        put_cell(&cells, &cell, number * width);
        before = number;
    }
    oq_buf_char(out, SUMMARY_FORM);
    oq_buf_char(out, (char)(which | (rule.is_state ? SUMMARY_STATE : 0)));
    varint_put(out, (uint64_t)rule.gap_max);
    varint_put(out, count);
    oq_buf_str(out, oq_buf_view(&cells));
}

/* --- reading ------------------------------------------------------------------------------------*/

static bool take_doubles(oq_str *rest, size_t count, double *const *to)
{
    if (rest->len < count * sizeof(double))
        return false;
    for (size_t i = 0; i < count; i++)
        memcpy(to[i], rest->ptr + i * sizeof(double), sizeof(double));
    *rest = oq_str_sub(*rest, count * sizeof(double), SIZE_MAX);
    return true;
}

static bool take_counts(oq_str *rest, aggregate *c)
{
    uint64_t count, rest_twice, q[2] = {0};
    if (!varint_take(rest, &count) || !varint_take(rest, &rest_twice))
        return false;
    bool has_quality = rest_twice & 1;
    if (has_quality && (!varint_take(rest, &q[0]) || !varint_take(rest, &q[1])))
        return false;
    if (count < 1 || count > INT64_MAX || rest_twice >> 1 > count || q[0] > UINT32_MAX ||
        q[1] > UINT32_MAX)
        return false;
    c->count = (int64_t)count;
    c->good = (int64_t)(count - (rest_twice >> 1));
    c->first_quality = (quality)q[0];
    c->last_quality = (quality)q[1];
    return true;
}

static bool take_times(oq_str *rest, oq_us start, oq_us width, aggregate *c)
{
    uint64_t into, length, lost;
    if (!varint_take(rest, &into) || !varint_take(rest, &length) || !varint_take(rest, &lost))
        return false;
    if (into >= (uint64_t)width || length >= (uint64_t)width - into || lost > length)
        return false;
    c->first_at = start + (oq_us)into;
    c->last_at = c->first_at + (oq_us)length;
    c->good_us = (oq_us)(length - lost);
    return true;
}

static bool take_cell(oq_str *rest, oq_us start, oq_us width, aggregate *ret_cell)
{
    aggregate c = AGGREGATE_NONE;
    if (!take_counts(rest, &c) || !take_times(rest, start, width, &c) ||
        !take_doubles(rest, 2, (double *const[]){&c.first, &c.last}))
        return false;
    if (c.good > 0 && (!take_doubles(rest, 4, (double *const[]){&c.min, &c.max, &c.sum, &c.m2}) ||
                       !(c.min <= c.max)))
        return false;
    if (c.good_us > 0 && (c.good == 0 || !take_doubles(rest, 1, (double *const[]){&c.area})))
        return false;
    *ret_cell = c;
    return true;
}

/* The number of the next cell; false when it is too far away in time. */
static bool take_number(oq_str *rest, bool is_first, oq_us width, int64_t *number)
{
    int64_t far = TIME_FAR / width;
    uint64_t coded;
    if (!varint_take(rest, &coded))
        return false;
    int64_t next;
    if (is_first)
        next = varint_to_signed(coded);
    else if (coded > (uint64_t)far * 2)
        return false;
    else
        next = *number + 1 + (int64_t)coded;
    *number = next;
    return next >= -far && next <= far;
}

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_INTERNAL, "summary.malformed", "reason=%s", reason);
}

static oq_err *read_head(oq_str *rest, summary *y)
{
    if (rest->len < 2 || rest->ptr[0] != SUMMARY_FORM)
        return malformed("form");
    uint8_t which = (uint8_t)rest->ptr[1] & ~SUMMARY_STATE;
    if (which >= OQ_COUNT(width_of))
        return malformed("width");
    y->width = width_of[which];
    y->rule.is_state = (uint8_t)rest->ptr[1] & SUMMARY_STATE;
    *rest = oq_str_sub(*rest, 2, SIZE_MAX);
    uint64_t gap_max, count;
    if (!varint_take(rest, &gap_max) || gap_max > INT64_MAX)
        return malformed("gap");
    if (!varint_take(rest, &count) || count < 1 || count > rest->len / SUMMARY_CELL_BYTES_MIN)
        return malformed("count");
    y->rule.gap_max = (oq_us)gap_max;
    y->count = (size_t)count;
    return NULL;
}

oq_err *summary_decode(oq_arena *arena, oq_str bytes, summary *ret_summary)
{
    summary y = {0};
    if (bytes.len == 0) {
        *ret_summary = y;
        return NULL;
    }
    OQ_TRY(read_head(&bytes, &y));
    y.start = oq_new_n(arena, oq_us, y.count);
    y.cell = oq_new_n(arena, aggregate, y.count);
    int64_t number = 0;
    for (size_t i = 0; i < y.count; i++) {
        if (!take_number(&bytes, i == 0, y.width, &number))
            return malformed("number");
        y.start[i] = number * y.width;
        if (!take_cell(&bytes, y.start[i], y.width, &y.cell[i]))
            return malformed("cell");
    }
    if (bytes.len > 0)
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
