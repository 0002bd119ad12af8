/* plant/record.h
 *
 * One engine for all kinds of record of the plant. A kind is a struct, a field table, a handful of
 * statements and a row of record_kinds that joins them; listing, paging, filtering, creating,
 * changing, removing, approving, audit, JSON routes, pages, import and export follow from the row.
 * What a kind does differently is a function in its row.
 *
 *     const record_kind *kind = record_kind_find(OQ_STR("components"));
 *     record_list list;
 *     OQ_TRY(record_find(s, kind, &(record_query){.asset_id = id, .limit = 100}, &list));
 *     const component *c = list.at;
 *
 * Everything works inside the tenant of the scope and writes the audit in the same transaction. A
 * record refers to others by id; files and forms call the other one by its code (record_text.h). */
#ifndef PLANT_RECORD_H
#define PLANT_RECORD_H

#include "db/stmt.h"
#include "plant/plant.h"

/* --- what a kind is ---------------------------------------------------------------------------*/

/* A member that holds the id of another record. */
typedef struct record_ref {
    const char *field;  /* "site_id" */
    const char *column; /* "site": in files and forms, where it holds the other's code */
    const char *kind;   /* name of the other's kind; "user": a person, called by the e-mail */
    const char *within; /* the member of this record in which the other one must be: a unit in the
                           asset's site, a component in the asset. NULL: anywhere */
} record_ref;

/* Figures that somebody answers for. A change takes the approval away. */
typedef struct record_approval {
    const char *by, *at;    /* members: "approved_by", "approved_at" */
    const char *verb;       /* of the route: "approve" */
    const char *const *but; /* members whose change leaves it standing; ends with NULL */
    oq_cap cap;             /* who may */
} record_approval;

/* What the database knows is checked here, and what follows from other members is filled in.
 * `before` NULL: a new one. Fields that are wrong are joined. */
typedef oq_err *record_check(oq_scope *s, const void *before, void *record);

typedef struct record_kind {
    const char *name;       /* "site": of audit rows and texts ("plant.kind.site"); never changes */
    const char *path;       /* "sites": /api/sites, /plant/sites, ?kind=sites */
    const char *group;      /* of the page /plant: "structure" */
    size_t size;            /* of a record */
    const oq_field *fields; /* all of it, as it is answered */
    const oq_field *order;  /* what people give */
    const record_ref *refs; /* ends with a NULL field; NULL: none */
    const char *const *key; /* members that tell one record of a tenant from all others: by them a
                               row of a file finds its record. Ends with NULL */
    const char *label;      /* the member a reader recognises it by */
    const char *sort;       /* the member that lists go by; "id": in the order they were made */
    const char *const *columns; /* members that the list page shows; ends with NULL */
    const char *const *fixed;   /* members that do not change once it is there; NULL: none */
    const char *parent;         /* the member that makes a tree; NULL: none */
    const char *not_found;      /* code of the error; NULL: plant.not_found */
    const db_stmt *get, *find, *add, *update, *remove;
    const db_stmt *labels; /* -> record_label; NULL: nothing refers to it by code */
    const db_stmt *uses;   /* -> record_use; NULL: nothing refers to it */
    const record_approval *approval;
    record_check *check;
    oq_cap read, manage;
} record_kind;

/* In the order in which they can be made: what is referred to comes first. Ends with NULL. */
extern const record_kind *const record_kinds[];
extern const record_kind record_user; /* only to refer to */

/* By path or by name; NULL: there is none. */
const record_kind *record_kind_find(oq_str path_or_name);

/* --- reading ----------------------------------------------------------------------------------*/

/* Fails: the kind's not_found. */
OQ_CHECKED oq_err *record_get(oq_scope *s, const record_kind *kind, oq_uuid id, void **ret_record);

/* Filters that a kind has no use for are not looked at; each list route names its own. */
typedef struct record_query {
    oq_uuid site_id, unit_id, class_id, asset_id, user_id, shift_id, skill_id, integration_id;
    int criticality, status;
    oq_str q; /* words that all occur, folded */
    oq_str cursor;
    int64_t limit; /* 0: PLANT_LIST_MAX */
} record_query;

typedef struct record_list {
    void *at; /* `count` records of the kind, one behind the other */
    size_t count;
    oq_str next; /* cursor; not given: this is the end */
} record_list;

/* Fails: list.cursor_malformed. */
OQ_CHECKED oq_err *record_find(oq_scope *s, const record_kind *kind, const record_query *query,
                               record_list *ret_list);

/* The i-th record of a list. */
static inline void *record_at(const record_kind *kind, const record_list *list, size_t i)
{
    return (char *)list->at + i * kind->size;
}

/* --- writing ----------------------------------------------------------------------------------*/

/* Adds a record; id, version and times are set here, and the record in the arena is the result.
 * Fails: plant.code_taken, plant.exists_already, plant.reference_unknown (facts: kind, value),
 * plant.reference_elsewhere (fact: kind), plant.tree_circle, plant.tree_too_deep, and as the kind's
 * check does. */
OQ_CHECKED oq_err *record_add(oq_scope *s, const record_kind *kind, const void *order,
                              void **ret_record);

/* Makes the record `id` what `change` says, whose version must be the stored one. Nothing is
 * written when nothing differs. Fails: the kind's not_found, plant.version_stale, plant.fixed, and
 * as record_add does. */
OQ_CHECKED oq_err *record_change(oq_scope *s, const record_kind *kind, oq_uuid id,
                                 const void *change, void **ret_record);

/* `version` OQ_I64_NONE: whatever it is. Fails: the kind's not_found, plant.version_stale,
 * plant.in_use (facts: by, count): something still refers to it. */
OQ_CHECKED oq_err *record_remove(oq_scope *s, const record_kind *kind, oq_uuid id, int64_t version);

/* Sets who answers for the figures, and when: the actor, who must be a person of the tenant itself.
 * Fails: the kind's not_found, plant.version_stale, plant.approver_not_here, access.forbidden. */
OQ_CHECKED oq_err *record_approve(oq_scope *s, const record_kind *kind, oq_uuid id, int64_t version,
                                  void **ret_record);

#endif
