/* What contributors come to, 0 .. 100. */
#include <math.h>

#include "quant/health.h"

#include "base/banned.h"

const oq_choice health_zone_choices[] = {
    {HEALTH_ZONE_A, "A"}, {HEALTH_ZONE_B, "B"}, {HEALTH_ZONE_C, "C"}, {HEALTH_ZONE_D, "D"}, {0}};

/* --- limits ------------------------------------------------------------------------------------*/

/* One side; downwards everything is turned round. */
typedef struct side {
    double value, normal, good, alarm, trip;
} side;

static side side_up(double value, const health_limits *l)
{
    return (side){value, l->normal, l->good, l->high, l->high_high};
}

static side side_down(double value, const health_limits *l)
{
    return (side){-value, -l->normal, NAN, -l->low, -l->low_low};
}

static double line(double x, double x0, double y0, double x1, double y1)
{
    double share = (x / 2 - x0 / 2) / (x1 / 2 - x0 / 2);
    return y0 + (y1 - y0) * fmin(fmax(share, 0), 1);
}

static double side_score(side s)
{
    if (isnan(s.alarm))
        return isnan(s.trip) || s.value <= s.trip ? 100 : 15;
    double begin = s.normal < s.alarm ? s.normal : s.good < s.alarm ? s.good : NAN;
    double trip = s.trip > s.alarm ? s.trip : s.alarm + (s.alarm - begin);
    if (isnan(trip))
        return s.value <= s.alarm ? 100 : 45;
    if (isnan(begin))
        begin = s.alarm - (trip - s.alarm);
    if (s.value > trip)
        return line(s.value, trip, 30, trip + (trip - s.alarm), 0);
    if (s.value > s.alarm)
        return line(s.value, s.alarm, 60, trip, 30);
    if (s.good > begin && s.good < s.alarm)
        return s.value > s.good ? line(s.value, s.good, 85, s.alarm, 60)
                                : line(s.value, begin, 100, s.good, 85);
    return line(s.value, begin, 100, s.alarm, 60);
}

static bool side_has_limit(side s)
{
    return !isnan(s.alarm) || !isnan(s.trip);
}

double health_score_limits(double value, const health_limits *limits)
{
    side up = side_up(value, limits), down = side_down(value, limits);
    if (isnan(value) || (!side_has_limit(up) && !side_has_limit(down)))
        return NAN;
    return fmin(side_score(up), side_score(down));
}

static int side_zone(side s)
{
    if (s.value > s.trip)
        return HEALTH_ZONE_D;
    if (s.value > s.alarm)
        return HEALTH_ZONE_C;
    return s.value <= s.good ? HEALTH_ZONE_A : HEALTH_ZONE_B;
}

int health_zone_of(double value, const health_limits *limits)
{
    side up = side_up(value, limits), down = side_down(value, limits);
    if (isnan(value) || (!side_has_limit(up) && !side_has_limit(down)))
        return HEALTH_ZONE_NONE;
    int above = side_zone(up), below = side_zone(down);
    return below > HEALTH_ZONE_B && below > above ? below : above;
}

/* --- the others --------------------------------------------------------------------------------*/

double health_score_anomaly(double anomaly)
{
    return anomaly >= 0 && anomaly <= 1 ? 100 * (1 - anomaly) : NAN;
}

double health_score_failure(double p)
{
    return p >= 0 && p <= 1 ? 100 * fmax(1 - 2 * p, 0) : NAN;
}

double health_score_overdue(const health_due *due, size_t count)
{
    double worst = 100;
    size_t overdue = 0;
    for (size_t i = 0; i < count; i++) {
        double interval = due[i].interval_d > 0 ? due[i].interval_d : 90;
        if (isnan(due[i].overdue_d))
            return NAN;
        overdue += due[i].overdue_d > 0;
        worst = fmin(worst, 100 - 50 * fmax(due[i].overdue_d, 0) / interval);
    }
    if (!count)
        return NAN;
    return fmax(worst - 5 * (overdue ? (double)overdue - 1 : 0), 0);
}

double health_score_orders(const size_t open[HEALTH_PRIORITIES])
{
    static const double left[HEALTH_PRIORITIES] = {0.4, 0.65, 0.85, 0.95};
    double score = 100;
    for (size_t i = 0; i < HEALTH_PRIORITIES; i++)
        score *= pow(left[i], (double)open[i]);
    return score;
}

double health_score_alarms(const health_alarm *alarm, size_t count)
{
    static const double takes[HEALTH_PRIORITIES] = {1, 0.5, 0.2, 0.05};
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        assert(alarm[i].priority >= 1 && alarm[i].priority <= HEALTH_PRIORITIES);
        sum += takes[alarm[i].priority - 1] * exp2(-fmax(alarm[i].ended_d, 0) / 7);
    }
    return 100 * exp(-sum);
}

double health_score_age(double age, double expected)
{
    if (!(age >= 0) || !(expected > 0) || isinf(expected))
        return NAN;
    double share = age / expected;
    return share <= 1 ? line(share, 0.5, 100, 1, 40) : line(share, 1, 40, 1.5, 0);
}
