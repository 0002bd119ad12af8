/* What a body may hold that it should not. */
#include <ctype.h>

#include "support/mutate_inner.h"

#include "base/banned.h"

/* --- texts --------------------------------------------------------------------------------------*/

static const oq_str nasty_texts[] = {
    OQ_STR_INIT(""),
    OQ_STR_INIT(" "),
    OQ_STR_INIT("\0"),
    OQ_STR_INIT("a\0b"),
    OQ_STR_INIT("\t\r\n"),
    OQ_STR_INIT("a\r\n" MUTATE_HEADER ": yes"),
    OQ_STR_INIT("\"><wm-tag x='"),
    OQ_STR_INIT("' onload='" MUTATE_TAG ">"),
    OQ_STR_INIT("{{{" MUTATE_TAG "}}}{{>x}}{{#x}}"),
    OQ_STR_INIT("'; DROP TABLE users; --"),
    OQ_STR_INIT("' OR '1'='1"),
    OQ_STR_INIT("%s%s%n%d"),
    OQ_STR_INIT("${7*7}`id`$(id)|id"),
    OQ_STR_INIT("../../../../etc/passwd"),
    OQ_STR_INIT("\\\\x\\"),
    OQ_STR_INIT("=1+1"),
    OQ_STR_INIT("مضخة رقم ٧ في محطة رأس تنورة"),
    OQ_STR_INIT("٠١٢٣٤٥٦٧٨٩"),
    OQ_STR_INIT("\u202e\u2067abc\u2069\u200f"),
    OQ_STR_INIT("\xf0\x9f\x92\xa5\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x94\xa7"),
    OQ_STR_INIT("e\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
    OQ_STR_INIT("\xef\xbb\xbf"),
    OQ_STR_INIT("\xc0\x80"),
    OQ_STR_INIT("\xc0\xaf\xc0\xae"),
    OQ_STR_INIT("\xed\xa0\x80"),
    OQ_STR_INIT("\xf5\x80\x80\x80"),
    OQ_STR_INIT("\xff\xfe"),
    OQ_STR_INIT("\xd9"),
    OQ_STR_INIT("-1"),
    OQ_STR_INIT("0"),
    OQ_STR_INIT("9223372036854775807"),
    OQ_STR_INIT("-9223372036854775808"),
    OQ_STR_INIT("9223372036854775808"),
    OQ_STR_INIT("1e309"),
    OQ_STR_INIT("NaN"),
    OQ_STR_INIT("0x10"),
    OQ_STR_INIT("true"),
    OQ_STR_INIT("null"),
    OQ_STR_INIT("0001-01-01T00:00:00Z"),
    OQ_STR_INIT("9999-12-31T23:59:59.999999Z"),
    OQ_STR_INIT("2026-02-30"),
    OQ_STR_INIT("00000000-0000-0000-0000-000000000000"),
    OQ_STR_INIT("ÉCOLE@ÉCOLE.EXAMPLE"),
    OQ_STR_INIT("a@b@c.example"),
    OQ_STR_INIT("\xc4\xb0stanbul@x.example")};

/* Now and then a long one: of one letter, or of letters of two bytes that a limit may cut. */
static oq_str nasty_text(mutate_maker *m)
{
    if (!one_in(m, 12))
        return PICK(m, nasty_texts);
    static const size_t lengths[] = {63, 64, 121, 255, 256, 300, 1000, 2001, 4097, 65536, 70000};
    size_t len = PICK(m, lengths);
    char *text = oq_alloc(m->arena, len + 1);
    bool is_arabic = one_in(m, 2);
    for (size_t i = 0; i < len; i++)
        text[i] = is_arabic ? "\xd8\xb9"[i % 2] : 'x';
    return oq_strn(text, len);
}

/* --- JSON ---------------------------------------------------------------------------------------*/

static const char *const nasty_json[] = {"null",
                                         "true",
                                         "false",
                                         "0",
                                         "-0",
                                         "-1",
                                         "1.5",
                                         "1e999",
                                         "-1e999",
                                         "1e-999",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775809",
                                         "123456789012345678901234567890",
                                         "[]",
                                         "{}",
                                         "[[]]",
                                         "[null]",
                                         "[1,\"a\",{}]",
                                         "{\"a\":{\"a\":{\"a\":1}}}",
                                         "\"\"",
                                         "\"\\u0000\"",
                                         "\"\\ud800\"",
                                         "\"\\udc00\\ud800\"",
                                         "\"\\x\"",
                                         "\"\\",
                                         "NaN",
                                         "Infinity",
                                         "+1",
                                         "01",
                                         ".5",
                                         "1.",
                                         "'x'",
                                         "undefined",
                                         "//x",
                                         "",
                                         "\"2026-02-30\"",
                                         "\"viewer\"",
                                         "\"platform_owner\"",
                                         "[\"tenant.manage\"]",
                                         "[\"user.read\",\"user.read\"]"};

/* As a JSON text; the quotes are right, what is inside may be any bytes. */
static void put_json_text(mutate_maker *m, oq_str text)
{
    oq_buf_char(&m->body, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            oq_buf_f(&m->body, "\\%c", c);
        else if (c < 0x20 && !one_in(m, 8))
            oq_buf_f(&m->body, "\\u%04x", c);
        else
            oq_buf_char(&m->body, (char)c);
    }
    oq_buf_char(&m->body, '"');
}

static void put_depth(mutate_maker *m)
{
    static const size_t depths[] = {5, 31, 32, 33, 100, 5000, 30000};
    size_t depth = PICK(m, depths);
    bool is_list = one_in(m, 2);
    for (size_t i = 0; i < depth; i++)
        oq_buf_f(&m->body, "%s", is_list ? "[" : "{\"a\":");
    oq_buf_lit(&m->body, "1");
    for (size_t i = 0; i < depth; i++)
        oq_buf_char(&m->body, is_list ? ']' : '}');
}

static void put_nasty_value(mutate_maker *m)
{
    switch (pick(m, 6)) {
    case 0:
    case 1:
        put_json_text(m, nasty_text(m));
        break;
    case 2:
        if (one_in(m, 4))
            put_depth(m);
        else
            oq_buf_lit(&m->body, "{\"id\":1}");
        break;
    default:
        oq_buf_f(&m->body, "%s", PICK(m, nasty_json));
    }
}

/* The member as walls_body wrote it, taken out of the whole. */
static oq_str valid_member(mutate_maker *m, oq_str valid, const oq_field *f)
{
    oq_str key = oq_strf(m->arena, "\"%s\":", f->name);
    size_t at = oq_str_find(valid, key);
    if (at == SIZE_MAX)
        return OQ_STR("null");
    oq_str rest = oq_str_sub(valid, at + key.len, SIZE_MAX);
    const oq_field *after = f + 1;
    size_t end = after->type == OQ_TYPE_END
                     ? rest.len - 1
                     : oq_str_find(rest, oq_strf(m->arena, ",\"%s\":", after->name));
    return oq_str_sub(rest, 0, end);
}

/* Either one field alone is wrong, so that the rest gets far, or any number of them. */
static const oq_field *choose_only(mutate_maker *m, const oq_field *fields)
{
    return fields && fields->type != OQ_TYPE_END && one_in(m, 2)
               ? &fields[pick(m, oq_fields_count(fields))]
               : NULL;
}

static void make_json(mutate_maker *m, oq_str valid)
{
    const oq_field *only = choose_only(m, m->route->body);
    bool is_first = true;
    oq_buf_char(&m->body, '{');
    for (const oq_field *f = m->route->body; f->type != OQ_TYPE_END; f++) {
        if (!only && one_in(m, 12))
            continue; /* left out */
        int times = !only && one_in(m, 20) ? 2 : 1;
        for (int i = 0; i < times; i++) {
            oq_buf_f(&m->body, "%s\"%s\":", is_first ? "" : ",", f->name);
            is_first = false;
            if (only ? f == only : one_in(m, 3))
                put_nasty_value(m);
            else
                oq_buf_str(&m->body, valid_member(m, valid, f));
        }
    }
    static const char *const strangers[] = {"id",         "tenant_id", "__proto__",
                                            "csrf_token", "",          "role"};
    if (!only && one_in(m, 6)) {
        oq_buf_f(&m->body, "%s\"%s\":", is_first ? "" : ",", PICK(m, strangers));
        put_nasty_value(m);
    }
    oq_buf_char(&m->body, '}');
}

/* --- forms --------------------------------------------------------------------------------------*/

static void put_encoded(oq_buf *out, mutate_maker *m, oq_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x80 && (isalnum(c) || one_in(m, 30)) && c > 0x20)
            oq_buf_char(out, (char)c);
        else
            oq_buf_f(out, "%%%02X", c);
    }
}

/* Into the body or behind a '?'. */
void mutate_pairs(oq_buf *out, mutate_maker *m, const oq_field *fields)
{
    static const char *const broken[] = {"&&&",
                                         "=",
                                         "&=a",
                                         "&a",
                                         "%zz=1",
                                         "&a=%",
                                         "&a=%0",
                                         "&%00=1",
                                         "&a[]=1",
                                         "&a.b.c=1",
                                         ";a=b",
                                         "&%C0%AF=%C0%AF",
                                         "&lang=xx",
                                         "&lang=ar",
                                         "&cursor=AAAA",
                                         "&limit=-1",
                                         "&limit=0",
                                         "&limit=99999999999999999999",
                                         "&cursor=%D9%85",
                                         "+"};
    const oq_field *only = choose_only(m, fields);
    for (const oq_field *f = fields; f && f->type != OQ_TYPE_END; f++) {
        if (!only && one_in(m, 4))
            continue;
        oq_buf_f(out, "%s%s=", out->len ? "&" : "", f->name);
        if (only ? f == only : one_in(m, 2))
            put_encoded(out, m, nasty_text(m));
        else
            put_encoded(out, m, walls_sample(m->arena, f, (int)pick(m, 1000)));
        if (!only && one_in(m, 16))
            oq_buf_f(out, "&%s=again", f->name);
    }
    if (!only && one_in(m, 4))
        oq_buf_f(out, "%s", PICK(m, broken));
    if (one_in(m, 60))
        for (size_t i = 0; i < 1100; i++)
            oq_buf_f(out, "&p%zu=%zu", i, i);
}

/* --- bodies -------------------------------------------------------------------------------------*/

static void spoil_bytes(mutate_maker *m)
{
    for (size_t n = 1 + pick(m, 4); n > 0 && m->body.len; n--) {
        size_t at = pick(m, m->body.len);
        switch (pick(m, 3)) {
        case 0:
            m->body.ptr[at] = (char)pick(m, 256);
            break;
        case 1:
            m->body.len = at; /* cut off, and the length says so */
            break;
        default:
            memmove(m->body.ptr + at, m->body.ptr + at + 1, m->body.len - at - 1);
            m->body.len--;
        }
    }
    mutate_note(m, "spoilt bytes");
}

static void fill_body(mutate_maker *m)
{
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 200000};
    size_t size = PICK(m, sizes);
    for (size_t i = 0; i < size; i++)
        oq_buf_char(&m->body, (char)(one_in(m, 2) ? 'a' : pick(m, 256)));
    mutate_note(m, "random body");
}

void mutate_body(mutate_maker *m)
{
    oq_str valid = walls_body(m->arena, m->route, (int)pick(m, 1000));
    m->type = walls_body_type(m->route);
    m->has_body = m->route->method != HTTP_GET || one_in(m, 10);
    if (!m->has_body)
        return;
    switch (pick(m, 12)) {
    case 0:
        fill_body(m);
        break;
    case 1:
        put_depth(m);
        mutate_note(m, "deep JSON");
        break;
    case 2:
        put_nasty_value(m);
        mutate_note(m, "a value for a body");
        break;
    default:
        if (!m->route->body)
            oq_buf_f(&m->body, "%s", one_in(m, 4) ? "{\"a\":1}" : "");
        else if (m->route->is_page)
            mutate_pairs(&m->body, m, m->route->body);
        else
            make_json(m, valid);
    }
    if (one_in(m, 4))
        spoil_bytes(m);
}
