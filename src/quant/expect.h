/* quant/expect.h
 *
 * What a signal should read at a moment, given what its machine and the machines beside it read at
 * that moment: its load, the weather that all of them feel. What is left, the residual, is the
 * signal against its machine's own state: a temperature that follows the load leaves nothing, one
 * that rises at constant load leaves its rise, and a sensor that drifts leaves its drift in its own
 * residual alone.
 *
 * Each signal that is asked about gets a robust linear relation to few of the others
 * (robust_fit.h), learned from a base of half hours. Drivers must be believed:
 *
 * - One that leaves its usual range in the span looked at explains nothing there; it may be what is
 *   wrong. But a load (power, current, speed, a valve's position: how hard the machine is asked to
 *   work) does: a machine at a load that it never had is hotter for it.
 * - The signal that departs furthest from what is expected of it is no driver any more, and the
 *   others are asked again without it, until nobody new departs: so a signal that is wrong does not
 *   make those wrong that it used to go with (elimination as in J. Gertler, Fault Detection and
 *   Diagnosis in Engineering Systems, Marcel Dekker 1998, chapter 3).
 * - A load that departs itself is believed where the signal then departs less: what can be
 *   explained by the load is.
 *
 * Rows in which the machine stands still are left out, of the base and of the residual. */
#ifndef QUANT_EXPECT_H
#define QUANT_EXPECT_H

#include "quant/robust_fit.h"
#include "quant/samples.h"

typedef struct expect_signal {
    const samples *samples;
    bool is_target; /* of the machine itself; else it is beside it, and only explains */
    bool is_load;   /* of the machine itself: how hard it is asked to work */
} expect_signal;

typedef struct expect_rule {
    oq_us base_from, base_to; /* learned from */
    oq_us from, to;           /* looked at; base_to <= from */
    oq_us step;               /* of the residual; 0: a minute */
    /* Stretches in which the machine stands still, by time: values are of no use there. */
    const oq_us *rest_from, *rest_to;
    size_t rests;
} expect_rule;

#define EXPECT_EXPLAINED_MIN 0.3 /* from here on others explain a signal well enough */

typedef struct expectation {
    bool is_known;    /* false: nothing explains it, or it is no target; all else is zero then */
    double explained; /* share of its variance in the base, 0..1 */
    double scale;     /* of the residual of half hours in the base */
    double departure; /* the furthest in the span, of half hours, in robust spreads of the base */
    size_t driver[ROBUST_TERMS_MAX]; /* which signals, the most telling first */
    size_t drivers;
    samples residual; /* value - expected, in [base_from, to), where all of it was known */
} expectation;

/* One for each signal, in the arena. */
void expect_all(oq_arena *arena, const expect_signal *signal, size_t signals,
                const expect_rule *rule, expectation **ret_of);

#endif
