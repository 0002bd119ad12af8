#include "identity/device.h"

#include "base/secret.h"

#include "base/banned.h"

typedef struct device {
    oq_uuid id, user_id;
    oq_us until;
    uint8_t signature[OQ_DIGEST];
} device;

enum { SIGNED = offsetof(device, signature) };

static void sign(const device *d, uint8_t out[OQ_DIGEST])
{
    oq_sign(OQ_STR("known device"), oq_strn((const char *)d, SIGNED), out);
}

oq_str device_make(oq_arena *arena, oq_uuid user_id, oq_us now)
{
    device made = {.user_id = user_id, .until = now + DEVICE_DAYS * OQ_DAY};
    oq_random(&made.id, sizeof made.id);
    sign(&made, made.signature);
    return oq_base64url(arena, &made, sizeof made);
}

bool device_is_of(oq_str cookie, oq_uuid user_id, oq_us now, oq_uuid *ret_device_id)
{
    device given;
    size_t len;
    uint8_t right[OQ_DIGEST];
    if (!oq_base64url_parse(cookie, &given, sizeof given, &len) || len != sizeof given)
        return false;
    sign(&given, right);
    if (!oq_same_secret(oq_strn((const char *)given.signature, sizeof given.signature),
                        oq_strn((const char *)right, sizeof right)) ||
        !oq_uuid_eq(given.user_id, user_id) || given.until < now)
        return false;
    *ret_device_id = given.id;
    return true;
}
