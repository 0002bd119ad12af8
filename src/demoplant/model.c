#include "demoplant/model.h"

#include <math.h>

#include "demoplant/noise.h"

#include "base/banned.h"

#define LOCAL (3 * OQ_HOUR) /* Riyadh, all year */

static double hour_of_day(oq_us at)
{
    return (double)((at + LOCAL) % OQ_DAY) / (double)OQ_HOUR;
}

/* 1 at the hottest of the year (late July), -1 in late January. */
static double season(oq_us at)
{
    double days = (double)at / (double)OQ_DAY;
    return cos(2 * M_PI * (days - 205) / 365.2425);
}

double demo_ambient(const demo_site *site, demo_clock clock, oq_us at)
{
    uint64_t key = noise_key_text(noise_key_text(clock.seed, site->code), "ambient");
    return site->heat_mean + site->heat_day * cos(2 * M_PI * (hour_of_day(at) - 15) / 24) +
           site->heat_year * season(at) + 2.5 * noise_wander(key, at, 2 * OQ_DAY);
}

double demo_load(const demo_site *site, demo_clock clock, oq_us at)
{
    uint64_t key = noise_key_text(noise_key_text(clock.seed, site->code), "load");
    int64_t weekday = ((at + LOCAL) / OQ_DAY + 4) % 7; /* 0: Sunday */
    double rest_day = weekday >= 5 ? -1 : 0.4;         /* Friday and Saturday */
    double load = 0.80 + site->daily * cos(2 * M_PI * (hour_of_day(at) - site->peak_hour) / 24) +
                  site->weekly * rest_day + site->yearly * season(at) +
                  0.025 * noise_wander(key, at, 5 * OQ_HOUR);
    return fmin(1, fmax(0.35, load));
}

/* 1 while it runs, 0 at rest, in between as it runs down and up. */
static double running(const demo_faults *faults, const demo_class *c, const demo_signal *g,
                      oq_us at)
{
    double share = 1, slow_s = g->follows_s > 0 ? g->follows_s : c->time_constant_s;
    for (size_t i = 0; i < faults->count; i++) {
        const demo_fault *f = &faults->at[i];
        if (f->kind->sort != DEMO_PROCESS || at < f->rests)
            continue;
        double down = exp(-(double)(at - f->rests) / 1e6 / slow_s);
        double up = at < f->ends ? 0 : 1 - exp(-(double)(at - f->ends) / 1e6 / slow_s);
        share *= at < f->ends ? down : up;
    }
    return share;
}

static double with_effects(double value, const demo_faults *faults, const char *metric, oq_us at)
{
    for (size_t i = 0; i < faults->count; i++) {
        const demo_fault *f = &faults->at[i];
        if (f->kind->sort != DEMO_PROCESS)
            continue;
        double share = demo_fault_share(f, at);
        for (const demo_effect *e = f->kind->effect; share > 0 && e->metric; e++)
            if (strcmp(e->metric, metric) == 0)
                value = value * (1 + e->times * share) + e->add * share;
    }
    return value;
}

typedef struct signal_at {
    const demo_site *site;
    const demo_asset *asset;
    const demo_signal *signal;
    demo_clock clock;
    demo_faults faults;
    uint64_t key;
    double bias, scale;
} signal_at;

/* What the process is, before the instrument. */
static double true_value(const signal_at *x, oq_us at)
{
    const demo_signal *g = x->signal;
    double r = running(&x->faults, x->asset->of, g, at);
    if (g->is_state)
        return r > 0.5;
    double value = g->level * x->bias + g->by_load * (demo_load(x->site, x->clock, at) - 0.8) +
                   g->by_heat * (demo_ambient(x->site, x->clock, at) - 30);
    value += g->slow * noise_wander(x->key, at, 7 * OQ_HOUR) +
             g->quick * noise_wander(x->key + 1, at, 11 * OQ_MINUTE);
    value = with_effects(value * x->scale, &x->faults, g->metric, at);
    return g->at_rest + r * (value - g->at_rest);
}

static double round_to(double value, int decimals)
{
    double unit = pow(10, decimals);
    return round(value * unit) / unit;
}

static double reading(const signal_at *x, oq_us at)
{
    const demo_signal *g = x->signal;
    double value = true_value(x, at);
    if (!g->is_state)
        value += g->white * x->scale * noise_normal(noise_key(x->key, (uint64_t)at));
    return round_to(fmin(g->high, fmax(g->low, value)), g->decimals);
}

static const demo_fault *sensor_fault(const signal_at *x, oq_us at)
{
    for (size_t i = 0; i < x->faults.count; i++) {
        const demo_fault *f = &x->faults.at[i];
        if (f->metric && strcmp(f->metric, x->signal->metric) == 0 && at >= f->begins &&
            at < f->ends)
            return f;
    }
    return NULL;
}

static void put(const signal_at *x, oq_us at, samples *out)
{
    const demo_fault *f = sensor_fault(x, at);
    size_t i = out->count++;
    out->time[i] = at;
    out->quality[i] = QUALITY_GOOD;
    if (f && f->kind->sort == DEMO_DROP_OUT) {
        out->value[i] = (double)NAN;
        out->quality[i] = QUALITY_NO_COMMUNICATION;
    } else if (f && f->kind->sort == DEMO_STUCK) {
        out->value[i] = reading(x, f->begins);
    } else if (f) {
        const demo_signal *g = x->signal;
        double share = (double)(at - f->begins) / (double)(f->ends - f->begins);
        double drift = 0.35 * fabs(g->level * x->scale) * f->severity * share;
        out->value[i] = round_to(fmin(g->high, reading(x, at) + drift), g->decimals);
    } else {
        out->value[i] = reading(x, at);
    }
}

samples demo_readings(oq_arena *arena, const demo_site *site, size_t asset,
                      const demo_signal *signal, demo_clock clock, oq_us from, oq_us to, oq_us step)
{
    const demo_asset *a = &site->assets[asset];
    uint64_t asset_key = noise_key_text(noise_key_text(clock.seed, site->code), a->code);
    signal_at x = {.site = site, .asset = a, .signal = signal, .clock = clock};
    x.key = noise_key_text(asset_key, signal->metric);
    x.bias = 1 + 0.02 * noise_normal(noise_key(x.key, 99));
    x.scale = strcmp(signal->metric, "power_kw") == 0 ? a->power_kw : 1;
    /* what ended a day ago may still be running up */
    demo_faults_of(site, asset, clock.seed, clock.epoch, from - OQ_DAY, to, &x.faults);
    size_t count = to > from ? (size_t)((to - from + step - 1) / step) : 0;
    samples out = samples_make(arena, count, true, false);
    for (oq_us at = from; at < to; at += step)
        put(&x, at, &out);
    return out;
}
