/* quant/chance.h
 *
 * Quantiles of the distributions that limits are set by. */
#ifndef QUANT_CHANCE_H
#define QUANT_CHANCE_H

#include "base/base.h"

/* x with P(Z <= x) = p, of the standard normal distribution; 0 < p < 1. P. J. Acklam's rational
 * approximation with one step of Halley's method: 1e-15 relative. */
double chance_normal_quantile(double p);

/* P(B <= x) of the Beta(a, b) distribution: the regularized incomplete beta function, by the
 * continued fraction of W. Gautschi and modified Lentz's method (Abramowitz and Stegun 26.5.8). */
double chance_beta_below(double a, double b, double x);

/* x with P(F <= x) = p, of the F distribution with d1 and d2 degrees of freedom. */
double chance_f_quantile(double d1, double d2, double p);

/* P(G <= x) and P(G > x) of the gamma distribution of shape a and scale 1: the regularized
 * incomplete gamma functions, by their series (Abramowitz and Stegun 6.5.29) or continued fraction
 * (6.5.31). a > 0. */
double chance_gamma_below(double a, double x);
double chance_gamma_above(double a, double x);
/* e^x x^-a Gamma(a, x) with the upper incomplete gamma function: finite where Gamma(a, x) is far
 * too small for a double. x > 0. */
double chance_gamma_tail(double a, double x);

/* x with P(X <= x) = p, and P(X > x), of the chi-squared distribution; degrees of freedom > 0. */
double chance_chi2_quantile(double degrees, double p);
double chance_chi2_above(double degrees, double x);

#endif
