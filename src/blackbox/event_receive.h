/* blackbox/event_receive.h
 *
 * Events from outside on their way in: what they name is looked up, the clock of their source is
 * corrected, and what cannot be taken is refused alone. */
#ifndef BLACKBOX_EVENT_RECEIVE_H
#define BLACKBOX_EVENT_RECEIVE_H

#include "blackbox/event_json.h"

#define EVENT_FUTURE_MAX (5 * OQ_MINUTE) /* clocks may be so far ahead, once they are corrected */

typedef struct event_receipt {
    size_t received, added, known, refused; /* known: they were there already */
} event_receipt;

/* What is refused has its flaw afterwards, also: event.asset_unknown (fact: asset),
 * event.site_unknown (site), event.unit_unknown (unit), event.shift_unknown (shift),
 * event.in_future (time, ahead_s). The others are added. What has an id and no time is known when
 * its system told that id before, at any time, so that sending it again does not double it. */
OQ_CHECKED oq_err *event_receive(oq_scope *s, event_items *items, event_receipt *ret_receipt);

/* One entry of the operators' log: an event of category OPERATOR_ACTION with who wrote it. */
typedef struct event_log_order {
    oq_str text;
    oq_uuid asset_id, site_id; /* zero: of none */
    oq_us event_time;          /* OQ_TIME_NONE: now */
    int severity;              /* 0: INFO */
} event_log_order;
extern const oq_field event_log_order_fields[];
/* Audited. Fails: event.asset_unknown, event.site_unknown, event.in_future. */
OQ_CHECKED oq_err *event_log(oq_scope *s, const event_log_order *order, oq_uuid *ret_id);

#endif
