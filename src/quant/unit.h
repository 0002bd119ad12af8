/* quant/unit.h
 *
 * Units of measurement, as text in the writing of engineers ("mm/s", "degC", "m3/h", "kWh", "%"),
 * read into a dimension and a factor, so that sums of unlike things are refused and values can be
 * carried from one unit to another. The table of known symbols is in unit.c. */
#ifndef QUANT_UNIT_H
#define QUANT_UNIT_H

#include "base/base.h"

enum { UNIT_TEXT_MAX = 40, UNIT_DIMENSIONS = 8 };

/* value in SI = value * factor + offset; exponents of m kg s A K mol cd and of one further base,
 * "a thing counted" (currency is not a unit). */
typedef struct unit {
    int8_t exponent[UNIT_DIMENSIONS];
    double factor, offset; /* offset only of degC, degF */
} unit;

/* "1" and "%" have no dimension. Fails: unit.unknown (facts: unit, symbol: the part not known). */
OQ_CHECKED oq_err *unit_parse(oq_str text, unit *ret_unit);
bool unit_same_dimension(const unit *a, const unit *b);
/* Fails: unit.not_convertible (facts: from, to). With *ret_scale and *ret_offset:
 * to = from * scale + offset. */
OQ_CHECKED oq_err *unit_conversion(oq_str from, oq_str to, double *ret_scale, double *ret_offset);

#endif
