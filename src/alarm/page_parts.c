/* What pages of alarms say alike. */
#include <math.h>

#include "alarm/pages.h"
#include "web/parts.h"

#include "base/banned.h"

oq_str alarm_text(oq_lang lang, oq_str text, oq_str text_ar)
{
    return oq_lang_pick(lang, text, text_ar);
}

/* Grey is normal; colour comes with a sign and a word (ISA-101). */
void alarm_put_priority(const web_page *page, web_value *to, int priority)
{
    static const char *const kind[] = {
        [ALARM_CRITICAL] = "bad", [ALARM_HIGH] = "warn", [ALARM_MEDIUM] = "", [ALARM_LOW] = "off"};
    web_value *p = web_put_object(to, "priority");
    web_put_cstr(p, "kind", kind[priority]);
    web_put_text(p, "text",
                 web_choice_label(page->locale.lang, "alarm_priority",
                                  oq_choice_text(alarm_priority_choices, priority)));
}

static oq_str quantity(const web_page *page, double x, oq_str unit)
{
    if (isnan(x))
        return OQ_NONE;
    int places = x == 0.0 ? 0 : 3 - (int)floor(log10(fabs(x)));
    places = places < 0 ? 0 : places > 6 ? 6 : places;
    return web_format_quantity(page->arena, &page->locale, x, places,
                               web_format_unit(page->arena, unit));
}

static void put_quiet(const web_page *page, web_value *to, const alert *a)
{
    bool is_shelved = a->shelved_until != OQ_TIME_NONE;
    web_put_text(to, "shelved_until",
                 is_shelved ? web_format_time(page->arena, &page->locale, a->shelved_until)
                            : OQ_NONE);
    web_put_text(to, "shelved_reason", is_shelved ? a->shelved_reason : OQ_NONE);
    web_put_text(to, "suppressed",
                 a->suppressed_by.len ? web_choice_label(page->locale.lang, "alarm_suppressed",
                                                         oq_str_c(page->arena, a->suppressed_by))
                                      : OQ_NONE);
}

static void put_moments(const web_page *page, web_value *to, const alert *a, oq_us now)
{
    const web_locale *l = &page->locale;
    web_put_text(to, "raised", web_format_time(page->arena, l, a->last_at));
    web_put_text(to, "raised_utc", oq_time_text(page->arena, a->last_at));
    web_put_text(to, "ago", web_format_ago(page->arena, l, a->last_at, now));
    web_put_text(to, "acknowledged",
                 a->acknowledged_at == OQ_TIME_NONE
                     ? OQ_NONE
                     : web_format_time(page->arena, l, a->acknowledged_at));
    web_put_text(to, "cleared",
                 a->cleared_at == OQ_TIME_NONE ? OQ_NONE
                                               : web_format_time(page->arena, l, a->cleared_at));
}

void alarm_put_row(const web_page *page, web_value *to, const alert_row *row, oq_us now)
{
    const alert *a = &row->a;
    oq_lang lang = page->locale.lang;
    oq_str id = oq_uuid_text(page->arena, a->id);
    bool is_unseen = a->state == ALERT_UNACKNOWLEDGED || a->state == ALERT_RETURNED;
    web_put_text(to, "id", id);
    web_put_text(to, "href", oq_strf(page->arena, "/alarms/%.*s", OQ_FMT(id)));
    web_put_text(to, "title", alarm_text(lang, a->title, a->title_ar));
    web_put_text(to, "code", a->code);
    web_put_text(to, "asset_code", row->asset_code);
    web_put_text(to, "asset_name", alarm_text(lang, row->asset_name, row->asset_name_ar));
    web_put_text(
        to, "asset_href",
        oq_uuid_is_zero(a->asset_id)
            ? OQ_NONE
            : oq_strf(page->arena, "/assets/%.*s", OQ_FMT(oq_uuid_text(page->arena, a->asset_id))));
    alarm_put_priority(page, to, a->priority);
    web_put_badge(
        web_put_object(to, "state"),
        a->state == ALERT_UNACKNOWLEDGED ? "warn"
        : a->state == ALERT_LATCHED      ? "info"
        : a->state == ALERT_NORMAL       ? "off"
                                         : "",
        web_choice_label(lang, "alert_state", oq_choice_text(alert_state_choices, a->state)));
    web_put_text(to, "value", quantity(page, a->value, a->unit));
    web_put_text(to, "limit", quantity(page, a->limit_value, a->unit));
    web_put_text(to, "times",
                 a->occurrences > 1 ? web_format_i64(page->arena, &page->locale, a->occurrences)
                                    : OQ_NONE);
    web_put_bool(to, "is_first_out", a->is_first_out);
    web_put_bool(to, "is_chattering", a->is_chattering);
    web_put_text(to, "acknowledged_by", row->acknowledged_by_name);
    web_put_bool(to, "is_unseen", is_unseen);
    web_put_bool(to, "is_latched", a->state == ALERT_LATCHED);
    web_put_bool(to, "is_active", a->state != ALERT_NORMAL);
    web_put_bool(to, "is_shelved", a->shelved_until != OQ_TIME_NONE);
    put_quiet(page, to, a);
    put_moments(page, to, a, now);
}
