/* demoplant/plan.h
 *
 * The plants of the demo, as tables: what stands where, of which class, and what is measured on it.
 * Nothing here is of a real plant. */
#ifndef DEMOPLANT_PLAN_H
#define DEMOPLANT_PLAN_H

#include "base/base.h"

enum { DEMO_SIGNALS_MAX = 8, DEMO_ASSETS_MAX = 64 };

/* One signal of a class: a level that follows load and weather, with noise of several paces.
 *     value = level + by_load * (load - 0.8) + by_heat * (ambient - 30 degC) + noise */
typedef struct demo_signal {
    const char *metric, *unit;
    int decimals; /* readings are rounded to so many */
    double level, by_load, by_heat;
    double slow, quick, white; /* noise: over hours, over minutes, from sample to sample */
    double low, high;          /* the instrument's range */
    double at_rest;            /* where it goes while the asset stands still */
    const char *mapped;        /* the ending of its tag: "VIB" makes "PI:P-101.VIB" */
    bool is_state;
    double follows_s; /* 0: comes to rest and back as fast as its machine; else its own */
} demo_signal;

typedef struct demo_class {
    const char *code;                         /* of the asset class among the presets */
    double time_constant_s;                   /* how fast it comes to rest and back */
    demo_signal signal[DEMO_SIGNALS_MAX + 1]; /* ends with a NULL metric */
} demo_class;

typedef struct demo_asset {
    const char *unit, *code, *name, *name_ar;
    const demo_class *of;
    const char *criticality;
    double impact;   /* share of the site's production */
    double power_kw; /* rated; scales its power signal */
} demo_asset;

typedef struct demo_unit {
    const char *code, *parent, *kind, *name, *name_ar; /* parent NULL: below the site */
} demo_unit;

typedef struct demo_site {
    const char *tenant; /* code */
    const char *code, *name, *name_ar, *country;
    double latitude, longitude;
    double capacity;
    const char *capacity_unit;
    double peak_hour;                      /* local hour of the highest load */
    double daily, weekly, yearly;          /* swings of the load, shares of it */
    double heat_mean, heat_day, heat_year; /* ambient degC: mean, swing by day, by season */
    const demo_unit *units;                /* ends with a NULL code */
    const demo_asset *assets;
    const char *records; /* a file of further records: what things cost, who is there when */
} demo_site;

extern const demo_site demo_sites[]; /* ends with a NULL code */

size_t demo_signal_count(const demo_class *c);
size_t demo_asset_count(const demo_site *site);

#endif
