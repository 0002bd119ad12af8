/* What people see of an alarm: the states of ISA-18.2, and what to do about one that chatters. */
#include "quant/alarm.h"

#include <math.h>

#include "base/banned.h"

alarm_step alarm_step_from(int standing, alarm_deed deed, bool is_latched)
{
    bool is_active = standing != STANDING_NORMAL;
    alarm_step same = {.standing = standing};
    switch (deed) {
    case DEED_RAISE:
        return (alarm_step){.standing = STANDING_UNACKNOWLEDGED, .is_again = is_active};
    case DEED_RETURN:
        if (standing == STANDING_UNACKNOWLEDGED)
            return (alarm_step){.standing = is_latched ? STANDING_LATCHED : STANDING_RETURNED};
        if (standing == STANDING_ACKNOWLEDGED)
            return (alarm_step){.standing = is_latched ? STANDING_LATCHED : STANDING_NORMAL};
        same.is_nothing = true;
        return same;
    case DEED_ACKNOWLEDGE:
        if (standing == STANDING_UNACKNOWLEDGED)
            return (alarm_step){.standing = STANDING_ACKNOWLEDGED};
        if (standing == STANDING_RETURNED)
            return (alarm_step){.standing = STANDING_NORMAL};
        same.is_nothing = is_active;
        same.is_refused = !is_active;
        return same;
    case DEED_RESET:
        if (standing == STANDING_LATCHED)
            return (alarm_step){.standing = STANDING_NORMAL};
        same.is_refused = true;
        return same;
    }
    return same;
}

/* --- chattering --------------------------------------------------------------------------------*/

enum { VISITS_MAX = 512 };

static bool is_usable(const samples *s, size_t i)
{
    return !isnan(s->value[i]) && !quality_is_bad(samples_quality(s, i));
}

static bool is_beyond(const alarm_leaf *leaf, double limit, double x)
{
    if (leaf->is == ALARM_BELOW)
        return x < limit;
    return leaf->is == ALARM_AWAY_FROM ? fabs(x - limit) > leaf->by : x > limit;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double two_figures(double x)
{
    double unit = pow(10, floor(log10(x)) - 1);
    return ceil(x / unit - 1e-9) * unit;
}

alarm_proposal alarm_propose(const alarm_leaf *leaf, double limit, const samples *s)
{
    alarm_proposal none = {(double)NAN, (double)NAN}, p = none;
    double visit[VISITS_MAX], squares = 0, before = (double)NAN;
    size_t visits = 0, jumps = 0;
    oq_us since = OQ_TIME_NONE;
    if (leaf->is != ALARM_ABOVE && leaf->is != ALARM_BELOW && leaf->is != ALARM_AWAY_FROM)
        return none;
    for (size_t i = 0; i < s->count; i++) {
        if (!is_usable(s, i))
            continue;
        double jump = s->value[i] - before;
        squares += isnan(jump) ? 0 : jump * jump;
        jumps += !isnan(jump);
        before = s->value[i];
        bool is_out = is_beyond(leaf, limit, s->value[i]);
        if (is_out && since == OQ_TIME_NONE)
            since = s->time[i];
        if (is_out || since == OQ_TIME_NONE)
            continue;
        if (visits < VISITS_MAX)
            visit[visits++] = (double)(s->time[i] - since) / (double)OQ_SECOND;
        since = OQ_TIME_NONE;
    }
    if (visits < ALARM_CHATTER_PER_MINUTE)
        return none;
    qsort(visit, visits, sizeof *visit, by_size);
    /* A jump has twice the variance of the noise about a level. */
    double noise = sqrt(squares / (double)jumps / 2);
    if (noise > 0)
        p.deadband = two_figures(3 * noise);
    p.on_delay_s = ceil(visit[visits / 2]);
    return p;
}
