/* blackbox/replay.h
 *
 * The incidents that a span's triggers give when all of them are looked at together, held against
 * what is stored: whether what came live, in any order, gave the same. Nothing is written. */
#ifndef BLACKBOX_REPLAY_H
#define BLACKBOX_REPLAY_H

#include "blackbox/incident.h"

typedef enum replay_verdict {
    REPLAY_SAME = 1,
    REPLAY_DIFFERENT, /* the trigger opened one, with another window, type or severity */
    REPLAY_MISSING,   /* an incident that is not stored */
    REPLAY_EXTRA      /* stored, and not given */
} replay_verdict;

typedef struct replay_row {
    int verdict;              /* replay_verdict */
    oq_uuid trigger_event_id; /* that opened it */
    oq_uuid incident_id;      /* zero: it is not stored */
    int64_t number;           /* 0: it is not stored */
    oq_us at;                 /* T, the window, type and severity as the replay gives them; of an */
    oq_us from, to;           /* extra one as they are stored */
    int type, severity;
} replay_row;

typedef struct incident_replay {
    size_t triggers, same;
    replay_row *at; /* what is not the same, in the order of time */
    size_t count;
} incident_replay;

/* Of triggers from <= event_time < to. What the span cuts off, and what came after a grace period
 * was over, may differ. */
OQ_CHECKED oq_err *incident_replay_span(oq_scope *s, oq_us from, oq_us to,
                                        incident_replay *ret_replay);

#endif
