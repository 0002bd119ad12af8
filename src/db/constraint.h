/* db/constraint.h
 *
 * Constraint names are design: the database decides the race, the person reads a sentence. A
 * domain's .sql file says what breaking a constraint means, beside the statements that can:
 *
 *     -- CONSTRAINT users_email_key -> user.email_taken (email)
 *
 * The field in brackets is optional: the one that a form marks. A broken unique, exclusion or
 * reference constraint is an OQ_CONFLICT, a broken check an OQ_INVALID. One that has no line here
 * is db.constraint (fact: constraint). */
#ifndef DB_CONSTRAINT_H
#define DB_CONSTRAINT_H

typedef struct db_constraint {
    const char *name;  /* in the database */
    const char *code;  /* of the error */
    const char *field; /* of the input, or NULL */
} db_constraint;

/* Every line of every .sql file, sorted by name; ends with a NULL name. Made by tools/sqlgen. */
extern const db_constraint db_all_constraints[];

#endif
