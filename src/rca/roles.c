#include "rca/roles.h"

#include "base/banned.h"

static bool is_sign(const role_event *e)
{
    return e->category == CATEGORY_SENSOR || e->category == CATEGORY_ALERT ||
           e->category == CATEGORY_FAILURE;
}

static bool is_deed(const role_event *e)
{
    return e->category == CATEGORY_MAINTENANCE || e->category == CATEGORY_OPERATOR_ACTION ||
           e->category == CATEGORY_CONFIG_CHANGE;
}

/* SIZE_MAX: none. */
static size_t find_cause(const role_event *event, size_t count, oq_us anchor)
{
    bool has_evidence = false;
    for (size_t i = 0; i < count; i++) {
        if (event[i].is_evidence && event[i].at <= anchor)
            return i;
        has_evidence = has_evidence || event[i].is_evidence;
    }
    for (size_t i = 0; i < count && !has_evidence && event[i].at <= anchor; i++)
        if (is_sign(&event[i]) && event[i].is_root_asset && event[i].severity > SEVERITY_WARNING)
            return i;
    return SIZE_MAX;
}

static int role_of(const role_event *e, oq_us from, oq_us anchor)
{
    if (e->is_evidence)
        return EVENT_ROLE_SYMPTOM;
    if (is_deed(e))
        return EVENT_ROLE_CONTEXT;
    if (is_sign(e) && e->is_root_asset && e->severity >= SEVERITY_WARNING && e->at >= from)
        return EVENT_ROLE_SYMPTOM;
    if (is_sign(e) && e->severity >= SEVERITY_MAJOR && e->at > anchor)
        return EVENT_ROLE_SYMPTOM;
    if (e->is_root_asset || e->severity >= SEVERITY_WARNING)
        return EVENT_ROLE_CONTEXT;
    return EVENT_ROLE_NOISE;
}

void roles_set(role_event *event, size_t count, oq_us anchor)
{
    size_t cause = find_cause(event, count, anchor);
    oq_us from = cause == SIZE_MAX ? anchor : event[cause].at;
    for (size_t i = 0; i < count; i++)
        event[i].role = i == cause ? EVENT_ROLE_CAUSE : role_of(&event[i], from, anchor);
}
