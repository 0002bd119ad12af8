/* base/test.h
 *
 * What unit tests share: cmocka, and checks that say which row of a table failed. Not part of the
 * program. */
#ifndef OQ_TEST_H
#define OQ_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

/* A truth about the row `label` of a table. */
#define CHECK(label, condition)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: not so: %s", (label), #condition);                                       \
    } while (0)

/* The error has this code; NULL: there is none. */
#define CHECK_CODE(label, err, wanted)                                                             \
    do {                                                                                           \
        const oq_err *got_ = (err);                                                                \
        const char *want_ = (wanted);                                                              \
        if (!got_ != !want_ || (got_ && strcmp(got_->code, want_) != 0))                           \
            fail_msg("%s: wanted %s, got %s%s%s", (label), want_ ? want_ : "success",              \
                     got_ ? got_->code : "success", got_ && got_->detail ? ": " : "",              \
                     got_ && got_->detail ? got_->detail : "");                                    \
    } while (0)

#define CHECK_OK(call) CHECK_CODE(#call, (call), NULL)

#define CHECK_STR(label, got, wanted)                                                              \
    do {                                                                                           \
        oq_str got_str_ = (got), want_str_ = oq_cstr(wanted);                                      \
        if (!oq_str_eq(got_str_, want_str_))                                                       \
            fail_msg("%s: wanted \"%.*s\", got \"%.*s\"", (label), OQ_FMT(want_str_),              \
                     OQ_FMT(got_str_));                                                            \
    } while (0)

#endif
