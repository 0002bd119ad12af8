/* audit/audit.h
 *
 * Who did what, when, from where: one row per deed, in the transaction of the deed. The database
 * lets the program add rows and read them, not change them. Rows carry no secret. */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/base.h"
#include "db/scope.h"
#include "http/route.h"

typedef struct audit_entry {
    const char *action;      /* "user.created": stable, "<object>.<past participle>" */
    const char *object_type; /* "user"; NULL: none */
    oq_uuid object_id;       /* zero: none */
    oq_str object_label;     /* e-mail, code, name: what a reader recognises it by */
    oq_str changes;          /* JSON object {"field": {"from": .., "to": ..}}; or not given */
    bool is_refused;         /* somebody tried and was turned away */
} audit_entry;

/* Adds one row for the scope's actor, tenant, request and address. */
OQ_CHECKED oq_err *audit_record(oq_scope *s, const audit_entry *entry);

/* The fields in which two records of one table differ, as the `changes` of an entry. Secrets and
 * bytes appear as changed without values. Not given when nothing differs. `before` NULL: a new
 * record, all given fields. */
oq_str audit_changes(oq_arena *arena, const oq_field *fields, const void *before,
                     const void *after);

/* Deletes rows older than the tenant's retention; returns how many. See settings.audit_days. */
OQ_CHECKED oq_err *audit_trim(oq_scope *s, oq_us older_than, size_t *ret_count);

extern const http_route audit_routes[]; /* GET /api/audit, /audit, /audit.csv */

#endif
