/* blackbox/event_json.h
 *
 * Events from outside as JSON, read in one pass without a tree:
 *
 *     {"events": [item, ...]}   or   [item, ...]   or   item   or   a line each (NDJSON)
 *
 *     item   {"source_system": "PI", "source_id": "4711", "event_time": "2026-01-31T08:00:00Z",
 *             "source_type": "ALARM", "event_category": "ALERT", "severity": "MAJOR",
 *             "asset": "P-101", "summary": "Vibration high",
 *             "payload": {"kind": "vibration_high", "value": 7.1, "unit": "mm/s"}}
 *
 *     source_system   "API" when not given; names that begin with OPTRIA_ are the program's own
 *     source_id       what tells events of one system apart; when not given, a digest of the event
 *     event_time      RFC 3339, or milliseconds since 1970 ("time" is the same); not given: the
 *                     moment it came, and what has a source_id of its own is told once
 *     source_type     see event.h; SYSTEM_LOG when not given
 *     event_category  see event.h; when not given, what goes with the type ("category" is the same)
 *     severity        see event.h, or HIGH, MEDIUM, LOW; INFO when not given
 *     summary         needed
 *     asset, site, unit, shift   by code; or asset_id, site_id, unit_id
 *     line_id, batch_id, lot_id, tags, trace_id, payload
 *
 * What is wrong with an item is its flaw; the others are read all the same. In lines, one that
 * cannot be read is such an item too. */
#ifndef BLACKBOX_EVENT_JSON_H
#define BLACKBOX_EVENT_JSON_H

#include "blackbox/event.h"

enum {
    EVENT_PAYLOAD_MAX = 64 * 1024, /* bytes */
    EVENT_SYSTEM_MAX = 100,
    EVENT_SOURCE_ID_MAX = 400,
    EVENT_WORD_MAX = 200,
    EVENT_TAGS_MAX = 32,
    EVENT_TAG_MAX = 100,
    EVENT_DEPTH_MAX = 32,
    EVENT_ERRORS_MAX = 100 /* told; further ones are counted */
};
/* From the year 1900 on, until 9999. */
#define EVENT_TIME_MIN (-2208988800 * OQ_SECOND)
#define EVENT_TIME_MAX OQ_TIME_LAST

typedef struct event_item {
    size_t place; /* index, from 0; of lines, the line, from 1 */
    event_order order;
    oq_str asset, site, unit, shift; /* as they were named: code, or id */
    bool is_digest;                  /* no source_id was told: it is the digest */
    const oq_err *flaw;              /* the item is none: event.*, and of a line json.* */
} event_item;

typedef struct event_items {
    event_item *at;
    size_t count;
    bool is_lines;
} event_items;

/* In the arena. `is_lines`: the sender says so; else it is seen. Fails: json.malformed (facts:
 * line, column), json.too_deep (fact: max), event.json_shape, event.too_many (fact: max). */
OQ_CHECKED oq_err *event_items_read(oq_arena *arena, oq_str text, bool is_lines,
                                    event_items *ret_items);

#endif
