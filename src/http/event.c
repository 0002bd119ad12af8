/* The text form of an event (WHATWG HTML, 9.2.6): lines of "field: value", an empty line at the
 * end. */
#include "http/stream.h"

/* A line end inside a value would begin another field. */
static void put_line(oq_buf *out, oq_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] != '\n' && value.ptr[i] != '\r' && value.ptr[i] != '\0')
            oq_buf_char(out, value.ptr[i]);
    oq_buf_char(out, '\n');
}

void http_event_format(oq_buf *out, oq_str id, oq_str event, oq_str data)
{
    if (id.len) {
        oq_buf_lit(out, "id: ");
        put_line(out, id);
    }
    if (event.len) {
        oq_buf_lit(out, "event: ");
        put_line(out, event);
    }
    for (size_t from = 0; from <= data.len;) {
        size_t to = from;
        while (to < data.len && data.ptr[to] != '\n' && data.ptr[to] != '\r')
            to++;
        oq_buf_lit(out, "data: ");
        put_line(out, oq_str_sub(data, from, to - from));
        /* CR LF, CR and LF each end one line. */
        bool is_pair = to + 1 < data.len && data.ptr[to] == '\r' && data.ptr[to + 1] == '\n';
        from = to + (is_pair ? 2 : 1);
    }
    oq_buf_char(out, '\n');
}
