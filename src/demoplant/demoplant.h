/* demoplant/demoplant.h
 *
 * The demo's plants in the database: sites, units, assets, components, an integration with its
 * mappings and signals (series of kind "simulated"), and the job that writes what the instruments
 * read, from some days ago (90, or what OPTRIA_DEMO_DAYS said when the plant was made) until now
 * and then as time goes on.
 *
 * Nothing of it exists in a tenant that is not a demo (tenants.is_demo), and nothing simulated is
 * ever written to a measured series. */
#ifndef DEMOPLANT_DEMOPLANT_H
#define DEMOPLANT_DEMOPLANT_H

#include "db/scope.h"
#include "job/job.h"

enum { DEMO_DAYS = 90, DEMO_DAYS_MAX = 730 }; /* of history */
#define DEMO_RECENT   OQ_DAY                  /* the newest day is as fine as what comes live */
#define DEMO_STEP_OLD (OQ_MINUTE)
#define DEMO_STEP     (5 * OQ_SECOND)

typedef struct demo_planted {
    int64_t sites, assets, mappings, series; /* made now */
} demo_planted;

/* Makes what is missing of the plant of this tenant (its code chooses it); what is there stays as
 * it is. `epoch`: the moment from which on something soon goes wrong; it and
 * `days`, how much history it gets, are kept with the integration.
 * A tenant without a plant in the tables gets nothing. */
OQ_CHECKED oq_err *demo_plant(oq_scope *s, oq_str tenant_code, oq_us epoch, int64_t days,
                              demo_planted *ret_planted);

/* A demo that is started again after it was off for so long that a story (fault.h) fits into what
 * is to be written: from now on its quick faults follow this start, so that who has started it sees
 * one. What was written stays what it is. */
OQ_CHECKED oq_err *demo_start_story(oq_scope *s);

/* Puts off the next scoring of the tenant's assets by some minutes: as long as its history is being
 * written, no machine is judged by half of it. */
OQ_CHECKED oq_err *demo_hold_scores(oq_scope *s);

/* Alarm rules from the limits of its classes, and for trips; makes what is missing. demo_plant does
 * so in a plant without any rule. */
OQ_CHECKED oq_err *demo_rules(oq_scope *s);

/* Sees to it that readings are written from `at` on: adds the job demo.readings, which adds its own
 * successor every few seconds. One that waits already stays. */
OQ_CHECKED oq_err *demo_start(oq_scope *s, oq_us at);

/* demo.readings: writes what is missing up to now. When it gets there for the first time, it asks
 * for scores and models, and once these are there for a plan. Running twice is harmless: the same
 * readings are written again. */
extern const job_kind demoplant_job_kinds[];

/* One slice: at most `rows_max` samples, oldest first; `ret_more` says that now is not reached. The
 * caller commits. Nothing happens in a tenant without an active demo integration. */
typedef struct demo_written {
    int64_t samples;
    oq_us until;
    bool more;
    double share; /* of the history that is there */
} demo_written;
OQ_CHECKED oq_err *demo_write_slice(oq_scope *s, size_t rows_max, demo_written *ret_written);

/* What was made to go wrong in this plant, as far as it has begun (table demo_faults): the truth
 * that answers are held against. For backtests, and for people who want to compare; nothing that
 * answers may call it. */
typedef struct demo_true_fault {
    oq_uuid asset_id;
    oq_str asset_code;
    oq_str kind;   /* "bearing_wear" */
    oq_str cause;  /* the code that a right answer has: a failure mode, else the kind itself */
    oq_str metric; /* of a sensor's fault; else not given */
    oq_us begins;
    oq_us fails; /* OQ_TIME_NONE: mended before, or of a sensor */
    oq_us rests; /* from here on nothing shows of it: it stands still, or the sensor is well */
    oq_us ends;
    double severity;
} demo_true_fault;
typedef struct demo_truth {
    demo_true_fault *at; /* in the order of `begins` */
    size_t count;
} demo_truth;
/* Those that touch [from, to). */
OQ_CHECKED oq_err *demo_truth_of(oq_scope *s, oq_us from, oq_us to, demo_truth *ret_truth);

#endif
