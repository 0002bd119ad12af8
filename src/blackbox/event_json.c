#include "blackbox/event_json.h"

#include "base/secret.h"
#include "quant/json_items.h"

#include "base/banned.h"

typedef enum member {
    EVENTS = JSON_ITEMS_LIST,
    SOURCE_SYSTEM,
    SOURCE_ID,
    SOURCE_TYPE,
    EVENT_TIME,
    TIME,
    SEVERITY,
    EVENT_CATEGORY,
    CATEGORY,
    SUMMARY,
    ASSET,
    ASSET_ID,
    SITE,
    SITE_ID,
    UNIT,
    UNIT_ID,
    SHIFT,
    LINE_ID,
    BATCH_ID,
    LOT_ID,
    TRACE_ID,
    TAGS,
    PAYLOAD,
    MEMBERS
} member;

static const char *const member_name[MEMBERS] = {
    [EVENTS] = "events",
    [SOURCE_SYSTEM] = "source_system",
    [SOURCE_ID] = "source_id",
    [SOURCE_TYPE] = "source_type",
    [EVENT_TIME] = "event_time",
    [TIME] = "time",
    [SEVERITY] = "severity",
    [EVENT_CATEGORY] = "event_category",
    [CATEGORY] = "category",
    [SUMMARY] = "summary",
    [ASSET] = "asset",
    [ASSET_ID] = "asset_id",
    [SITE] = "site",
    [SITE_ID] = "site_id",
    [UNIT] = "unit",
    [UNIT_ID] = "unit_id",
    [SHIFT] = "shift",
    [LINE_ID] = "line_id",
    [BATCH_ID] = "batch_id",
    [LOT_ID] = "lot_id",
    [TRACE_ID] = "trace_id",
    [TAGS] = "tags",
    [PAYLOAD] = "payload",
};

/* Bytes of its text. */
static size_t max_of(member m)
{
    switch (m) {
    case SOURCE_SYSTEM:
        return EVENT_SYSTEM_MAX;
    case SOURCE_ID:
        return EVENT_SOURCE_ID_MAX;
    case SUMMARY:
        return EVENT_SUMMARY_MAX;
    case TAGS:
        return EVENT_TAG_MAX;
    default:
        return EVENT_WORD_MAX;
    }
}

typedef struct reading {
    oq_arena *arena;
    const char *payload; /* where it begins, while it is passed over */
    bool is_kind;        /* the payload's member "kind" comes */
    member member;
    event_item item;
    event_item *at;
    size_t count, room, line; /* line: 0, of JSON as a whole */
    size_t flaws;
    oq_err *flaw; /* the last one that was made */
} reading;

/* --- flaws --------------------------------------------------------------------------------------*/

/* The first one of an item counts. Of a body full of them the first are told, and the others known
 * to be wrong. */
#define SPOIL(r, code, ...)                                                                        \
    do {                                                                                           \
        if (!(r)->item.flaw && (r)->flaws++ < EVENT_ERRORS_MAX)                                    \
            (r)->item.flaw = (r)->flaw = oq_fail(OQ_INVALID, code, ##__VA_ARGS__);                 \
        if (!(r)->item.flaw)                                                                       \
            (r)->item.flaw = (r)->flaw;                                                            \
    } while (0)

/* --- items --------------------------------------------------------------------------------------*/

static void begin_item(void *self)
{
    reading *r = self;
    r->item = (event_item){.place = r->line ? r->line : r->count,
                           .order = {.source_type = EVENT_SYSTEM_LOG,
                                     .severity = SEVERITY_INFO,
                                     .event_time = OQ_TIME_NONE}};
}

static oq_err *keep(reading *r)
{
    if (r->count == EVENTS_ADD_MAX)
        return oq_fail(OQ_TOO_LARGE, "event.too_many", "max=%d", EVENTS_ADD_MAX);
    if (r->count == r->room) {
        event_item *bigger = oq_new_n(r->arena, event_item, r->room ? r->room * 2 : 16);
        if (r->count)
            memcpy(bigger, r->at, r->count * sizeof *bigger);
        r->room = r->room ? r->room * 2 : 16;
        r->at = bigger;
    }
    r->at[r->count++] = r->item;
    return NULL;
}

static int category_of(int type)
{
    switch (type) {
    case EVENT_TAG_READING:
        return CATEGORY_SENSOR;
    case EVENT_ALERT:
    case EVENT_ALARM:
        return CATEGORY_ALERT;
    case EVENT_WORK_ORDER:
        return CATEGORY_MAINTENANCE;
    case EVENT_OPERATOR_ACTION:
        return CATEGORY_OPERATOR_ACTION;
    default:
        return CATEGORY_SYSTEM;
    }
}

/* What an event without an id is told apart by: all that it says. */
static oq_str digest_of(oq_arena *arena, const event_item *it)
{
    enum { SHOWN = 16 };
    const event_order *o = &it->order;
    const oq_str part[] = {o->summary, o->payload, it->asset, it->site, it->unit};
    OQ_AUTO(oq_buf) buf = oq_buf_make(EVENT_PAYLOAD_MAX + 4 * 1024);
    oq_buf_i64(&buf, o->severity * 100 + o->category);
    for (size_t i = 0; i < OQ_COUNT(part); i++) {
        oq_buf_char(&buf, '\0');
        oq_buf_str(&buf, part[i]);
    }
    uint8_t digest[OQ_DIGEST];
    oq_digest(oq_buf_view(&buf), digest);
    return oq_strf(arena, "digest:%.*s", OQ_FMT(oq_hex(arena, digest, SHOWN)));
}

static oq_err *end_item(void *self)
{
    reading *r = self;
    event_order *o = &r->item.order;
    if (!o->summary.len)
        SPOIL(r, "event.summary_missing");
    if (!oq_str_given(o->source_system))
        o->source_system = OQ_STR("API");
    if (oq_str_starts(o->source_system, OQ_STR("OPTRIA_")))
        SPOIL(r, "event.system_reserved", "found=%.*s", OQ_FMT(o->source_system));
    if (!o->category)
        o->category = category_of(o->source_type);
    r->item.is_digest = !o->source_id.len;
    if (!o->source_id.len && !r->item.flaw)
        o->source_id = digest_of(r->arena, &r->item);
    return keep(r);
}

static void spoil_item(void *self, json_item_flaw flaw, int m, oq_str name)
{
    reading *r = self;
    if (flaw == JSON_ITEM_NOT_OBJECT)
        SPOIL(r, "event.item_not_object");
    else if (flaw == JSON_ITEM_MEMBER_TWICE)
        SPOIL(r, "event.member_twice", "name=%s", member_name[m]);
    else
        SPOIL(r, "event.member_unknown", "name=%.*s", OQ_FMT(oq_str_sub(name, 0, 100)));
}

/* --- values -------------------------------------------------------------------------------------*/

/* No control characters: ids, codes and tags stand in one line. */
static bool is_plain(oq_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 127)
            return false;
    return oq_utf8_valid(text);
}

static oq_str take_text(reading *r, oq_str text)
{
    text = oq_str_trim(text);
    if (text.len > max_of(r->member))
        SPOIL(r, "event.member_too_long", "name=%s max=%zu", member_name[r->member],
              max_of(r->member));
    else if (!is_plain(text))
        SPOIL(r, "event.member_bad_text", "name=%s", member_name[r->member]);
    else
        return oq_str_copy(r->arena, text);
    return OQ_NONE;
}

static void spoil_choice(reading *r, member m, oq_str text)
{
    text = oq_str_sub(text, 0, 100);
    if (m == SEVERITY)
        SPOIL(r, "event.severity_unknown", "found=%.*s", OQ_FMT(text));
    else if (m == SOURCE_TYPE)
        SPOIL(r, "event.type_unknown", "found=%.*s", OQ_FMT(text));
    else
        SPOIL(r, "event.category_unknown", "found=%.*s", OQ_FMT(text));
}

static void take_choice(reading *r, const oq_choice *choices, oq_str text, int *ret_value)
{
    for (const oq_choice *c = choices; c->text; c++)
        if (oq_str_eq_ascii_nocase(text, oq_cstr(c->text))) {
            *ret_value = c->value;
            return;
        }
    spoil_choice(r, r->member, text);
}

static void take_severity(reading *r, oq_str text)
{
    /* What others call it. */
    static const oq_choice also[] = {
        {SEVERITY_MAJOR, "HIGH"}, {SEVERITY_MINOR, "MEDIUM"}, {SEVERITY_WARNING, "LOW"}, {0, NULL}};
    for (const oq_choice *c = also; c->text; c++)
        if (oq_str_eq_ascii_nocase(text, oq_cstr(c->text))) {
            r->item.order.severity = c->value;
            return;
        }
    take_choice(r, event_severity_choices, text, &r->item.order.severity);
}

static void take_time(reading *r, oq_str text, bool is_number)
{
    int64_t ms;
    oq_us at = OQ_TIME_NONE;
    bool ok = is_number ? oq_parse_i64(text, &ms) && !__builtin_mul_overflow(ms, OQ_MS, &at)
                        : oq_time_parse(text, &at);
    if (!ok || at < EVENT_TIME_MIN || at > EVENT_TIME_MAX)
        SPOIL(r, "event.time_malformed", "found=%.*s", OQ_FMT(oq_str_sub(text, 0, 100)));
    else
        r->item.order.event_time = at;
}

static void take_trace(reading *r, oq_str text)
{
    if (!oq_uuid_parse(text, &r->item.order.trace_id))
        SPOIL(r, "event.member_type", "name=%s wanted=%s", "trace_id", "uuid");
}

static void take_tag(reading *r, oq_str text)
{
    oq_strs *tags = &r->item.order.tags;
    oq_str tag = take_text(r, text);
    if (!tag.len)
        return;
    if (tags->count == EVENT_TAGS_MAX) {
        SPOIL(r, "event.too_many_tags", "max=%d", EVENT_TAGS_MAX);
        return;
    }
    if (!tags->at)
        tags->at = oq_new_n(r->arena, oq_str, EVENT_TAGS_MAX);
    tags->at[tags->count++] = tag;
}

static void take_member(reading *r, oq_str text, bool is_number)
{
    event_item *it = &r->item;
    switch (r->member) {
    case SOURCE_SYSTEM:
        it->order.source_system = take_text(r, text);
        break;
    case SOURCE_ID:
        it->order.source_id = take_text(r, text);
        break;
    case SOURCE_TYPE:
        take_choice(r, event_type_choices, text, &it->order.source_type);
        break;
    case EVENT_TIME:
    case TIME:
        take_time(r, text, is_number);
        break;
    case SEVERITY:
        take_severity(r, text);
        break;
    case EVENT_CATEGORY:
    case CATEGORY:
        take_choice(r, event_category_choices, text, &it->order.category);
        break;
    case SUMMARY:
        it->order.summary = take_text(r, text);
        break;
    case ASSET:
    case ASSET_ID:
        it->asset = take_text(r, text);
        break;
    case SITE:
    case SITE_ID:
        it->site = take_text(r, text);
        break;
    case UNIT:
    case UNIT_ID:
        it->unit = take_text(r, text);
        break;
    case SHIFT:
        it->shift = take_text(r, text);
        break;
    case LINE_ID:
        it->order.line_id = take_text(r, text);
        break;
    case BATCH_ID:
        it->order.batch_id = take_text(r, text);
        break;
    case LOT_ID:
        it->order.lot_id = take_text(r, text);
        break;
    case TRACE_ID:
        take_trace(r, text);
        break;
    default:
        SPOIL(r, "event.member_type", "name=%s wanted=%s", member_name[r->member],
              r->member == TAGS ? "list" : "object");
    }
}

/* Numbers may stand where an id or a name belongs: plants number things. */
static bool takes_numbers(member m)
{
    return m == SOURCE_ID || m == EVENT_TIME || m == TIME || m == ASSET || m == SITE || m == UNIT ||
           m == SHIFT || m == LINE_ID || m == BATCH_ID || m == LOT_ID;
}

/* Inside a payload: what the database would not take of it spoils this event alone. */
static void look_inside(void *self, json_scalar what, oq_str text, bool is_direct)
{
    reading *r = self;
    double number;
    if (!r->payload)
        return;
    if (what == JSON_IS_NUMBER && (text.len > 100 || !oq_parse_f64(text, &number)))
        SPOIL(r, "event.payload_number", "found=%.*s", OQ_FMT(oq_str_sub(text, 0, 40)));
    if ((what == JSON_IS_TEXT || what == JSON_IS_KEY) && memchr(text.ptr, 0, text.len))
        SPOIL(r, "event.payload_text");
    if (r->is_kind && what == JSON_IS_TEXT && is_direct)
        r->item.order.kind = oq_str_copy(r->arena, text);
    r->is_kind = what == JSON_IS_KEY && is_direct && oq_str_eq(text, OQ_STR("kind"));
}

static void take_scalar(void *self, int m, json_scalar what, oq_str text, bool is_listed)
{
    reading *r = self;
    r->member = m;
    if (what == JSON_IS_NULL)
        return;
    if (is_listed && what == JSON_IS_TEXT)
        take_tag(r, text);
    else if (is_listed || what == JSON_IS_TRUTH || (what == JSON_IS_NUMBER && !takes_numbers(m)))
        SPOIL(r, "event.member_type", "name=%s wanted=%s", member_name[m], "text");
    else
        take_member(r, text, what == JSON_IS_NUMBER);
}

static bool is_list(void *self, int m)
{
    return m == TAGS;
}

/* --- payloads -----------------------------------------------------------------------------------*/

/* A list or object that is no part of an event's form; a payload is kept as it is. */
static void begin_passing(void *self, int m, bool is_object, const char *at)
{
    reading *r = self;
    if (m == PAYLOAD && is_object)
        r->payload = at;
    else
        SPOIL(r, "event.member_type", "name=%s wanted=%s", member_name[m],
              m == PAYLOAD ? "object" : "text");
}

/* PostgreSQL takes no half of a pair of surrogates, which are legal JSON. */
static bool has_whole_escapes(oq_str json)
{
    for (size_t i = 0; i + 1 < json.len; i++) {
        if (json.ptr[i] != '\\')
            continue;
        if (json.ptr[++i] != 'u')
            continue;
        const char *hex = json.ptr + i + 1;
        bool is_high = (hex[0] == 'd' || hex[0] == 'D') && strchr("89abAB", hex[1]);
        bool is_low = (hex[0] == 'd' || hex[0] == 'D') && strchr("cdefCDEF", hex[1]);
        bool is_pair = is_high && i + 10 < json.len && hex[4] == '\\' && hex[5] == 'u' &&
                       (hex[6] == 'd' || hex[6] == 'D') && strchr("cdefCDEF", hex[7]);
        if (is_low || (is_high && !is_pair))
            return false;
        i += is_pair ? 10 : 4;
    }
    return true;
}

static void end_passing(void *self, const char *at)
{
    reading *r = self;
    if (!r->payload)
        return;
    oq_str json = oq_strn(r->payload, (size_t)(at - r->payload));
    r->payload = NULL;
    r->is_kind = false;
    if (json.len > EVENT_PAYLOAD_MAX)
        SPOIL(r, "event.payload_too_large", "max=%d", EVENT_PAYLOAD_MAX);
    else if (!has_whole_escapes(json))
        SPOIL(r, "event.payload_text");
    else
        r->item.order.payload = json; /* the body lives as long as the request */
}

/* --- reading ------------------------------------------------------------------------------------*/

static const json_items_form form = {
    .member = member_name,
    .members = MEMBERS,
    .depth_max = EVENT_DEPTH_MAX,
    .shape_code = "event.json_shape",
    .begin = begin_item,
    .end = end_item,
    .spoil = spoil_item,
    .scalar = take_scalar,
    .lists = is_list,
    .passes = begin_passing,
    .inner = look_inside,
    .passed = end_passing,
};

/* A line that cannot be read is one refused event. */
static oq_err *read_lines(reading *r, oq_str text)
{
    oq_str line;
    for (r->line = 1; oq_str_cut(&text, '\n', &line); r->line++) {
        if (!oq_str_trim(line).len)
            continue;
        size_t before = r->count;
        oq_err *err = json_items_read(&form, r, line, r->line);
        if (!err)
            continue;
        if (oq_err_is(err, "event.too_many"))
            return err;
        r->payload = NULL;
        r->count = before;
        r->item = (event_item){.place = r->line, .flaw = err};
        OQ_TRY(keep(r));
    }
    return NULL;
}

/* An object that ends with its first line, and more behind it. */
static bool looks_like_lines(oq_str text)
{
    text = oq_str_trim(text);
    size_t end = oq_str_find_char(text, '\n');
    return text.len && text.ptr[0] == '{' && end != SIZE_MAX &&
           oq_str_ends(oq_str_trim(oq_str_sub(text, 0, end)), OQ_STR("}"));
}

oq_err *event_items_read(oq_arena *arena, oq_str text, bool is_lines, event_items *ret_items)
{
    reading r = {.arena = arena};
    is_lines |= looks_like_lines(text);
    OQ_TRY(is_lines ? read_lines(&r, text) : json_items_read(&form, &r, text, 1));
    *ret_items = (event_items){r.at, r.count, is_lines};
    return NULL;
}
