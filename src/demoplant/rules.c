/* The alarm rules of a demo: what the limits of its classes give, and a trip of each class of
 * machines that says whether it runs, or whose load says so: a transformer's breaker opens. */
#include "alarm/rule.h"
#include "demoplant/demoplant.h"
#include "plant/class.h"

#include "demoplant.sql.h"

#include "base/banned.h"

static const char *const trip =
    "{\"metric\":\"running\",\"is\":\"falling\",\"by\":0.5,\"within_s\":60}";
static const char *const load_lost =
    "{\"metric\":\"load_percent\",\"is\":\"falling\",\"by\":20,\"within_s\":60}";

static oq_err *add_trip(oq_scope *s, const sql_demo_tripping_classes_row *c)
{
    oq_arena *arena = oq_scope_arena(s);
    alarm_rule r;
    void *made;
    bool is_pump = oq_str_find(c->code, OQ_STR("pump")) < c->code.len;
    oq_fields_preset(arena, alarm_rule_fields, &r);
    r.code = oq_strf(arena, "%.*s_trip", OQ_FMT(c->code));
    r.name = oq_strf(arena, "Trip (%.*s)", OQ_FMT(c->name));
    r.name_ar = oq_strf(arena, "توقف مفاجئ (%.*s)", OQ_FMT(c->name_ar.len ? c->name_ar : c->name));
    r.class_id = c->id;
    r.condition = oq_cstr(c->says_running ? trip : load_lost);
    r.priority = ALARM_CRITICAL;
    r.is_failure = true;
    r.event_kind = is_pump ? OQ_STR("pump_trip") : r.code;
    r.response = OQ_STR("Find out what tripped it before it is started again.");
    r.response_ar = OQ_STR("حدّد سبب التوقف قبل إعادة التشغيل.");
    r.consequence = OQ_STR("It stands still; starting it again may do further damage.");
    r.consequence_ar = OQ_STR("تتوقف المعدة، وقد تزيد إعادة التشغيل من الضرر.");
    r.respond_within_min = 10;
    r.is_enabled = true;
    return record_add(s, &kind_alarm_rule, &r, &made);
}

oq_err *demo_rules(oq_scope *s)
{
    sql_demo_tripping_classes_rows rows;
    rules_made made;
    OQ_TRY(sql_demo_tripping_classes(s, &rows));
    OQ_TRY(alarm_rules_from_limits(s, false, &made));
    for (size_t i = 0; i < rows.count; i++)
        OQ_TRY(add_trip(s, &rows.at[i]));
    return NULL;
}
