/* A pattern, a zone, and texts, line by line: a text is read or refused, twice alike, and a moment
 * that was read without a pattern is read again from what the program writes for it. */
#include "recipe/moment.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    oq_err_reset();
    oq_arena *arena = oq_arena_open(0);
    oq_str rest = oq_strn((const char *)data, size), pattern = OQ_NONE, zone = OQ_NONE, text;
    moment_format *f;
    if (oq_str_cut(&rest, '\n', &pattern) && oq_str_cut(&rest, '\n', &zone) &&
        !moment_format_make(arena, pattern, zone, &f)) {
        while (oq_str_cut(&rest, '\n', &text)) {
            oq_us first = 0, second = 0;
            bool is_one = moment_read(f, text, &first);
            if (moment_read(f, text, &second) != is_one || first != second)
                abort();
            bool is_writable = first > -OQ_DAY * 365 * 1900 && first < OQ_DAY * 365 * 8000;
            if (is_one && !pattern.len && is_writable &&
                (!moment_read(f, oq_time_text(arena, first), &second) || first != second))
                abort();
        }
    }
    oq_arena_close(arena);
    return 0;
}
