/* audit/audit.h
 *
 * Who did what, when, from where: one row per deed, in the transaction of the deed. The database
 * lets the program add rows and read them, not change them. Rows carry no secret. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

typedef enum audit_outcome { AUDIT_DONE = 1, AUDIT_REFUSED } audit_outcome;
extern const oq_choice audit_outcome_choices[];

enum {
    AUDIT_CHANGES_MAX = 128 * 1024, /* bytes of one entry's changes */
    AUDIT_TRIM_SLICE = 5000,        /* rows deleted in one transaction */
    AUDIT_LIST_MAX = 200,           /* rows of one page */
    AUDIT_EXPORT_MAX = 100000,      /* rows of one file */
};

typedef struct audit_entry {
    const char *action;      /* "user.created": stable, "<object>.<past participle>"; in words it
                                is "audit.action.<action>" of the language files */
    const char *object_type; /* "user"; in words "audit.object.<type>"; NULL: none */
    oq_uuid object_id;       /* zero: none */
    oq_str object_label;     /* e-mail, code, name: what a reader recognises it by */
    oq_str changes;          /* JSON object {"field": {"from": .., "to": ..}}; or not given */
    bool is_refused;         /* somebody tried and was turned away */
} audit_entry;

/* Adds one row for the scope's actor, tenant, request and address. */
OQ_CHECKED oq_err *audit_record(oq_scope *s, const audit_entry *entry);

/* The fields in which two records of one table differ, as the `changes` of an entry:
 *     {"name": {"from": "Pump 7", "to": "Pump 8"}, "password": {"changed": true}}
 * Secrets and bytes appear as changed without values. Fields of a record inside the record are
 * named "spec.max". The version and the updated_at that every change moves are left out, and so
 * are hidden fields. Not given when nothing differs. `before` NULL: a new record, all given fields.
 * Changes that would pass AUDIT_CHANGES_MAX name the fields alone. */
oq_str audit_changes(oq_arena *arena, const oq_field *fields, const void *before,
                     const void *after);

/* Whether one field of two records differs; secrets and bytes too. */
bool audit_field_differs(oq_arena *arena, const oq_field *field, const void *before,
                         const void *after);

/* --- reading ----------------------------------------------------------------------------------*/

typedef struct audit_row {
    oq_uuid id;
    oq_us at;
    int actor_kind; /* actor_kind_choices */
    oq_uuid actor_id;
    oq_uuid actor_tenant_id; /* where the actor is at home */
    oq_str actor_label;
    oq_str action;
    int outcome; /* audit_outcome */
    oq_str object_type, object_id, object_label;
    oq_str changes;
    oq_str request_id, address;
} audit_row;
extern const oq_field audit_row_fields[];

typedef struct audit_rows {
    audit_row *at;
    size_t count;
} audit_rows;

typedef struct audit_filter {
    oq_us from, to; /* from <= at < to; OQ_TIME_NONE: open */
    oq_str action;  /* this action, or every one that begins with it ("user.") */
    oq_str actor;   /* an id, or a part of the label in any case */
    oq_str object_type, object_id;
    int outcome; /* audit_outcome; 0: both */
} audit_filter;

/* At most `limit` rows, newest first, that come behind the row (before_at, before_id); from the
 * newest when before_at is OQ_TIME_NONE. A text that is empty filters nothing. */
OQ_CHECKED oq_err *audit_find(oq_scope *s, const audit_filter *filter, oq_us before_at,
                              oq_uuid before_id, size_t limit, audit_rows *ret_rows);

/* Deletes at most AUDIT_TRIM_SLICE rows older than the tenant's retention; returns how many, so
 * that the caller goes on while it is the whole slice. What was deleted is itself recorded. The
 * database keeps everything younger than a year, whatever is asked. See settings.audit_days. */
OQ_CHECKED oq_err *audit_trim(oq_scope *s, oq_us older_than, size_t *ret_count);

extern const http_route audit_routes[]; /* GET /api/audit, /audit, /audit.csv */

#endif
