/* ai/fit.h
 *
 * Fitting a class: what was gathered once, and the models that are made of it. */
#ifndef AI_FIT_H
#define AI_FIT_H

#include "ai/course.h"
#include "ai/inner.h"

/* How far a fit looks back, and how much of it. */
#define AI_FIT_BACK (730 * OQ_DAY)
enum {
    AI_FIT_ASSETS_MAX = 2000,
    AI_FIT_ITEMS_MAX = 6000000, /* hours of signals: 144 MB */
    AI_FIT_ROWS_MAX = 20000,    /* moments that trees are fitted to, before the grid gets coarser */
    AI_FIT_DAYS_MIN = 60,       /* what many assets leave of the time they are looked at */
};

typedef struct ai_fit {
    oq_scope *s;     /* reads */
    oq_arena *arena; /* what is kept until the fit is over */
    job_run *run;    /* asked whether to go on; NULL: a test */
    oq_uuid class_id;
    oq_us at; /* now */
    oq_us horizon;
    oq_str made_by;

    ai_asset_list all; /* records */
    bool is_sampled;   /* some assets were left out */
    ai_sights sights;
    oq_us from;      /* of samples */
    ai_items *items; /* of each asset */
    oq_us *known_from; /* of each asset: the first item; OQ_TIME_NONE */
} ai_fit;

/* Records of all assets of the class, and what a model would look at. */
OQ_CHECKED oq_err *ai_fit_open(ai_fit *f);
/* The items of all assets. */
OQ_CHECKED oq_err *ai_fit_read(ai_fit *f);

/* A model of each kind, not stored; `is_current` where it should be used. In f->arena. */
OQ_CHECKED oq_err *ai_fit_life(ai_fit *f, ai_model_stored *ret_model);
OQ_CHECKED oq_err *ai_fit_failure(ai_fit *f, ai_model_stored *ret_model);

/* What is said of the model in use. */
typedef struct ai_drift {
    oq_uuid model_id; /* zero: nothing */
    oq_us at;
    oq_str json;
} ai_drift;

/* All that a fit of a class makes; nothing of it is stored yet. */
typedef struct ai_fits {
    ai_model_stored at[4];
    size_t count;
    ai_drift drift;
} ai_fits;
OQ_CHECKED oq_err *ai_fit_class(ai_fit *f, ai_fits *ret_fits);
OQ_CHECKED oq_err *ai_fits_store(oq_scope *s, ai_fits *fits);

/* Asks whether to go on; nothing without a job. */
OQ_CHECKED oq_err *ai_fit_checkpoint(const ai_fit *f, double progress, const char *note);

/* --- what is missing: a JSON list of {"code", facts} --------------------------------------------*/
typedef struct ai_lacks {
    oq_buf out;
    oq_json json;
    size_t count;
} ai_lacks;
void ai_lacks_open(ai_lacks *l);
void ai_lacks_drop(ai_lacks *l); /* for OQ_AUTO */
/* Begins an item; facts are put behind it, then ai_lack_end. */
oq_json *ai_lack(ai_lacks *l, const char *code);
void ai_lack_end(ai_lacks *l);
/* One without facts. */
void ai_lack_plain(ai_lacks *l, const char *code);
oq_str ai_lacks_close(ai_lacks *l, oq_arena *arena);

#endif
