/* base/field_sample.h: a record of every type, for the tests of field tables. */
#ifndef OQ_FIELD_SAMPLE_H
#define OQ_FIELD_SAMPLE_H

#include "base/field.h"

enum sample_state { SAMPLE_NONE, SAMPLE_RUNNING, SAMPLE_STOPPED };
static const oq_choice sample_states[] = {
    {SAMPLE_RUNNING, "running"},
    {SAMPLE_STOPPED, "stopped"},
    {0, NULL},
};
static const oq_choice sample_colours[] = {{1, "red"}, {2, "green"}, {0, NULL}};

typedef struct sample_spec {
    double max;
    int64_t poles;
    bool is_sealed;
    oq_str maker;
} sample_spec;

typedef struct sample {
    oq_str name, password, note, mail;
    int64_t count, version, balance;
    double power_kw, share;
    bool is_active, is_loud;
    oq_uuid id;
    oq_us seen_at;
    oq_date built_on;
    int state, mode;
    oq_str settings;
    oq_strs tags, colours;
    oq_uuids parts;
    sample_spec spec;
    oq_str raw;
} sample;

static const oq_field sample_spec_fields[] = {
    OQ_F64(sample_spec, max, .required = true, .f64_min = 0.5, .f64_max = 1e6),
    OQ_I64(sample_spec, poles, .min = 1),
    OQ_BOOL(sample_spec, is_sealed),
    OQ_TEXT(sample_spec, maker, .max = 20),
    OQ_FIELDS_END,
};

static const oq_field sample_fields[] = {
    OQ_TEXT(sample, name, .required = true, .max = 20, .help = "What people call it"),
    OQ_SECRET(sample, password, .min = 4, .max = 20),
    OQ_TEXT(sample, note),
    OQ_TEXT(sample, mail, .not_blank = true, .max = 254, .check = oq_check_email),
    OQ_I64(sample, count, .min = 1, .max = 100),
    OQ_I64(sample, version, .preset = "1", .min = 1),
    OQ_I64(sample, balance),
    OQ_F64(sample, power_kw),
    OQ_F64(sample, share, .f64_min = -1, .f64_max = 1, .preset = "0.25"),
    OQ_BOOL(sample, is_active, .preset = "true"),
    OQ_BOOL(sample, is_loud),
    OQ_UUID(sample, id),
    OQ_TIME(sample, seen_at),
    OQ_DATE(sample, built_on),
    OQ_CHOICE(sample, state, sample_states),
    OQ_CHOICE(sample, mode, sample_states, .preset = "stopped"),
    OQ_JSON(sample, settings, .max = 200),
    OQ_TEXTS(sample, tags, .max = 3),
    OQ_TEXTS(sample, colours, .choices = sample_colours),
    OQ_UUIDS(sample, parts),
    OQ_OBJECT(sample, spec, sample_spec, sample_spec_fields),
    OQ_BYTES(sample, raw),
    OQ_FIELDS_END,
};

#endif
