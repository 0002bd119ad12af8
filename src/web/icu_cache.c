#include "web/icu_cache.h"

#include <pthread.h>
#include <unicode/ustring.h>

enum { ZONE_MAX = 64, SKELETON_MAX = 96, LOCALE_COUNT = 3 };

typedef enum entry_kind {
    ENTRY_FREE,
    ENTRY_NUMBER,
    ENTRY_DATE,
    ENTRY_RELATIVE,
    ENTRY_CALENDAR,
} entry_kind;

/* What tells one formatter from another. */
typedef struct entry_key {
    entry_kind kind;
    int locale;
    int style;
    uint32_t param;
    char zone[ZONE_MAX];
} entry_key;

typedef struct entry {
    entry_key key;
    void *formatter;
    uint64_t used_at;
} entry;

typedef struct cache {
    entry entry[WEB_FORMAT_CACHE_MAX];
    UFormattedNumber *result;
    uint64_t now;  /* counts uses */
    bool is_known; /* to the key below */
} cache;

static _Thread_local cache mine;
static pthread_key_t ending;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* --- names of locales ------------------------------------------------------------------------*/

/* "ar-SA" alone would mean the Umm al-Qura calendar. */
static const char *const gregorian[LOCALE_COUNT] = {
    "en-GB-u-ca-gregory",
    "ar-SA-u-ca-gregory-nu-latn",
    "ar-SA-u-ca-gregory-nu-arab",
};
static const char *const umalqura[LOCALE_COUNT] = {
    "en-GB-u-ca-islamic-umalqura",
    "ar-SA-u-ca-islamic-umalqura-nu-latn",
    "ar-SA-u-ca-islamic-umalqura-nu-arab",
};

static int locale_of(const web_locale *l)
{
    return l->lang == OQ_LANG_EN ? 0 : l->arabic_digits ? 2 : 1;
}

/* English and Arabic, whose comma is another one. */
static const char *const patterns[ICU_DATE_COUNT][2] = {
    [ICU_DATE] = {"d MMMM y", "d MMMM y"},
    [ICU_TIME] = {"d MMM y, HH:mm", "d MMM y\xd8\x8c HH:mm"},
    [ICU_TIME_EXACT] = {"d MMM y, HH:mm:ss", "d MMM y\xd8\x8c HH:mm:ss"},
    [ICU_HIJRI] = {"d MMMM y G", "d MMMM y G"},
};

/* --- making ----------------------------------------------------------------------------------*/

/* ICU fails where memory or its own data is missing; both end the program. */
static void must(UErrorCode status)
{
    if (U_SUCCESS(status))
        return;
    oq_log_error("web.icu_failed", OQ_F_CSTR("status", u_errorName(status)));
    abort();
}

static int32_t to_utf16(const char *text, UChar *out, int32_t room)
{
    int32_t len = 0;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(out, room, &len, text, -1, &status);
    must(status);
    return len;
}

uint32_t icu_currency(oq_str code, int decimals)
{
    assert(code.len == 3);
    return (uint32_t)code.ptr[0] << 24 | (uint32_t)code.ptr[1] << 16 | (uint32_t)code.ptr[2] << 8 |
           (uint32_t)decimals;
}

static void write_skeleton(const entry_key *key, char out[SKELETON_MAX])
{
    static const char hashes[] = "#########";
    static const char zeros[] = "000000000";
    static const char rounding[] = "rounding-mode-half-up sign-negative";
    uint32_t p = key->param;
    switch ((icu_number)key->style) {
    case ICU_SCIENTIFIC:
        snprintf(out, SKELETON_MAX, "scientific .## %s", rounding);
        return;
    case ICU_TWO_DIGITS:
        snprintf(out, SKELETON_MAX, "integer-width/+00 precision-integer");
        return;
    case ICU_CURRENCY:
        snprintf(out, SKELETON_MAX, "currency/%c%c%c %s%.*s", (char)(p >> 24), (char)(p >> 16),
                 (char)(p >> 8), p & 0xff ? "." : "precision-integer", (int)(p & 0xff), zeros);
        return;
    case ICU_DECIMALS:
    case ICU_PERCENT:
        snprintf(out, SKELETON_MAX, "%s%s%.*s %s",
                 key->style == ICU_PERCENT ? "percent scale/100 " : "",
                 p ? "." : "precision-integer", (int)p, hashes, rounding);
        return;
    }
}

static void *make_number(const entry_key *key)
{
    char skeleton[SKELETON_MAX];
    UChar wide[SKELETON_MAX];
    write_skeleton(key, skeleton);
    int32_t len = to_utf16(skeleton, wide, SKELETON_MAX);
    UErrorCode status = U_ZERO_ERROR;
    void *made = unumf_openForSkeletonAndLocale(wide, len, gregorian[key->locale], &status);
    must(status);
    return made;
}

/* The zone in ICU's own text; UTC when it knows none of this name. */
static int32_t zone_text(const char *zone, UChar out[ZONE_MAX])
{
    UChar canonical[ZONE_MAX];
    UBool is_system = false;
    UErrorCode status = U_ZERO_ERROR;
    int32_t len = to_utf16(zone, out, ZONE_MAX);
    ucal_getCanonicalTimeZoneID(out, len, canonical, ZONE_MAX, &is_system, &status);
    if (U_SUCCESS(status) && is_system)
        return len;
    return to_utf16("Etc/UTC", out, ZONE_MAX);
}

static void *make_date(const entry_key *key)
{
    const char *locale = key->style == ICU_HIJRI ? umalqura[key->locale] : gregorian[key->locale];
    UChar zone[ZONE_MAX], pattern[SKELETON_MAX];
    int32_t zone_len = zone_text(key->zone, zone);
    int32_t len = to_utf16(patterns[key->style][key->locale > 0], pattern, SKELETON_MAX);
    UErrorCode status = U_ZERO_ERROR;
    void *made =
        udat_open(UDAT_PATTERN, UDAT_PATTERN, locale, zone, zone_len, pattern, len, &status);
    must(status);
    return made;
}

static void *make_relative(const entry_key *key)
{
    UErrorCode status = U_ZERO_ERROR;
    void *made = ureldatefmt_open(gregorian[key->locale], NULL, UDAT_STYLE_LONG,
                                  UDISPCTX_CAPITALIZATION_NONE, &status);
    must(status);
    return made;
}

static void *make_calendar(const entry_key *key)
{
    UChar zone[ZONE_MAX];
    int32_t len = zone_text(key->zone, zone);
    UErrorCode status = U_ZERO_ERROR;
    void *made = ucal_open(zone, len, "en-GB-u-ca-gregory", UCAL_GREGORIAN, &status);
    must(status);
    return made;
}

static void *make(const entry_key *key)
{
    switch (key->kind) {
    case ENTRY_NUMBER:
        return make_number(key);
    case ENTRY_DATE:
        return make_date(key);
    case ENTRY_RELATIVE:
        return make_relative(key);
    case ENTRY_CALENDAR:
        return make_calendar(key);
    case ENTRY_FREE:
        break;
    }
    return NULL;
}

/* --- keeping ---------------------------------------------------------------------------------*/

static void drop(entry *e)
{
    switch (e->key.kind) {
    case ENTRY_NUMBER:
        unumf_close(e->formatter);
        break;
    case ENTRY_DATE:
        udat_close(e->formatter);
        break;
    case ENTRY_RELATIVE:
        ureldatefmt_close(e->formatter);
        break;
    case ENTRY_CALENDAR:
        ucal_close(e->formatter);
        break;
    case ENTRY_FREE:
        break;
    }
    *e = (entry){0};
}

static void drop_all(void *arg)
{
    cache *c = arg;
    for (size_t i = 0; i < WEB_FORMAT_CACHE_MAX; i++)
        drop(&c->entry[i]);
    if (c->result)
        unumf_closeResult(c->result);
    *c = (cache){0};
}

static void make_key(void)
{
    if (pthread_key_create(&ending, drop_all) != 0)
        abort();
}

static cache *cache_of_thread(void)
{
    if (!mine.is_known) {
        pthread_once(&once, make_key);
        if (pthread_setspecific(ending, &mine) != 0)
            abort();
        mine.is_known = true;
    }
    return &mine;
}

static bool same(const entry_key *a, const entry_key *b)
{
    return a->kind == b->kind && a->locale == b->locale && a->style == b->style &&
           a->param == b->param && strcmp(a->zone, b->zone) == 0;
}

/* The formatter of the key, made now when it is not there; the one unused longest makes room. */
static void *find(const entry_key *key)
{
    cache *c = cache_of_thread();
    entry *oldest = &c->entry[0];
    for (size_t i = 0; i < WEB_FORMAT_CACHE_MAX; i++) {
        entry *e = &c->entry[i];
        if (same(&e->key, key)) {
            e->used_at = ++c->now;
            return e->formatter;
        }
        if (e->used_at < oldest->used_at)
            oldest = e;
    }
    drop(oldest);
    *oldest = (entry){.key = *key, .formatter = make(key), .used_at = ++c->now};
    return oldest->formatter;
}

/* A name that does not fit is no zone's: left empty, which is UTC. */
static void set_zone(entry_key *key, oq_str zone)
{
    if (zone.len < ZONE_MAX && oq_utf8_valid(zone))
        memcpy(key->zone, zone.ptr ? zone.ptr : "", zone.len);
}

const UNumberFormatter *icu_number_of(const web_locale *l, icu_number kind, uint32_t param)
{
    entry_key key = {
        .kind = ENTRY_NUMBER, .locale = locale_of(l), .style = (int)kind, .param = param};
    return find(&key);
}

const UDateFormat *icu_date_of(const web_locale *l, icu_date kind, oq_str time_zone)
{
    entry_key key = {.kind = ENTRY_DATE, .locale = locale_of(l), .style = (int)kind};
    set_zone(&key, time_zone);
    return find(&key);
}

const URelativeDateTimeFormatter *icu_relative_of(const web_locale *l)
{
    entry_key key = {.kind = ENTRY_RELATIVE, .locale = locale_of(l)};
    return find(&key);
}

UCalendar *icu_calendar_of(oq_str time_zone)
{
    entry_key key = {.kind = ENTRY_CALENDAR};
    set_zone(&key, time_zone);
    return find(&key);
}

UFormattedNumber *icu_result(void)
{
    cache *c = cache_of_thread();
    if (!c->result) {
        UErrorCode status = U_ZERO_ERROR;
        c->result = unumf_openResult(&status);
        must(status);
    }
    return c->result;
}

oq_str icu_text(oq_arena *a, const UChar *text, int32_t len)
{
    int32_t bytes = 0;
    UErrorCode status = U_ZERO_ERROR;
    char *out = oq_alloc(a, (size_t)len * 3 + 1);
    u_strToUTF8(out, len * 3 + 1, &bytes, text, len, &status);
    must(status);
    return oq_strn(out, (size_t)bytes);
}
