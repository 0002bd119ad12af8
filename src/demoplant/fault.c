#include "demoplant/fault.h"

#include <math.h>

#include "demoplant/noise.h"

#include "base/banned.h"

/* clang-format off */
const demo_fault_kind demo_fault_kinds[] = {
    {"bearing_wear", "bearing_fault",
     {"centrifugal_pump", "compressor", "gas_turbine", "steam_turbine", "ro_train"},
     DEMO_PROCESS, 48, 216, 8, 20, 3.5,
     {{"vibration_rms", 7.5, 0}, {"temperature", 24, 0}, {"power_kw", 0, 0.03}}},
    {"cavitation", "cavitation", {"centrifugal_pump"}, DEMO_PROCESS, 3, 14, 2, 6, 1.5,
     {{"vibration_rms", 4.2, 0}, {"temperature", 21, 0}, {"flow", 0, -0.34}, {"pressure", 0, -0.24}}},
    {"seal_leak", "seal_leak", {"centrifugal_pump"}, DEMO_PROCESS, 24, 120, 5, 12, 2,
     {{"pressure", 0, -0.30}, {"flow", 0, -0.14}, {"temperature", 7, 0}}},
    {"valve_leakage", "valve_leakage", {"control_valve"}, DEMO_PROCESS, 12, 96, 3, 8, 1.5,
     {{"pressure", 0, -0.36}, {"flow", 0, 0.18}, {"position", -9, 0}}},
    {"fouling", "fouling", {"heat_exchanger"}, DEMO_PROCESS, 120, 290, 12, 30, 1,
     {{"pressure_drop", 0, 1.7}, {"temperature", 26, 0}, {"flow", 0, -0.16}}},
    {"membrane_fouling", "membrane_fouling", {"ro_train"}, DEMO_PROCESS, 96, 260, 8, 20, 1.2,
     {{"pressure", 8.5, 0}, {"pressure_drop", 0, 1.4}, {"flow", 0, -0.24}, {"conductivity", 0, 0.9}}},
    {"oil_leak", "lubrication_failure", {"compressor"}, DEMO_PROCESS, 6, 48, 4, 10, 2,
     {{"oil_pressure", 0, -0.62}, {"temperature", 27, 0}, {"vibration_rms", 2.6, 0}}},
    {"compressor_valve", "valve_failure", {"compressor"}, DEMO_PROCESS, 24, 120, 8, 18, 2,
     {{"pressure", 0, -0.26}, {"temperature", 36, 0}, {"flow", 0, -0.20}}},
    {"blade_fouling", "blade_fouling", {"gas_turbine"}, DEMO_PROCESS, 160, 300, 10, 24, 0.8,
     {{"power_kw", 0, -0.13}, {"temperature", 24, 0}, {"pressure", 0, -0.09}, {"fuel_flow", 0, 0.04}}},
    {"vacuum_loss", "vacuum_loss", {"steam_turbine"}, DEMO_PROCESS, 12, 72, 6, 14, 1.5,
     {{"vacuum", 0, 1.9}, {"power_kw", 0, -0.11}, {"temperature", 4, 0}}},
    {"winding_overheating", "winding_overheating", {"transformer"}, DEMO_PROCESS, 72, 240, 24, 60, 2.5,
     {{"temperature", 41, 0}, {"hydrogen", 0, 15}, {"pressure", 15, 0}}},
    {"sensor_stuck", NULL, {NULL}, DEMO_STUCK, 2, 12, 0, 0, 0, {{NULL}}},
    {"sensor_drift", NULL, {NULL}, DEMO_DRIFT, 30, 72, 0, 0, 0, {{NULL}}},
    {"sensor_drop_out", NULL, {NULL}, DEMO_DROP_OUT, 0.2, 1.5, 0, 0, 0, {{NULL}}},
    {NULL}};
/* clang-format on */

enum { SLOT_DAYS = 24, SENSOR_SLOT_DAYS = 30, ROTA_HOURS = 4, STORY_MIN = 3 };
#define STORY_QUIET   (14 * OQ_DAY)
#define SLOT          (SLOT_DAYS * OQ_DAY)
#define SENSOR_SLOT   (SENSOR_SLOT_DAYS * OQ_DAY)
#define ROTA          (ROTA_HOURS * OQ_HOUR)
#define DELAY_H_MIN   4 /* who failed stands until somebody is there, knows why, and has the part */
#define DELAY_H_MAX   16
#define FAULTY        0.45 /* share of an asset's slots with a fault */
#define MENDED        0.5  /* of them, found and mended in time */
#define SENSOR_FAULTY 0.10
#define QUICK_H       48 /* what may come within two days may come at once; a winding heats slowly */

static double between(uint64_t key, uint64_t salt, double low, double high)
{
    return low + (high - low) * noise_even(noise_key(key, salt));
}

static oq_us hours(double h)
{
    return (oq_us)(h * (double)OQ_HOUR);
}

static bool has_class(const demo_fault_kind *kind, const char *code)
{
    for (size_t i = 0; i < OQ_COUNT(kind->classes) && kind->classes[i]; i++)
        if (strcmp(kind->classes[i], code) == 0)
            return true;
    return false;
}

/* One of the kinds that this class can have, and that may come to a failure within `lead_h`. */
static const demo_fault_kind *choose(const demo_class *c, uint64_t key, double lead_h)
{
    size_t count = 0;
    for (const demo_fault_kind *k = demo_fault_kinds; k->code; k++)
        count += has_class(k, c->code) && k->lead_h_min <= lead_h;
    if (count == 0)
        return NULL;
    size_t want = (size_t)(noise_even(key) * (double)count);
    for (const demo_fault_kind *k = demo_fault_kinds; k->code; k++)
        if (has_class(k, c->code) && k->lead_h_min <= lead_h && want-- == 0)
            return k;
    return NULL;
}

static bool touches(const demo_fault *f, oq_us from, oq_us to)
{
    return f->begins < to && f->ends > from;
}

static void keep(demo_faults *faults, const demo_fault *f)
{
    if (faults->count == DEMO_FAULTS_MAX)
        return;
    size_t at = faults->count++;
    for (; at > 0 && faults->at[at - 1].begins > f->begins; at--)
        faults->at[at] = faults->at[at - 1];
    faults->at[at] = *f;
}

/* From its beginning on: fails after `lead` or, with this chance, is mended before; then rests. */
static demo_fault unfold(const demo_fault_kind *kind, uint64_t key, oq_us begins, oq_us lead,
                         oq_us rest, double mended_chance)
{
    bool mended = noise_even(noise_key(key, 3)) < mended_chance;
    oq_us rests = begins + (mended ? (oq_us)(between(key, 4, 0.7, 0.93) * (double)lead) : lead);
    return (demo_fault){.kind = kind,
                        .begins = begins,
                        .breaks = OQ_TIME_NONE,
                        .fails = mended ? OQ_TIME_NONE : rests,
                        .rests = rests,
                        .ends = rests + rest,
                        .severity = between(key, 5, 0.8, 1)};
}

/* --- over days: one at most in each slot of an asset -------------------------------------------- */

static bool slow_fault(const demo_class *c, uint64_t key, int64_t slot, demo_fault *ret_fault)
{
    key = noise_key(key, (uint64_t)slot);
    const demo_fault_kind *kind = choose(c, noise_key(key, 1), (double)INFINITY);
    if (!kind || noise_even(key) >= FAULTY)
        return false;
    oq_us lead = hours(between(key, 2, kind->lead_h_min, kind->lead_h_max));
    oq_us rest = hours(between(key, 6, kind->rest_h_min, kind->rest_h_max));
    oq_us room = SLOT - lead - rest - OQ_DAY;
    oq_us begins = slot * SLOT + (oq_us)(noise_even(noise_key(key, 7)) * (double)room);
    *ret_fault = unfold(kind, key, begins, lead, rest, MENDED);
    if (ret_fault->fails != OQ_TIME_NONE) /* within the day that the slot leaves free */
        ret_fault->ends += hours(between(key, 8, DELAY_H_MIN, DELAY_H_MAX));
    return true;
}

static void add_slow(const demo_class *c, uint64_t key, oq_us from, oq_us to, demo_faults *faults)
{
    demo_fault f;
    for (int64_t slot = from / SLOT - 1; slot <= to / SLOT; slot++)
        if (slow_fault(c, key, slot, &f) && touches(&f, from, to))
            keep(faults, &f);
}

/* --- sensors -------------------------------------------------------------------------------------- */

static void add_sensor(const demo_signal *signal, uint64_t key, oq_us from, oq_us to,
                       demo_faults *faults)
{
    key = noise_key_text(key, signal->metric);
    for (int64_t slot = from / SENSOR_SLOT - 1; slot <= to / SENSOR_SLOT; slot++) {
        uint64_t k = noise_key(key, (uint64_t)slot);
        if (noise_even(k) >= SENSOR_FAULTY)
            continue;
        const demo_fault_kind *kind = demo_fault_kinds;
        demo_fault_sort sort = DEMO_STUCK + (int)(noise_even(noise_key(k, 1)) * 3);
        while (kind->sort != sort)
            kind++;
        oq_us length = hours(between(k, 2, kind->lead_h_min, kind->lead_h_max));
        oq_us begins = slot * SENSOR_SLOT +
                       (oq_us)(noise_even(noise_key(k, 3)) * (double)(SENSOR_SLOT - length));
        demo_fault f = {.kind = kind,
                        .metric = signal->metric,
                        .begins = begins,
                        .breaks = OQ_TIME_NONE,
                        .fails = OQ_TIME_NONE,
                        .rests = begins + length,
                        .ends = begins + length,
                        .severity = between(k, 4, 0.5, 1)};
        if (touches(&f, from, to))
            keep(faults, &f);
    }
}

/* --- within minutes: one asset of the site in each turn of the rota ------------------------------ */

/* The first turn is the story that whoever has just started a demo waits for: a bearing of a pump
 * that matters has been wearing for two days, so that everything can be seen by which a cause is
 * told, and breaks up from the epoch on. Nobody mends it in time. */
static bool is_of_story(const demo_asset *a)
{
    return strcmp(a->of->code, "centrifugal_pump") == 0 &&
           (strcmp(a->criticality, "critical") == 0 || strcmp(a->criticality, "high") == 0);
}

static demo_fault story_of(uint64_t key, oq_us epoch)
{
    oq_us fails = epoch + STORY_MIN * OQ_MINUTE;
    return (demo_fault){.kind = &demo_fault_kinds[0],
                        .begins = epoch - DEMO_STORY_WEAR,
                        .breaks = epoch,
                        .fails = fails,
                        .rests = fails,
                        .ends = fails + hours(between(key, 6, 0.4, 0.9)),
                        .severity = 1,
                        .is_quick = true};
}

/* The other turns leave an hour or more. Nobody finds and mends what comes within minutes: it
 * fails.
 */
static demo_fault turn_of(const demo_class *c, uint64_t key, oq_us epoch, int64_t turn)
{
    const demo_fault_kind *kind = choose(c, noise_key(key, 1), QUICK_H);
    oq_us begins = epoch + turn * ROTA + hours(between(key, 8, 0, 1.5));
    demo_fault f = unfold(kind, key, begins, hours(between(key, 2, 0.4, 1.2)),
                          hours(between(key, 6, 0.4, 0.9)), 0);
    f.is_quick = true;
    return f;
}

/* Whether an asset can have this turn: no slow fault is under way there meanwhile. The story wants
 * more where it can be had: no repair of late that it could be taken for, and sensors that are
 * well.
 */
static bool is_free(const demo_asset *a, uint64_t key, const demo_fault *f, bool is_story)
{
    demo_faults other = {.count = 0};
    add_slow(a->of, key, f->begins - (is_story ? STORY_QUIET : 0), f->ends, &other);
    for (const demo_signal *g = a->of->signal; is_story && g->metric; g++)
        if (!g->is_state)
            add_sensor(g, key, f->begins, f->ends, &other);
    return other.count == 0;
}

/* The turn falls to one asset by lot, and goes on to the next that can have it. The story, where
 * none is free, takes what is left by the lot. */
static bool has_turn(const demo_site *site, size_t asset, uint64_t site_key, uint64_t key,
                     oq_us epoch, int64_t turn, demo_fault *ret_fault)
{
    size_t count = demo_asset_count(site), first = (size_t)(noise_even(key) * (double)count);
    size_t left = count;
    for (size_t i = 0; i < count; i++) {
        size_t at = (first + i) % count;
        const demo_asset *a = &site->assets[at];
        *ret_fault = turn ? turn_of(a->of, key, epoch, turn) : story_of(key, epoch);
        if (turn ? !ret_fault->kind : !is_of_story(a))
            continue;
        left = left == count ? at : left;
        if (is_free(a, noise_key_text(site_key, a->code), ret_fault, !turn))
            return at == asset;
        if (at == asset && turn)
            return false;
    }
    return !turn && left == asset;
}

static oq_us begin_of_turn(oq_us epoch, int64_t turn)
{
    return turn ? epoch + turn * ROTA : epoch - DEMO_STORY_WEAR;
}

static void add_quick(const demo_site *site, size_t asset, uint64_t site_key, oq_us epoch,
                      oq_us from, oq_us to, demo_faults *faults)
{
    int64_t first = from > epoch ? (from - epoch) / ROTA - 1 : 0;
    for (int64_t turn = first < 0 ? 0 : first; begin_of_turn(epoch, turn) < to; turn++) {
        uint64_t key = noise_key(noise_key(site_key, 77), (uint64_t)turn);
        demo_fault f;
        if (has_turn(site, asset, site_key, key, epoch, turn, &f) && touches(&f, from, to))
            keep(faults, &f);
    }
}

void demo_faults_of(const demo_site *site, size_t asset, uint64_t seed, oq_us epoch, oq_us from,
                    oq_us to, demo_faults *ret_faults)
{
    ret_faults->count = 0;
    const demo_asset *a = &site->assets[asset];
    uint64_t site_key = noise_key_text(seed, site->code);
    uint64_t asset_key = noise_key_text(site_key, a->code);
    add_slow(a->of, asset_key, from, to, ret_faults);
    add_quick(site, asset, site_key, epoch, from, to, ret_faults);
    for (const demo_signal *g = a->of->signal; g->metric; g++)
        if (!g->is_state)
            add_sensor(g, asset_key, from, to, ret_faults);
}

/* Grows to this share of its end, and then breaks up. */
static double share_of_story(const demo_fault *f, oq_us at)
{
    static const double worn = 0.28;
    if (at >= f->breaks)
        return worn + (1 - worn) * (double)(at - f->breaks) / (double)(f->fails - f->breaks);
    return worn * (double)(at - f->begins) / (double)(f->breaks - f->begins);
}

double demo_fault_share(const demo_fault *f, oq_us at)
{
    if (at < f->begins || at >= f->rests)
        return 0;
    if (f->breaks != OQ_TIME_NONE)
        return f->severity * share_of_story(f, at);
    oq_us whole = f->fails == OQ_TIME_NONE ? (oq_us)((double)(f->rests - f->begins) / 0.82)
                                           : f->fails - f->begins;
    double x = (double)(at - f->begins) / (double)whole;
    double s = f->kind->steepness;
    return f->severity * (s > 0 ? (exp(s * x) - 1) / (exp(s) - 1) : x);
}
