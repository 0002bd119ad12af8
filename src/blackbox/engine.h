/* blackbox/engine.h: what the parts of the incident engine share. */
#ifndef BLACKBOX_ENGINE_H
#define BLACKBOX_ENGINE_H

#include "blackbox/inner.h"
#include "quant/incident_group.h"
#include "tenant/settings.h"

enum {
    INCIDENT_EVENTS_MAX = 10000, /* of one incident; the gravest of more */
    ENGINE_PIECE = 100000        /* triggers that are grouped at once */
};

/* --- rows ---------------------------------------------------------------------------------------*/

typedef struct engine_fresh {
    oq_uuid id, asset_id, unit_id, site_id;
    oq_us event_time;
    bool is_trigger;
} engine_fresh;
extern const oq_field engine_fresh_fields[];

typedef struct engine_trigger {
    oq_uuid id, asset_id, unit_id, site_id, trace_id;
    oq_us event_time;
    oq_str source_system, source_id, kind, summary, summary_ar;
    int severity, event_category, criticality;
    int64_t before_min, after_min; /* of the class, or OQ_I64_NONE */
} engine_trigger;
extern const oq_field engine_trigger_fields[];

typedef struct engine_frozen {
    oq_uuid id, asset_id, unit_id, site_id;
    int64_t number;
    oq_us window_from, window_to;
} engine_frozen;
extern const oq_field engine_frozen_fields[];

/* An incident as it stands. */
typedef struct engine_stored {
    oq_uuid id, trigger_event_id, asset_id, unit_id, site_id, trace_id, merged_into;
    int64_t number, version;
    int status, incident_type, severity;
    oq_str title, title_ar;
    oq_us anchor_time, window_from, window_to, start_time, created_at;
} engine_stored;
extern const oq_field engine_stored_fields[];

typedef struct engine_place {
    oq_uuid asset_id, unit_id, site_id;
    int64_t before_min, after_min;
} engine_place;
extern const oq_field engine_place_fields[];

typedef struct engine_member {
    oq_uuid id, asset_id, unit_id, site_id;
    oq_us event_time;
    int severity, event_category;
} engine_member;
extern const oq_field engine_member_fields[];
typedef struct engine_members {
    engine_member *at;
    size_t count;
} engine_members;

/* --- a run --------------------------------------------------------------------------------------*/

typedef struct engine {
    oq_scope *s;
    const tenant_settings *settings;
    group_units units;
    oq_us before, after, grace; /* the tenant's */
    oq_us after_max;            /* of the tenant and of all classes */
    size_t piece;               /* ENGINE_PIECE; less in tests */
} engine;
/* Nobody else's engine runs in this tenant until the commit. */
OQ_CHECKED oq_err *engine_open(oq_scope *s, engine *ret_engine);
/* The same for who only looks. */
OQ_CHECKED oq_err *engine_look(oq_scope *s, engine *ret_engine);
/* The length of a window's part: the class's, else the tenant's. */
oq_us engine_minutes(int64_t of_class, oq_us of_tenant);

/* --- sweeps -------------------------------------------------------------------------------------
 *
 * Triggers in the order of time, grouped piece by piece, so that no number of them is too many. The
 * triggers of groups that the end of a piece finds open are grouped once more with the next one;
 * those of groups that are closed have no part in what comes later, so the groups are those of the
 * whole. Only where the open ones alone are more than half a piece the sweep cuts: it goes on as
 * after a silence, and says so in the log (incident.flood_cut). */

/* A piece, grouped. `groups` has those that are closed, and what came too late. */
typedef struct engine_cluster {
    engine_trigger *row; /* in the order of `trigger` */
    group_trigger *trigger;
    size_t count;
    engine_frozen *frozen;
    size_t frozens;
    groups groups;
} engine_cluster;

typedef struct engine_triggers {
    engine_trigger *at;
    size_t count;
} engine_triggers;

typedef struct engine_sweep {
    /* The next ones from (time, id) on, without that one, rising, at most `limit`; none: the end.
     */
    oq_err *(*next)(engine *en, const void *self, oq_us time, oq_uuid id, size_t limit,
                    engine_triggers *ret_triggers);
    oq_err *(*take)(engine *en, void *self, const engine_cluster *c);
    void *self;
    bool has_frozen; /* incidents past their grace period keep what lies in their windows */
} engine_sweep;
/* From `from` on. What `next` and `take` leave in the scope's arena goes with the piece. *ret_to:
 * of the last trigger. */
OQ_CHECKED oq_err *engine_sweep_run(engine *en, const engine_sweep *sweep, oq_us from,
                                    oq_us *ret_to);
/* Those around a moment that has one, up to the next silence on both sides, grouped, stored and
 * noticed. *ret_to: the last one's, not before `at`. */
OQ_CHECKED oq_err *engine_sweep_around(engine *en, oq_us at, oq_us *ret_to);

/* Brings what is stored in line with the groups: opens, changes, merges; late ones are attached. */
OQ_CHECKED oq_err *engine_store(engine *en, const engine_cluster *c);
/* Attaches events to incidents past their grace period, which stay as they are. */
OQ_CHECKED oq_err *engine_attach_late(engine *en, const oq_uuid *incident_id,
                                      const oq_uuid *event_id, size_t count);
/* Gathers again what belongs to an incident; if that is more than before, it is a new version. */
OQ_CHECKED oq_err *engine_gather_again(engine *en, const engine_stored *it);

/* --- what belongs to an incident ----------------------------------------------------------------*/

OQ_CHECKED oq_err *engine_gather(engine *en, const group_place *place, oq_us at, oq_us from,
                                 oq_us to, engine_members *ret_members);
/* What storing them changed. */
typedef struct engine_difference {
    size_t came, went;
    bool has_sign; /* of what came: more than context, so that what was resolved is not */
} engine_difference;
/* Stores them as the incident's. `g` NULL: triggers stay what they are. */
OQ_CHECKED oq_err *engine_store_members(engine *en, oq_uuid incident_id, const engine_members *m,
                                        const group *g, const engine_cluster *c,
                                        engine_difference *ret_difference);
/* The first sign of trouble before T, else T. */
oq_us engine_start_of(const engine_members *m, oq_us at);
/* {"assets","units","sites"}: its own place, and that of what was more than a warning. */
oq_str engine_scope_of(oq_arena *arena, const group_place *place, const engine_members *m);

/* --- telling ------------------------------------------------------------------------------------*/

OQ_CHECKED oq_err *engine_ask_why(engine *en, oq_uuid id, bool is_new);
/* Merged, or parted again: its orders are joined, or parted (workorder/ stands above). */
OQ_CHECKED oq_err *engine_ask_join(engine *en, oq_uuid id);
/* From MAJOR on; never of what is older than a day: nobody is called because of what an import or a
 * late replay brought. */
OQ_CHECKED oq_err *engine_tell_opened(engine *en, oq_uuid id, int64_t number, const group *g,
                                      const group_trigger *t, oq_uuid trace_id);
/* That it is graver than `it`, or open again: to those who hear of openings, and to whoever was
 * told of this one. */
OQ_CHECKED oq_err *engine_tell_changed(engine *en, const engine_stored *it, const group *g,
                                       const group_trigger *t, bool is_reopened, int64_t version);
/* Of a step: version, how many events came and went, and the window. */
oq_str engine_step_facts(oq_arena *arena, int64_t version, const engine_difference *d,
                         const group *g);

#endif
