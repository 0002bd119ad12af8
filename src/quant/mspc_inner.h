/* quant/mspc_inner.h: what a model holds. For mspc*.c alone. */
#ifndef QUANT_MSPC_INNER_H
#define QUANT_MSPC_INNER_H

#include "quant/mspc.h"

struct mspc {
    mspc_rule rule;
    size_t columns, wide;      /* wide: columns * (lags + 1) */
    size_t kept, used;         /* components of T2; of all (those that vary at all) */
    double *mean, *sd;         /* of columns */
    double *value, *direction; /* eigenvalues; directions row by row */
    double limit[MSPC_STATISTICS];
};

#endif
