#include "plant/record_inner.h"

#include "base/banned.h"

/* Source: the function search_fold of migration 0009, which does the same in the database. */

static bool is_dropped(uint32_t c)
{
    return c == 0x640 || (c >= 0x64b && c <= 0x655) || c == 0x670 || c == 0x61c ||
           (c >= 0x200c && c <= 0x200f) || (c >= 0x2066 && c <= 0x2069);
}

static uint32_t fold_letter(uint32_t c)
{
    switch (c) {
    case 0x622: /* alef with madda, with hamza above, below, wasla */
    case 0x623:
    case 0x625:
    case 0x671:
        return 0x627;
    case 0x629: /* teh marbuta */
        return 0x647;
    case 0x649: /* alef maksura, yeh with hamza, Persian yeh */
    case 0x626:
    case 0x6cc:
        return 0x64a;
    case 0x624: /* waw with hamza */
        return 0x648;
    case 0x6a9: /* Persian kaf */
        return 0x643;
    default:
        return c;
    }
}

static uint32_t fold_code(uint32_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c + ('a' - 'A');
    if (c >= 0x660 && c <= 0x669)
        return '0' + (c - 0x660);
    if (c >= 0x6f0 && c <= 0x6f9)
        return '0' + (c - 0x6f0);
    return fold_letter(c);
}

/* What a letter becomes has two bytes at most; others stay as they are. */
static size_t put_code(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    to[0] = (char)(0xc0 | c >> 6);
    to[1] = (char)(0x80 | (c & 0x3f));
    return 2;
}

oq_str plant_fold(oq_arena *arena, oq_str text)
{
    if (!oq_str_given(text))
        return OQ_NONE;
    char *to = oq_alloc(arena, text.len + 1);
    size_t len = 0;
    uint32_t code;
    for (oq_str rest = text; rest.len;) {
        const char *from = rest.ptr;
        oq_utf8_next(&rest, &code);
        uint32_t folded = fold_code(code);
        if (is_dropped(code))
            continue;
        if (folded != code) {
            len += put_code(to + len, folded);
        } else {
            memcpy(to + len, from, (size_t)(rest.ptr - from));
            len += (size_t)(rest.ptr - from);
        }
    }
    return oq_strn(to, len);
}

/* --- patterns ---------------------------------------------------------------------------------*/

static oq_str pattern_of(oq_arena *arena, oq_str word)
{
    char *to = oq_alloc(arena, 2 * word.len + 3);
    size_t len = 0;
    to[len++] = '%';
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        if (c == '%' || c == '_' || c == '\\')
            to[len++] = '\\';
        to[len++] = c;
    }
    to[len++] = '%';
    return oq_strn(to, len);
}

oq_strs plant_patterns(oq_arena *arena, oq_str q)
{
    oq_strs all = {.at = oq_new_n(arena, oq_str, PLANT_WORDS_MAX)};
    oq_str word, rest = plant_fold(arena, q);
    while (all.count < PLANT_WORDS_MAX && oq_str_cut(&rest, ' ', &word)) {
        word = oq_str_trim(word);
        if (word.len)
            all.at[all.count++] = pattern_of(arena, word);
    }
    return all;
}
