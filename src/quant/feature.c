/* Plans, the names of their columns, and the walker. */
#include "quant/feature.h"

#include <math.h>
#include <stdio.h>

#include "quant/feature_inner.h"

#include "base/banned.h"

feature_plan feature_plan_usual(void)
{
    static const oq_us window[] = {3 * OQ_HOUR, 24 * OQ_HOUR, 7 * OQ_DAY};
    static const oq_us event_window[] = {24 * OQ_HOUR, 7 * OQ_DAY};
    return (feature_plan){.window = window,
                          .windows = OQ_COUNT(window),
                          .event_window = event_window,
                          .event_windows = OQ_COUNT(event_window),
                          .lags = 2,
                          .cell = OQ_HOUR};
}

static bool is_rising(const oq_us *window, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (window[i] <= (i ? window[i - 1] : 0))
            return false;
    return true;
}

static bool are_names(const oq_str *name, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_empty(name[i]) || name[i].len > FEATURE_NAME_MAX)
            return false;
    return true;
}

oq_err *feature_plan_check(const feature_plan *p)
{
    const char *reason = NULL;
    if (p->signals > FEATURE_SIGNALS_MAX || p->codes > FEATURE_CODES_MAX ||
        p->components > FEATURE_COMPONENTS_MAX || p->traits > FEATURE_TRAITS_MAX)
        reason = "too many names";
    else if (!are_names(p->signal, p->signals) || !are_names(p->code, p->codes) ||
             !are_names(p->component, p->components) || !are_names(p->trait, p->traits))
        reason = "name";
    else if (p->windows > FEATURE_WINDOWS_MAX || p->event_windows > FEATURE_WINDOWS_MAX)
        reason = "too many windows";
    else if (!is_rising(p->window, p->windows) || !is_rising(p->event_window, p->event_windows))
        reason = "windows must rise";
    else if (p->lags > FEATURE_LAGS_MAX)
        reason = "too many lags";
    else if (p->cell < 0 ||
             (p->cell > 0 && p->windows && p->window[p->windows - 1] / p->cell > FEATURE_CELLS_MAX))
        reason = "cell";
    return reason ? oq_fail(OQ_INVALID, "feature.plan_invalid", "reason=%s", reason) : NULL;
}

static oq_str *copy_names(oq_arena *arena, const oq_str *name, size_t count)
{
    oq_str *copy = oq_new_n(arena, oq_str, count);
    for (size_t i = 0; i < count; i++)
        copy[i] = oq_str_copy(arena, name[i]);
    return copy;
}

feature_plan feature_plan_copy(oq_arena *arena, const feature_plan *p)
{
    feature_plan c = *p;
    c.signal = copy_names(arena, p->signal, p->signals);
    c.code = copy_names(arena, p->code, p->codes);
    c.component = copy_names(arena, p->component, p->components);
    c.trait = copy_names(arena, p->trait, p->traits);
    if (p->is_setting)
        c.is_setting = oq_copy(arena, p->is_setting, p->signals * sizeof *p->is_setting);
    c.window = oq_copy(arena, p->window, p->windows * sizeof *p->window);
    c.event_window = oq_copy(arena, p->event_window, p->event_windows * sizeof *p->event_window);
    return c;
}

static size_t signal_columns(const feature_plan *p)
{
    return 1 + p->lags + p->windows * FEATURE_WINDOW_COLUMNS;
}

size_t feature_columns(const feature_plan *p)
{
    size_t seen = 0;
    for (size_t i = 0; i < p->signals; i++)
        seen += feature_is_seen(p, i);
    return seen * signal_columns(p) + p->codes * (p->event_windows + 1) + p->components + 1 +
           p->traits;
}

/* --- names -------------------------------------------------------------------------------------------*/

/* "24h", "7d", "90s": the largest unit that leaves no rest; up to two days in hours. */
static oq_str window_name(oq_arena *arena, oq_us window)
{
    static const struct {
        oq_us size;
        const char *name;
    } unit[] = {{OQ_DAY, "d"}, {OQ_HOUR, "h"}, {OQ_MINUTE, "m"}, {OQ_SECOND, "s"}, {1, "us"}};
    size_t i = 0;
    while (window % unit[i].size != 0 || (unit[i].size == OQ_DAY && window <= 2 * OQ_DAY))
        i++;
    return oq_strf(arena, "%lld%s", (long long)(window / unit[i].size), unit[i].name);
}

static oq_str *put_signal_names(oq_arena *arena, const feature_plan *p, oq_str signal, oq_str *to)
{
    static const char *const what[FEATURE_WINDOW_COLUMNS] = {"mean", "sd",    "min",
                                                             "max",  "slope", "drift"};
    *to++ = oq_strf(arena, "%.*s.last", OQ_FMT(signal));
    for (size_t i = 1; i <= p->lags; i++)
        *to++ = oq_strf(arena, "%.*s.lag%zu", OQ_FMT(signal), i);
    for (size_t w = 0; w < p->windows; w++) {
        oq_str window = window_name(arena, p->window[w]);
        for (size_t k = 0; k < FEATURE_WINDOW_COLUMNS; k++)
            *to++ = oq_strf(arena, "%.*s.%s.%.*s", OQ_FMT(signal), what[k], OQ_FMT(window));
    }
    return to;
}

oq_str *feature_names(oq_arena *arena, const feature_plan *p)
{
    oq_str *name = oq_new_n(arena, oq_str, feature_columns(p)), *to = name;
    for (size_t i = 0; i < p->signals; i++)
        if (feature_is_seen(p, i))
            to = put_signal_names(arena, p, p->signal[i], to);
    for (size_t i = 0; i < p->codes; i++) {
        for (size_t w = 0; w < p->event_windows; w++) {
            oq_str window = window_name(arena, p->event_window[w]);
            *to++ = oq_strf(arena, "%.*s.count.%.*s", OQ_FMT(p->code[i]), OQ_FMT(window));
        }
        *to++ = oq_strf(arena, "%.*s.since", OQ_FMT(p->code[i]));
    }
    for (size_t i = 0; i < p->components; i++)
        *to++ = oq_strf(arena, "%.*s.age", OQ_FMT(p->component[i]));
    *to++ = OQ_STR("age");
    for (size_t i = 0; i < p->traits; i++)
        *to++ = oq_str_copy(arena, p->trait[i]);
    assert(to == name + feature_columns(p));
    return name;
}
