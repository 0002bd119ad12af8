#include "rca/say.h"

#include "base/banned.h"

enum { FACTS_MAX = 12 };

rca_say rca_say_in(oq_arena *arena, oq_str time_zone)
{
    return (rca_say){.arena = arena,
                     .en = {.lang = OQ_LANG_EN, .time_zone = time_zone},
                     .ar = {.lang = OQ_LANG_AR, .time_zone = time_zone}};
}

rca_two rca_text(const rca_say *say, const char *key, const rca_fact *fact, size_t facts)
{
    oq_arg en[FACTS_MAX], ar[FACTS_MAX];
    assert(facts <= FACTS_MAX);
    for (size_t i = 0; i < facts; i++) {
        en[i] = (oq_arg){fact[i].name, fact[i].value.en};
        ar[i] = (oq_arg){fact[i].name, fact[i].value.ar};
    }
    return (rca_two){oq_text_fill(say->arena, OQ_LANG_EN, oq_cstr(key), en, facts),
                     oq_text_fill(say->arena, OQ_LANG_AR, oq_cstr(key), ar, facts)};
}

rca_two rca_text_plain(const rca_say *say, const char *key)
{
    return rca_text(say, key, NULL, 0);
}

rca_two rca_count(const rca_say *say, const char *key, int64_t n)
{
    return (rca_two){oq_text_count(say->arena, OQ_LANG_EN, oq_cstr(key), n),
                     oq_text_count(say->arena, OQ_LANG_AR, oq_cstr(key), n)};
}

/* --- values -------------------------------------------------------------------------------------*/

static oq_str isolated(oq_arena *arena, const char *mark, oq_str text)
{
    return text.len ? oq_strf(arena, "%s%.*s" WEB_PDI, mark, OQ_FMT(text)) : OQ_STR("");
}

rca_two rca_code(const rca_say *say, oq_str code)
{
    return (rca_two){code.len ? code : OQ_STR(""), isolated(say->arena, WEB_LRI, code)};
}

/* Whether it has a letter of the other direction. */
static bool turns(oq_str text, bool in_arabic)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_latin = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_arabic = c >= 0xd8 && c <= 0xdb; /* first byte of U+0600 to U+06FF */
        if (in_arabic ? is_latin : is_arabic)
            return true;
    }
    return false;
}

static oq_str in_sentence(oq_arena *arena, oq_str text, bool in_arabic)
{
    return turns(text, in_arabic) ? isolated(arena, WEB_FSI, text) : (text.len ? text : OQ_STR(""));
}

rca_two rca_name(const rca_say *say, oq_str en, oq_str ar)
{
    return (rca_two){in_sentence(say->arena, en, false),
                     in_sentence(say->arena, ar.len ? ar : en, true)};
}

rca_two rca_free(const rca_say *say, oq_str text)
{
    return rca_name(say, text, text);
}

rca_two rca_quantity(const rca_say *say, double x, int decimals_max, oq_str unit)
{
    unit = web_format_unit(say->arena, unit);
    return (rca_two){web_format_quantity(say->arena, &say->en, x, decimals_max, unit),
                     web_format_quantity(say->arena, &say->ar, x, decimals_max, unit)};
}

rca_two rca_percent(const rca_say *say, double share)
{
    return (rca_two){
        web_format_percent(say->arena, &say->en, share, 0),
        isolated(say->arena, WEB_LRI, web_format_percent(say->arena, &say->en, share, 0))};
}

rca_two rca_money(const rca_say *say, int64_t minor, oq_str currency)
{
    return (rca_two){web_format_money(say->arena, &say->en, minor, currency),
                     web_format_money(say->arena, &say->ar, minor, currency)};
}

rca_two rca_time(const rca_say *say, oq_us at)
{
    return (rca_two){web_format_time(say->arena, &say->en, at),
                     web_format_time(say->arena, &say->ar, at)};
}

rca_two rca_number(const rca_say *say, int64_t n)
{
    return (rca_two){web_format_i64(say->arena, &say->en, n),
                     web_format_i64(say->arena, &say->ar, n)};
}

rca_two rca_within(const rca_say *say, rca_two name)
{
    oq_str s = name.en;
    bool is_word =
        s.len > 1 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' && s.ptr[1] >= 'a' && s.ptr[1] <= 'z';
    if (is_word)
        name.en = oq_strf(say->arena, "%c%.*s", s.ptr[0] - 'A' + 'a',
                          OQ_FMT(oq_str_sub(s, 1, s.len - 1)));
    return name;
}

rca_two rca_join(const rca_say *say, const char *comma_key, const rca_two *at, size_t count)
{
    OQ_AUTO(oq_buf) en = oq_buf_make(256 * 1024);
    OQ_AUTO(oq_buf) ar = oq_buf_make(256 * 1024);
    for (size_t i = 0; i < count; i++) {
        if (i) {
            oq_buf_str(&en, oq_text(OQ_LANG_EN, oq_cstr(comma_key)));
            oq_buf_str(&ar, oq_text(OQ_LANG_AR, oq_cstr(comma_key)));
        }
        oq_buf_str(&en, at[i].en);
        oq_buf_str(&ar, at[i].ar);
    }
    return (rca_two){oq_str_copy(say->arena, oq_buf_view(&en)),
                     oq_str_copy(say->arena, oq_buf_view(&ar))};
}

/* --- JSON ---------------------------------------------------------------------------------------*/

void rca_put_two(oq_json *j, rca_two text)
{
    oq_json_object(j);
    oq_json_put(j, text, "en", text.en);
    oq_json_put(j, text, "ar", text.ar);
    oq_json_object_end(j);
}

void rca_put_twos(oq_json *j, const rca_two *at, size_t count)
{
    oq_json_array(j);
    for (size_t i = 0; i < count; i++)
        rca_put_two(j, at[i]);
    oq_json_array_end(j);
}
