/* Mail and webhooks to real receivers on the loopback: what arrives, what fails and how it is
 * shown, quiet hours, digests, walls of the network, and a worker that is killed in the middle. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "notify/channel.h"
#include "notify/choice.h"
#include "notify/notify.h"
#include "notify/outbox.h"
#include "notify/webhook.h"
#include "support/house.h"
#include "support/program.h"

#include "integration/peer_place.h"

static http_route_list routes = {notify_routes, webhook_routes, web_routes, NULL};

static struct {
    program smtp, hook, tls;
    oq_str folder; /* of what arrived */
    oq_arena *arena;
    channel_setup setup;
} peers;

/* --- the receivers ------------------------------------------------------------------------------*/

static oq_str path_in(const char *name)
{
    return oq_strf(peers.arena, "%.*s/%s", OQ_FMT(peers.folder), name);
}

static void wait_for_port(int port)
{
    for (int i = 0; i < 500; i++, usleep(20000)) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in at = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        bool is_there = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
        close(fd);
        if (is_there)
            return;
    }
    fail_msg("nobody listens on %d", port);
}

static program start(const char *script, const char *folder, const char *cert, const char *key)
{
    int port = program_free_port();
    program_output(peers.arena, oq_strf(peers.arena, "mkdir -p %s", path_in(folder).ptr).ptr);
    const char *const argv[] = {"/usr/bin/python3",
                                script,
                                oq_strf(peers.arena, "%d", port).ptr,
                                path_in(folder).ptr,
                                cert,
                                key,
                                NULL};
    program p = program_start(argv, NULL, port);
    wait_for_port(port);
    return p;
}

static void set_up(void)
{
    CHECK_OK(channel_set_up(&peers.setup));
}

static int open_all(void **state)
{
    house_open(state);
    peers.arena = oq_arena_open(0);
    peers.folder = program_folder(peers.arena);
    const char *cert = path_in("cert.pem").ptr, *key = path_in("key.pem").ptr;
    program_output(peers.arena,
                   oq_strf(peers.arena,
                           "openssl req -x509 -newkey rsa:2048 -nodes -keyout %s -out %s -days 2"
                           " -subj /CN=hook.example -addext subjectAltName=DNS:hook.example 2>&1",
                           key, cert)
                       .ptr);
    peers.smtp = start(PEER_FOLDER "/smtp_peer.py", "mail", NULL, NULL);
    peers.hook = start(PEER_FOLDER "/hook_peer.py", "plain", NULL, NULL);
    peers.tls = start(PEER_FOLDER "/hook_peer.py", "tls", cert, key);
    return 0;
}

static int close_all(void **state)
{
    program_stop(&peers.smtp);
    program_stop(&peers.hook);
    program_stop(&peers.tls);
    program_folder_remove(peers.folder);
    oq_arena_close(peers.arena);
    return house_close(state);
}

/* Mail goes, and webhooks reach the loopback. */
static int reset(void **state)
{
    house_reset(state);
    house *h = *state;
    house_serve(h, &routes);
    program_output(peers.arena, oq_strf(peers.arena, "rm -f %s/mail/* %s/plain/* %s/tls/*",
                                        peers.folder.ptr, peers.folder.ptr, peers.folder.ptr)
                                    .ptr);
    peers.setup = (channel_setup){
        .smtp_url = oq_strf(peers.arena, "smtp://127.0.0.1:%d", peers.smtp.port),
        .mail_from = OQ_STR("optria@plant.example"),
        .public_url = OQ_STR("https://optria.example"),
        .webhook_allow = OQ_STR("127.0.0.0/8"),
        .timeout_ms = 1500,
    };
    set_up();
    return 0;
}

/* --- doing ---------------------------------------------------------------------------------------*/

static void run_send(house *h)
{
    const job_kind *const kinds[] = {notify_job_kinds, NULL};
    oq_uuid id;
    job *j;
    bool is_over = false;
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = "notify.send", .run_at = OQ_TIME_NONE}, &id));
    house_commit(s);
    job_runner *runner;
    CHECK_OK(job_runner_open(&(job_runner_options){.pool = h->pool,
                                                   .kinds = kinds,
                                                   .worker = OQ_STR("test"),
                                                   .threads = 1,
                                                   .lease = 60 * OQ_SECOND},
                             &runner));
    for (int i = 0; i < 3000 && !is_over; i++, usleep(10000)) {
        s = house_scope(h, ADMIN_A, OQ_READ);
        oq_err *err = job_get(s, id, &j); /* one that ended well leaves no row */
        is_over = err || (j->state != JOB_READY && j->state != JOB_RUNNING);
        oq_scope_close(s);
    }
    job_runner_close(runner, 5000);
    CHECK("it ended", is_over);
}

static void say_as(house *h, const char *email)
{
    testdb_exec(h->db, oq_strf(h->arena,
                               "UPDATE users SET email = '%s', lang = 'en' WHERE full_name ="
                               " 'viewer_a'",
                               email)
                           .ptr);
}

static void tell(house *h, int urgency, const char *once)
{
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(notify_user(s, &(notify_order){.user_id = house_id(VIEWER_A),
                                            .type = "note",
                                            .title = OQ_STR("Pump 7: إنذار"),
                                            .body = OQ_STR("Look <at> it"),
                                            .topic = TOPIC_ALARM,
                                            .urgency = urgency,
                                            .once_key = oq_cstr(once)}));
    house_commit(s);
}

static void want_mail(house *h)
{
    testdb_exec(h->db, "INSERT INTO notification_choices (tenant_id, user_id, topic, by_mail,"
                       " updated_at) SELECT tenant_id, id, 'alarm', true, now() FROM users WHERE"
                       " full_name = 'viewer_a'");
}

static const char *state_of(house *h)
{
    return testdb_value(h->db, "SELECT string_agg(status || ' ' || tries || ' ' ||"
                               " coalesce(error_code, '-'), ', ' ORDER BY created_at, id) FROM"
                               " outbox");
}

static size_t arrived(const char *folder)
{
    size_t count = 0;
    DIR *d = opendir(path_in(folder).ptr);
    for (struct dirent *e; d && (e = readdir(d));)
        count += e->d_name[0] != '.' && !strstr(e->d_name, ".tmp");
    closedir(d);
    return count;
}

/* With bodies decoded. */
static oq_str letters(house *h)
{
    return program_output(
        h->arena,
        oq_strf(h->arena,
                "cd %s/mail && for f in *.eml; do [ -f \"$f\" ] && /usr/bin/python3 -c 'import"
                " sys,email,email.policy as p; m=email.message_from_file(open(sys.argv[1]),"
                "policy=p.default); print(m[\"Message-ID\"], m[\"Subject\"]);"
                " [print(x.get_content_type(), x.get_content()) for x in m.iter_parts()]' \"$f\";"
                " done; true",
                peers.folder.ptr)
            .ptr);
}

static void check_state(house *h, const char *label, const char *wanted)
{
    CHECK_STR(label, oq_cstr(state_of(h)), wanted);
}

static bool has(oq_str text, const char *part)
{
    return oq_str_find(text, oq_cstr(part)) != SIZE_MAX;
}

/* --- mail ----------------------------------------------------------------------------------------*/

static void test_mail_arrives(void **state)
{
    house *h = *state;
    say_as(h, "sara@plant.example");
    want_mail(h);
    tell(h, URGENCY_NORMAL, "a");
    tell(h, URGENCY_NORMAL, "a"); /* told once */
    run_send(h);
    check_state(h, "sent", "sent 1 -");
    assert_int_equal(arrived("mail"), 1);
    oq_str text = letters(h);
    CHECK("the row's id", has(text, testdb_value(h->db, "SELECT '<' || id || '@' FROM outbox")));
    CHECK("subject", has(text, "Pump 7: إنذار"));
    CHECK("text", has(text, "text/plain") && has(text, "Look <at> it"));
    CHECK("HTML", has(text, "text/html") && has(text, "Look &lt;at&gt; it"));
    CHECK("a way to change it", has(text, "https://optria.example/notifications/choices"));
    testdb_exec(h->db, "UPDATE users SET lang = 'ar' WHERE full_name = 'viewer_a'");
    tell(h, URGENCY_NORMAL, "b");
    run_send(h);
    CHECK("from right to left", has(letters(h), "dir=\"rtl\""));
}

static void test_nobody_asked_for_mail(void **state)
{
    house *h = *state;
    tell(h, URGENCY_NORMAL, "a");
    CHECK("no row", testdb_number(h->db, "SELECT count(*) FROM outbox") == 0);
    tell(h, URGENCY_URGENT, "b");
    CHECK("the tenant's minimum", testdb_number(h->db, "SELECT count(*) FROM outbox") == 1);
    peers.setup.smtp_url = OQ_NONE;
    set_up();
    tell(h, URGENCY_URGENT, "c");
    CHECK("not set up", testdb_number(h->db, "SELECT count(*) FROM outbox") == 1);
    testdb_exec(h->db, "INSERT INTO notification_choices (tenant_id, user_id, topic, in_app,"
                       " updated_at) SELECT tenant_id, id, 'alarm', false, now() FROM users WHERE"
                       " full_name = 'viewer_a'");
    tell(h, URGENCY_NORMAL, "d");
    CHECK("not in the app", testdb_number(h->db, "SELECT count(*) FROM notifications") == 3);
    tell(h, URGENCY_HIGH, "e");
    CHECK("nobody switches that off",
          testdb_number(h->db, "SELECT count(*) FROM notifications") == 4);
}

static void test_choices(void **state)
{
    house *h = *state;
    seen r = house_send(h, VIEWER_A, "PUT", "/api/notifications/choices",
                        "{\"alarm\":{\"in_app\":true,\"by_mail\":true,\"urgency_min\":\"high\"},"
                        "\"quiet_from\":\"22:00\",\"quiet_to\":\"06:00\"}");
    assert_int_equal(r.status, 200);
    r = house_get(h, VIEWER_A, "/api/notifications/choices");
    CHECK("kept",
          seen_has(&r, "\"alarm\":{\"in_app\":true,\"by_mail\":true,\"urgency_min\":\"high\"}"));
    CHECK("the others have the preset",
          seen_has(&r, "\"job\":{\"in_app\":true,\"by_mail\":false,\"urgency_min\":\"low\"}"));
    CHECK("quiet", seen_has(&r, "\"quiet_from\":\"22:00\",\"quiet_to\":\"06:00\""));
    tell(h, URGENCY_NORMAL, "a");
    CHECK("too low", testdb_number(h->db, "SELECT count(*) FROM notifications") == 0);
    tell(h, URGENCY_HIGH, "b");
    CHECK("both ways", testdb_number(h->db, "SELECT count(*) FROM outbox") == 1);
    CHECK_REFUSED(
        "half of it",
        house_send(h, VIEWER_A, "PUT", "/api/notifications/choices", "{\"quiet_to\":null}"), 422,
        "notify.quiet_incomplete");
    CHECK_REFUSED(
        "no time",
        house_send(h, VIEWER_A, "PUT", "/api/notifications/choices", "{\"quiet_to\":\"25:00\"}"),
        422, "field.time_of_day_malformed");
    r = house_get(h, ADMIN_A, "/api/notifications/choices");
    CHECK("one's own", !seen_has(&r, "22:00"));
    r = house_get(h, VIEWER_A, "/notifications?topic=alarm&urgency_min=high");
    CHECK("filtered", seen_has(&r, "Pump 7"));
    r = house_get(h, VIEWER_A, "/api/notifications?topic=job");
    CHECK("of another topic", seen_has(&r, "\"items\":[]"));
}

static void test_mail_refused(void **state)
{
    house *h = *state;
    want_mail(h);
    say_as(h, "no@plant.example");
    tell(h, URGENCY_NORMAL, "a");
    run_send(h);
    check_state(h, "for good", "failed 1 mail.refused");
    CHECK("why", strstr(testdb_value(h->db, "SELECT error_facts->>'reply' FROM outbox"), "5.1.1"));
    CHECK("administrators are told once",
          testdb_number(h->db, "SELECT count(*) FROM notifications WHERE type = 'mail.failed'") ==
              1);
    seen page = house_get(h, ADMIN_A, "/outbox");
    CHECK("in words", seen_has(&page, "The mail server refused the message for good: 550"));
    CHECK_REFUSED("not for everybody", house_get(h, VIEWER_A, "/api/outbox"), 403,
                  "access.forbidden");
    say_as(h, "sara@plant.example");
    const char *id = testdb_value(h->db, "SELECT id FROM outbox");
    oq_str path = oq_strf(h->arena, "/api/outbox/%s/send-again", id);
    CHECK_REFUSED("another tenant's", house_send(h, ADMIN_B, "POST", path.ptr, NULL), 404,
                  "outbox.not_found");
    assert_int_equal(house_send(h, ADMIN_A, "POST", path.ptr, NULL).status, 202);
    run_send(h);
    check_state(h, "again", "sent 1 -");
    CHECK("under the same id", has(letters(h), id));
}

static void test_mail_put_off(void **state)
{
    house *h = *state;
    oq_us now = oq_clock_now();
    want_mail(h);
    say_as(h, "grey@plant.example");
    tell(h, URGENCY_NORMAL, "a");
    run_send(h);
    check_state(h, "later", "waiting 1 mail.refused_for_now");
    run_send(h);
    check_state(h, "not yet", "waiting 1 mail.refused_for_now");
    oq_clock_set(now + 2 * OQ_MINUTE);
    run_send(h);
    check_state(h, "taken", "sent 2 -");
    say_as(h, "bad@plant.example");
    tell(h, URGENCY_NORMAL, "b");
    run_send(h);
    CHECK("refused after the letter", strstr(state_of(h), "failed 1 mail.refused"));
}

static void test_mail_servers_that_fail(void **state)
{
    house *h = *state;
    oq_us now = oq_clock_now();
    want_mail(h);
    say_as(h, "hang@plant.example");
    tell(h, URGENCY_NORMAL, "a");
    run_send(h);
    check_state(h, "hangs", "waiting 1 mail.timeout");
    oq_clock_set(now + 5 * OQ_MINUTE);
    peers.setup.smtp_url = oq_strf(peers.arena, "smtp://mail.example:%d", peers.smtp.port);
    peers.setup.resolve = oq_strf(peers.arena, "mail.example:%d:127.0.0.1", peers.smtp.port);
    set_up();
    run_send(h);
    check_state(h, "without TLS, not on the loopback", "waiting 2 mail.tls_failed");
    oq_clock_set(now + 15 * OQ_MINUTE);
    peers.setup.smtp_url = OQ_STR("smtp://127.0.0.1:9");
    set_up();
    run_send(h);
    check_state(h, "nobody there", "waiting 3 mail.unreachable");
    oq_clock_set(now + 25 * OQ_HOUR);
    run_send(h);
    check_state(h, "given up after a day", "failed 4 mail.unreachable");
}

/* --- quiet hours and digests ---------------------------------------------------------------------*/

static void test_quiet_hours(void **state)
{
    house *h = *state;
    oq_us now = oq_clock_now();
    say_as(h, "sara@plant.example");
    want_mail(h);
    testdb_exec(h->db, "INSERT INTO notification_quiet (tenant_id, user_id, starts_min, length_min,"
                       " updated_at) SELECT tenant_id, id, 0, 1440, now() FROM users WHERE"
                       " full_name = 'viewer_a'");
    tell(h, URGENCY_NORMAL, "a");
    tell(h, URGENCY_HIGH, "b");
    tell(h, URGENCY_URGENT, "c");
    run_send(h);
    assert_int_equal(arrived("mail"), 1);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM outbox WHERE was_held"), 2);
    testdb_exec(h->db, "UPDATE notification_quiet SET length_min = 0");
    oq_clock_set(now + 25 * OQ_HOUR);
    run_send(h);
    assert_int_equal(arrived("mail"), 2);
    CHECK("as one", has(letters(h), "2 notifications from OPTRIA IQ"));
}

static void test_too_much_mail(void **state)
{
    house *h = *state;
    say_as(h, "sara@plant.example");
    want_mail(h);
    testdb_exec(h->db, "INSERT INTO notification_quiet (tenant_id, user_id, starts_min, length_min,"
                       " hourly_max, updated_at) SELECT tenant_id, id, 0, 0, 2, now() FROM users"
                       " WHERE full_name = 'viewer_a'");
    oq_us now = oq_clock_now();
    oq_clock_set(now);
    tell(h, URGENCY_NORMAL, "first");
    run_send(h);
    for (int i = 0; i < 5; i++)
        tell(h, URGENCY_NORMAL, oq_strf(h->arena, "m%d", i).ptr);
    run_send(h);
    assert_int_equal(arrived("mail"), 2); /* the second is a digest */
    CHECK("of five", has(letters(h), "5 notifications from OPTRIA IQ"));
    tell(h, URGENCY_NORMAL, "later");
    run_send(h);
    assert_int_equal(arrived("mail"), 2);
    oq_clock_set(now + 2 * OQ_HOUR);
    run_send(h);
    assert_int_equal(arrived("mail"), 3);
}

/* --- webhooks ------------------------------------------------------------------------------------*/

static oq_str hook_secret;

static oq_str make_hook(house *h, const char *url)
{
    seen r = house_send(
        h, ADMIN_A, "POST", "/api/webhooks",
        oq_strf(h->arena, "{\"name\":\"MES\",\"url\":\"%s\",\"topics\":[\"alarm\"]}", url).ptr);
    assert_int_equal(r.status, 201);
    hook_secret = house_between(h, &r, "\"secret\":\"", "\"");
    return house_between(h, &r, "\"id\":\"", "\"");
}

static oq_str plain_url(const char *path)
{
    return oq_strf(peers.arena, "http://127.0.0.1:%d%s", peers.hook.port, path);
}

static void go_to(house *h, oq_str url)
{
    testdb_exec(h->db, oq_strf(h->arena, "UPDATE webhooks SET url = '%.*s'", OQ_FMT(url)).ptr);
}

static void test_webhook_arrives(void **state)
{
    house *h = *state;
    oq_str id = make_hook(h, plain_url("/ok").ptr);
    seen r = house_get(h, ADMIN_A, oq_strf(h->arena, "/api/webhooks/%.*s", OQ_FMT(id)).ptr);
    CHECK("shown once", !seen_has(&r, hook_secret.ptr) && !seen_has(&r, "secret"));
    CHECK("sealed", testdb_number(h->db, oq_strf(h->arena,
                                                 "SELECT position('%.*s'::bytea in secret) FROM"
                                                 " webhooks",
                                                 OQ_FMT(hook_secret))
                                             .ptr) == 0);
    tell(h, URGENCY_NORMAL, "a");
    tell(h, URGENCY_NORMAL, "a");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE); /* another person hears of the same */
    CHECK_OK(notify_role(
        s, ROLE_TENANT_ADMIN,
        &(notify_order){
            .type = "note", .title = OQ_STR("x"), .topic = TOPIC_ALARM, .once_key = OQ_STR("a")}));
    CHECK_OK(
        notify_role(s, ROLE_TENANT_ADMIN,
                    &(notify_order){.type = "note", .title = OQ_STR("x"), .topic = TOPIC_JOB}));
    house_commit(s);
    run_send(h);
    assert_int_equal(arrived("plain"), 1); /* once per event, of its topics */
    oq_str check = program_output(
        h->arena,
        oq_strf(h->arena,
                "/usr/bin/python3 -c 'import json,hmac,hashlib,sys; r=json.load(open(sys.argv[1]));"
                " t=r[\"headers\"]; s=\"v1=\"+hmac.new(sys.argv[2].encode(),"
                " (t[\"x-optria-timestamp\"]+\".\"+r[\"body\"]).encode(), hashlib.sha256)"
                ".hexdigest(); b=json.loads(r[\"body\"]);"
                " print(s==t[\"x-optria-signature\"], b[\"id\"]==t[\"x-optria-id\"],"
                " b[\"title\"][\"en\"], b[\"topic\"])' %s/plain/001.json %.*s",
                peers.folder.ptr, OQ_FMT(hook_secret))
            .ptr);
    CHECK_STR("signed", check, "True True Pump 7: إنذار alarm\n");
    check_state(h, "sent", "sent 1 -");
}

static void test_webhooks_that_fail(void **state)
{
    house *h = *state;
    static const struct {
        const char *path, *code;
    } row[] = {{"/fail", "webhook.answered"},
               {"/redirect", "webhook.redirected"},
               {"/close", "webhook.unreachable"},
               {"/hang", "webhook.timeout"}};
    oq_us now = oq_clock_now();
    oq_str id = make_hook(h, plain_url("/ok").ptr);
    tell(h, URGENCY_NORMAL, "a");
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        go_to(h, plain_url(row[i].path));
        oq_clock_set(now + OQ_MINUTE + (oq_us)i * OQ_HOUR);
        run_send(h);
        check_state(h, row[i].path, oq_strf(h->arena, "waiting %zu %s", i + 1, row[i].code).ptr);
    }
    assert_int_equal(arrived("plain"), 4); /* the redirection was not followed */
    assert_int_equal(testdb_number(h->db, "SELECT failures FROM webhooks"), 4);
    assert_int_equal(testdb_number(h->db, "SELECT count(DISTINCT id) FROM outbox"), 1);
    seen page = house_get(h, ADMIN_A, oq_strf(h->arena, "/webhooks/%.*s", OQ_FMT(id)).ptr);
    CHECK("in words", seen_has(&page, "The receiver did not answer in time."));
    go_to(h, plain_url("/big"));
    oq_clock_set(now + 5 * OQ_HOUR);
    run_send(h);
    check_state(h, "an answer without end is cut off", "sent 5 -");
    assert_int_equal(testdb_number(h->db, "SELECT failures FROM webhooks"), 0);
}

static void test_a_webhook_is_stopped(void **state)
{
    house *h = *state;
    oq_us now = oq_clock_now();
    make_hook(h, plain_url("/fail").ptr);
    tell(h, URGENCY_NORMAL, "a");
    run_send(h);
    oq_clock_set(now + 8 * OQ_DAY);
    tell(h, URGENCY_NORMAL, "b");
    run_send(h);
    CHECK_STR("off", oq_cstr(testdb_value(h->db, "SELECT is_active FROM webhooks")), "f");
    assert_int_equal(
        testdb_number(h->db, "SELECT count(*) FROM notifications WHERE type = 'webhook.stopped'"),
        1);
    assert_int_equal(testdb_number(h->db, "SELECT count(*) FROM outbox WHERE status = 'waiting'"),
                     0);
}

/* The master key was changed, or the row was altered: the others get theirs. */
static void test_a_secret_that_does_not_open(void **state)
{
    house *h = *state;
    make_hook(h, plain_url("/ok").ptr);
    tell(h, URGENCY_NORMAL, "a");
    testdb_exec(h->db, "UPDATE webhooks SET secret = 'x'::bytea || secret;"
                       "UPDATE outbox SET next_at = next_at - interval '1 minute'");
    seen r =
        house_send(h, ADMIN_A, "POST", "/api/webhooks",
                   oq_strf(h->arena, "{\"name\":\"B\",\"url\":\"%.*s\",\"topics\":[\"alarm\"]}",
                           OQ_FMT(plain_url("/ok")))
                       .ptr);
    assert_int_equal(r.status, 201);
    tell(h, URGENCY_NORMAL, "b");
    run_send(h);
    assert_int_equal(arrived("plain"), 1);
    CHECK("the other one's", testdb_number(h->db, "SELECT count(*) FROM outbox WHERE status ="
                                                  " 'sent'") == 1);
    CHECK("for good", testdb_number(h->db, "SELECT count(*) FROM outbox WHERE status = 'failed'"
                                           " AND error_code = 'secret.not_openable'") >= 1);
    CHECK("administrators are told",
          testdb_number(h->db, "SELECT count(*) FROM notifications WHERE type ="
                               " 'webhook.failed'") == 1);
}

static void test_networks(void **state)
{
    house *h = *state;
    oq_us now = oq_clock_now();
    peers.setup.webhook_allow = OQ_STR("10.9.9.9");
    peers.setup.resolve = oq_strf(peers.arena,
                                  "hook.example:%d:127.0.0.1,meta.example:443:"
                                  "169.254.169.254,six.example:443:[fd00:ec2::254]",
                                  peers.tls.port);
    set_up();
    make_hook(h, "https://hook.example/");
    tell(h, URGENCY_NORMAL, "a");
    const char *const to[] = {oq_strf(h->arena, "https://hook.example:%d/ok", peers.tls.port).ptr,
                              "https://meta.example/",
                              "https://six.example/",
                              "https://10.0.0.1/",
                              "https://[::1]/",
                              "https://2130706433/",
                              "https://0x7f.1/",
                              "https://localhost/",
                              oq_strf(h->arena, "http://127.0.0.1:%d/ok", peers.hook.port).ptr};
    for (size_t i = 0; i < OQ_COUNT(to); i++) {
        go_to(h, oq_cstr(to[i]));
        oq_clock_set(now + (oq_us)i * 2 * OQ_HOUR);
        testdb_exec(h->db, "UPDATE outbox SET tries = 0, next_at = '2020-01-01'");
        run_send(h);
        check_state(h, to[i], "waiting 1 webhook.address_refused");
    }
    CHECK("nothing came", arrived("tls") == 0 && arrived("plain") == 0);
    testdb_exec(h->db, "UPDATE outbox SET tries = 0, next_at = '2020-01-01'");
    peers.setup.webhook_allow = OQ_STR("127.0.0.1");
    set_up();
    go_to(h, oq_cstr(to[0]));
    run_send(h);
    check_state(h, "its certificate is not trusted", "waiting 1 webhook.tls_failed");
    peers.setup.ca_file = path_in("cert.pem");
    set_up();
    testdb_exec(h->db, "UPDATE outbox SET tries = 0, next_at = '2020-01-01'");
    run_send(h);
    check_state(h, "listed and trusted", "sent 1 -");
    assert_int_equal(arrived("tls"), 1);
}

static void test_urls_of_webhooks(void **state)
{
    house *h = *state;
    peers.setup.webhook_allow = OQ_NONE;
    set_up();
    CHECK_REFUSED("plain",
                  house_send(h, ADMIN_A, "POST", "/api/webhooks",
                             "{\"name\":\"x\",\"url\":\"http://hook.example/\"}"),
                  422, "webhook.url_needs_https");
    CHECK_REFUSED("a file",
                  house_send(h, ADMIN_A, "POST", "/api/webhooks",
                             "{\"name\":\"x\",\"url\":\"file:///etc/passwd\"}"),
                  422, "webhook.url_malformed");
    make_hook(h, "https://hook.example/");
    CHECK_REFUSED("its name is taken",
                  house_send(h, ADMIN_A, "POST", "/api/webhooks",
                             "{\"name\":\"MES\",\"url\":\"https://b.example/\"}"),
                  409, "webhook.name_taken");
    CHECK_REFUSED("not for everybody", house_get(h, VIEWER_A, "/api/webhooks"), 403,
                  "access.forbidden");
}

/* --- a worker that dies --------------------------------------------------------------------------*/

static program start_worker(house *h)
{
    char self[1000];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = 0;
    char *slash = strrchr(self, '/');
    *slash = 0;
    const char *const argv[] = {oq_strf(h->arena, "%s/../src/main/optria", self).ptr, "work", NULL};
    oq_str db = testdb_url(h->db);
    const char *const env[] = {
        oq_strf(h->arena, "OPTRIA_DB_URL=%.*s", OQ_FMT(db)).ptr,
        "OPTRIA_MASTER_KEY=a master key of at least 32 bytes, for tests",
        oq_strf(h->arena, "OPTRIA_SMTP_URL=%.*s", OQ_FMT(peers.setup.smtp_url)).ptr,
        "OPTRIA_MAIL_FROM=optria@plant.example", NULL};
    return program_start(argv, env, 0);
}

static void test_a_worker_is_killed(void **state)
{
    house *h = *state;
    want_mail(h);
    say_as(h, "hang@plant.example"); /* the letter is there, the answer never comes */
    tell(h, URGENCY_NORMAL, "a");
    oq_scope *s = house_scope(h, ADMIN_A, OQ_WRITE);
    CHECK_OK(job_add(s, &(job_order){.kind = "notify.send", .run_at = OQ_TIME_NONE}, NULL));
    house_commit(s);
    program worker = start_worker(h);
    for (int i = 0; i < 3000 && !arrived("mail"); i++)
        usleep(10000);
    assert_int_equal(arrived("mail"), 1);
    kill(worker.pid, SIGKILL);
    waitpid(worker.pid, NULL, 0);
    check_state(h, "leased", "waiting 1 -");
    testdb_exec(h->db, "TRUNCATE jobs, job_turns");
    say_as(h, "sara@plant.example");
    run_send(h);
    check_state(h, "not before the lease is over", "waiting 1 -");
    oq_clock_set(oq_clock_now() + OUTBOX_LEASE + OQ_MINUTE);
    run_send(h);
    check_state(h, "again", "sent 2 -");
    assert_int_equal(arrived("mail"), 2);
    oq_str ids =
        program_output(h->arena, oq_strf(h->arena,
                                         "cat %s/mail/*.eml | grep -i ^Message-ID | sort -u"
                                         " | wc -l",
                                         peers.folder.ptr)
                                     .ptr);
    CHECK_STR("with one id", ids, "1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_mail_arrives, reset),
        cmocka_unit_test_setup(test_nobody_asked_for_mail, reset),
        cmocka_unit_test_setup(test_choices, reset),
        cmocka_unit_test_setup(test_mail_refused, reset),
        cmocka_unit_test_setup(test_mail_put_off, reset),
        cmocka_unit_test_setup(test_mail_servers_that_fail, reset),
        cmocka_unit_test_setup(test_quiet_hours, reset),
        cmocka_unit_test_setup(test_too_much_mail, reset),
        cmocka_unit_test_setup(test_webhook_arrives, reset),
        cmocka_unit_test_setup(test_webhooks_that_fail, reset),
        cmocka_unit_test_setup(test_a_webhook_is_stopped, reset),
        cmocka_unit_test_setup(test_a_secret_that_does_not_open, reset),
        cmocka_unit_test_setup(test_networks, reset),
        cmocka_unit_test_setup(test_urls_of_webhooks, reset),
        cmocka_unit_test_setup(test_a_worker_is_killed, reset),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
