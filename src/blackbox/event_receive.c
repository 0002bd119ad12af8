#include "blackbox/event_receive.h"

#include "audit/audit.h"
#include "plant/clock.h"

/* What a code or an id stands for. */
typedef struct event_name {
    oq_str kind, code;
    oq_uuid id, site_id;
} event_name;
static const oq_field event_name_fields[] = {
    OQ_TEXT(event_name, kind),
    OQ_TEXT(event_name, code),
    OQ_UUID(event_name, id),
    OQ_UUID(event_name, site_id),
    OQ_FIELDS_END,
};

#include "event_receive.sql.h"

#include "base/banned.h"

/* --- names --------------------------------------------------------------------------------------*/

static int by_text(const void *a, const void *b)
{
    return oq_str_cmp(*(const oq_str *)a, *(const oq_str *)b);
}

/* Each name once. `offset` says which one of an item. */
static oq_strs distinct(oq_arena *arena, const event_items *items, size_t offset)
{
    oq_strs all = {oq_new_n(arena, oq_str, items->count), 0};
    for (size_t i = 0; i < items->count; i++) {
        oq_str name = *(const oq_str *)((const char *)&items->at[i] + offset);
        if (name.len && !items->at[i].flaw)
            all.at[all.count++] = name;
    }
    qsort(all.at, all.count, sizeof *all.at, by_text);
    size_t kept = 0;
    for (size_t i = 0; i < all.count; i++)
        if (!kept || !oq_str_eq(all.at[kept - 1], all.at[i]))
            all.at[kept++] = all.at[i];
    all.count = kept;
    return all;
}

static int name_cmp(const event_name *a, oq_str kind, oq_str code)
{
    int order = oq_str_cmp(a->kind, kind);
    return order ? order : oq_str_cmp(a->code, code);
}

static int by_name(const void *a, const void *b)
{
    const event_name *other = b;
    return name_cmp(a, other->kind, other->code);
}

static const event_name *find(const sql_event_names_rows *names, oq_str kind, oq_str code)
{
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = name_cmp(&names->at[middle], kind, code);
        if (order == 0)
            return &names->at[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static oq_err *find_names(oq_scope *s, const event_items *items, sql_event_names_rows *ret_names)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_event_names_args args = {
        .assets = distinct(arena, items, offsetof(event_item, asset)),
        .sites = distinct(arena, items, offsetof(event_item, site)),
        .units = distinct(arena, items, offsetof(event_item, unit)),
        .shifts = distinct(arena, items, offsetof(event_item, shift)),
    };
    *ret_names = (sql_event_names_rows){0};
    if (!args.assets.count && !args.sites.count && !args.units.count && !args.shifts.count)
        return NULL;
    OQ_TRY(sql_event_names(s, args, ret_names));
    qsort(ret_names->at, ret_names->count, sizeof *ret_names->at, by_name);
    return NULL;
}

/* Errors are made as long as they are told. */
typedef struct refusing {
    size_t made;
    const oq_err *last;
} refusing;

#define REFUSE(r, item, code, ...)                                                                 \
    do {                                                                                           \
        if ((r)->made++ < EVENT_ERRORS_MAX)                                                        \
            (r)->last = oq_fail(OQ_INVALID, code, __VA_ARGS__);                                    \
        (item)->flaw = (r)->last;                                                                  \
    } while (0)

static void resolve(const sql_event_names_rows *names, event_item *it, refusing *r)
{
    event_order *o = &it->order;
    const event_name *the_asset = find(names, OQ_STR("asset"), it->asset);
    const event_name *the_site = find(names, OQ_STR("site"), it->site);
    const event_name *the_unit = find(names, OQ_STR("unit"), it->unit);
    const event_name *the_shift = find(names, OQ_STR("shift"), it->shift);
    if (it->asset.len && !the_asset)
        REFUSE(r, it, "event.asset_unknown", "asset=%.*s", OQ_FMT(it->asset));
    else if (it->site.len && !the_site)
        REFUSE(r, it, "event.site_unknown", "site=%.*s", OQ_FMT(it->site));
    else if (it->unit.len && !the_unit)
        REFUSE(r, it, "event.unit_unknown", "unit=%.*s", OQ_FMT(it->unit));
    else if (it->shift.len && !the_shift)
        REFUSE(r, it, "event.shift_unknown", "shift=%.*s", OQ_FMT(it->shift));
    if (it->flaw)
        return;
    o->asset_id = the_asset ? the_asset->id : OQ_UUID_ZERO;
    o->unit_id = the_unit ? the_unit->id : OQ_UUID_ZERO;
    o->site_id = the_unit ? the_unit->site_id : the_site ? the_site->id : OQ_UUID_ZERO;
    o->shift_id = the_shift ? the_shift->id : OQ_UUID_ZERO;
}

/* --- time ---------------------------------------------------------------------------------------*/

enum { SYSTEMS_MAX = 64 }; /* whose clocks are remembered at once */

typedef struct system_clocks {
    oq_str system;
    source_clocks clocks;
} system_clocks;

typedef struct clock_list {
    system_clocks at[SYSTEMS_MAX];
    size_t count;
} clock_list;

static oq_err *clocks_of(oq_scope *s, clock_list *list, oq_str system,
                         const source_clocks **ret_clocks)
{
    for (size_t i = 0; i < list->count; i++)
        if (oq_str_eq(list->at[i].system, system)) {
            *ret_clocks = &list->at[i].clocks;
            return NULL;
        }
    if (list->count == SYSTEMS_MAX)
        list->count = 0;
    system_clocks *it = &list->at[list->count];
    OQ_TRY(source_clocks_of(s, system, &it->clocks));
    it->system = system;
    list->count++;
    *ret_clocks = &it->clocks;
    return NULL;
}

static oq_err *correct(oq_scope *s, clock_list *list, event_item *it, refusing *r)
{
    event_order *o = &it->order;
    oq_us now = oq_now(s);
    if (o->event_time == OQ_TIME_NONE) {
        o->event_time = now;
        return NULL;
    }
    const source_clocks *clocks;
    OQ_TRY(clocks_of(s, list, o->source_system, &clocks));
    source_time t = source_clock_correct(clocks, o->event_time);
    o->event_time = t.event_time;
    o->source_time = t.offset ? t.source_time : 0;
    if (t.event_time > now + EVENT_FUTURE_MAX)
        REFUSE(r, it, "event.in_future", "time=%.*s ahead_s=%lld",
               OQ_FMT(oq_time_text(oq_scope_arena(s), t.event_time)),
               (long long)((t.event_time - now) / OQ_SECOND));
    return NULL;
}

/* --- told again ------------------------------------------------------------------------------------
 * What came without a time gets another one each time that it is sent: its id tells that it is
 * there. A digest says nothing of that kind: the same words may be said twice.
 */

/* A truth for each item. */
static oq_err *find_known(oq_scope *s, const event_items *items, bool **ret_known)
{
    oq_arena *arena = oq_scope_arena(s);
    oq_strs systems = {oq_new_n(arena, oq_str, items->count), 0}, ids = systems;
    size_t *place = oq_new_n(arena, size_t, items->count);
    *ret_known = oq_new_n(arena, bool, items->count);
    ids.at = oq_new_n(arena, oq_str, items->count);
    for (size_t i = 0; i < items->count; i++) {
        const event_item *it = &items->at[i];
        if (it->flaw || it->is_digest || it->order.event_time != OQ_TIME_NONE)
            continue;
        place[ids.count] = i;
        systems.at[systems.count++] = it->order.source_system;
        ids.at[ids.count++] = it->order.source_id;
    }
    if (!ids.count)
        return NULL;
    sql_event_known_rows rows;
    OQ_TRY(sql_event_known(s, (sql_event_known_args){.source_systems = systems, .source_ids = ids},
                           &rows));
    for (size_t i = 0; i < rows.count; i++)
        (*ret_known)[place[rows.at[i].place - 1]] = true;
    return NULL;
}

/* --- in -----------------------------------------------------------------------------------------*/

oq_err *event_receive(oq_scope *s, event_items *items, event_receipt *ret_receipt)
{
    oq_arena *arena = oq_scope_arena(s);
    sql_event_names_rows names;
    refusing r = {0};
    clock_list *clocks = oq_new(arena, clock_list);
    bool *is_known;
    OQ_TRY(find_names(s, items, &names));
    OQ_TRY(find_known(s, items, &is_known));
    event_order *order = oq_new_n(arena, event_order, items->count);
    size_t count = 0, known = 0;
    for (size_t i = 0; i < items->count; i++) {
        event_item *it = &items->at[i];
        if (!it->flaw)
            resolve(&names, it, &r);
        if (!it->flaw)
            OQ_TRY(correct(s, clocks, it, &r));
        if (!it->flaw && is_known[i])
            known++;
        else if (!it->flaw)
            order[count++] = it->order;
    }
    size_t added;
    OQ_TRY(event_add_many(s, order, count, &added));
    *ret_receipt = (event_receipt){.received = items->count,
                                   .added = added,
                                   .known = known + count - added,
                                   .refused = items->count - count - known};
    return NULL;
}

/* --- the operators' log -------------------------------------------------------------------------*/

const oq_field event_log_order_fields[] = {
    OQ_TEXT(event_log_order, text, .required = true, .max = EVENT_SUMMARY_MAX),
    OQ_UUID(event_log_order, asset_id),
    OQ_UUID(event_log_order, site_id),
    OQ_TIME(event_log_order, event_time, .help = "When it was done; not given: now"),
    OQ_CHOICE(event_log_order, severity, event_severity_choices, .preset = "INFO"),
    OQ_FIELDS_END,
};

oq_err *event_log(oq_scope *s, const event_log_order *order, oq_uuid *ret_id)
{
    oq_arena *arena = oq_scope_arena(s);
    const oq_actor *actor = oq_scope_actor(s);
    oq_us now = oq_now(s), at = order->event_time == OQ_TIME_NONE ? now : order->event_time;
    oq_uuid entry = oq_uuid_new(now);
    if (at > now + EVENT_FUTURE_MAX || at < EVENT_TIME_MIN)
        return oq_fail_field("event_time", "event.in_future", "time=%.*s ahead_s=%lld",
                             OQ_FMT(oq_time_text(arena, at)), (long long)((at - now) / OQ_SECOND));
    OQ_AUTO(oq_buf) buf = oq_buf_make(4 * 1024);
    oq_json j = oq_json_to(&buf);
    oq_json_object(&j);
    oq_json_put(&j, text, "kind", OQ_STR("log_entry"));
    oq_json_put(&j, text, "operator", actor->label);
    oq_json_put(&j, text, "role", oq_cstr(oq_choice_text(role_choices, (int)actor->role)));
    oq_json_object_end(&j);
    event_order o = {.source_system = OQ_STR("OPTRIA_LOG"),
                     .source_type = EVENT_OPERATOR_ACTION,
                     .source_id = oq_uuid_text(arena, entry),
                     .event_time = at,
                     .severity = order->severity ? order->severity : SEVERITY_INFO,
                     .category = CATEGORY_OPERATOR_ACTION,
                     .asset_id = order->asset_id,
                     .site_id = order->site_id,
                     .summary = order->text,
                     .payload = oq_buf_view(&buf),
                     .kind = OQ_STR("log_entry")};
    size_t added;
    sql_event_by_source_rows rows;
    OQ_TRY(event_add_many(s, &o, 1, &added));
    OQ_TRY(sql_event_by_source(
        s, (sql_event_by_source_args){.source_system = o.source_system, .source_id = o.source_id},
        &rows));
    *ret_id = rows.at[0].id;
    return audit_record(s, &(audit_entry){.action = "event.logged",
                                          .object_type = "event",
                                          .object_id = *ret_id,
                                          .object_label = order->text});
}
