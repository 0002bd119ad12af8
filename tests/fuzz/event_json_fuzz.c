/* Any bytes as events in JSON, and any JSON as a payload that is masked: what is taken can be told
 * to the database. */
#include "blackbox/event_json.h"
#include "blackbox/incident_view.h"

#include "base/banned.h"

static void check_text(oq_str text, size_t max)
{
    if (text.len > max || !oq_utf8_valid(text))
        abort();
}

static void check_payload(oq_arena *arena, oq_str json)
{
    oq_pair *pair;
    size_t count;
    if (!json.len)
        return;
    if (json.len > EVENT_PAYLOAD_MAX || json.ptr[0] != '{' || json.ptr[json.len - 1] != '}')
        abort();
    oq_str masked = incident_mask_payload(arena, json);
    const oq_err *err = oq_json_pairs(arena, masked, &pair, &count);
    if (err && !oq_err_is(err, "field.duplicate") && !oq_err_is(err, "json.number_too_large"))
        abort();
}

static void check(oq_arena *arena, const event_item *it)
{
    const event_order *o = &it->order;
    if (it->flaw)
        return;
    check_text(o->source_system, EVENT_SYSTEM_MAX);
    check_text(o->source_id, EVENT_SOURCE_ID_MAX);
    check_text(o->summary, EVENT_SUMMARY_MAX);
    check_text(it->asset, EVENT_WORD_MAX);
    if (!o->summary.len || !o->source_id.len || o->tags.count > EVENT_TAGS_MAX ||
        !oq_choice_text(event_type_choices, o->source_type) ||
        !oq_choice_text(event_severity_choices, o->severity) ||
        !oq_choice_text(event_category_choices, o->category))
        abort();
    for (size_t i = 0; i < o->tags.count; i++)
        check_text(o->tags.at[i], EVENT_TAG_MAX);
    check_payload(arena, o->payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    for (int is_lines = 0; is_lines < 2; is_lines++) {
        event_items items;
        const oq_err *err =
            event_items_read(arena, oq_strn((const char *)data, size), is_lines, &items);
        if (err && err->kind != OQ_MALFORMED && err->kind != OQ_TOO_LARGE)
            abort();
        for (size_t i = 0; !err && i < items.count; i++)
            check(arena, &items.at[i]);
    }
    oq_arena_close(arena);
    return 0;
}
