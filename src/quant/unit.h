/* quant/unit.h
 *
 * Units of measurement, as text in the writing of engineers ("mm/s", "degC", "m3/h", "kWh", "%"),
 * read into a dimension and a factor, so that sums of unlike things are refused and values can be
 * carried from one unit to another.
 *
 *     unit    = product [ "/" factor ... ]            "W/(m2*K)", "m/s/s", "1/h"
 *     product = factor { ("*" | "." | "·" | blank) factor }
 *     factor  = ( symbol | number | "(" unit ")" ) [ [ "^" ] power ]      "m2" "m^2" "m²" "s-1"
 *
 * What is multiplied after a division must stand in brackets: "W/m2*K" is refused, because some
 * read it as W/(m2*K) and some as W*K/m2. Symbols are case-sensitive (mW is not MW); they are
 * listed in unit_table.c. What one must know of them:
 *
 *   1, -             a bare number
 *   degC, degF       alone are points of a scale; in a product they are steps (kJ/(kg*degC))
 *   barg psig kPag   gauge pressures are points too, above one standard atmosphere (101 325 Pa):
 * the difference of two is exact, what is absolute is as good as that assumption bar psi kPa are
 * absolute, or differences; bara and psia are the same Nm3 Sm3 scf      are amounts of an ideal
 * gas, and not convertible to m3 g                is the gram; the acceleration is gn rpm, Hz are
 * turns per time; angles (rad, deg) are a dimension of their own, so that rad/s is not taken for Hz
 *   ton              is not known, because three are in use: t is 1000 kg
 *   W VA var         are the same dimension */
#ifndef QUANT_UNIT_H
#define QUANT_UNIT_H

#include "base/base.h"

/* Base dimensions: m kg s A K mol cd; a thing counted, the angle, pH, turbidity, dB. Currency is
 * not a unit. */
enum { UNIT_TEXT_MAX = 40, UNIT_DIMENSIONS = 12 };

/* value in SI = value * factor + offset; exponents of the base dimensions. */
typedef struct unit {
    int8_t exponent[UNIT_DIMENSIONS];
    double factor, offset; /* offset only of what is a point of a scale */
} unit;

/* "1" and "%" have no dimension. Fails: unit.unknown (facts: unit, symbol: the part not known),
 * unit.ambiguous (fact: unit), unit.too_long (fact: max). */
OQ_CHECKED oq_err *unit_parse(oq_str text, unit *ret_unit);
bool unit_same_dimension(const unit *a, const unit *b);
/* Whether two writings mean the same: "m³/h" and "m3/hr". */
bool unit_same(const unit *a, const unit *b);
/* Fails: unit.not_convertible (facts: from, to), and as unit_parse. With *ret_scale and
 * *ret_offset: to = from * scale + offset. */
OQ_CHECKED oq_err *unit_conversion(oq_str from, oq_str to, double *ret_scale, double *ret_offset);

/* --- computing with units ---------------------------------------------------------------------
 * Offsets are dropped: what comes out is never a point of a scale. False: an exponent too large. */
extern const unit UNIT_ONE;
bool unit_multiply(const unit *a, const unit *b, unit *ret_unit);
bool unit_divide(const unit *a, const unit *b, unit *ret_unit);
bool unit_power(const unit *a, int power, unit *ret_unit);
/* A short writing: the symbol that has this dimension, factor and offset, else one in base units
 * with the same factor ("kg*m2/s3"), else "". */
oq_str unit_text(oq_arena *arena, const unit *u);

/* Each symbol of the table, for the manual; prefix: k, M, m ... may stand before it. */
typedef struct unit_symbol {
    const char *text;
    double factor, offset;
    int8_t exponent[UNIT_DIMENSIONS];
    bool takes_prefix;
} unit_symbol;
extern const unit_symbol unit_symbols[];
extern const size_t unit_symbol_count;

#endif
