/* The letter, the addresses, what waits and what goes: all without network and database. */
#include "base/test.h"
#include "notify/send.h"
#include "notify/webhook.h"

#include "base/banned.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    return 0;
}

/* --- headers ------------------------------------------------------------------------------------*/

static oq_str words(oq_str text)
{
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    mail_put_words(&out, text);
    return oq_str_copy(arena, oq_buf_view(&out));
}

static void test_words(void **state)
{
    CHECK_STR("plain", words(OQ_STR("Pump 7 stopped")), "Pump 7 stopped");
    CHECK_STR("what looks encoded is encoded", words(OQ_STR("=?x?=")), "=?UTF-8?B?PT94Pz0=?=");
    /* checked with Python's email.header.decode_header */
    CHECK_STR("Arabic", words(OQ_STR("إنذار المضخة")),
              "=?UTF-8?B?2KXZhtiw2KfYsSDYp9mE2YXYttiu2Kk=?=");
    CHECK_STR("no line can be broken off", words(OQ_STR("a\r\nBcc: x@y")),
              "=?UTF-8?B?YSAgQmNjOiB4QHk=?=");
}

/* RFC 2047, 2: a word has at most 75 characters and holds whole characters. */
static void test_folding(void **state)
{
    char text[1000];
    size_t len = 0;
    for (int i = 0; i < 200; i++) {
        const char *part = i % 3 == 0 ? "م" : i % 3 == 1 ? "€" : "x";
        memcpy(text + len, part, strlen(part));
        len += strlen(part);
    }
    oq_str rest = words(oq_strn(text, len)), line;
    size_t lines = 0;
    for (; rest.len && oq_str_cut(&rest, '\n', &line); lines++) {
        line = oq_str_trim(line);
        CHECK("at most 75", line.len <= 75);
        CHECK("a word",
              oq_str_starts(line, OQ_STR("=?UTF-8?B?")) && oq_str_ends(line, OQ_STR("?=")));
        /* a word of whole characters: base64 of something that is UTF-8 */
        CHECK("whole groups", (line.len - 12) % 4 == 0);
    }
    CHECK("several lines", lines > 5);
}

static mail_letter letter_to(const char *to)
{
    return (mail_letter){
        .id = {{1, 2, 3}},
        .from = OQ_STR("optria@plant.example"),
        .from_name = OQ_STR("OPTRIA IQ"),
        .to = oq_cstr(to),
        .subject = OQ_STR("إنذار\r\nBcc: thief@evil.example"),
        .text = OQ_STR("سطر\n.\nQUIT\n"),
        .html = OQ_STR("<p>x</p>"),
        .lang = OQ_LANG_AR,
        .at = INT64_C(1780000000) * OQ_SECOND,
    };
}

static void test_a_letter(void **state)
{
    oq_str text;
    mail_letter letter = letter_to("sara@plant.example");
    CHECK_OK(mail_write(arena, &letter, &text));
    CHECK(
        "the id is the row's",
        oq_str_find(text, OQ_STR("Message-ID: <01020300-0000-0000-0000-000000000000@plant.example>"
                                 "\r\n")) != SIZE_MAX);
    CHECK("date",
          oq_str_find(text, OQ_STR("Date: Thu, 28 May 2026 20:26:40 +0000\r\n")) != SIZE_MAX);
    CHECK("no further header", oq_str_find(text, OQ_STR("\nBcc")) == SIZE_MAX);
    CHECK("no bare dot", oq_str_find(text, OQ_STR("\r\n.\r\n")) == SIZE_MAX);
    for (oq_str rest = text, line; rest.len && oq_str_cut(&rest, '\n', &line);) {
        CHECK("RFC 5322, 2.1.1", line.len <= 79);
        CHECK("CRLF", line.len && line.ptr[line.len - 1] == '\r');
    }
}

static void test_addresses_of_people(void **state)
{
    static const struct {
        const char *address;
        bool is_plain;
    } row[] = {
        {"sara@plant.example", true},
        {"a.b+c@x.example", true},
        {"", false},
        {"@x.example", false},
        {"sara", false},
        {"sara@", false},
        {"a@b@c.example", false},
        {"a b@x.example", false},
        {"a@x.example>\r\nDATA", false},
        {"a@x.example\r\nBcc: b@x", false},
        {"<a@x.example>", false},
        {"a,b@x.example", false},
        {"سارة@x.example", false},
        {"\"a\"@x.example", false},
    };
    oq_str text;
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        mail_letter letter = letter_to(row[i].address);
        CHECK(row[i].address, mail_address_is_plain(oq_cstr(row[i].address)) == row[i].is_plain);
        CHECK_CODE(row[i].address, mail_write(arena, &letter, &text),
                   row[i].is_plain ? NULL : "mail.address_refused");
    }
}

/* --- networks -----------------------------------------------------------------------------------*/

static void test_what_is_public(void **state)
{
    static const struct {
        const char *address;
        bool is_public;
    } row[] = {
        {"8.8.8.8", true},
        {"93.184.216.34", true},
        {"2606:4700::1111", true},
        {"127.0.0.1", false},
        {"127.255.255.254", false},
        {"0.0.0.0", false},
        {"10.1.2.3", false},
        {"172.16.0.1", false},
        {"172.31.255.255", false},
        {"172.32.0.1", true},
        {"192.168.1.1", false},
        {"169.254.169.254", false},
        {"100.64.0.1", false},
        {"100.128.0.1", true},
        {"198.18.0.1", false},
        {"224.0.0.1", false},
        {"255.255.255.255", false},
        {"240.0.0.1", false},
        {"::1", false},
        {"::", false},
        {"fe80::1", false},
        {"fc00::1", false},
        {"fd00:ec2::254", false},
        {"ff02::1", false},
        {"::ffff:127.0.0.1", false},
        {"::ffff:8.8.8.8", true},
        {"::127.0.0.1", false},
        {"64:ff9b::7f00:1", false},
        {"2002:7f00:1::", false},
        {"2001:db8::1", false},
        {"2001::1", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        net_address address;
        CHECK(row[i].address, net_address_parse(oq_cstr(row[i].address), &address));
        CHECK(row[i].address, net_address_is_public(&address) == row[i].is_public);
    }
}

static bool allows(const char *list, const char *text)
{
    net_ranges ranges;
    net_address address;
    CHECK_OK(net_ranges_parse(arena, oq_cstr(list), &ranges));
    CHECK(text, net_address_parse(oq_cstr(text), &address));
    return net_ranges_have(&ranges, &address);
}

static void test_ranges(void **state)
{
    net_ranges ranges;
    CHECK("nothing", !allows("", "10.0.0.1"));
    CHECK("inside", allows("10.2.0.0/16, fd00:7::/32", "10.2.255.1"));
    CHECK("outside", !allows("10.2.0.0/16, fd00:7::/32", "10.3.0.1"));
    CHECK("v6", allows("10.2.0.0/16 fd00:7::/32", "fd00:7:1::2"));
    CHECK("half a byte",
          allows("172.16.0.0/12", "172.31.1.1") && !allows("172.16.0.0/12", "172.32.0.1"));
    CHECK("one", allows("192.168.7.9", "192.168.7.9") && !allows("192.168.7.9", "192.168.7.8"));
    CHECK("all of v4 is not v6", !allows("0.0.0.0/0", "::1") && allows("0.0.0.0/0", "127.0.0.1"));
    static const char *const wrong[] = {"10.2.0.0/33", "10.2.0/16", "x",          "::/129",
                                        "10.0.0.1/",   "/8",        "10.0.0.0/-1"};
    for (size_t i = 0; i < OQ_COUNT(wrong); i++)
        CHECK_CODE(wrong[i], net_ranges_parse(arena, oq_cstr(wrong[i]), &ranges),
                   "webhook.allow_malformed");
}

static void test_urls(void **state)
{
    static const struct {
        const char *url, *problem;
    } row[] = {
        {"https://hook.example/a?b=c", NULL},
        {"https://hook.example", NULL},
        {"https://hook.example:8443/", NULL},
        {"https://[2001:db8::1]:8443/x", NULL},
        {"https://10.0.0.1/", NULL}, /* decided where it is connected to */
        {"http://hook.example/", "webhook.url_needs_https"},
        {"ftp://hook.example/", "webhook.url_malformed"},
        {"file:///etc/passwd", "webhook.url_malformed"},
        {"https://", "webhook.url_malformed"},
        {"https:///x", "webhook.url_malformed"},
        {"https://user@hook.example/", "webhook.url_malformed"},
        {"https://a:b@hook.example/", "webhook.url_malformed"},
        {"https://hook.example:0/", "webhook.url_malformed"},
        {"https://hook.example:99999/", "webhook.url_malformed"},
        {"https://hook.example/\r\nX: y", "webhook.url_malformed"},
        {"https://hook.example/a b", "webhook.url_malformed"},
        {"https://hook.example\\@x/", "webhook.url_malformed"},
        {"https://hook.example/#x", "webhook.url_malformed"},
        {"https://[::1/", "webhook.url_malformed"},
        {"HTTPS://hook.example/", "webhook.url_malformed"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        const char *got = webhook_url_problem(oq_cstr(row[i].url), false);
        CHECK(row[i].url, row[i].problem ? got && strcmp(got, row[i].problem) == 0 : !got);
    }
    CHECK("where a network is listed", !webhook_url_problem(OQ_STR("http://mes.local/"), true));
}

/* docs/en/notifications.md shows the same: echo -n '1780000000.{"id":"1"}' | openssl dgst -sha256
 * -hmac whs_example */
static void test_signature(void **state)
{
    CHECK_STR("as documented",
              webhook_signature(arena, OQ_STR("whs_example"), OQ_STR("1780000000"),
                                OQ_STR("{\"id\":\"1\"}")),
              "v1=cf04c1b36dfcbbe16c8d24d0733147391c00fba3bf4654a1a55e7575f88a3c87");
}

/* --- by which ways ------------------------------------------------------------------------------*/

static void test_ways(void **state)
{
    tenant_settings minimum = {.notify_in_app_from = NOTICE_FROM_HIGH,
                               .notify_mail_from = NOTICE_FROM_URGENT};
    static const struct {
        const char *label;
        notify_choice choice;
        int urgency;
        bool in_app, by_mail;
    } row[] = {
        {"preset", {true, false, URGENCY_LOW}, URGENCY_LOW, true, false},
        {"the minimum mails", {true, false, URGENCY_LOW}, URGENCY_URGENT, true, true},
        {"too low", {true, true, URGENCY_HIGH}, URGENCY_NORMAL, false, false},
        {"from here on", {true, true, URGENCY_HIGH}, URGENCY_HIGH, true, true},
        {"switched off", {false, false, URGENCY_LOW}, URGENCY_NORMAL, false, false},
        {"nobody switches off", {false, false, URGENCY_LOW}, URGENCY_HIGH, true, false},
        {"mail alone", {false, true, URGENCY_LOW}, URGENCY_NORMAL, false, true},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        notify_ways ways = notify_ways_of(&row[i].choice, &minimum, row[i].urgency);
        CHECK(row[i].label, ways.in_app == row[i].in_app && ways.by_mail == row[i].by_mail);
    }
    minimum =
        (tenant_settings){.notify_in_app_from = NOTICE_NEVER, .notify_mail_from = NOTICE_NEVER};
    notify_choice off = {false, false, URGENCY_LOW};
    notify_ways ways = notify_ways_of(&off, &minimum, URGENCY_URGENT);
    CHECK("people decide", !ways.in_app && !ways.by_mail);
}

/* --- quiet hours --------------------------------------------------------------------------------*/

static oq_us at(const char *text)
{
    oq_us t;
    CHECK(text, oq_time_parse(oq_cstr(text), &t));
    return t;
}

static void test_quiet_hours(void **state)
{
    oq_str riyadh = OQ_STR("Asia/Riyadh"); /* UTC+3 */
    notify_quiet night = {.starts_min = 22 * 60, .length_min = 8 * 60, .days = 127};
    CHECK("before", notify_quiet_until(&night, riyadh, at("2026-01-05T18:59:59Z")) == OQ_TIME_NONE);
    CHECK("from ten", notify_quiet_until(&night, riyadh, at("2026-01-05T19:00:00Z")) ==
                          at("2026-01-06T03:00:00Z"));
    CHECK("behind midnight", notify_quiet_until(&night, riyadh, at("2026-01-06T02:59:59Z")) ==
                                 at("2026-01-06T03:00:00Z"));
    CHECK("over", notify_quiet_until(&night, riyadh, at("2026-01-06T03:00:00Z")) == OQ_TIME_NONE);
    night.days = 1 << 4; /* Thursday evenings: 2026-01-08 is one */
    CHECK("Thursday", notify_quiet_until(&night, riyadh, at("2026-01-08T20:00:00Z")) ==
                          at("2026-01-09T03:00:00Z"));
    CHECK("its Friday morning", notify_quiet_until(&night, riyadh, at("2026-01-09T01:00:00Z")) ==
                                    at("2026-01-09T03:00:00Z"));
    CHECK("not Friday",
          notify_quiet_until(&night, riyadh, at("2026-01-09T20:00:00Z")) == OQ_TIME_NONE);
    notify_quiet none = {.days = 127};
    CHECK("none", notify_quiet_until(&none, riyadh, at("2026-01-05T00:00:00Z")) == OQ_TIME_NONE);
}

/* --- what goes next -----------------------------------------------------------------------------*/

#define ID(n) ((oq_uuid){{(n)}})

static mail_plan plan_of(const mail_waiting *due, size_t count, int64_t sent, bool is_quiet)
{
    oq_us now = at("2026-01-05T12:00:00Z");
    mail_reader reader = {
        .quiet = {.length_min = is_quiet ? 1440 : 0, .days = 127, .hourly_max = 3},
        .time_zone = OQ_STR("UTC"),
        .sent_count = sent,
        .sent_first = now - OQ_MINUTE};
    return mail_plan_make(arena, due, count, &reader, now);
}

static void test_plans(void **state)
{
    oq_us now = at("2026-01-05T12:00:00Z");
    mail_waiting due[5] = {{.id = ID(1), .urgency = URGENCY_NORMAL},
                           {.id = ID(2), .urgency = URGENCY_URGENT},
                           {.id = ID(3), .urgency = URGENCY_HIGH},
                           {.id = ID(4), .urgency = URGENCY_NORMAL},
                           {.id = ID(5), .urgency = URGENCY_NORMAL}};
    mail_plan p = plan_of(due, 3, 0, false);
    CHECK("one by one", p.pick_count == 1 && p.pick[0] == 0 && oq_uuid_is_zero(p.digest_id));
    p = plan_of(due, 5, 0, false);
    CHECK("too many: one of all", p.pick_count == 5 && oq_uuid_eq(p.digest_id, ID(1)));
    p = plan_of(due, 5, 3, false);
    CHECK("no room: urgent alone", p.pick_count == 1 && p.pick[0] == 1 && p.hold_count == 4 &&
                                       p.hold_until == now - OQ_MINUTE + OQ_HOUR);
    p = plan_of(due, 5, 0, true);
    CHECK("quiet: urgent alone", p.pick_count == 1 && p.pick[0] == 1 && p.hold_count == 4 &&
                                     p.hold_until == at("2026-01-06T00:00:00Z"));
    due[0].was_held = true;
    p = plan_of(due, 3, 0, false);
    CHECK("what was held comes together", p.pick_count == 3 && oq_uuid_eq(p.digest_id, ID(1)));
    due[3].digest_id = due[4].digest_id = ID(4);
    p = plan_of(due, 5, 9, true);
    CHECK("a group stays as it is",
          p.pick_count == 2 && p.pick[0] == 3 && oq_uuid_eq(p.digest_id, ID(4)) && !p.hold_count);
    due[2].tries = 1;
    p = plan_of(due, 3, 9, false);
    CHECK("tried alone: alone again",
          p.pick_count == 1 && p.pick[0] == 2 && oq_uuid_is_zero(p.digest_id));
}

static void test_back_off(void **state)
{
    CHECK("a minute", outbox_back_off(1) == OQ_MINUTE);
    CHECK("doubling", outbox_back_off(4) == 8 * OQ_MINUTE);
    CHECK("six hours", outbox_back_off(10) == 6 * OQ_HOUR && outbox_back_off(1000) == 6 * OQ_HOUR);
}

/* --- setting up ---------------------------------------------------------------------------------*/

static void test_setting_up(void **state)
{
    static const struct {
        const char *url, *from, *code;
        bool wants_tls;
    } row[] = {
        {"smtp://mail.example:587", "a@x.example", NULL, true},
        {"smtp://localhost:25", "a@x.example", NULL, false},
        {"smtp://127.0.0.1:2525", "a@x.example", NULL, false},
        {"smtp://[::1]:25", "a@x.example", NULL, false},
        {"smtps://mail.example:465/", "a@x.example", NULL, false}, /* is TLS from its first byte */
        {"smtp://127.0.0.1.evil.example", "a@x.example", NULL, true},
        {"mail.example", "a@x.example", "mail.url_malformed", false},
        {"smtp://", "a@x.example", "mail.url_malformed", false},
        {"smtp://user:pw@mail.example", "a@x.example", "mail.url_malformed", false},
        {"smtp://mail.example", "", "mail.from_malformed", false},
        {"smtp://mail.example", "a@x\r\nBcc:b@x", "mail.from_malformed", false},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        channel_setup setup = {.smtp_url = oq_cstr(row[i].url), .mail_from = oq_cstr(row[i].from)};
        CHECK_CODE(row[i].url, channel_set_up(&setup), row[i].code);
        if (!row[i].code)
            CHECK(row[i].url, channel_has_mail() && channel_get()->wants_tls == row[i].wants_tls);
    }
    CHECK_OK(channel_set_up(&(channel_setup){.webhook_allow = OQ_NONE}));
    CHECK("not set up", !channel_has_mail() && !channel_allows_http());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),          cmocka_unit_test(test_folding),
        cmocka_unit_test(test_a_letter),       cmocka_unit_test(test_addresses_of_people),
        cmocka_unit_test(test_what_is_public), cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_urls),           cmocka_unit_test(test_signature),
        cmocka_unit_test(test_ways),           cmocka_unit_test(test_quiet_hours),
        cmocka_unit_test(test_plans),          cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_setting_up),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
