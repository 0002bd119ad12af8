/* demoplant/model.h
 *
 * What the demo's instruments read. Pure: the same seed, signal and moment give the same reading.
 */
#ifndef DEMOPLANT_MODEL_H
#define DEMOPLANT_MODEL_H

#include "demoplant/fault.h"
#include "quant/samples.h"

typedef struct demo_clock {
    uint64_t seed;
    oq_us epoch; /* when the demo was set up */
} demo_clock;

/* Load of a site (about 0.5 to 1) and the air's temperature there (degC). */
double demo_load(const demo_site *site, demo_clock clock, oq_us at);
double demo_ambient(const demo_site *site, demo_clock clock, oq_us at);

/* Readings of one signal at `from`, `from` + step, ... before `to`, in the arena. A sensor that
 * dropped out gives samples without a value. */
samples demo_readings(oq_arena *arena, const demo_site *site, size_t asset,
                      const demo_signal *signal, demo_clock clock, oq_us from, oq_us to,
                      oq_us step);

#endif
