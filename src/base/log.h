/* base/log.h
 *
 * A log line is an event with fields, written to standard error in one write:
 *     2026-01-31T08:00:00.123Z info job.finished kind=audit.trim took_ms=12
 * or as JSON. Only the two ends of the program log errors (the HTTP dispatcher and the job
 * runner), so a failure is one line with its chain. Secrets and tag values never appear. */
#ifndef OQ_LOG_H
#define OQ_LOG_H

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"
#include "base/uuid.h"

typedef enum oq_log_level { OQ_LOG_DEBUG, OQ_LOG_INFO, OQ_LOG_WARN, OQ_LOG_ERROR } oq_log_level;
typedef enum oq_log_format { OQ_LOG_KEYS, OQ_LOG_JSON } oq_log_format;

/* Once, at start. */
void oq_log_setup(oq_log_level least, oq_log_format format);

/* Text that must never be logged (a secret setting): wherever it would appear in a line,
 * "***" stands instead. The second wall; the first is not to log it. Texts shorter than 8 bytes
 * are refused silently: they would blank half the log. */
void oq_log_hide(oq_str secret);

typedef struct oq_log_field {
    const char *key;
    enum { OQ_LOG_END = 0, OQ_LOG_STR, OQ_LOG_INT, OQ_LOG_REAL, OQ_LOG_UUID } type;
    oq_str text;
    int64_t number;
    double real;
    oq_uuid id;
} oq_log_field;

#define OQ_F_STR(k, v)  ((oq_log_field){.key = (k), .type = OQ_LOG_STR, .text = (v)})
#define OQ_F_CSTR(k, v) ((oq_log_field){.key = (k), .type = OQ_LOG_STR, .text = oq_cstr(v)})
#define OQ_F_INT(k, v)  ((oq_log_field){.key = (k), .type = OQ_LOG_INT, .number = (v)})
#define OQ_F_REAL(k, v) ((oq_log_field){.key = (k), .type = OQ_LOG_REAL, .real = (v)})
#define OQ_F_UUID(k, v) ((oq_log_field){.key = (k), .type = OQ_LOG_UUID, .id = (v)})

void oq_log_write(oq_log_level level, const char *event, const oq_log_field *fields);
#define OQ_LOG_FIELDS_(...)      ((oq_log_field[]){__VA_ARGS__ __VA_OPT__(, ){.type = OQ_LOG_END}})
#define oq_log_debug(event, ...) oq_log_write(OQ_LOG_DEBUG, event, OQ_LOG_FIELDS_(__VA_ARGS__))
#define oq_log_info(event, ...)  oq_log_write(OQ_LOG_INFO, event, OQ_LOG_FIELDS_(__VA_ARGS__))
#define oq_log_warn(event, ...)  oq_log_write(OQ_LOG_WARN, event, OQ_LOG_FIELDS_(__VA_ARGS__))
#define oq_log_error(event, ...) oq_log_write(OQ_LOG_ERROR, event, OQ_LOG_FIELDS_(__VA_ARGS__))

/* An error with its chain: code, facts, detail, causes, place; then the caller's fields. */
void oq_log_err(oq_log_level level, const char *event, const oq_err *err,
                const oq_log_field *fields);

#endif
