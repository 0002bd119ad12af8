/* Causal rules of a tenant: kept with versions, judged by what people confirm, tried over the past,
 * carried in files. */
#include "integration/blackbox_plant.h"

#include "rca/rule.h"

#include "base/test.h"

#include "base/banned.h"

static http_route_list routes = {rca_rule_routes, NULL};

static int setup(void **state)
{
    if (bb_reset(state))
        return -1;
    house *h = *state;
    testdb_exec(h->db, "DELETE FROM rca_rule_hits; DELETE FROM rca_cases;"
                       " DELETE FROM rca_rule_versions; DELETE FROM rca_rules");
    house_serve(h, &routes);
    return 0;
}

static bool holds(const seen *s, const char *text)
{
    return oq_str_find(s->body, oq_cstr(text)) != SIZE_MAX;
}

/* A rule that hits where an alert of this kind is. */
static const char *rule_text(house *h, const char *kind, const char *cause)
{
    return oq_strf(h->arena,
                   "{\"name\":{\"en\":\"Rule %s\",\"ar\":\"قاعدة %s\"},"
                   "\"applies_to_asset_type\":[\"pump\"],"
                   "\"conditions\":[{\"category\":[\"ALERT\"],\"kind\":[\"%s\"]}],"
                   "\"result\":{\"root_cause_category\":\"MECHANICAL\",\"cause\":\"%s\","
                   "\"label\":{\"en\":\"L\",\"ar\":\"ل\"},\"confidence\":0.8}}",
                   kind, kind, kind, cause)
        .ptr;
}

static const char *order_text(house *h, const char *code, const char *rule, int version)
{
    const char *with = version ? oq_strf(h->arena, ",\"version\":%d", version).ptr : "";
    return oq_strf(h->arena, "{\"code\":\"%s\",\"body\":%s%s}", code, rule, with).ptr;
}

static const char *make_rule(house *h, const char *code, const char *kind, const char *cause)
{
    seen s = house_send(h, ADMIN_A, "POST", "/api/rca-rules",
                        order_text(h, code, rule_text(h, kind, cause), 0));
    if (s.status != 201)
        fail_msg("%s: %d %.*s", code, s.status, OQ_FMT(s.body));
    oq_str id = house_between(h, &s, "\"id\":\"", "\"");
    return oq_strf(h->arena, "/api/rca-rules/%.*s", OQ_FMT(id)).ptr;
}

static const char *under(house *h, const char *path, const char *rest)
{
    return oq_strf(h->arena, "%s%s", path, rest).ptr;
}

static oq_uuid id_in(const char *path)
{
    oq_uuid id;
    assert_true(oq_uuid_parse(oq_cstr(path + strlen("/api/rca-rules/")), &id));
    return id;
}

/* --- the store ----------------------------------------------------------------------------------*/

static void test_kept(void **state)
{
    house *h = *state;
    const char *path = make_rule(h, "bearing", "hot", "bearing_fault");
    seen s = house_get(h, ADMIN_A, path);
    assert_int_equal(s.status, 200);
    CHECK("in the manual's order",
          holds(&s, "\"body\":{\"name\":{\"en\":\"Rule hot\",\"ar\":\"قاعدة hot\"},"
                    "\"applies_to_asset_type\":[\"pump\"],\"conditions\":["));
    CHECK("nothing yet", holds(&s, "\"hits\":0,\"confirmed\":0,\"refuted\":0,\"since\":null,"
                                   "\"trust\":0.8"));
    CHECK("source", holds(&s, "\"source\":\"tenant\"") && holds(&s, "\"version\":1"));

    const char *other = rule_text(h, "hot", "bearing_wear");
    s = house_send(h, ADMIN_A, "PATCH", path, order_text(h, "bearing", other, 1));
    CHECK("changed", s.status == 200 && holds(&s, "\"version\":2") && holds(&s, "bearing_wear"));
    CHECK_REFUSED("somebody was first",
                  house_send(h, ADMIN_A, "PATCH", path, order_text(h, "bearing", other, 1)), 409,
                  "rca_rule.version_stale");
    s = house_send(h, ADMIN_A, "PATCH", path, order_text(h, "bearing", other, 2));
    s = house_get(h, ADMIN_A, under(h, path, "/versions"));
    CHECK("each version is kept", holds(&s, "\"version\":3") && holds(&s, "\"version\":2") &&
                                      holds(&s, "\"version\":1") && holds(&s, "bearing_fault") &&
                                      holds(&s, "\"made_by\":\""));
    assert_int_equal(testdb_number(h->db,
                                   "SELECT count(*) FROM audit_logs WHERE object_type = 'rca_rule'"
                                   " AND action IN ('rca_rule.created', 'rca_rule.changed')"),
                     3);
    CHECK_REFUSED("another tenant's", house_get(h, ADMIN_B, path), 404, "rca_rule.not_found");
    CHECK_REFUSED("a viewer changes none",
                  house_send(h, VIEWER_A, "PATCH", path, order_text(h, "x", other, 3)), 403,
                  "access.forbidden");
    s = house_send(h, ADMIN_A, "DELETE", path, NULL);
    assert_int_equal(s.status, 204);
    CHECK_REFUSED("gone", house_get(h, ADMIN_A, path), 404, "rca_rule.not_found");
}

static void test_refused(void **state)
{
    house *h = *state;
    const char *good = rule_text(h, "hot", "bearing_fault");
    make_rule(h, "taken", "hot", "bearing_fault");
    const struct {
        const char *label, *json, *code;
    } row[] = {
        {"the code is taken", order_text(h, "taken", good, 0), "rca_rule.code_taken"},
        {"a code with blanks", order_text(h, "two words", good, 0), "rca_rule.code_malformed"},
        {"an unknown member", order_text(h, "a", "{\"nam\":1}", 0), "rule.unknown_field"},
        {"a circle",
         order_text(h, "a",
                    "{\"name\":\"n\",\"conditions\":[{\"id\":\"a\",\"category\":\"ALERT\","
                    "\"after\":\"a\"}],\"result\":{\"root_cause_category\":\"HUMAN\","
                    "\"cause\":\"c\",\"label\":\"l\",\"confidence\":1}}",
                    0),
         "rule.circle"},
        {"an absurd window",
         order_text(h, "a",
                    "{\"name\":\"n\",\"conditions\":[{\"category\":\"ALERT\","
                    "\"within_minutes\":1e9}],\"result\":{\"root_cause_category\":\"HUMAN\","
                    "\"cause\":\"c\",\"label\":\"l\",\"confidence\":1}}",
                    0),
         "rule.range"},
        {"no rule", "{\"code\":\"a\"}", "field.required"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        seen s = house_send(h, ADMIN_A, "POST", "/api/rca-rules", row[i].json);
        CHECK(row[i].label, s.status == 422 || s.status == 409);
        if (!holds(&s, row[i].code))
            fail_msg("%s: %.*s", row[i].label, OQ_FMT(s.body));
    }
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 1);
}

static void test_check(void **state)
{
    house *h = *state;
    seen s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/check",
                        "{\"name\": \"n\",\n  \"conditions\": [\n    {\"categry\": \"ALERT\"}]}");
    assert_int_equal(s.status, 200);
    CHECK("wrong", holds(&s, "\"is_valid\":false"));
    CHECK("with its place", holds(&s, "\"code\":\"rule.unknown_field\",\"path\":"
                                      "\"conditions[0].categry\",\"line\":3,\"column\":6"));
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/check", "{\"name\": \n tru}");
    CHECK("no JSON", holds(&s, "\"code\":\"json.malformed\"") && holds(&s, "\"line\":2"));
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/check", rule_text(h, "hot", "c"));
    CHECK("good", holds(&s, "\"is_valid\":true,\"errors\":[]") && holds(&s, "\"ar\":[\"إنذار"));
}

static void test_list(void **state)
{
    house *h = *state;
    for (char c = 'a'; c <= 'e'; c++)
        make_rule(h, (char[]){c, '_', 'r', 0}, "hot", "cause");
    seen s = house_get(h, ADMIN_A, "/api/rca-rules?limit=2");
    oq_str next = house_between(h, &s, "\"next\":\"", "\"");
    CHECK("two", holds(&s, "\"a_r\"") && holds(&s, "\"b_r\"") && !holds(&s, "\"c_r\""));
    s = house_get(h, ADMIN_A,
                  oq_strf(h->arena, "/api/rca-rules?limit=3&cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the rest", holds(&s, "\"c_r\"") && holds(&s, "\"e_r\"") && holds(&s, "\"next\":null"));
    CHECK_REFUSED("a cursor that is none", house_get(h, ADMIN_A, "/api/rca-rules?cursor=%2e"), 400,
                  "list.cursor_malformed");
    s = house_get(h, ADMIN_A, "/api/rca-rules?class_code=pump&only_enabled=true&search=D_");
    CHECK("filtered", holds(&s, "\"d_r\"") && !holds(&s, "\"a_r\""));
    s = house_get(h, ADMIN_A, "/api/rca-rules?class_code=fan");
    CHECK("not for fans", !holds(&s, "_r\""));
    s = house_get(h, ADMIN_A, "/api/rca-rules?source=preset");
    CHECK("no preset", !holds(&s, "_r\""));
    s = house_get(h, ADMIN_B, "/api/rca-rules");
    CHECK("another tenant", !holds(&s, "_r\""));
}

/* --- what they said -----------------------------------------------------------------------------*/

/* An incident at each of these pumps, an hour apart; gives their ids, oldest first. */
static void make_incidents(house *h, oq_uuid id[3])
{
    static const bb_pump pump[] = {P101, P301, P900};
    event_order e[3];
    for (size_t i = 0; i < 3; i++)
        e[i] = bb_alert((const char *[]){"one", "two", "three"}[i], -300 + 100 * (double)i, pump[i],
                        SEVERITY_CRITICAL);
    bb_add(h, e, 3);
    bb_run(h);
    for (size_t i = 0; i < 3; i++) {
        const char *sql = oq_strf(h->arena,
                                  "SELECT id FROM blackbox_incidents ORDER BY anchor_time"
                                  " LIMIT 1 OFFSET %zu",
                                  i)
                              .ptr;
        assert_true(oq_uuid_parse(oq_cstr(testdb_value(h->db, sql)), &id[i]));
    }
}

static void spoke(house *h, oq_uuid of, const char *path, const char *cause)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    rule_spoke said = {id_in(path), 1, oq_cstr(cause), 0.8};
    CHECK_OK(rule_store_hits(s, of, &said, 1));
    house_commit(s);
}

static void judge(house *h, oq_uuid of, const char *cause)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(rule_judge(s, of, oq_cstr(cause)));
    house_commit(s);
}

static void test_track_record(void **state)
{
    house *h = *state;
    oq_uuid seen_at[3];
    make_incidents(h, seen_at);
    const char *path = make_rule(h, "bearing", "hot", "bearing_fault");
    for (size_t i = 0; i < 3; i++)
        spoke(h, seen_at[i], path, "bearing_fault");
    spoke(h, seen_at[2], path, "bearing_fault"); /* analysed again: once all the same */
    judge(h, seen_at[0], "bearing_fault");
    judge(h, seen_at[1], "cavitation");
    seen s = house_get(h, ADMIN_A, path);
    CHECK("counted", holds(&s, "\"hits\":3,\"confirmed\":1,\"refuted\":1,\"since\":\"20"));
    CHECK_REFUSED("what has spoken stays", house_send(h, ADMIN_A, "DELETE", path, NULL), 409,
                  "rca_rule.has_spoken");

    /* An analysis knows what was known at its moment. */
    oq_scope *scope = house_scope(h, ADMIN_A, OQ_READ);
    active_rules known, before;
    CHECK_OK(rule_active(scope, OQ_TIME_NONE, &known));
    CHECK_OK(rule_active(scope, oq_now(scope) - OQ_DAY, &before));
    assert_int_equal(known.count, 1);
    CHECK("now", known.at[0].confirmed == 1 && known.at[0].refuted == 1);
    CHECK("then", before.at[0].confirmed == 0 && before.at[0].refuted == 0);
    CHECK_STR("cause", cause_rule_cause(known.at[0].rule), "bearing_fault");
    oq_scope_close(scope);

    /* A corrected cause turns the verdict; nothing known any more takes it back. */
    judge(h, seen_at[1], "bearing_fault");
    s = house_get(h, ADMIN_A, path);
    CHECK("turned", holds(&s, "\"hits\":3,\"confirmed\":2,\"refuted\":0"));
    judge(h, seen_at[1], NULL);
    s = house_get(h, ADMIN_A, path);
    CHECK("taken back", holds(&s, "\"confirmed\":1,\"refuted\":0"));

    /* An analysis that does not hear it any more takes its hit back, but not a verdict. */
    oq_scope *w = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(rule_store_hits(w, seen_at[0], NULL, 0));
    CHECK_OK(rule_store_hits(w, seen_at[2], NULL, 0));
    house_commit(w);
    s = house_get(h, ADMIN_A, path);
    CHECK("two are left", holds(&s, "\"hits\":2,\"confirmed\":1"));
}

static void test_which_count(void **state)
{
    house *h = *state;
    make_rule(h, "on", "hot", "a");
    const char *off = make_rule(h, "off", "hot", "b");
    const char *learned = make_rule(h, "learned", "hot", "c");
    seen s = house_send(h, ADMIN_A, "PATCH", off, "{\"is_enabled\":false,\"version\":1}");
    assert_int_equal(s.status, 200);
    CHECK_REFUSED("only a learned rule is approved",
                  house_send(h, ADMIN_A, "POST", under(h, off, "/approve"), "{}"), 409,
                  "rca_rule.not_learned");
    testdb_exec(h->db, "UPDATE rca_rules SET source = 'learned' WHERE code = 'learned'");
    oq_scope *scope = house_scope(h, ADMIN_A, OQ_READ);
    active_rules list;
    CHECK_OK(rule_active(scope, OQ_TIME_NONE, &list));
    assert_int_equal(list.count, 1);
    CHECK_STR("alone", list.at[0].code, "on");
    oq_scope_close(scope);
    s = house_send(h, ADMIN_A, "POST", under(h, learned, "/approve"), "{}");
    CHECK("approved", s.status == 200 && !holds(&s, "\"approved_at\":null"));
    scope = house_scope(h, ADMIN_A, OQ_READ);
    CHECK_OK(rule_active(scope, OQ_TIME_NONE, &list));
    assert_int_equal(list.count, 2);
    oq_scope_close(scope);
    /* Another text is not what was approved. */
    s = house_send(h, ADMIN_A, "PATCH", learned,
                   order_text(h, "learned", rule_text(h, "cold", "c"), 1));
    CHECK("to be approved again", s.status == 200 && holds(&s, "\"approved_at\":null"));
}

/* --- the past -----------------------------------------------------------------------------------*/

static void keep_case(house *h, oq_uuid of, double minutes, const char *kind, const char *cause)
{
    oq_str at = oq_time_text(h->arena, bb_at(minutes));
    const char *sql =
        oq_strf(h->arena,
                "INSERT INTO rca_cases (tenant_id, incident_id, happened_at, cause, features,"
                " updated_at) VALUES ('%s', '%s', '%s', %s%s%s,"
                " '{\"anchor\":\"%s\",\"asset_class\":\"pump\",\"items\":[{\"at\":\"%s\","
                "\"category\":\"ALERT\",\"kind\":\"%s\",\"score\":4}]}', now())",
                oq_uuid_text(h->arena, HOUSE_A).ptr, oq_uuid_text(h->arena, of).ptr, at.ptr,
                cause ? "'" : "", cause ? cause : "NULL", cause ? "'" : "", at.ptr, at.ptr, kind)
            .ptr;
    testdb_exec(h->db, sql);
}

static void test_dry_run(void **state)
{
    house *h = *state;
    oq_uuid seen_at[3];
    make_incidents(h, seen_at);
    keep_case(h, seen_at[0], -300, "hot", "bearing_fault");
    keep_case(h, seen_at[1], -200, "hot", "cavitation");
    keep_case(h, seen_at[2], -100, "cold", "bearing_fault");
    const char *path = make_rule(h, "bearing", "hot", "bearing_fault");
    spoke(h, seen_at[0], path, "bearing_fault");
    seen s = house_send(h, ADMIN_A, "POST", under(h, path, "/dry-run"), "");
    assert_int_equal(s.status, 200);
    CHECK("as it is", holds(&s, "\"looked_at\":3,\"hits\":2,\"hit_before\":1,\"confirmed\":1,"
                                "\"refuted\":1,\"missed\":1"));
    CHECK("causes by name", holds(&s, "\"known_cause\":\"bearing_fault\",\"cause_name\":\"L\","
                                      "\"cause_name_ar\":\"ل\""));
    s = house_send(h, ADMIN_A, "POST", under(h, path, "/dry-run"),
                   rule_text(h, "cold", "bearing_fault"));
    CHECK("another text", holds(&s, "\"looked_at\":3,\"hits\":1,\"hit_before\":1,\"confirmed\":1,"
                                    "\"refuted\":0,\"missed\":1"));
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/dry-run", rule_text(h, "hot", "seal_leak"));
    CHECK("one that is not stored", holds(&s, "\"hits\":2,\"hit_before\":0,\"confirmed\":0,"
                                              "\"refuted\":2,\"missed\":0"));
    CHECK_REFUSED("one that cannot be read",
                  house_send(h, ADMIN_A, "POST", "/api/rca-rules/dry-run", "{"), 400,
                  "json.malformed");
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rule_hits"), 1);
}

/* --- files --------------------------------------------------------------------------------------*/

static void test_files(void **state)
{
    house *h = *state;
    make_rule(h, "one", "hot", "a");
    make_rule(h, "two", "cold", "b");
    seen s = house_get(h, ADMIN_A, "/api/rca-rules/export");
    assert_int_equal(s.status, 200);
    oq_str file = oq_str_copy(h->arena, s.body);
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/import", file.ptr);
    CHECK("the same again", holds(&s, "\"added\":0,\"changed\":0,\"same\":2,\"refused\":0"));

    /* One changed, one new: told first, then done. */
    const char *other =
        oq_strf(h->arena,
                "{\"rules\":[{\"code\":\"one\",\"rule\":%s},\n{\"code\":\"new\",\"rule\":%s}]}",
                rule_text(h, "warm", "a"), rule_text(h, "hot", "z"))
            .ptr;
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/import?dry_run=true", other);
    CHECK("told", holds(&s, "\"added\":1,\"changed\":1,\"same\":0,\"refused\":0"));
    CHECK("what changes",
          holds(&s, "\"conditions[0].kind[0]\":{\"from\":\"hot\",\"to\":\"warm\"}"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 2);
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/import?add_only=true&dry_run=1", other);
    CHECK("only what is new", holds(&s, "\"added\":1,\"changed\":0,\"same\":1"));
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/import", other);
    CHECK("done", s.status == 200 && holds(&s, "\"added\":1,\"changed\":1"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 3);

    /* A file with a wrong rule changes nothing, and says where it is wrong. */
    const char *wrong = oq_strf(h->arena,
                                "{\"rules\":[{\"code\":\"fine\",\"rule\":%s},\n"
                                " {\"code\":\"bad\", \"rule\": {\"name\":\"n\",\n  \"color\":1}}]}",
                                rule_text(h, "hot", "q"))
                            .ptr;
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/import", wrong);
    CHECK("refused", s.status == 422 && holds(&s, "\"refused\":1"));
    CHECK("where", holds(&s, "\"code\":\"rule.unknown_field\",\"path\":\"color\",\"line\":3,"
                             "\"column\":3"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 3);
    CHECK_REFUSED("no JSON", house_send(h, ADMIN_A, "POST", "/api/rca-rules/import", "{"), 400,
                  "rule_file.malformed");
    CHECK_REFUSED("no rules", house_send(h, ADMIN_A, "POST", "/api/rca-rules/import", "{}"), 400,
                  "rule_file.not_rules");
}

static void test_presets(void **state)
{
    house *h = *state;
    seen s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/presets", "{}");
    CHECK("all of them", s.status == 200 && holds(&s, "\"refused\":0"));
    int64_t count = testdb_number(h->db, "SELECT count(*) FROM rca_rules WHERE source = 'preset'");
    assert_in_range(count, 30, RULES_MAX);
    s = house_send(h, ADMIN_A, "POST", "/api/rca-rules/presets", "{}");
    CHECK("once", holds(&s, "\"added\":0,\"changed\":0"));
    CHECK_REFUSED("a viewer", house_send(h, VIEWER_A, "POST", "/api/rca-rules/presets", "{}"), 403,
                  "access.forbidden");
    /* Every class that a preset names is one of the plant's presets, every metric one of them. */
    oq_scope *scope = house_scope(h, ADMIN_A, OQ_READ);
    active_rules list;
    CHECK_OK(rule_active(scope, OQ_TIME_NONE, &list));
    assert_int_equal(list.count, count);
    oq_scope_close(scope);
}

/* --- pages --------------------------------------------------------------------------------------*/

static const char *form_text(house *h, const char *code, const char *rule, const char *more)
{
    oq_str body = oq_percent(h->arena, oq_cstr(rule), "");
    return oq_strf(h->arena, "rule_code=%s&body=%.*s&is_enabled=true%s", code, OQ_FMT(body), more)
        .ptr;
}

static void test_editor(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, "/rca-rules/new");
    CHECK("begins with an example", s.status == 200 && holds(&s, "vibration_rms"));
    CHECK("a viewer", house_get(h, VIEWER_A, "/rca-rules/new").status == 403);

    /* What is wrong stands below its line. */
    s = house_form(h, ADMIN_A, "/rca-rules/new",
                   form_text(h, "mine", "{\"name\": \"n\",\n\"colour\": 1}", ""));
    CHECK("shown again", s.status == 422 && holds(&s, "code-lines"));
    CHECK("beside the line", holds(&s, "class=\"is-wrong\"><span class=\"code-line\">"
                                       "<span class=\"code-number\">2</span>"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 0);

    /* Checked and tried: in words, and nothing kept. */
    const char *good = rule_text(h, "hot", "bearing_fault");
    s = house_form(h, ADMIN_A, "/rca-rules/new", form_text(h, "mine", good, "&check=1"));
    CHECK("in words", s.status == 200 && holds(&s, "alarm (") && !holds(&s, "id=\"rule-trial\""));
    s = house_form(h, ADMIN_A, "/rca-rules/new", form_text(h, "mine", good, "&try_past=1"));
    CHECK("tried", s.status == 200 && holds(&s, "id=\"rule-trial\""));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 0);

    s = house_form(h, ADMIN_A, "/rca-rules/new", form_text(h, "mine", good, ""));
    assert_int_equal(s.status, 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 1);
    s = house_form(h, ADMIN_A, "/rca-rules/new", form_text(h, "mine", good, ""));
    CHECK("the code is taken", s.status == 409 && holds(&s, "has this code already"));
}

static void test_pages(void **state)
{
    house *h = *state;
    seen s = house_get(h, ADMIN_A, "/rca-rules");
    CHECK("none yet", s.status == 200 && holds(&s, "No rules yet"));
    CHECK("nothing to choose that no rule has",
          holds(&s, "value=\"preset\"") && !holds(&s, "value=\"learned\""));
    const char *path = make_rule(h, "bearing", "hot", "bearing_fault");
    const char *page = path + strlen("/api");
    s = house_get(h, OPTIMIZER_A, page);
    CHECK("in words, without buttons",
          s.status == 200 && holds(&s, "Rule hot") && !holds(&s, "/edit"));
    s = house_form(h, ADMIN_A, under(h, page, "/edit"),
                   form_text(h, "bearing", rule_text(h, "warm", "bearing_fault"), "&version=1"));
    assert_int_equal(s.status, 303);
    s = house_get(h, ADMIN_A, under(h, page, "?try_past=true"));
    CHECK("what changed", holds(&s, "conditions[0].kind[0]") && holds(&s, "id=\"rule-trial\""));
    s = house_form(h, ADMIN_A, under(h, page, "/switch"), "");
    assert_int_equal(s.status, 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules WHERE is_enabled"), 0);
    s = house_get(h, ADMIN_A, "/rca-rules?search=rule+warm");
    CHECK("in the list", holds(&s, "switched off") && holds(&s, "has not matched yet"));
    CHECK("another tenant's", house_get(h, ADMIN_B, page).status == 404);

    const char *file =
        oq_strf(h->arena, "{\"rules\":[{\"code\":\"new\",\"rule\":%s}]}", rule_text(h, "a", "b"))
            .ptr;
    const char *form =
        oq_strf(h->arena, "text=%.*s", OQ_FMT(oq_percent(h->arena, oq_cstr(file), ""))).ptr;
    s = house_form(h, ADMIN_A, "/rca-rules/import", form);
    CHECK("told", s.status == 200 && holds(&s, "Nothing is stored yet"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 1);
    s = house_form(h, ADMIN_A, "/rca-rules/import", oq_strf(h->arena, "%s&store=1", form).ptr);
    CHECK("stored", s.status == 200 && holds(&s, "The rules are stored"));
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 2);
    s = house_form(h, ADMIN_A, under(h, page, "/delete"), "");
    assert_int_equal(s.status, 303);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM rca_rules"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_kept, setup),
        cmocka_unit_test_setup(test_refused, setup),
        cmocka_unit_test_setup(test_check, setup),
        cmocka_unit_test_setup(test_list, setup),
        cmocka_unit_test_setup(test_track_record, setup),
        cmocka_unit_test_setup(test_which_count, setup),
        cmocka_unit_test_setup(test_dry_run, setup),
        cmocka_unit_test_setup(test_files, setup),
        cmocka_unit_test_setup(test_presets, setup),
        cmocka_unit_test_setup(test_editor, setup),
        cmocka_unit_test_setup(test_pages, setup),
    };
    return cmocka_run_group_tests(tests, house_open, house_close);
}
