#include "web/value.h"

typedef enum value_kind {
    VALUE_NOTHING,
    VALUE_TRUTH,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_OBJECT,
    VALUE_LOOKUP,
} value_kind;

typedef struct member {
    oq_str key;
    web_value *value;
} member;

struct web_value {
    value_kind kind;
    oq_arena *arena; /* of those that grow or make values: lists, objects, lookups */
    union {
        bool truth;
        oq_str text;
        struct {
            web_value **at;
            size_t count, cap;
        } list;
        struct {
            member *at;
            size_t count, cap;
        } object;
        struct {
            web_find *find;
            const void *self;
        } lookup;
    };
};

static web_value *make(oq_arena *arena, value_kind kind)
{
    web_value *value = oq_new(arena, web_value);
    value->kind = kind;
    value->arena = arena;
    return value;
}

web_value *web_object(oq_arena *arena)
{
    return make(arena, VALUE_OBJECT);
}

web_value *web_list(oq_arena *arena)
{
    return make(arena, VALUE_LIST);
}

web_value *web_text(oq_arena *arena, oq_str text)
{
    web_value *value = make(arena, oq_str_given(text) ? VALUE_TEXT : VALUE_NOTHING);
    if (value->kind == VALUE_TEXT)
        value->text = text;
    return value;
}

web_value *web_truth(oq_arena *arena, bool is_true)
{
    web_value *value = make(arena, VALUE_TRUTH);
    value->truth = is_true;
    return value;
}

/* Arrays in an arena grow by copying; the old one stays until the arena ends, at most as large
 * again as the new one. */
static void *grow(oq_arena *arena, const void *from, size_t count, size_t size, size_t *cap)
{
    *cap = *cap ? *cap * 2 : 8;
    void *room = oq_alloc_n(arena, *cap, size);
    if (count)
        memcpy(room, from, count * size);
    return room;
}

/* Views have some dozens of members, most looked up once: a scan beats a table. */
static member *find_member(const web_value *object, oq_str key)
{
    for (size_t i = 0; i < object->object.count; i++)
        if (oq_str_eq(object->object.at[i].key, key))
            return &object->object.at[i];
    return NULL;
}

static void put(web_value *object, oq_str key, web_value *value)
{
    assert(object->kind == VALUE_OBJECT);
    member *there = find_member(object, key);
    if (there) {
        there->value = value;
        return;
    }
    if (object->object.count == object->object.cap)
        object->object.at = grow(object->arena, object->object.at, object->object.count,
                                 sizeof(member), &object->object.cap);
    object->object.at[object->object.count++] = (member){key, value};
}

void web_put(web_value *object, const char *key, web_value *value)
{
    put(object, oq_cstr(key), value);
}

void web_put_text(web_value *object, const char *key, oq_str text)
{
    web_put(object, key, web_text(object->arena, text));
}

void web_put_cstr(web_value *object, const char *key, const char *text)
{
    web_put_text(object, key, oq_cstr(text));
}

void web_put_bool(web_value *object, const char *key, bool is_true)
{
    web_put(object, key, web_truth(object->arena, is_true));
}

void web_put_i64(web_value *object, const char *key, int64_t plain_number)
{
    web_put_text(object, key, oq_strf(object->arena, "%lld", (long long)plain_number));
}

web_value *web_put_object(web_value *object, const char *key)
{
    web_value *inner = web_object(object->arena);
    web_put(object, key, inner);
    return inner;
}

web_value *web_put_list(web_value *object, const char *key)
{
    web_value *list = web_list(object->arena);
    web_put(object, key, list);
    return list;
}

void web_put_lookup(web_value *object, const char *key, web_find *find, const void *self)
{
    web_value *value = make(object->arena, VALUE_LOOKUP);
    value->lookup.find = find;
    value->lookup.self = self;
    web_put(object, key, value);
}

void web_add(web_value *list, web_value *value)
{
    assert(list->kind == VALUE_LIST);
    if (list->list.count == list->list.cap)
        list->list.at = grow(list->arena, list->list.at, list->list.count, sizeof(web_value *),
                             &list->list.cap);
    list->list.at[list->list.count++] = value;
}

web_value *web_add_object(web_value *list)
{
    web_value *object = web_object(list->arena);
    web_add(list, object);
    return object;
}

void web_add_text(web_value *list, oq_str text)
{
    web_add(list, web_text(list->arena, text));
}

/* --- records ---------------------------------------------------------------------------------*/

static web_value *list_of_field(oq_arena *arena, const oq_field *field, const void *member_at)
{
    web_value *list = web_list(arena);
    if (field->type == OQ_TYPE_TEXTS) {
        const oq_strs *texts = member_at;
        for (size_t i = 0; i < texts->count; i++)
            web_add_text(list, texts->at[i]);
    } else {
        const oq_uuids *ids = member_at;
        for (size_t i = 0; i < ids->count; i++)
            web_add_text(list, oq_uuid_text(arena, ids->at[i]));
    }
    return list;
}

void web_put_record(web_value *object, const oq_field *fields, const void *record)
{
    for (const oq_field *f = fields; f->type != OQ_TYPE_END; f++) {
        const char *at = (const char *)record + f->offset;
        if (f->is_hidden)
            continue;
        switch (f->type) {
        case OQ_TYPE_SECRET:
        case OQ_TYPE_BYTES:
            break;
        case OQ_TYPE_BOOL:
            web_put_bool(object, f->name, *(const bool *)at);
            break;
        case OQ_TYPE_TEXTS:
        case OQ_TYPE_UUIDS:
            web_put(object, f->name, list_of_field(object->arena, f, at));
            break;
        case OQ_TYPE_OBJECT:
            web_put_record(web_put_object(object, f->name), f->fields, at);
            break;
        default:
            web_put_text(object, f->name, oq_field_text(object->arena, f, record));
        }
    }
}

/* --- reading ---------------------------------------------------------------------------------*/

bool web_has(const web_value *object, oq_str key, const web_value **ret_value)
{
    const member *there = web_is_object(object) ? find_member(object, key) : NULL;
    if (there)
        *ret_value = there->value;
    return there != NULL;
}

const web_value *web_get(const web_value *object, oq_str key)
{
    const web_value *value = NULL;
    return web_has(object, key, &value) ? value : NULL;
}

size_t web_member_count(const web_value *object)
{
    return web_is_object(object) ? object->object.count : 0;
}

const web_value *web_member_at(const web_value *object, size_t i, oq_str *ret_key)
{
    assert(i < web_member_count(object));
    *ret_key = object->object.at[i].key;
    return object->object.at[i].value;
}

const web_value *web_look_up(const web_value *lookup, oq_str path)
{
    if (!web_is_lookup(lookup))
        return NULL;
    return lookup->lookup.find(lookup->lookup.self, lookup->arena, path);
}

bool web_is_true(const web_value *value)
{
    if (!value)
        return false;
    switch (value->kind) {
    case VALUE_NOTHING:
        return false;
    case VALUE_TRUTH:
        return value->truth;
    case VALUE_TEXT:
        return value->text.len > 0;
    case VALUE_LIST:
        return value->list.count > 0;
    case VALUE_OBJECT:
    case VALUE_LOOKUP:
        return true;
    }
    return false;
}

oq_str web_as_text(const web_value *value)
{
    if (value && value->kind == VALUE_TEXT)
        return value->text;
    if (value && value->kind == VALUE_TRUTH)
        return value->truth ? OQ_STR("true") : OQ_STR("false");
    return OQ_STR("");
}

size_t web_count(const web_value *list)
{
    return web_is_list(list) ? list->list.count : 0;
}

const web_value *web_at(const web_value *list, size_t i)
{
    return i < web_count(list) ? list->list.at[i] : NULL;
}

bool web_is_list(const web_value *value)
{
    return value && value->kind == VALUE_LIST;
}

bool web_is_object(const web_value *value)
{
    return value && value->kind == VALUE_OBJECT;
}

bool web_is_lookup(const web_value *value)
{
    return value && value->kind == VALUE_LOOKUP;
}
