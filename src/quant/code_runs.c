/* Runs cover a block's samples from the first to the last.
 *
 *   quality  of each run: varint length - 1, varint of the status with its halves swapped (the
 *            lower half is mostly 0)
 *   known    of each run: varint (length - 1) * 2 + is_minute, signed varint minutes.
 *            is_minute 0: known = time + minutes; the encoder gives lags as 0, 1, 5, 15 or 60
 *            is_minute 1: known = that minute since 1970, for lags beyond an hour (what is imported
 *            became known at one moment, whatever its times), and for clocks that run ahead
 *
 * Lags are rounded up. A run goes on as long as its class is the sample's own or the next larger
 * one, so that lags about a limit do not make a run each. A time less than a minute after it became
 * known counts as known at once: it is a clock that runs ahead. */
#include "quant/code_runs.h"

static const int64_t lag_class[] = {0, 1, 5, 15, 60};

bool quality_is_all(const quality *q, size_t count, quality status)
{
    if (!q)
        return status == QUALITY_GOOD;
    for (size_t i = 0; i < count; i++)
        if (q[i] != status)
            return false;
    return true;
}

static uint32_t swap_halves(uint32_t status)
{
    return status << 16 | status >> 16;
}

uint8_t *quality_encode(uint8_t *to, const quality *q, size_t count, quality *carried)
{
    for (size_t from = 0, end; from < count; from = end) {
        quality status = q ? q[from] : QUALITY_GOOD;
        for (end = from + 1; end < count && (q ? q[end] : QUALITY_GOOD) == status;)
            end++;
        to = put_varint(to, end - from - 1);
        to = put_varint(to, swap_halves(status));
        *carried = status;
    }
    return to;
}

bool quality_decode(byte_reader *in, quality *q, size_t count, quality *carried)
{
    for (size_t at = 0; at < count;) {
        uint64_t more = take_varint(in), swapped = take_varint(in);
        if (in->is_broken || more >= count - at || swapped > UINT32_MAX)
            return false;
        *carried = swap_halves((uint32_t)swapped);
        for (size_t end = at + (size_t)more + 1; at < end; at++)
            q[at] = *carried;
    }
    return true;
}

/* --- known --------------------------------------------------------------------------------------*/

static int64_t minute_up(oq_us at)
{
    int64_t minute = at / OQ_MINUTE;
    return minute + (at > minute * OQ_MINUTE);
}

/* The difference, at the ends of what 64 bits hold when it does not fit. */
static oq_us lag_of(oq_us time, oq_us known)
{
    oq_us lag;
    if (__builtin_sub_overflow(known, time, &lag))
        return known < time ? INT64_MIN : INT64_MAX;
    return lag;
}

/* The place in lag_class; OQ_COUNT(lag_class) for what is given as a minute. */
static size_t class_of(oq_us lag)
{
    if (lag <= -OQ_MINUTE)
        return OQ_COUNT(lag_class);
    size_t class = 0;
    while (class < OQ_COUNT(lag_class) && lag > lag_class[class] * OQ_MINUTE)
        class ++;
    return class;
}

/* A lag that is a class's own to the microsecond was rounded up to it before: it is not rounded up
 * again, or each time that a growing chunk is coded anew would make its samples known later. */
static bool holds(lateness late, oq_us time, oq_us known)
{
    oq_us lag = lag_of(time, known);
    size_t class = class_of(lag);
    if (late.is_minute)
        return class == OQ_COUNT(lag_class) && late.minutes == minute_up(known);
    if (class == OQ_COUNT(lag_class))
        return false;
    bool is_rounded = lag == lag_class[class] * OQ_MINUTE;
    return late.minutes == lag_class[class] ||
           (!is_rounded && class + 1 < OQ_COUNT(lag_class) && late.minutes == lag_class[class + 1]);
}

static lateness lateness_of(oq_us time, oq_us known)
{
    size_t class = class_of(lag_of(time, known));
    if (class == OQ_COUNT(lag_class))
        return (lateness){.is_minute = true, .minutes = minute_up(known)};
    return (lateness){.minutes = lag_class[class]};
}

size_t lateness_holds(lateness late, const oq_us *time, const oq_us *known, size_t count)
{
    size_t i = 0;
    if (!known)
        return !late.is_minute && late.minutes == 0 ? count : 0;
    while (i < count && holds(late, time[i], known[i]))
        i++;
    return i;
}

uint8_t *known_encode(uint8_t *to, const oq_us *time, const oq_us *known, size_t count,
                      lateness *carried)
{
    for (size_t at = 0; at < count;) {
        size_t run = lateness_holds(*carried, time + at, known ? known + at : NULL, count - at);
        if (run == 0) {
            *carried = known ? lateness_of(time[at], known[at]) : (lateness){0};
            run = lateness_holds(*carried, time + at, known ? known + at : NULL, count - at);
        }
        to = put_varint(to, (run - 1) * 2 + carried->is_minute);
        to = put_signed(to, carried->minutes);
        at += run;
    }
    return to;
}

void lateness_fill(lateness late, const oq_us *time, oq_us *known, size_t count)
{
    uint64_t minutes = (uint64_t)late.minutes * (uint64_t)OQ_MINUTE;
    for (size_t i = 0; i < count; i++)
        known[i] = (oq_us)((late.is_minute ? 0 : (uint64_t)time[i]) + minutes);
}

bool known_decode(byte_reader *in, const oq_us *time, oq_us *known, size_t count, lateness *carried)
{
    for (size_t at = 0; at < count;) {
        uint64_t told = take_varint(in);
        lateness late = {.is_minute = told & 1, .minutes = take_signed(in)};
        if (in->is_broken || told / 2 >= count - at)
            return false;
        size_t run = (size_t)(told / 2) + 1;
        if (known)
            lateness_fill(late, time + at, known + at, run);
        at += run;
        *carried = late;
    }
    return true;
}
