#include "blackbox/event_json.h"

#include <yajl/yajl_parse.h>

#include "base/secret.h"

#include "base/banned.h"

typedef enum member {
    NO_MEMBER = 0,
    EVENTS, /* of the outermost object */
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

static const struct {
    const char *name;
    size_t max; /* bytes of a text */
} members[MEMBERS] = {
    [EVENTS] = {"events", 0},
    [SOURCE_SYSTEM] = {"source_system", EVENT_SYSTEM_MAX},
    [SOURCE_ID] = {"source_id", EVENT_SOURCE_ID_MAX},
    [SOURCE_TYPE] = {"source_type", EVENT_WORD_MAX},
    [EVENT_TIME] = {"event_time", EVENT_WORD_MAX},
    [TIME] = {"time", EVENT_WORD_MAX},
    [SEVERITY] = {"severity", EVENT_WORD_MAX},
    [EVENT_CATEGORY] = {"event_category", EVENT_WORD_MAX},
    [CATEGORY] = {"category", EVENT_WORD_MAX},
    [SUMMARY] = {"summary", EVENT_SUMMARY_MAX},
    [ASSET] = {"asset", EVENT_WORD_MAX},
    [ASSET_ID] = {"asset_id", EVENT_WORD_MAX},
    [SITE] = {"site", EVENT_WORD_MAX},
    [SITE_ID] = {"site_id", EVENT_WORD_MAX},
    [UNIT] = {"unit", EVENT_WORD_MAX},
    [UNIT_ID] = {"unit_id", EVENT_WORD_MAX},
    [SHIFT] = {"shift", EVENT_WORD_MAX},
    [LINE_ID] = {"line_id", EVENT_WORD_MAX},
    [BATCH_ID] = {"batch_id", EVENT_WORD_MAX},
    [LOT_ID] = {"lot_id", EVENT_WORD_MAX},
    [TRACE_ID] = {"trace_id", EVENT_WORD_MAX},
    [TAGS] = {"tags", EVENT_TAG_MAX},
    [PAYLOAD] = {"payload", 0},
};

typedef enum place {
    AT_TOP,  /* before the first bracket, and behind the last */
    IN_LIST, /* between items */
    IN_ITEM, /* between members */
    IN_TAGS
} place;

typedef struct reading {
    oq_arena *arena;
    yajl_handle parser;
    oq_str text; /* that is being parsed */
    oq_err *err; /* ends the reading */
    place place;
    size_t depth;        /* brackets open */
    size_t skip_depth;   /* > 0: inside a value that is passed over, opened at this depth */
    const char *payload; /* where it begins, while it is passed over */
    bool is_kind;        /* the payload's member "kind" comes */
    bool is_top_item;    /* the item is the outermost object */
    bool has_list, is_done;
    member member;
    uint32_t seen; /* members of the item */
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

static int stop(reading *r, oq_err *err)
{
    r->err = err;
    return 0;
}

static int bad_shape(reading *r)
{
    return stop(r, oq_fail(OQ_MALFORMED, "event.json_shape"));
}

/* --- items --------------------------------------------------------------------------------------*/

static void begin_item(reading *r, bool is_top)
{
    r->item = (event_item){.place = r->line ? r->line : r->count,
                           .order = {.source_type = EVENT_SYSTEM_LOG,
                                     .severity = SEVERITY_INFO,
                                     .event_time = OQ_TIME_NONE}};
    r->seen = 0;
    r->place = IN_ITEM;
    r->is_top_item = is_top;
}

static int keep(reading *r)
{
    if (r->count == EVENTS_ADD_MAX)
        return stop(r, oq_fail(OQ_TOO_LARGE, "event.too_many", "max=%d", EVENTS_ADD_MAX));
    if (r->count == r->room) {
        event_item *bigger = oq_new_n(r->arena, event_item, r->room ? r->room * 2 : 16);
        if (r->count)
            memcpy(bigger, r->at, r->count * sizeof *bigger);
        r->room = r->room ? r->room * 2 : 16;
        r->at = bigger;
    }
    r->at[r->count++] = r->item;
    return 1;
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

static int end_item(reading *r)
{
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

/* An element of the list that is no object. */
static int refuse_element(reading *r)
{
    begin_item(r, false);
    r->place = IN_LIST;
    SPOIL(r, "event.item_not_object");
    return keep(r);
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
    if (text.len > members[r->member].max)
        SPOIL(r, "event.member_too_long", "name=%s max=%zu", members[r->member].name,
              members[r->member].max);
    else if (!is_plain(text))
        SPOIL(r, "event.member_bad_text", "name=%s", members[r->member].name);
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
        SPOIL(r, "event.member_type", "name=%s wanted=%s", members[r->member].name,
              r->member == TAGS ? "list" : "object");
    }
}

typedef enum scalar { A_NULL, A_TRUTH, A_NUMBER, A_TEXT } scalar;

/* Numbers may stand where an id or a name belongs: plants number things. */
static bool takes_numbers(member m)
{
    return m == SOURCE_ID || m == EVENT_TIME || m == TIME || m == ASSET || m == SITE || m == UNIT ||
           m == SHIFT || m == LINE_ID || m == BATCH_ID || m == LOT_ID;
}

/* Inside a payload: what the database would not take of it spoils this event alone. */
static int pass_scalar(reading *r, scalar what, oq_str text)
{
    double number;
    if (!r->payload)
        return 1;
    if (what == A_NUMBER && (text.len > 100 || !oq_parse_f64(text, &number)))
        SPOIL(r, "event.payload_number", "found=%.*s", OQ_FMT(oq_str_sub(text, 0, 40)));
    if (what == A_TEXT && memchr(text.ptr, 0, text.len))
        SPOIL(r, "event.payload_text");
    if (r->is_kind && what == A_TEXT && r->depth == r->skip_depth)
        r->item.order.kind = oq_str_copy(r->arena, text);
    r->is_kind = false;
    return 1;
}

static int take_scalar(reading *r, scalar what, oq_str text)
{
    if (r->skip_depth)
        return pass_scalar(r, what, text);
    if (r->place == AT_TOP)
        return bad_shape(r);
    if (r->place == IN_LIST)
        return refuse_element(r);
    if (r->member == EVENTS)
        return bad_shape(r);
    if (what == A_NULL || r->member == NO_MEMBER)
        return 1;
    if (r->place == IN_TAGS && what == A_TEXT)
        take_tag(r, text);
    else if (r->place == IN_TAGS || what == A_TRUTH ||
             (what == A_NUMBER && !takes_numbers(r->member)))
        SPOIL(r, "event.member_type", "name=%s wanted=%s", members[r->member].name, "text");
    else
        take_member(r, text, what == A_NUMBER);
    return 1;
}

/* --- what yajl calls ----------------------------------------------------------------------------*/

static int on_null(void *self)
{
    return take_scalar(self, A_NULL, OQ_NONE);
}

static int on_boolean(void *self, int is_true)
{
    return take_scalar(self, A_TRUTH, OQ_NONE);
}

static int on_number(void *self, const char *text, size_t len)
{
    return take_scalar(self, A_NUMBER, oq_strn(text, len));
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    return take_scalar(self, A_TEXT, oq_strn((const char *)text, len));
}

static int open_bracket(reading *r)
{
    if (++r->depth > EVENT_DEPTH_MAX)
        return stop(r, oq_fail(OQ_MALFORMED, "json.too_deep", "max=%d", EVENT_DEPTH_MAX));
    return 1;
}

/* A list or object that is no part of an event's form: passed over; a payload is kept as it is. */
static void pass_over(reading *r, bool is_object)
{
    r->skip_depth = r->depth;
    r->payload = NULL;
    if (r->member == PAYLOAD && is_object)
        r->payload = r->text.ptr + yajl_get_bytes_consumed(r->parser) - 1;
    else if (r->member != NO_MEMBER)
        SPOIL(r, "event.member_type", "name=%s wanted=%s", members[r->member].name,
              r->member == PAYLOAD ? "object" : "text");
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

static void end_passing(reading *r)
{
    r->skip_depth = 0;
    if (!r->payload)
        return;
    size_t end = yajl_get_bytes_consumed(r->parser);
    oq_str json = oq_strn(r->payload, (size_t)(r->text.ptr + end - r->payload));
    r->payload = NULL;
    if (json.len > EVENT_PAYLOAD_MAX)
        SPOIL(r, "event.payload_too_large", "max=%d", EVENT_PAYLOAD_MAX);
    else if (!has_whole_escapes(json))
        SPOIL(r, "event.payload_text");
    else
        r->item.order.payload = json; /* the body lives as long as the request */
}

static int on_map_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == AT_TOP && r->is_done)
        return bad_shape(r);
    if (r->place == AT_TOP || r->place == IN_LIST)
        begin_item(r, r->place == AT_TOP);
    else if (r->member == EVENTS)
        return bad_shape(r);
    else
        pass_over(r, true);
    return 1;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    reading *r = self;
    oq_str name = oq_strn((const char *)text, len);
    if (r->skip_depth) {
        r->is_kind = r->payload && r->depth == r->skip_depth && oq_str_eq(name, OQ_STR("kind"));
        if (r->payload && memchr(text, 0, len))
            SPOIL(r, "event.payload_text");
        return 1;
    }
    member m = r->is_top_item ? EVENTS : SOURCE_SYSTEM;
    while (m < MEMBERS && !oq_str_eq(name, oq_cstr(members[m].name)))
        m++;
    r->member = m < MEMBERS ? m : NO_MEMBER;
    if (m == MEMBERS)
        SPOIL(r, "event.member_unknown", "name=%.*s", OQ_FMT(oq_str_sub(name, 0, 100)));
    else if (r->seen & 1u << m)
        SPOIL(r, "event.member_twice", "name=%s", members[m].name);
    r->seen |= m < MEMBERS ? 1u << m : 0;
    return 1;
}

static int on_map_end(void *self)
{
    reading *r = self;
    r->depth--;
    if (r->skip_depth) {
        if (r->skip_depth > r->depth)
            end_passing(r);
        return 1;
    }
    r->place = r->is_top_item ? AT_TOP : IN_LIST;
    r->is_done |= r->is_top_item;
    if (!r->is_top_item || !r->has_list)
        return end_item(r);
    return r->seen == 1u << EVENTS && !r->item.flaw ? 1 : bad_shape(r);
}

static int on_array_begin(void *self)
{
    reading *r = self;
    if (!open_bracket(r))
        return 0;
    if (r->skip_depth)
        return 1;
    if (r->place == IN_ITEM && r->member == TAGS) {
        r->place = IN_TAGS;
    } else if (r->place == AT_TOP && !r->is_done) {
        r->place = IN_LIST;
    } else if (r->place == IN_ITEM && r->member == EVENTS) {
        if (r->seen != 1u << EVENTS || r->has_list)
            return bad_shape(r);
        r->has_list = true;
        r->place = IN_LIST;
        r->is_top_item = false;
    } else if (r->place == IN_LIST) {
        r->skip_depth = r->depth;
        r->payload = NULL;
        return refuse_element(r);
    } else if (r->place == AT_TOP) {
        return bad_shape(r);
    } else {
        pass_over(r, false);
    }
    return 1;
}

static int on_array_end(void *self)
{
    reading *r = self;
    r->depth--;
    if (r->skip_depth) {
        if (r->skip_depth > r->depth)
            end_passing(r);
    } else if (r->place == IN_TAGS) {
        r->place = IN_ITEM;
    } else if (r->has_list) {
        begin_item(r, true); /* back in the outermost object */
        r->seen = 1u << EVENTS;
    } else {
        r->place = AT_TOP;
        r->is_done = true;
    }
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map_begin,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array_begin,
    .yajl_end_array = on_array_end,
};

/* --- reading ------------------------------------------------------------------------------------*/

static oq_err *malformed(const reading *r, size_t at)
{
    size_t line = r->line ? r->line : 1, byte = 1;
    for (size_t i = 0; i < at && i < r->text.len; i++) {
        line += r->text.ptr[i] == '\n';
        byte = r->text.ptr[i] == '\n' ? 1 : byte + 1;
    }
    return oq_fail(OQ_MALFORMED, "json.malformed", "line=%zu column=%zu", line, byte);
}

static oq_err *read_json(reading *r, oq_str text)
{
    r->parser = yajl_alloc(&callbacks, NULL, r);
    if (!r->parser)
        abort();
    r->text = text;
    r->place = AT_TOP;
    r->depth = r->skip_depth = 0;
    r->has_list = r->is_done = false;
    yajl_status status = yajl_parse(r->parser, (const unsigned char *)text.ptr, text.len);
    size_t at = yajl_get_bytes_consumed(r->parser);
    if (status == yajl_status_ok) {
        at = text.len;
        status = yajl_complete_parse(r->parser);
    }
    yajl_free(r->parser);
    if (r->err)
        return r->err;
    return status == yajl_status_ok ? NULL : malformed(r, at);
}

/* A line that cannot be read is one refused event. */
static oq_err *read_lines(reading *r, oq_str text)
{
    oq_str line;
    for (r->line = 1; oq_str_cut(&text, '\n', &line); r->line++) {
        if (!oq_str_trim(line).len)
            continue;
        size_t before = r->count;
        oq_err *err = read_json(r, line);
        if (!err)
            continue;
        if (oq_err_is(err, "event.too_many"))
            return err;
        r->err = NULL;
        r->count = before;
        r->item = (event_item){.place = r->line, .flaw = err};
        if (!keep(r))
            return r->err;
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
    OQ_TRY(is_lines ? read_lines(&r, text) : read_json(&r, text));
    *ret_items = (event_items){r.at, r.count, is_lines};
    return NULL;
}
