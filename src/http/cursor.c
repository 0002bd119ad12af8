/* Cursors: the last row's key as opaque text. 24 bytes: the moment, big-endian, and the id. */
#include "http/request.h"

enum { TIME_BYTES = 8, CURSOR_BYTES = TIME_BYTES + sizeof(oq_uuid) };

oq_str http_cursor_make(oq_arena *arena, oq_us at, oq_uuid id)
{
    uint8_t bytes[CURSOR_BYTES];
    for (int i = 0; i < TIME_BYTES; i++)
        bytes[i] = (uint8_t)((uint64_t)at >> (56 - 8 * i));
    memcpy(bytes + TIME_BYTES, id.byte, sizeof id.byte);
    return oq_base64url(arena, bytes, sizeof bytes);
}

oq_err *http_cursor_read(oq_str cursor, oq_us *ret_at, oq_uuid *ret_id)
{
    uint8_t bytes[CURSOR_BYTES];
    size_t len;
    if (!cursor.len) {
        *ret_at = OQ_TIME_NONE;
        *ret_id = OQ_UUID_ZERO;
        return NULL;
    }
    if (!oq_base64url_parse(cursor, bytes, sizeof bytes, &len) || len != sizeof bytes)
        return oq_fail(OQ_MALFORMED, "list.cursor_malformed");
    uint64_t at = 0;
    for (int i = 0; i < TIME_BYTES; i++)
        at = at << 8 | bytes[i];
    *ret_at = (oq_us)at;
    memcpy(ret_id->byte, bytes + TIME_BYTES, sizeof ret_id->byte);
    return NULL;
}
