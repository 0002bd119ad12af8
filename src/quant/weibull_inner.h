/* quant/weibull_inner.h: what the files of quant/weibull.h share. */
#ifndef QUANT_WEIBULL_INNER_H
#define QUANT_WEIBULL_INNER_H

#include "quant/weibull.h"

/* ln of the hazard that is ahead, ln((age + span)^beta - age^beta) - beta ln eta. */
double weibull_log_ahead(double beta, double log_eta, double age, double span);
/* The residual life at which a share p of what runs at `age` has failed. */
double weibull_residual(double beta, double log_eta, double age, double p);
/* Sets eta_low and eta_high. */
void weibull_bound_eta(weibull_fit *fit);

#endif
