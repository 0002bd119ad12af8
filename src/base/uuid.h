/* base/uuid.h
 *
 * Identifiers of business objects: UUID version 7 (RFC 9562), so that keys made one after the
 * other lie one after the other. */
#ifndef OQ_UUID_H
#define OQ_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/time.h"

typedef struct oq_uuid {
    uint8_t byte[16];
} oq_uuid;

enum { OQ_UUID_TEXT = 36 };
#define OQ_UUID_ZERO ((oq_uuid){{0}})

/* A new identifier: 48 bits of `now` in milliseconds, then a counter that keeps two of the same
 * millisecond in order within this process, then random bits. */
oq_uuid oq_uuid_new(oq_us now);

bool oq_uuid_eq(oq_uuid a, oq_uuid b);
/* The zero identifier means "none". */
bool oq_uuid_is_zero(oq_uuid id);
/* The usual form of 36 characters, either case. */
bool oq_uuid_parse(oq_str s, oq_uuid *ret_id);
/* Writes 36 characters and no NUL. */
void oq_uuid_format(oq_uuid id, char out[OQ_UUID_TEXT]);
oq_str oq_uuid_text(oq_arena *arena, oq_uuid id);

#endif
