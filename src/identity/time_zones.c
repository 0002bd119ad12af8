/* The zones that people choose from: those that stand for places, without the old names that mean
 * the same. */
#include <pthread.h>
#include <unicode/ucal.h>
#include <unicode/uenum.h>

#include "identity/inner.h"

#include "base/banned.h"

enum { ZONES_MAX = 1000 };

static oq_str zones[ZONES_MAX];
static size_t zone_count;
static oq_arena *kept; /* in memory for good: the list is the same for everybody */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b)
{
    return oq_str_cmp(*(const oq_str *)a, *(const oq_str *)b);
}

static void load(void)
{
    UErrorCode status = U_ZERO_ERROR;
    kept = oq_arena_open(0);
    UEnumeration *all =
        ucal_openTimeZoneIDEnumeration(UCAL_ZONE_TYPE_CANONICAL_LOCATION, NULL, NULL, &status);
    int32_t len;
    const char *name;
    while (U_SUCCESS(status) && zone_count < ZONES_MAX - 1 &&
           (name = uenum_next(all, &len, &status)))
        zones[zone_count++] = oq_str_copy(kept, oq_strn(name, (size_t)len));
    uenum_close(all);
    zones[zone_count++] = OQ_STR("UTC");
    qsort(zones, zone_count, sizeof zones[0], by_name);
}

void identity_put_zones(web_value *to)
{
    pthread_once(&once, load);
    web_value *list = web_put_list(to, "zones");
    for (size_t i = 0; i < zone_count; i++)
        web_add_text(list, zones[i]);
}
