#include "db/failure.h"

#include "db/constraint.h"

/* SQLSTATEs that have a meaning of their own, by their first characters; PostgreSQL's list is
 * appendix A of its manual. The first that fits counts. */
static const struct {
    const char *state;
    oq_kind kind;
    const char *code;
} known[] = {
    {"57014", OQ_TIMEOUT, "db.statement_timeout"}, /* query_canceled */
    {"55P03", OQ_UNAVAILABLE, "db.lock_timeout"},
    {"40", OQ_UNAVAILABLE, "db.serialization"}, /* serialization failure, deadlock */
    {"25006", OQ_UNAVAILABLE, "db.read_only"},  /* a stand-by, or a reading scope */
    {"53100", OQ_UNAVAILABLE, "db.disk_full"},
    {"53", OQ_UNAVAILABLE, "db.refused"}, /* out of memory, too many connections */
    {"57P", OQ_UNAVAILABLE, "db.lost"},   /* shut down under us */
    {"08", OQ_UNAVAILABLE, "db.lost"},
    {"42501", OQ_INTERNAL, "db.denied"}, /* insufficient_privilege, also row-level security */
    {"22", OQ_INVALID, "db.value_refused"},
};

static const char *text_of(const PGresult *result, int field)
{
    const char *text = PQresultErrorField(result, field);
    return text ? text : "";
}

static const db_constraint *find_constraint(const char *name)
{
    for (const db_constraint *c = db_all_constraints; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static oq_err *constraint_failure(const char *state, const char *name)
{
    if (strcmp(state, "23502") == 0) /* not_null_violation: no constraint, and our mistake */
        return oq_fail(OQ_INTERNAL, "db.internal");
    oq_kind kind = strcmp(state, "23514") == 0 ? OQ_INVALID : OQ_CONFLICT;
    const db_constraint *c = find_constraint(name);
    if (!c)
        return oq_fail(kind, "db.constraint", "constraint=%s", name);
    oq_err *err = oq_fail(kind, c->code);
    err->field = c->field;
    return err;
}

static oq_err *make(const PGresult *result, const char *state)
{
    if (strncmp(state, "23", 2) == 0)
        return constraint_failure(state, text_of(result, PG_DIAG_CONSTRAINT_NAME));
    if (db_failure_is_fatal(result))
        return oq_fail(OQ_UNAVAILABLE, "db.lost");
    if (db_failure_is_stale(result)) /* a change of the schema crossed this unit of work */
        return oq_fail(OQ_UNAVAILABLE, "db.serialization");
    for (size_t i = 0; i < OQ_COUNT(known); i++)
        if (strncmp(state, known[i].state, strlen(known[i].state)) == 0)
            return oq_fail(known[i].kind, known[i].code);
    return oq_fail(OQ_INTERNAL, "db.internal");
}

/* The server's DETAIL line stays out: it quotes values of rows. */
oq_err *db_failure(const PGresult *result, const db_stmt *stmt)
{
    const char *state = text_of(result, PG_DIAG_SQLSTATE);
    const char *constraint = text_of(result, PG_DIAG_CONSTRAINT_NAME);
    return oq_err_detail(make(result, state), "SQLSTATE %s%s%s%s%s: %s", state[0] ? state : "none",
                         stmt ? " in " : "", stmt ? stmt->name : "", constraint[0] ? " by " : "",
                         constraint, text_of(result, PG_DIAG_MESSAGE_PRIMARY));
}

bool db_failure_is_fatal(const PGresult *result)
{
    const char *severity = text_of(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

bool db_failure_is_stale(const PGresult *result)
{
    const char *state = text_of(result, PG_DIAG_SQLSTATE);
    /* "cached plan must not change result type" has no SQLSTATE of its own, and its text may be
     * translated; the place in the server's source is neither. */
    return strcmp(state, "26000") == 0 ||
           (strcmp(state, "0A000") == 0 &&
            strcmp(text_of(result, PG_DIAG_SOURCE_FUNCTION), "RevalidateCachedQuery") == 0);
}
