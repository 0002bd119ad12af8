/* rca/chain.h: orders made from analyses (chain.c), and analyses with all they found. */
#ifndef RCA_CHAIN_H
#define RCA_CHAIN_H

#include "rca/inner.h"
#include "workorder/work_order.h"

/* rca_analyse, and what it found. */
OQ_CHECKED oq_err *rca_analyse_work(oq_scope *s, oq_uuid incident_id, oq_str made_by,
                                    rca_work **ret_work, rca_run **ret_run);
/* An older one by its number; OQ_I64_NONE: the latest. NULL in *ret_run: there is none. */
OQ_CHECKED oq_err *rca_version(oq_scope *s, oq_uuid incident_id, int64_t number, rca_run **ret_run);

/* An order with this analysis' story and evidence. `ret_made` as work_order_create. */
OQ_CHECKED oq_err *rca_order(rca_work *w, const rca_run *run, oq_str source, work_order **ret_order,
                             bool *ret_made);

/* What work found out (job rca.learn): sets the cause where nobody has confirmed one; else leaves
 * it in the incident's file as a proposal. Words that name no known cause are left there too. */
OQ_CHECKED oq_err *rca_learn(oq_scope *s, oq_uuid incident_id, oq_str found_cause);

#endif
