/* base/err.h
 *
 * One error type; NULL is success, so there is no code without its facts. What the program
 * itself gets wrong is asserted; what people, networks and data get wrong is returned.
 *
 * An error holds a stable code and named facts, not a sentence: the sentence stands in the
 * language files under "error.<code>", with the facts as {placeholders}, and is put together
 * where a person reads it (base/lang.h). tools/check_texts holds the two against each other. */
#ifndef OQ_ERR_H
#define OQ_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Decides the HTTP status, the exit code, and whether a job tries again. */
typedef enum oq_kind {
    OQ_INVALID = 1,     /* 422: the input is wrong; says which field */
    OQ_MALFORMED,       /* 400: the input cannot be read at all */
    OQ_UNAUTHENTICATED, /* 401 */
    OQ_FORBIDDEN,       /* 403 */
    OQ_NOT_FOUND,       /* 404 */
    OQ_NOT_ALLOWED,     /* 405: the path exists, the method does not */
    OQ_CONFLICT,        /* 409: somebody was first, or the state does not allow it */
    OQ_TOO_LARGE,       /* 413 */
    OQ_LOCKED,          /* 423: the feature is switched off */
    OQ_LIMIT,           /* 429: too many, too often */
    OQ_INTERNAL,        /* 500: our fault */
    OQ_UNAVAILABLE,     /* 503: database or peer away; trying again helps */
    OQ_TIMEOUT,         /* 504 */
    OQ_KIND_COUNT
} oq_kind;

typedef struct oq_arg {
    const char *name;
    oq_str value;
} oq_arg;

typedef struct oq_err oq_err;
struct oq_err {
    oq_kind kind;
    const char *code;  /* stable: "tenant.code_taken"; clients and tests match on it */
    const char *field; /* the field it is about ("email", "items[2].name"), or NULL */
    const oq_arg *arg; /* the facts, for the sentence */
    size_t arg_count;
    const char *detail;  /* for the log alone (SQLSTATE, host, path), or NULL */
    const oq_err *cause; /* what lay beneath, or NULL */
    const oq_err *next;  /* a further field that is wrong as well, or NULL */
    const char *file;
    int line;
};

#define OQ_CHECKED __attribute__((warn_unused_result))

/* Makes an error. `facts` names them: "name=%s max=%d"; each is a name, '=', one conversion out
 * of %s %.*s %d %u %zu %lld %llu %ld %lu %g %c, and a blank between two. NULL for none.
 * The error lives until this thread takes its next unit of work. Making one never fails. */
oq_err *oq_fail_at(const char *file, int line, oq_kind kind, const char *code, const char *facts,
                   ...) __attribute__((format(printf, 5, 6)));
#define oq_fail(kind, code, ...) oq_fail_at(__FILE__, __LINE__, kind, code, "" __VA_ARGS__)

/* The same about one field of the input; the kind is OQ_INVALID. */
oq_err *oq_fail_field_at(const char *file, int line, const char *field, const char *code,
                         const char *facts, ...) __attribute__((format(printf, 5, 6)));
#define oq_fail_field(field, code, ...)                                                            \
    oq_fail_field_at(__FILE__, __LINE__, field, code, "" __VA_ARGS__)

/* Adds what the log should know (and nobody else). Returns `err`. */
oq_err *oq_err_detail(oq_err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A new error of `kind` with `cause` beneath it. */
oq_err *oq_wrap_at(const char *file, int line, const oq_err *cause, oq_kind kind, const char *code,
                   const char *facts, ...) __attribute__((format(printf, 6, 7)));
#define oq_wrap(cause, kind, code, ...)                                                            \
    oq_wrap_at(__FILE__, __LINE__, cause, kind, code, "" __VA_ARGS__)

/* Joins two lists of field errors; either may be NULL. */
oq_err *oq_err_join(oq_err *first, oq_err *more);

/* True when `err` or one of its causes has this code. */
bool oq_err_is(const oq_err *err, const char *code);

/* Whether doing the same again later may help. */
bool oq_err_retries(const oq_err *err);

/* The stable word of a kind: "invalid", "not_found" ... */
const char *oq_kind_name(oq_kind kind);
int oq_kind_status(oq_kind kind);

/* Gives back the memory of this thread's errors; called when a unit of work begins. */
void oq_err_reset(void);
/* For loops over what outsiders send: everything made since the mark is given back. */
oq_mark oq_err_mark(void);
void oq_err_rewind(oq_mark mark);

/* A result that is dropped on purpose, and why. */
static inline void oq_ignore(const oq_err *err, const char *because)
{
    (void)err;
    (void)because;
}

#define OQ_TRY(call)                                                                               \
    do {                                                                                           \
        oq_err *err_ = (call);                                                                     \
        if (err_)                                                                                  \
            return err_;                                                                           \
    } while (0)

/* The variable is dropped when its block ends, on every way out. `type_drop` accepts a zeroed
 * value. */
#define OQ_AUTO(type)   __attribute__((cleanup(type##_drop))) type

#define OQ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
