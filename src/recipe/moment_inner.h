/* recipe/moment_inner.h: what the parts of reading times share. */
#ifndef RECIPE_MOMENT_INNER_H
#define RECIPE_MOMENT_INNER_H

#include "recipe/moment.h"

typedef enum field {
    FIELD_YEAR,
    FIELD_SHORT_YEAR,
    FIELD_MONTH,
    FIELD_MONTH_NAME,
    FIELD_DAY,
    FIELD_HOUR,
    FIELD_HOUR_12,
    FIELD_MINUTE,
    FIELD_SECOND,
    FIELD_FRACTION,
    FIELD_HALF, /* AM, PM */
    FIELD_ZONE,
    FIELD_BLANK,
    FIELD_SIGN /* any other character, as it is */
} field;

typedef struct step {
    field field;
    char sign;
} step;

enum { STEPS_MAX = 60 };
typedef enum form { KIND_AUTO, KIND_EPOCH, KIND_PATTERN } form;

struct moment_format {
    form form;
    double epoch_unit; /* microseconds */
    step step[STEPS_MAX];
    size_t count;
    oq_str zone; /* IANA; not given: `offset` holds */
    oq_us offset;
    /* The zone is asked once for each quarter of an hour, the calendar once for each day. */
    int64_t known_quarter;
    oq_us known_offset;
    char known_date[10];
    int64_t known_days;
};

typedef struct clock {
    int year, month, day, hour, minute, second;
    oq_us fraction;
    int half; /* 1: AM, 2: PM */
    bool has_offset;
    oq_us offset;
} clock;

/* "Z", "+03", "+03:00", "-0330": how many bytes it takes; 0: it is none. */
size_t moment_read_offset(const char *p, size_t len, oq_us *ret_offset);
/* Up to `most` digits; NULL: there is none. */
const char *moment_read_int(const char *p, const char *end, int most, int *ret_value);
/* Of a second, up to the microsecond; further digits do not count. */
const char *moment_read_fraction(const char *p, const char *end, oq_us *ret_fraction);

/* Makes the steps of a pattern. Returns where it is wrong, from 1; 0: nowhere. */
size_t moment_compile(moment_format *f, oq_str pattern);
/* Whether the whole text fits the pattern; ranges are not looked at but for the hour of twelve. */
bool moment_read_pattern(const moment_format *f, const char *p, const char *end, clock *c);

#endif
