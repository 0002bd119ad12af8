#include "quant/chance.h"

#include <assert.h>
#include <math.h>

#include "base/banned.h"

static double polynomial(const double *c, size_t count, double x)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = sum * x + c[i];
    return sum;
}

double chance_normal_quantile(double p)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01, 1};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00, 1};
    assert(p > 0 && p < 1);
    double x, tail = fmin(p, 1 - p);
    if (tail < 0.02425) {
        double q = sqrt(-2 * log(tail));
        x = polynomial(c, 6, q) / polynomial(d, 5, q);
        x = p < 0.5 ? x : -x;
    } else {
        double q = p - 0.5;
        x = q * polynomial(a, 6, q * q) / polynomial(b, 6, q * q);
    }
    double e = 0.5 * erfc(-x / M_SQRT2) - p, u = e * sqrt(2 * M_PI) * exp(x * x / 2);
    return x - u / (1 + x * u / 2);
}

static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= 1000; m++) {
        double step = 1;
        for (int odd = 0; odd < 2; odd++) {
            double k = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                           : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + k * d;
            c = 1 + k / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            step = c * d;
            h *= step;
        }
        if (fabs(step - 1) < 1e-15)
            break;
    }
    return h;
}

double chance_beta_below(double a, double b, double x)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(a, b, x) / a
                                     : 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double chance_f_quantile(double d1, double d2, double p)
{
    assert(d1 > 0 && d2 > 0 && p > 0 && p < 1);
    double low = 0, high = 1; /* of the beta variable d1 F / (d1 F + d2) */
    for (int i = 0; i < 200 && high - low > 1e-16 * high; i++) {
        double middle = (low + high) / 2;
        if (chance_beta_below(d1 / 2, d2 / 2, middle) < p)
            low = middle;
        else
            high = middle;
    }
    double x = (low + high) / 2;
    return d2 * x / (d1 * (1 - x));
}

/* sum_n x^n / (a (a + 1) ... (a + n)) = e^x x^-a gamma(a, x), the lower incomplete gamma function
 */
static double gamma_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int n = 1; n <= 10000 && term > sum * 1e-17; n++)
        sum += term *= x / (a + n);
    return sum;
}

/* e^x x^-a Gamma(a, x) for x >= a + 1 or so, by modified Lentz */
static double gamma_fraction(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / (fabs(b) < tiny ? tiny : b), h = d;
    for (int n = 1; n <= 10000; n++) {
        double k = -n * (n - a);
        b += 2;
        d = k * d + b;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = b + k / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return h;
}

double chance_gamma_below(double a, double x)
{
    assert(a > 0);
    if (x <= 0)
        return 0;
    double front = exp(a * log(x) - x - lgamma(a));
    return x < a + 1 ? front * gamma_series(a, x) : 1 - front * gamma_fraction(a, x);
}

double chance_gamma_above(double a, double x)
{
    assert(a > 0);
    if (x <= 0)
        return 1;
    double front = exp(a * log(x) - x - lgamma(a));
    return x < a + 1 ? 1 - front * gamma_series(a, x) : front * gamma_fraction(a, x);
}

double chance_gamma_tail(double a, double x)
{
    assert(a > 0 && x > 0);
    return x < a + 1 ? exp(lgamma(a) + x - a * log(x)) - gamma_series(a, x) : gamma_fraction(a, x);
}

double chance_chi2_above(double degrees, double x)
{
    return chance_gamma_above(degrees / 2, x / 2);
}

double chance_chi2_quantile(double degrees, double p)
{
    assert(degrees > 0 && p > 0 && p < 1);
    double low = 0, high = degrees;
    while (chance_gamma_below(degrees / 2, high / 2) < p && high < 1e300)
        high *= 2;
    for (int i = 0; i < 2000 && high - low > 1e-15 * high; i++) {
        double middle = (low + high) / 2;
        if (chance_gamma_below(degrees / 2, middle / 2) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
