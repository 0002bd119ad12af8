// What waiting costs: the landing page's worked example, with the formula the product uses.
//
// An asset shows a defect today. Its life from here follows a Weibull law with shape beta and scale
// eta days:  P(fails within d days) = 1 - exp(-(d / eta)^beta).  Deferring the work by d days then
// has the expected cost
//     C(d) = P(d) * failureCost + (1 - P(d)) * plannedCost(d)
// where planned work needs a stop of its own until the next planned stop, on day stopDay: that
// surcharge falls in a straight line, as spare part and crew become available.
// Source of the law: W. Weibull, A Statistical Distribution Function of Wide Applicability,
// Journal of Applied Mechanics 18, 1951.
export const example = {
  beta: 2.4,
  eta: 11, // days
  failureCost: 1_900_000, // SAR: 18 h of lost production at 85,000 SAR/h, and the repair
  plannedCost: 140_000, // SAR: the work inside a planned stop
  ownStopCost: 260_000, // SAR: a stop for this work alone, today
  stopDay: 3,
  days: 10,
};

export function failureProbability(x, day) {
  return 1 - Math.exp(-((day / x.eta) ** x.beta));
}

export function plannedCost(x, day) {
  return x.plannedCost + x.ownStopCost * Math.max(0, 1 - day / x.stopDay);
}

export function deferralCost(x, day) {
  const p = failureProbability(x, day);
  return p * x.failureCost + (1 - p) * plannedCost(x, day);
}

export function bestDay(x) {
  let best = 0;
  for (let day = 1; day <= x.days; day++) {
    if (deferralCost(x, day) < deferralCost(x, best)) best = day;
  }
  return best;
}

// "early", "best", "late": what to say about a day.
export function verdict(x, day) {
  const best = bestDay(x);
  if (day === best) return 'best';
  return day < best ? 'early' : 'late';
}
