/* What a signal's newest value means. Pure. */
#include "historian/signal.h"

#include <math.h>

#include "base/banned.h"

const signal_limits SIGNAL_NO_LIMITS = {NAN, NAN, NAN, NAN};

const oq_choice signal_state_choices[] = {
    {SIGNAL_EMPTY, "empty"},
    {SIGNAL_NORMAL, "normal"},
    {SIGNAL_LOW, "low"},
    {SIGNAL_HIGH, "high"},
    {SIGNAL_UNCERTAIN, "uncertain"},
    {SIGNAL_STALE, "stale"},
    {SIGNAL_BAD, "bad"},
    {SIGNAL_LOW_LOW, "low_low"},
    {SIGNAL_HIGH_HIGH, "high_high"},
    {0, NULL},
};

static bool is_stale(const series *e, const hist_last *last, oq_us now)
{
    if (e->gap_max_us != OQ_I64_NONE)
        return now - last->time > e->gap_max_us;
    return !e->is_state && now - last->time > SIGNAL_STALE_AFTER;
}

/* Comparisons with NaN are false: no limit is never crossed. */
static signal_state against_limits(const signal_limits *l, double value)
{
    if (value > l->high_high)
        return SIGNAL_HIGH_HIGH;
    if (value < l->low_low)
        return SIGNAL_LOW_LOW;
    if (value > l->high)
        return SIGNAL_HIGH;
    if (value < l->low)
        return SIGNAL_LOW;
    return SIGNAL_NORMAL;
}

signal_state signal_state_of(const series *e, const signal_limits *limits, const hist_last *last,
                             oq_us now)
{
    if (last->time == OQ_TIME_NONE)
        return SIGNAL_EMPTY;
    if (quality_is_bad(last->quality) || !isfinite(last->value))
        return SIGNAL_BAD;
    if (is_stale(e, last, now))
        return SIGNAL_STALE;
    if (!quality_is_good(last->quality))
        return SIGNAL_UNCERTAIN;
    return e->is_state ? SIGNAL_NORMAL : against_limits(limits, last->value);
}

bool signal_is_beyond(signal_state state)
{
    return state == SIGNAL_LOW || state == SIGNAL_HIGH || state == SIGNAL_LOW_LOW ||
           state == SIGNAL_HIGH_HIGH;
}

bool signal_is_doubtful(signal_state state)
{
    return state == SIGNAL_EMPTY || state == SIGNAL_UNCERTAIN || state == SIGNAL_STALE ||
           state == SIGNAL_BAD;
}

const char *signal_state_kind(signal_state state)
{
    switch (state) {
    case SIGNAL_LOW_LOW:
    case SIGNAL_HIGH_HIGH:
    case SIGNAL_BAD:
        return "bad";
    case SIGNAL_LOW:
    case SIGNAL_HIGH:
    case SIGNAL_UNCERTAIN:
    case SIGNAL_STALE:
        return "warn";
    case SIGNAL_EMPTY:
        return "off";
    case SIGNAL_NORMAL:
        break;
    }
    return "";
}
