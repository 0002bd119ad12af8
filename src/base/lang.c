#include "base/lang.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/banned.h"

typedef struct text {
    uint64_t hash;
    oq_str key, value;
} text;

/* One language: its texts by key, and the places of an open-addressed table over them (place + 1,
 * 0: free). Never changes once it can be read. */
typedef struct table {
    oq_arena *arena;
    text *text;
    size_t count;
    uint32_t *slot;
    size_t mask;
} table;

static table *loaded[OQ_LANG_COUNT];

static const oq_str codes[OQ_LANG_COUNT] = {
    [OQ_LANG_AR] = OQ_STR_INIT("ar"),
    [OQ_LANG_EN] = OQ_STR_INIT("en"),
};

oq_str oq_lang_code(oq_lang lang)
{
    return codes[lang];
}

bool oq_lang_parse(oq_str code, oq_lang *ret_lang)
{
    for (int i = 0; i < OQ_LANG_COUNT; i++)
        if (oq_str_eq(codes[i], code)) {
            *ret_lang = (oq_lang)i;
            return true;
        }
    return false;
}

/* --- reading -----------------------------------------------------------------------------------*/

typedef json_t *json_ref;
static void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}

static int compare_keys(const void *a, const void *b)
{
    return oq_str_cmp(((const text *)a)->key, ((const text *)b)->key);
}

static void fill_slots(table *t)
{
    size_t size = 16;
    while (size < t->count * 2)
        size *= 2;
    t->slot = oq_new_n(t->arena, uint32_t, size);
    t->mask = size - 1;
    for (size_t i = 0; i < t->count; i++) {
        size_t at = t->text[i].hash & t->mask;
        while (t->slot[at])
            at = (at + 1) & t->mask;
        t->slot[at] = (uint32_t)i + 1;
    }
}

static void table_close(table *t)
{
    if (t)
        oq_arena_close(t->arena);
}

static oq_err *table_open(oq_lang lang, oq_str json, table **ret_table)
{
    json_error_t wrong;
    OQ_AUTO(json_ref)
    root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &wrong);
    const char *code = codes[lang].ptr;
    if (!root)
        return oq_err_detail(oq_fail(OQ_INTERNAL, "lang.malformed", "lang=%s line=%d column=%d",
                                     code, wrong.line, wrong.column),
                             "%s", wrong.text);
    if (!json_is_object(root))
        return oq_fail(OQ_INTERNAL, "lang.malformed", "lang=%s line=%d column=%d", code, 1, 1);

    oq_arena *arena = oq_arena_open(64 * 1024);
    table *t = oq_new(arena, table);
    t->arena = arena;
    t->text = oq_new_n(arena, text, json_object_size(root));
    const char *key;
    json_t *value;
    json_object_foreach (root, key, value) {
        if (!json_is_string(value)) {
            table_close(t);
            return oq_fail(OQ_INTERNAL, "lang.not_text", "lang=%s key=%s", code, key);
        }
        oq_str name = oq_str_copy(arena, oq_cstr(key));
        oq_str sentence = oq_strn(json_string_value(value), json_string_length(value));
        t->text[t->count++] = (text){oq_hash(name), name, oq_str_copy(arena, sentence)};
    }
    qsort(t->text, t->count, sizeof t->text[0], compare_keys);
    fill_slots(t);
    *ret_table = t;
    return NULL;
}

oq_err *oq_lang_load(oq_str ar_json, oq_str en_json)
{
    table *ar, *en;
    OQ_TRY(table_open(OQ_LANG_AR, ar_json, &ar));
    oq_err *err = table_open(OQ_LANG_EN, en_json, &en);
    if (err) {
        table_close(ar);
        return err;
    }
    table_close(loaded[OQ_LANG_AR]);
    table_close(loaded[OQ_LANG_EN]);
    loaded[OQ_LANG_AR] = ar;
    loaded[OQ_LANG_EN] = en;
    return NULL;
}

/* --- texts -------------------------------------------------------------------------------------*/

static const text *find(oq_lang lang, oq_str key)
{
    const table *t = loaded[lang];
    if (!t)
        return NULL;
    uint64_t hash = oq_hash(key);
    for (size_t at = hash & t->mask; t->slot[at]; at = (at + 1) & t->mask) {
        const text *found = &t->text[t->slot[at] - 1];
        if (found->hash == hash && oq_str_eq(found->key, key))
            return found;
    }
    return NULL;
}

oq_str oq_text(oq_lang lang, oq_str key)
{
    const text *found = find(lang, key);
    return found ? found->value : key;
}

bool oq_text_exists(oq_lang lang, oq_str key)
{
    return find(lang, key) != NULL;
}

void oq_lang_each(oq_lang lang, void (*each)(void *self, oq_str key, oq_str text), void *self)
{
    const table *t = loaded[lang];
    for (size_t i = 0; t && i < t->count; i++)
        each(self, t->text[i].key, t->text[i].value);
}

/* --- filling -----------------------------------------------------------------------------------*/

static bool is_name(oq_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (i && ((c >= '0' && c <= '9') || c == '_'))))
            return false;
    }
    return s.len > 0;
}

static const oq_arg *find_arg(const oq_arg *arg, size_t count, oq_str name)
{
    for (size_t i = 0; i < count; i++)
        if (oq_str_eq(oq_cstr(arg[i].name), name))
            return &arg[i];
    return NULL;
}

/* Takes the next piece off the front: a filled placeholder, or the text up to the next '{'. */
static oq_str next_piece(oq_str *rest, const oq_arg *arg, size_t count)
{
    if (rest->ptr[0] == '{') {
        size_t end = oq_str_find_char(*rest, '}');
        oq_str name = end == SIZE_MAX ? OQ_NONE : oq_str_sub(*rest, 1, end - 1);
        const oq_arg *found = is_name(name) ? find_arg(arg, count, name) : NULL;
        if (found) {
            *rest = oq_str_sub(*rest, end + 1, SIZE_MAX);
            return found->value;
        }
    }
    size_t next = oq_str_find_char(oq_str_sub(*rest, 1, SIZE_MAX), '{');
    oq_str piece = oq_str_sub(*rest, 0, next == SIZE_MAX ? SIZE_MAX : next + 1);
    *rest = oq_str_sub(*rest, piece.len, SIZE_MAX);
    return piece;
}

static oq_str fill(oq_arena *arena, oq_str sentence, const oq_arg *arg, size_t count)
{
    size_t len = 0;
    for (oq_str rest = sentence; rest.len;)
        len += next_piece(&rest, arg, count).len;
    char *filled = oq_alloc(arena, len + 1), *to = filled;
    for (oq_str rest = sentence; rest.len;) {
        oq_str piece = next_piece(&rest, arg, count);
        if (piece.len)
            memcpy(to, piece.ptr, piece.len);
        to += piece.len;
    }
    return oq_strn(filled, len);
}

oq_str oq_text_fill(oq_arena *arena, oq_lang lang, oq_str key, const oq_arg *arg, size_t count)
{
    return fill(arena, oq_text(lang, key), arg, count);
}

/* --- counting ----------------------------------------------------------------------------------*/

/* The plural rules of the two languages for whole numbers.
 * Source: Unicode CLDR, supplemental/plurals.xml, type="cardinal", locales "ar" and "en". The test
 * holds them against ICU's. */
static const char *plural_form(oq_lang lang, uint64_t n)
{
    if (lang == OQ_LANG_EN)
        return n == 1 ? "one" : "other";
    uint64_t hundredth = n % 100;
    if (n <= 2)
        return n == 0 ? "zero" : n == 1 ? "one" : "two";
    if (hundredth >= 3 && hundredth <= 10)
        return "few";
    return hundredth >= 11 ? "many" : "other";
}

static oq_str in_groups(oq_arena *arena, int64_t n)
{
    char digits[28], *at = digits + sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int count = 0;
    do {
        if (count && count % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + rest % 10);
        count++;
    } while (rest /= 10);
    if (n < 0)
        *--at = '-';
    return oq_str_copy(arena, oq_strn(at, (size_t)(digits + sizeof digits - at)));
}

oq_str oq_text_count(oq_arena *arena, oq_lang lang, oq_str key, int64_t n)
{
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    const text *found = find(lang, oq_strf(arena, "%.*s.%s", OQ_FMT(key), plural_form(lang, size)));
    if (!found)
        found = find(lang, oq_strf(arena, "%.*s.other", OQ_FMT(key)));
    oq_arg number = {"n", in_groups(arena, n)};
    return fill(arena, found ? found->value : key, &number, 1);
}

/* --- errors ------------------------------------------------------------------------------------*/

/* Facts that are words of the program, and where their names in the language stand. */
static oq_str say_fact(oq_arena *arena, oq_lang lang, oq_arg fact)
{
    static const struct {
        const char *fact, *prefix;
    } said[] = {{"wanted", "type."},
                {"need", "cap."},
                {"need", "role."},
                {"kind", "thing."},
                {"by", "things."},
                {"from", "incident_status."},
                {"to", "incident_status."},
                {"from", "work_order_status."},
                {"to", "work_order_status."},
                {"status", "choice.outbox_status."}};
    for (size_t i = 0; i < OQ_COUNT(said); i++) {
        if (strcmp(fact.name, said[i].fact) != 0)
            continue;
        const text *found =
            find(lang, oq_strf(arena, "%s%.*s", said[i].prefix, OQ_FMT(fact.value)));
        if (found)
            return found->value;
    }
    return fact.value;
}

oq_str oq_err_sentence(oq_arena *arena, oq_lang lang, const oq_err *err)
{
    oq_arg *arg = oq_new_n(arena, oq_arg, err->arg_count);
    for (size_t i = 0; i < err->arg_count; i++)
        arg[i] = (oq_arg){err->arg[i].name, say_fact(arena, lang, err->arg[i])};
    return oq_text_fill(arena, lang, oq_strf(arena, "error.%s", err->code), arg, err->arg_count);
}
