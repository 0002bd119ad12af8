/* What an incident says, with what is not for everybody taken away; JSON texts are written anew for
 * that, with some of their members hidden. */
#include "blackbox/incident_view.h"

#include <yajl/yajl_parse.h>

#include "base/banned.h"

enum { DEPTH_MAX = OQ_JSON_DEPTH_MAX, BYTES_MAX = 1024 * 1024 };

typedef enum hiding { SHOWN, AS_INITIALS, HIDDEN, DROPPED } hiding;

typedef struct writing {
    oq_arena *arena;
    oq_json *out;
    const char *const *dropped; /* members of the outermost object, taken away with their names */
    hiding next;     /* of the value that comes */
    unsigned hidden; /* brackets open inside a value that is hidden as a whole */
    unsigned depth;
} writing;

static bool is_dropped(const writing *w, oq_str key)
{
    for (const char *const *name = w->dropped; w->depth == 1 && name && *name; name++)
        if (oq_str_eq(key, oq_cstr(*name)))
            return true;
    return false;
}

/* Members by what their names end with: "operator", "shift_operator", "operator_id". */
static hiding hiding_of(oq_str key)
{
    static const char *const people[] = {"operator",    "operators", "operator_id", "operator_name",
                                         "user",        "user_id",   "username",    "user_name",
                                         "person",      "by",        "made_by",     "assignee",
                                         "assigned_to", "employee",  "employee_id", "technician",
                                         "inspector",   "supervisor"};
    static const char *const secrets[] = {"password", "secret",    "token",       "email",
                                          "phone",    "mobile",    "national_id", "iqama",
                                          "badge",    "ip_address"};
    for (size_t i = 0; i < OQ_COUNT(people); i++) {
        oq_str name = oq_cstr(people[i]);
        if (key.len >= name.len &&
            oq_str_eq_ascii_nocase(oq_str_sub(key, key.len - name.len, name.len), name) &&
            (key.len == name.len || key.ptr[key.len - name.len - 1] == '_'))
            return AS_INITIALS;
    }
    for (size_t i = 0; i < OQ_COUNT(secrets); i++) {
        oq_str name = oq_cstr(secrets[i]);
        if (key.len >= name.len &&
            oq_str_eq_ascii_nocase(oq_str_sub(key, key.len - name.len, name.len), name))
            return HIDDEN;
    }
    return SHOWN;
}

/* Whether a value is written as it is; else it was dealt with. */
static bool is_shown(writing *w, oq_str text)
{
    hiding how = w->next;
    w->next = SHOWN;
    if (w->hidden || how == DROPPED)
        return false;
    if (how != SHOWN)
        oq_json_text(w->out, how == AS_INITIALS && oq_str_given(text)
                                 ? incident_initials(w->arena, text)
                                 : OQ_STR("***"));
    return how == SHOWN;
}

static int on_null(void *self)
{
    writing *w = self;
    if (!w->hidden && w->next != DROPPED)
        oq_json_null(w->out);
    w->next = SHOWN;
    return 1;
}

static int on_boolean(void *self, int value)
{
    writing *w = self;
    if (is_shown(w, OQ_NONE))
        oq_json_bool(w->out, value);
    return 1;
}

static int on_number(void *self, const char *text, size_t len)
{
    writing *w = self;
    if (is_shown(w, OQ_NONE))
        oq_json_raw(w->out, oq_strn(text, len));
    return 1;
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    writing *w = self;
    oq_str value = oq_strn((const char *)text, len);
    if (is_shown(w, value))
        oq_json_text(w->out, value);
    return 1;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    writing *w = self;
    if (w->hidden)
        return 1;
    oq_str key = oq_strn((const char *)text, len);
    if (is_dropped(w, key)) {
        w->next = DROPPED;
        return 1;
    }
    oq_json_key(w->out, key);
    w->next = hiding_of(key);
    return 1;
}

/* A list of operators is hidden as a whole, as an object is. */
static int open_bracket(writing *w, bool is_object)
{
    if (++w->depth > DEPTH_MAX)
        return 0;
    if (w->hidden) {
        w->hidden++;
    } else if (!is_shown(w, OQ_NONE)) {
        w->hidden = 1;
    } else if (is_object) {
        oq_json_object(w->out);
    } else {
        oq_json_array(w->out);
    }
    return 1;
}

static int close_bracket(writing *w, bool is_object)
{
    w->depth--;
    if (w->hidden)
        w->hidden--;
    else if (is_object)
        oq_json_object_end(w->out);
    else
        oq_json_array_end(w->out);
    return 1;
}

static int on_map(void *self)
{
    return open_bracket(self, true);
}

static int on_map_end(void *self)
{
    return close_bracket(self, true);
}

static int on_array(void *self)
{
    return open_bracket(self, false);
}

static int on_array_end(void *self)
{
    return close_bracket(self, false);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

static oq_str write_anew(oq_arena *arena, oq_str json, const char *const *dropped)
{
    if (!json.len)
        return json;
    OQ_AUTO(oq_buf) buf = oq_buf_make(BYTES_MAX);
    oq_json out = oq_json_to(&buf);
    writing w = {.arena = arena, .out = &out, .dropped = dropped};
    yajl_handle parser = yajl_alloc(&callbacks, NULL, &w);
    if (!parser)
        abort();
    yajl_status status = yajl_parse(parser, (const unsigned char *)json.ptr, json.len);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(parser);
    yajl_free(parser);
    if (status != yajl_status_ok || buf.overflow)
        return OQ_STR("{}");
    return oq_str_copy(arena, oq_buf_view(&buf));
}

oq_str incident_mask_payload(oq_arena *arena, oq_str json)
{
    return write_anew(arena, json, NULL);
}

oq_str incident_mask_summary(oq_arena *arena, oq_str json)
{
    static const char *const dropped[] = {"contributing_factors", NULL};
    return write_anew(arena, json, dropped);
}

oq_str incident_mask_impact(oq_arena *arena, oq_str json)
{
    static const char *const dropped[] = {"cost_minor", "currency", NULL};
    return write_anew(arena, json, dropped);
}

void incident_mask_said(oq_arena *arena, const incident_view *view, const incident_said *said)
{
    if (view->extent != INCIDENT_SUMMARY)
        return;
    *said->event_story = *said->root_cause_score = *said->recommended_actions = OQ_NONE;
    *said->financial_impact_estimate = OQ_NONE;
    *said->impact_estimate = incident_mask_impact(arena, *said->impact_estimate);
    *said->rca_summary = incident_mask_summary(arena, *said->rca_summary);
}
