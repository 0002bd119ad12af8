/* Notifications on a real PostgreSQL; events from a transaction through NOTIFY and the bridge to
 * open streams; what is deleted when. */
#include <stdatomic.h>

#include "db/listen.h"
#include "notify/notify.h"
#include "support/house.h"
#include "tenant/retention.h"

static http_route_list routes = {notify_routes, web_routes, NULL};

static const oq_us start = INT64_C(1780000000) * OQ_SECOND;

/* --- the way of an event, as the server sets it up --------------------------------------------*/

static struct {
    live_bridge *bridge;
    db_listener *listener;
    db_pool_options options;
    db_channel channels[2];
    atomic_int connects;
    atomic_bool is_deaf; /* notices get lost */
} way;

static void on_notify(void *self, oq_str payload)
{
    if (!atomic_load(&way.is_deaf))
        live_bridge_on_notify(way.bridge, payload);
}

static void on_gap(void *self)
{
    live_bridge_on_gap(way.bridge);
    atomic_fetch_add(&way.connects, 1);
}

static void wait_until(const char *what, atomic_int *value, int wanted)
{
    for (int i = 0; atomic_load(value) < wanted; i++, usleep(10000))
        if (i > 1000)
            fail_msg("%s: not within ten seconds", what);
}

static int reset_and_serve(void **state)
{
    house *h = *state;
    house_reset(state);
    house_serve(h, &routes);
    if (way.listener)
        return 0;
    web_frame_hook(notify_frame, h->pool);
    live_use_hub(h->hub);
    CHECK_OK(live_bridge_open(h->pool, h->hub, &way.bridge));
    way.options = testdb_pool_options(h->db);
    way.channels[0] = (db_channel){"optria_live", on_notify, on_gap, NULL};
    CHECK_OK(db_listener_open(&way.options, way.channels, &way.listener));
    wait_until("listening", &way.connects, 1);
    return 0;
}

static int close_all(void **state)
{
    house *h = *state;
    db_listener_close(way.listener);
    http_server_close(h->server, 1000);
    h->server = NULL;
    live_bridge_close(way.bridge);
    return house_close(state);
}

/* --- telling ----------------------------------------------------------------------------------*/

#define TITLE_AR "طلب عرض جديد من " WEB_FSI "Nakheel Power" WEB_PDI
static const oq_arg facts[] = {{"organisation", OQ_STR_INIT("Nakheel Power")},
                               {"name", OQ_STR_INIT("Sara")}};

static notify_order order_for(house_person person)
{
    return (notify_order){
        .user_id = house_id(person),
        .type = "lead.received",
        .fact = facts,
        .fact_count = 2,
        .entity_type = "tenant",
        .entity_id = OQ_STR("7"),
    };
}

static void tell(house *h, house_person person)
{
    notify_order order = order_for(person);
    oq_scope *s = house_scope(h, person, OQ_WRITE);
    CHECK_OK(notify_user(s, &order));
    house_commit(s);
}

static notifications find(house *h, house_person person, bool unread_only)
{
    notifications found;
    oq_scope *s = house_scope(h, person, OQ_READ);
    CHECK_OK(
        notify_find(s, house_id(person), unread_only, OQ_TIME_NONE, OQ_UUID_ZERO, 100, &found));
    oq_scope_close(s);
    return found;
}

static int64_t count_unread(house *h, house_person person)
{
    int64_t unread;
    oq_scope *s = house_scope(h, person, OQ_READ);
    CHECK_OK(notify_count_unread(s, house_id(person), &unread));
    oq_scope_close(s);
    return unread;
}

static void test_one_person_is_told(void **state)
{
    house *h = *state;
    oq_clock_set(start);
    tell(h, ADMIN_A);
    notifications found = find(h, ADMIN_A, true);
    assert_int_equal(found.count, 1);
    const notification *n = &found.at[0];
    CHECK_STR("type", n->type, "lead.received");
    CHECK("new", !n->is_read && n->created_at == start && n->read_at == OQ_TIME_NONE);
    web_locale en = {.lang = OQ_LANG_EN};
    notify_view v = notify_render(h->arena, &en, n);
    CHECK_STR("sentence", v.title, "New demo request from Nakheel Power");
    CHECK_STR("link", v.href, "/tenants/7");
    CHECK("nobody else", find(h, VIEWER_A, false).count == 0 && find(h, ADMIN_B, false).count == 0);
}

static void test_a_role_is_told(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "INSERT INTO users (tenant_id, id, email, full_name, role, is_active) VALUES"
                " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'x@a.example', 'x',"
                "  'tenant_admin', true),"
                " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'y@a.example', 'y',"
                "  'tenant_admin', false)");
    notify_order order = order_for(NOBODY);
    oq_scope *s = house_scope(h, VIEWER_A, OQ_WRITE);
    CHECK_OK(notify_role(s, ROLE_TENANT_ADMIN, &order));
    CHECK_OK(notify_role(s, ROLE_RELIABILITY_ENGINEER, &order)); /* there is none */
    house_commit(s);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM notifications"), 2);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM live_events"), 2);
    CHECK("among them", count_unread(h, ADMIN_A) == 1);
    CHECK("not of B", count_unread(h, ADMIN_B) == 0);
}

static void test_who_is_not_there(void **state)
{
    house *h = *state;
    notify_order order = order_for(ADMIN_B); /* of another tenant */
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(notify_user(s, &order));
    house_commit(s);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM notifications"), 0);
}

static void test_it_goes_with_its_deed(void **state)
{
    house *h = *state;
    notify_order order = order_for(ADMIN_A);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(notify_user(s, &order));
    oq_scope_close(s); /* rolled back */
    CHECK("nothing", count_unread(h, ADMIN_A) == 0);
}

/* --- reading ----------------------------------------------------------------------------------*/

static void test_reading(void **state)
{
    house *h = *state;
    for (int i = 0; i < 3; i++)
        tell(h, ADMIN_A);
    oq_uuid id = find(h, ADMIN_A, true).at[0].id;
    notification *n;
    int64_t count;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(notify_read(s, house_id(ADMIN_A), id, &n));
    CHECK("read", n->is_read && n->read_at != OQ_TIME_NONE);
    oq_us first = n->read_at;
    CHECK_OK(notify_read(s, house_id(ADMIN_A), id, &n));
    CHECK("once is enough", n->read_at == first);
    CHECK_CODE("another person's", notify_read(s, house_id(VIEWER_A), id, &n),
               "notification.not_found");
    house_commit(s);
    CHECK("two wait", count_unread(h, ADMIN_A) == 2 && find(h, ADMIN_A, true).count == 2);
    CHECK("three in all", find(h, ADMIN_A, false).count == 3);
    s = house_scope(h, ADMIN_B, OQ_WRITE);
    CHECK_CODE("another tenant's", notify_read(s, house_id(ADMIN_A), id, &n),
               "notification.not_found");
    oq_scope_close(s);
    s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(notify_read_all(s, house_id(ADMIN_A), &count));
    house_commit(s);
    CHECK("all", count == 2 && count_unread(h, ADMIN_A) == 0);
}

/* --- over HTTP --------------------------------------------------------------------------------*/

static void test_api(void **state)
{
    house *h = *state;
    for (int i = 0; i < 3; i++)
        tell(h, ADMIN_A);
    seen got = house_get(h, ADMIN_A, "/api/notifications?limit=2");
    assert_int_equal(got.status, 200);
    CHECK("in words", seen_has(&got, "\"title\":\"New demo request from Nakheel Power\""));
    CHECK("all that wait", seen_has(&got, "\"unread\":3"));
    oq_str next = house_between(h, &got, "\"next\":\"", "\"");
    oq_str id = house_between(h, &got, "\"id\":\"", "\"");
    got = house_get(h, ADMIN_A,
                    oq_strf(h->arena, "/api/notifications?cursor=%.*s", OQ_FMT(next)).ptr);
    CHECK("the last one", seen_has(&got, "\"next\":null") && seen_has(&got, "\"is_read\":false"));
    got = house_get(h, ADMIN_A, "/api/notifications?lang=ar");
    CHECK("Arabic", seen_has(&got, TITLE_AR));

    oq_str path = oq_strf(h->arena, "/api/notifications/%.*s/read", OQ_FMT(id));
    CHECK_REFUSED("of another tenant", house_send(h, ADMIN_B, "POST", path.ptr, NULL), 404,
                  "notification.not_found");
    CHECK_REFUSED("of another person", house_send(h, VIEWER_A, "POST", path.ptr, NULL), 404,
                  "notification.not_found");
    got = house_send(h, ADMIN_A, "POST", path.ptr, NULL);
    CHECK("read", got.status == 200 && seen_has(&got, "{\"unread\":2}"));
    got = house_get(h, ADMIN_A, "/api/notifications?unread=true");
    CHECK("not among them", !seen_has(&got, id.ptr));
    got = house_send(h, ADMIN_A, "POST", "/api/notifications/read-all", NULL);
    CHECK("all", seen_has(&got, "{\"unread\":0}"));
    got = house_get(h, ADMIN_A, "/api/notifications/count");
    CHECK("none waits", seen_has(&got, "{\"unread\":0}"));
    assert_int_equal(house_get(h, NOBODY, "/api/notifications").status, 401);
}

static void test_page(void **state)
{
    house *h = *state;
    seen got = house_get(h, ADMIN_A, "/notifications");
    CHECK("nothing there", seen_has(&got, "No notifications"));
    CHECK("an empty bell", seen_has(&got, "<span class=\"count\" hidden></span>"));
    for (int i = 0; i < 31; i++)
        tell(h, ADMIN_A);
    got = house_get(h, ADMIN_A, "/notifications");
    CHECK("in words", seen_has(&got, "New demo request from Nakheel Power"));
    CHECK("the bell counts", seen_has(&got, "<span class=\"count\">31</span>"));
    CHECK("a second page", seen_has(&got, "rel=\"next\""));
    oq_str href = house_between(h, &got, "bell-item is-unread\" href=\"", "\"");
    got = house_get(h, ADMIN_B, oq_str_c(h->arena, href));
    assert_int_equal(got.status, 404);
    got = house_get(h, ADMIN_A, oq_str_c(h->arena, href));
    assert_int_equal(got.status, 303);
    CHECK_STR("leads there", seen_header(&got, "Location"), "/tenants/7");
    CHECK("and is read", count_unread(h, ADMIN_A) == 30);
    got = house_form(h, ADMIN_A, "/notifications/read-all", "");
    assert_int_equal(got.status, 303);
    got = house_get(h, ADMIN_A, "/notifications?unread=true&lang=ar");
    CHECK("nothing unread", seen_has(&got, "لا توجد إشعارات غير مقروءة"));
}

/* An id of that moment; oq_uuid_new never goes back in time. */
static const char *id_at(house *h, oq_us at)
{
    oq_uuid id = oq_uuid_new(at);
    for (int i = 0; i < 6; i++)
        id.byte[i] = (uint8_t)(at / OQ_MS >> (40 - 8 * i));
    return oq_uuid_text(h->arena, id).ptr;
}

/* --- streams ----------------------------------------------------------------------------------*/

typedef client stream;
#define stream_drop client_drop

static stream follow(house *h, house_person person, const char *last_id)
{
    static const char *const names[] = {
        [OWNER] = "owner", [ADMIN_A] = "admin_a", [VIEWER_A] = "viewer_a", [ADMIN_B] = "admin_b"};
    client c = client_open(h->port);
    client_say(&c,
               oq_strf(h->arena,
                       "GET /api/live HTTP/1.1\r\nHost: test\r\nX-House-Person: %s\r\n%s%s%s\r\n",
                       names[person], last_id ? "Last-Event-ID: " : "", last_id ? last_id : "",
                       last_id ? "\r\n" : "")
                   .ptr);
    return c;
}

static bool heard(const stream *c, const char *text)
{
    return oq_str_find(oq_buf_view(&c->in), oq_cstr(text)) != SIZE_MAX;
}

static void hear(stream *c, const char *text)
{
    for (oq_us until = oq_monotonic() + 10 * OQ_SECOND; !heard(c, text);) {
        client_hear(c, 50);
        if (oq_monotonic() > until)
            fail_msg("not heard: %s, but: %.*s", text, OQ_FMT(oq_buf_view(&c->in)));
    }
}

/* Streams are open when their first bytes are here. */
static stream follow_now(house *h, house_person person, const char *last_id)
{
    stream c = follow(h, person, last_id);
    hear(&c, "retry:");
    return c;
}

static void publish(house *h, house_person person, oq_uuid user_id, const char *data)
{
    oq_scope *s = house_scope(h, person, OQ_WRITE);
    CHECK_OK(live_publish(s, user_id, "job", oq_cstr(data)));
    house_commit(s);
}

static void test_who_hears(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    OQ_AUTO(stream) viewer = follow_now(h, VIEWER_A, NULL);
    OQ_AUTO(stream) other = follow_now(h, ADMIN_B, NULL);
    publish(h, ADMIN_A, house_id(ADMIN_A), "{\"n\":1}");
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":2}");
    publish(h, ADMIN_B, OQ_UUID_ZERO, "{\"n\":3}");
    hear(&admin, "{\"n\": 2}");
    hear(&viewer, "{\"n\": 2}");
    hear(&other, "{\"n\": 3}");
    CHECK("one's own", heard(&admin, "event: job\ndata: {\"n\": 1}"));
    CHECK("not another's", !heard(&viewer, "{\"n\": 1}"));
    CHECK("not another tenant's", !heard(&admin, "{\"n\": 3}") && !heard(&other, "{\"n\": 2}"));
}

static void test_what_was_not_committed(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(live_publish(s, OQ_UUID_ZERO, "job", OQ_STR("{\"n\":1}")));
    oq_scope_close(s);
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":2}");
    hear(&admin, "{\"n\": 2}");
    CHECK("never was", !heard(&admin, "{\"n\": 1}"));
}

static void test_a_notification_arrives(void **state)
{
    house *h = *state;
    testdb_exec(h->db, "UPDATE users SET lang = 'en' WHERE full_name = 'admin_a'");
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    tell(h, ADMIN_A);
    hear(&admin, "event: notification");
    hear(&admin, "\n\n");
    hear(&admin, "\"title\": \"New demo request from Nakheel Power\"");
    CHECK("in both languages", heard(&admin, "\"title_ar\": \"" TITLE_AR "\""));
    CHECK("where it leads", heard(&admin, "\"href\": \"/tenants/7\""));
    tell(h, VIEWER_A); /* has chosen no language */
    OQ_AUTO(stream)
    viewer = follow_now(h, VIEWER_A, id_at(h, oq_clock_now()));
    hear(&viewer, "\"title\": \"" TITLE_AR "\"");
}

/* --- coming back ------------------------------------------------------------------------------*/

/* The events are published on an earlier clock, and the bridge hands them on when their notices
 * come: a stream that opens before would hear them as new ones. So streams that follow from the
 * beginning tell when all of them have gone by. */
static void test_coming_back(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) witness = follow_now(h, ADMIN_A, NULL);
    OQ_AUTO(stream) witness_other = follow_now(h, ADMIN_B, NULL);
    oq_us now = oq_clock_now();
    oq_clock_set(now - 10 * OQ_MINUTE);
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":1}");
    oq_clock_set(now - 5 * OQ_MINUTE);
    const char *last = id_at(h, oq_clock_now());
    oq_clock_set(now - 5 * OQ_MINUTE - LIVE_OVERLAP + OQ_SECOND); /* committed later than `last` */
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":2}");
    oq_clock_set(now - OQ_MINUTE);
    publish(h, ADMIN_A, house_id(VIEWER_A), "{\"n\":3}");
    publish(h, ADMIN_A, house_id(ADMIN_A), "{\"n\":4}");
    publish(h, ADMIN_B, OQ_UUID_ZERO, "{\"n\":5}");
    oq_clock_set(OQ_TIME_NONE);
    hear(&witness, "{\"n\": 1}");
    hear(&witness, "{\"n\": 2}");
    hear(&witness, "{\"n\": 4}");
    hear(&witness_other, "{\"n\": 5}");
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, last);
    hear(&admin, "{\"n\": 4}");
    CHECK("what may have come late", heard(&admin, "{\"n\": 2}"));
    CHECK("not what is long known", !heard(&admin, "{\"n\": 1}"));
    CHECK("not another's", !heard(&admin, "{\"n\": 3}") && !heard(&admin, "{\"n\": 5}"));
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":6}");
    hear(&admin, "{\"n\": 6}");
}

static void test_coming_back_too_late(void **state)
{
    house *h = *state;
    const char *old = id_at(h, oq_clock_now() - 2 * OQ_HOUR);
    OQ_AUTO(stream) late = follow_now(h, ADMIN_A, old);
    hear(&late, "event: resync");
    testdb_exec(h->db, "INSERT INTO live_events (tenant_id, id, event, data, created_at)"
                       " SELECT '0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'job',"
                       " '{}', now() FROM generate_series(1, 501)");
    const char *recent = id_at(h, oq_clock_now());
    OQ_AUTO(stream) much = follow_now(h, ADMIN_A, recent);
    hear(&much, "event: resync");
    CHECK("instead of all of it", !heard(&much, "event: job"));
    OQ_AUTO(stream) odd = follow_now(h, ADMIN_A, "42");
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":1}");
    hear(&odd, "{\"n\": 1}");
    CHECK("an id of nobody begins now", !heard(&odd, "resync"));
}

/* --- the bridge -------------------------------------------------------------------------------*/

static void test_after_a_gap(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    OQ_AUTO(stream) other = follow_now(h, ADMIN_B, NULL);
    atomic_store(&way.is_deaf, true);
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":1}");
    publish(h, ADMIN_B, OQ_UUID_ZERO, "{\"n\":2}");
    usleep(100000); /* the notices arrive, and get lost */
    CHECK("lost", !heard(&admin, "{\"n\": 1}"));
    atomic_store(&way.is_deaf, false);
    live_bridge_on_gap(way.bridge);
    hear(&admin, "{\"n\": 1}");
    hear(&other, "{\"n\": 2}");
    CHECK("each its own", !heard(&admin, "{\"n\": 2}") && !heard(&other, "{\"n\": 1}"));
}

static void test_a_gap_larger_than_a_reading(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    testdb_exec(h->db, "INSERT INTO live_events (tenant_id, id, event, data, created_at)"
                       " SELECT '0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'job',"
                       " '{}', now() FROM generate_series(1, 1000)");
    live_bridge_on_gap(way.bridge);
    hear(&admin, "event: resync");
}

static void test_a_flood(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    static const oq_str nothing = OQ_STR_INIT("0a000000-0000-0000-0000-000000000000 "
                                              "0f000000-0000-0000-0000-000000000000");
    atomic_store(&way.is_deaf, true);
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":1}");
    for (int i = 0; i < 20000; i++)
        live_bridge_on_notify(way.bridge, nothing);
    hear(&admin, "{\"n\": 1}"); /* by the gap that the flood became */
    atomic_store(&way.is_deaf, false);
}

static void test_malformed_notices(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "x y",
        "0a000000-0000-0000-0000-000000000000",
        "0a000000-0000-0000-0000-000000000000 0a000000-0000-0000-0000-00000000000x",
        "0a000000-0000-0000-0000-000000000000 0a000000-0000-0000-0000-000000000000 more",
    };
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    for (size_t i = 0; i < OQ_COUNT(texts); i++)
        live_bridge_on_notify(way.bridge, oq_cstr(texts[i]));
    publish(h, ADMIN_A, OQ_UUID_ZERO, "{\"n\":1}");
    hear(&admin, "{\"n\": 1}");
}

static void test_reading_fails_for_a_while(void **state)
{
    house *h = *state;
    OQ_AUTO(stream) admin = follow_now(h, ADMIN_A, NULL);
    testdb_exec(h->db, "REVOKE SELECT ON live_events FROM optria_app");
    testdb_exec(h->db,
                "INSERT INTO live_events (tenant_id, id, event, data, created_at) VALUES"
                " ('0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'job', '{\"n\":1}',"
                "  now())");
    live_bridge_on_gap(way.bridge);
    usleep(200000);
    CHECK("could not be read", !heard(&admin, "{\"n\": 1}"));
    testdb_exec(h->db, "GRANT SELECT ON live_events TO optria_app");
    hear(&admin, "{\"n\": 1}"); /* tried again a second later */
}

static void test_without_a_hub(void **state)
{
    house *h = *state;
    live_use_hub(NULL);
    seen got = house_get(h, ADMIN_A, "/api/live");
    live_use_hub(h->hub);
    CHECK_PROBLEM("later", got, 503, "stream.stopping");
    CHECK_REFUSED("nobody", house_get(h, NOBODY, "/api/live"), 401, "auth.required");
}

/* --- retention --------------------------------------------------------------------------------*/

static void run_job(house *h, const char *kind)
{
    const job_kind *const kinds[] = {tenant_job_kinds, notify_job_kinds, NULL};
    oq_uuid id;
    job *j = NULL;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = kind, .run_at = OQ_TIME_NONE}, &id));
    house_commit(s);
    job_runner *runner;
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = h->pool,
                                                   .kinds = kinds,
                                                   .worker = OQ_STR("test"),
                                                   .threads = 1,
                                                   .lease = 60 * OQ_SECOND},
                             &runner));
    for (int i = 0; i < 1000; i++, usleep(10000)) {
        s = house_scope(h, ADMIN_A, OQ_READ);
        CHECK_OK(job_get(s, id, &j));
        oq_scope_close(s);
        if (j->state != JOB_READY && j->state != JOB_RUNNING)
            break;
    }
    job_runner_close(runner, 1000);
    if (j->state != JOB_DONE)
        fail_msg("%s: %s %.*s", kind, oq_choice_text(job_state_choices, j->state),
                 OQ_FMT(j->error_code));
}

static void test_what_is_old_goes(void **state)
{
    house *h = *state;
    testdb_exec(h->db,
                "TRUNCATE jobs, job_turns, job_schedules;"
                "INSERT INTO tenant_settings (tenant_id, settings) VALUES"
                " ('0a000000-0000-0000-0000-000000000000',"
                "  '{\"notification_days\": 10, \"audit_days\": 400}');"
                "INSERT INTO notifications (tenant_id, id, user_id, type, created_at)"
                " SELECT tenant_id, gen_random_uuid(), id, 'x', now() - d * interval '1 day'"
                " FROM users, unnest(ARRAY[1, 9, 11]) AS d"
                " WHERE full_name IN ('admin_a', 'admin_b');"
                "INSERT INTO notifications (tenant_id, id, user_id, type, created_at)"
                " SELECT tenant_id, gen_random_uuid(), id, 'x', now() - interval '50 days'"
                " FROM users, generate_series(1, 5001) WHERE full_name = 'admin_a';"
                "INSERT INTO live_events (tenant_id, id, event, data, created_at)"
                " SELECT '0a000000-0000-0000-0000-000000000000', gen_random_uuid(), 'x', '{}',"
                " now() - m * interval '1 minute' FROM unnest(ARRAY[1, 59, 61]) AS m;"
                "INSERT INTO audit_logs (tenant_id, id, at, actor_kind, actor_label, action)"
                " SELECT '0a000000-0000-0000-0000-000000000000', gen_random_uuid(),"
                " now() - d * interval '1 day', 'system', 'x', 'x.y'"
                " FROM unnest(ARRAY[1, 399, 401]) AS d");
    run_job(h, "notify.trim");
    run_job(h, "audit.trim");
    CHECK("notifications", find(h, ADMIN_A, false).count == 2);
    CHECK("of B nothing", find(h, ADMIN_B, false).count == 3);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM live_events"), 2);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM audit_logs WHERE action = 'x.y'"),
                     2);
    CHECK_STR("the deletion is audited, by the job",
              oq_cstr(testdb_value(h->db, "SELECT actor_kind FROM audit_logs"
                                          " WHERE action = 'audit.trimmed'")),
              "job");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_person_is_told, house_reset),
        cmocka_unit_test_setup(test_a_role_is_told, house_reset),
        cmocka_unit_test_setup(test_who_is_not_there, house_reset),
        cmocka_unit_test_setup(test_it_goes_with_its_deed, house_reset),
        cmocka_unit_test_setup(test_reading, house_reset),
        cmocka_unit_test_setup(test_api, reset_and_serve),
        cmocka_unit_test_setup(test_page, reset_and_serve),
        cmocka_unit_test_setup(test_who_hears, reset_and_serve),
        cmocka_unit_test_setup(test_what_was_not_committed, reset_and_serve),
        cmocka_unit_test_setup(test_a_notification_arrives, reset_and_serve),
        cmocka_unit_test_setup(test_coming_back, reset_and_serve),
        cmocka_unit_test_setup(test_coming_back_too_late, reset_and_serve),
        cmocka_unit_test_setup(test_after_a_gap, reset_and_serve),
        cmocka_unit_test_setup(test_a_gap_larger_than_a_reading, reset_and_serve),
        cmocka_unit_test_setup(test_a_flood, reset_and_serve),
        cmocka_unit_test_setup(test_malformed_notices, reset_and_serve),
        cmocka_unit_test_setup(test_reading_fails_for_a_while, reset_and_serve),
        cmocka_unit_test_setup(test_without_a_hub, reset_and_serve),
        cmocka_unit_test_setup(test_what_is_old_goes, house_reset),
    };
    return cmocka_run_group_tests(tests, house_open, close_all);
}
