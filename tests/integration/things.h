/* The statements of the tests of db/, typed by sqlgen. */
#ifndef INTEGRATION_THINGS_H
#define INTEGRATION_THINGS_H

#include "db/stmt.h"

typedef struct star {
    oq_uuid tenant_id;
    int64_t a;
    oq_str b; /* a column that comes later */
} star;

static const oq_field star_fields[] = {
    OQ_UUID(star, tenant_id),
    OQ_I64(star, a),
    OQ_TEXT(star, b),
    OQ_FIELDS_END,
};

typedef struct echo {
    oq_str text;
    int64_t i64, i32;
    double f64;
    bool truth;
    oq_uuid uuid;
    oq_us time;
    oq_date date;
    oq_str json, bytes;
    oq_strs texts;
    oq_uuids uuids;
    db_i64s i64s;
    db_f64s f64s;
    db_i32s i32s;
    db_times times;
    oq_strs blobs;
    oq_str never; /* no column */
} echo;

static const oq_field echo_fields[] = {
    OQ_TEXT(echo, text),   OQ_I64(echo, i64),     DB_I32(echo, i32),     OQ_F64(echo, f64),
    OQ_BOOL(echo, truth),  OQ_UUID(echo, uuid),   OQ_TIME(echo, time),   OQ_DATE(echo, date),
    OQ_JSON(echo, json),   OQ_BYTES(echo, bytes), OQ_TEXTS(echo, texts), OQ_UUIDS(echo, uuids),
    DB_I64S(echo, i64s),   DB_F64S(echo, f64s),   DB_I32S(echo, i32s),   DB_TIMES(echo, times),
    DB_BLOBS(echo, blobs), OQ_TEXT(echo, never),  OQ_FIELDS_END,
};

typedef enum level_of { LEVEL_NONE, LEVEL_LOW, LEVEL_HIGH } level_of;
typedef struct level {
    int level;
} level;
static const oq_choice level_choices[] = {{LEVEL_LOW, "low"}, {LEVEL_HIGH, "high"}, {0, NULL}};
static const oq_field level_fields[] = {OQ_CHOICE(level, level, level_choices), OQ_FIELDS_END};

#include "integration/things.sql.h"

#endif
