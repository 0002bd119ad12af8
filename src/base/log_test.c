/* Standard error is a pipe or a file while a test runs, and read back. */
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static oq_arena *arena;
static int real_stderr = -1, caught = -1;

typedef json_t *json_ref;
static void json_ref_drop(json_ref *ref)
{
    json_decref(*ref);
}

static void catch_begin(void)
{
    caught = memfd_create("log", 0);
    assert_true(caught >= 0);
    real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(caught, STDERR_FILENO) >= 0);
}

/* What was written since, and standard error as before. */
static oq_str catch_end(void)
{
    off_t len = lseek(caught, 0, SEEK_CUR);
    char *text = oq_alloc(arena, (size_t)len + 1);
    assert_int_equal(pread(caught, text, (size_t)len, 0), len);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(caught);
    return oq_strn(text, (size_t)len);
}

static int begin(void **state)
{
    arena = oq_arena_open(0);
    oq_clock_set(INT64_C(1769846400) * OQ_SECOND + 7 * OQ_MS + 999);
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_KEYS);
    return 0;
}

static int end(void **state)
{
    oq_clock_set(OQ_TIME_NONE);
    oq_arena_close(arena);
    return 0;
}

static const oq_uuid an_id = {{0x01, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0x7e, 0x5f, 0x8a, 0x6b, 0x7c,
                               0x8d, 0x9e, 0x0f, 0xa1, 0xb2}};

static void write_samples(void)
{
    oq_log_info("job.finished", OQ_F_CSTR("kind", "audit.trim"), OQ_F_INT("took_ms", 12));
    oq_log_warn("plain");
    oq_log_error("all", OQ_F_STR("name", OQ_STR("Pump \"7\"\n")), OQ_F_STR("empty", OQ_STR("")),
                 OQ_F_STR("absent", OQ_NONE), OQ_F_CSTR("null", NULL), OQ_F_INT("least", INT64_MIN),
                 OQ_F_REAL("real", 0.1), OQ_F_REAL("nan", (double)NAN), OQ_F_UUID("id", an_id),
                 OQ_F_UUID("no_id", OQ_UUID_ZERO), OQ_F_CSTR("path", "/api/users?x=1"),
                 OQ_F_CSTR("bad", "\xff"), OQ_F_CSTR("ar", "مضخة"));
}

static void test_keys(void **state)
{
    catch_begin();
    write_samples();
    CHECK_STR("keys", catch_end(),
              "2026-01-31T08:00:00.007Z info job.finished kind=audit.trim took_ms=12\n"
              "2026-01-31T08:00:00.007Z warn plain\n"
              "2026-01-31T08:00:00.007Z error all name=\"Pump \\\"7\\\"\\n\" empty=\"\" "
              "least=-9223372036854775808 real=0.1 id=0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2 "
              "path=\"/api/users?x=1\" bad=\"\xef\xbf\xbd\" ar=\"مضخة\"\n");
}

static void test_json(void **state)
{
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_JSON);
    catch_begin();
    write_samples();
    CHECK_STR("JSON", catch_end(),
              "{\"time\":\"2026-01-31T08:00:00.007Z\",\"level\":\"info\","
              "\"event\":\"job.finished\",\"kind\":\"audit.trim\",\"took_ms\":12}\n"
              "{\"time\":\"2026-01-31T08:00:00.007Z\",\"level\":\"warn\",\"event\":\"plain\"}\n"
              "{\"time\":\"2026-01-31T08:00:00.007Z\",\"level\":\"error\",\"event\":\"all\","
              "\"name\":\"Pump \\\"7\\\"\\n\",\"empty\":\"\",\"least\":-9223372036854775808,"
              "\"real\":0.1,\"id\":\"0190a1b2-c3d4-7e5f-8a6b-7c8d9e0fa1b2\","
              "\"path\":\"/api/users?x=1\",\"bad\":\"\xef\xbf\xbd\",\"ar\":\"مضخة\"}\n");
}

static void test_levels(void **state)
{
    static const struct {
        oq_log_level least;
        const char *lines;
    } row[] = {
        {OQ_LOG_DEBUG, "debug d info i warn w error e "},
        {OQ_LOG_INFO, "info i warn w error e "},
        {OQ_LOG_WARN, "warn w error e "},
        {OQ_LOG_ERROR, "error e "},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_log_setup(row[i].least, OQ_LOG_KEYS);
        catch_begin();
        oq_log_debug("d");
        oq_log_info("i");
        oq_log_warn("w");
        oq_log_error("e");
        oq_log_err(OQ_LOG_DEBUG, "x", oq_fail(OQ_INTERNAL, "t.x"), NULL);
        OQ_AUTO(oq_buf) short_form = oq_buf_make(4000);
        oq_str line, rest = catch_end();
        while (oq_str_cut(&rest, '\n', &line)) {
            oq_str kept = oq_str_sub(line, sizeof "2026-01-31T08:00:00.007Z", SIZE_MAX);
            if (oq_str_find(kept, OQ_STR("error=")) == SIZE_MAX)
                oq_buf_f(&short_form, "%.*s ", OQ_FMT(kept));
        }
        CHECK_STR(row[i].lines, oq_buf_view(&short_form), row[i].lines);
    }
}

static void test_error_with_its_chain(void **state)
{
    oq_err *root = oq_err_detail(
        oq_fail_at("db/pool.c", 120, OQ_UNAVAILABLE, "db.lost", "host=%s", "10.0.0.7"),
        "server closed: %s", "57P01");
    oq_err *middle = oq_wrap_at("audit/audit.c", 7, root, OQ_UNAVAILABLE, "audit.lost", NULL);
    oq_err *top = oq_wrap_at("job/job.c", 33, middle, OQ_INTERNAL, "job.broken", "kind=%s tries=%d",
                             "audit.trim", 2);
    catch_begin();
    oq_log_err(OQ_LOG_ERROR, "job.failed", top,
               (oq_log_field[]){OQ_F_CSTR("kind", "audit.trim"), {.type = OQ_LOG_END}});
    oq_log_err(OQ_LOG_WARN, "bad.input",
               oq_err_join(oq_fail_field_at("f.c", 1, "name", "field.required", NULL),
                           oq_fail_field_at("f.c", 2, "spec.max", "field.too_large", "max=%d", 9)),
               NULL);
    CHECK_STR("chain", catch_end(),
              "2026-01-31T08:00:00.007Z error job.failed error=job.broken error_kind=internal "
              "error_facts=\"kind=audit.trim tries=2\" error_at=job/job.c:33 "
              "cause1=\"audit.lost (audit/audit.c:7)\" "
              "cause2=\"db.lost host=10.0.0.7: server closed: 57P01 (db/pool.c:120)\" "
              "kind=audit.trim\n"
              "2026-01-31T08:00:00.007Z warn bad.input error=field.required error_kind=invalid "
              "error_field=name error_at=f.c:1 "
              "also1=\"field.too_large field=spec.max max=9 (f.c:2)\"\n");
}

static void test_secrets_are_hidden(void **state)
{
    oq_log_hide(OQ_STR("correct horse"));
    oq_log_hide(OQ_STR("correct horse battery")); /* the longer one wins */
    oq_log_hide(OQ_STR("pass\"word\n9"));         /* escaped on the line, yet found */
    oq_log_hide(OQ_STR("batteryXstaple"));        /* begins inside another */
    oq_log_hide(OQ_STR("1234567890123"));
    oq_log_hide(OQ_STR("short"));         /* refused */
    oq_log_hide(OQ_STR("correct horse")); /* twice is once */
    static const struct {
        const char *value, *shown;
    } row[] = {
        {"correct horse", "***"},
        {"a correct horse b", "a *** b"},
        {"correct horse battery", "***"},
        {"correct horse batteryXstaple!", "***!"},
        {"correct horsecorrect horse", "******"},
        {"correct correct horse", "correct ***"},
        {"pass\"word\n9", "***"},
        {"n=1234567890123", "n=***"},
        {"short", "short"},
        {"correct", "correct"},
    };
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_JSON);
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        catch_begin();
        oq_log_info("e", OQ_F_CSTR("v", row[i].value));
        oq_str line = catch_end();
        OQ_AUTO(json_ref) root = json_loadb(line.ptr, line.len, 0, NULL);
        assert_non_null(root);
        CHECK_STR(row[i].value, oq_cstr(json_string_value(json_object_get(root, "v"))),
                  row[i].shown);
    }
    oq_log_setup(OQ_LOG_INFO, OQ_LOG_KEYS);
    catch_begin();
    oq_log_info("e", OQ_F_CSTR("v", "x correct horse"), OQ_F_INT("n", 1234567890123));
    oq_log_err(OQ_LOG_INFO, "e",
               oq_wrap(oq_err_detail(oq_fail(OQ_INTERNAL, "a.b", "url=%s", "u:correct horse@h"),
                                     "with correct horse"),
                       OQ_INTERNAL, "c.d", "url=%s", "correct horse"),
               NULL);
    oq_str lines = catch_end();
    CHECK("everywhere", oq_str_find(lines, OQ_STR("correct horse")) == SIZE_MAX);
    CHECK("numbers too", oq_str_find(lines, OQ_STR("1234567890123")) == SIZE_MAX);
    CHECK("the rest stays", oq_str_find(lines, OQ_STR("v=\"x ***\" n=***\n")) != SIZE_MAX);
}

/* A value that nobody bounded becomes a bounded line, and no half of a secret stays at the cut. */
static void test_long_values_are_cut(void **state)
{
    oq_log_hide(OQ_STR("a secret at the very edge"));
    for (int format = OQ_LOG_KEYS; format <= OQ_LOG_JSON; format++) {
        oq_log_setup(OQ_LOG_INFO, (oq_log_format)format);
        OQ_AUTO(oq_buf) value = oq_buf_make(100000);
        while (value.len < 4090)
            oq_buf_char(&value, '\x01');
        oq_buf_lit(&value, "a secret at the very edge");
        while (value.len < 50000)
            oq_buf_char(&value, '\x01');
        oq_log_field field[20];
        for (int i = 0; i < 19; i++)
            field[i] = OQ_F_STR("value", oq_buf_view(&value));
        field[19].type = OQ_LOG_END;
        static const char *const name[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                           "k", "l", "m", "n", "o", "p", "q", "r", "s"};
        for (int i = 0; i < 19; i++)
            field[i].key = name[i];
        catch_begin();
        oq_log_write(OQ_LOG_INFO, "long", field);
        oq_str line = catch_end();
        CHECK("bounded", line.len < 64 * 1024);
        CHECK("one line", oq_str_find_char(line, '\n') == line.len - 1);
        CHECK("no half", oq_str_find(line, OQ_STR("a sec")) == SIZE_MAX);
        CHECK("says so", oq_str_find(line, OQ_STR("bytes)")) != SIZE_MAX);
        CHECK("and that more is left out",
              oq_str_find(line, format == OQ_LOG_JSON ? OQ_STR("\"cut\":true}\n")
                                                      : OQ_STR(" cut=true\n")) != SIZE_MAX);
        if (format == OQ_LOG_JSON) {
            OQ_AUTO(json_ref) root = json_loadb(line.ptr, line.len, 0, NULL);
            assert_non_null(root);
        }
    }
}

/* A pipe in packet mode gives back each write alone. */
static void test_a_line_is_one_write(void **state)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_DIRECT), 0);
    real_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < 3; i++) {
        oq_log_setup(OQ_LOG_INFO, i == 1 ? OQ_LOG_JSON : OQ_LOG_KEYS);
        oq_log_info("line", OQ_F_INT("i", i), OQ_F_CSTR("text", "with \"quotes\" and\nlines"));
    }
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(ends[1]);
    for (int i = 0; i < 3; i++) {
        char line[4096];
        ssize_t len = read(ends[0], line, sizeof line);
        CHECK("whole", len > 30 && memchr(line, '\n', (size_t)len) == line + len - 1);
    }
    CHECK("no more", read(ends[0], &(char){0}, 1) == 0);
    close(ends[0]);
}

enum { THREADS = 4, LINES = 200 };

static void *write_lines(void *arg)
{
    for (int i = 0; i < LINES; i++) {
        oq_log_info("line", OQ_F_INT("thread", (intptr_t)arg), OQ_F_INT("i", i),
                    OQ_F_CSTR("text", "abcdefghijklmnopqrstuvwxyz_abcdefghijklm"));
        if (i == LINES / 2) {
            char secret[] = "a text of thread 0";
            secret[sizeof secret - 2] = (char)('0' + (intptr_t)arg);
            oq_log_hide(oq_cstr(secret));
        }
    }
    return NULL;
}

/* Through a pipe, where two writes of one line would mix with another thread's. */
static void test_lines_of_threads_do_not_mix(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    real_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    pthread_t thread[THREADS];
    for (intptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, write_lines, (void *)i), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    OQ_AUTO(oq_buf) all = oq_buf_make(1 << 21);
    ssize_t got;
    while ((got = read(ends[0], oq_buf_room(&all, 4096), 4096)) > 0)
        all.len += (size_t)got;
    close(ends[0]);
    int seen[THREADS] = {0};
    oq_str line, rest = oq_buf_view(&all);
    while (oq_str_cut(&rest, '\n', &line)) {
        CHECK("begins", oq_str_starts(line, OQ_STR("2026-01-31T08:00:00.007Z info line thread=")));
        CHECK("ends", oq_str_ends(line, OQ_STR("text=abcdefghijklmnopqrstuvwxyz_abcdefghijklm")));
        int thread_no = line.ptr[sizeof "2026-01-31T08:00:00.007Z info line thread=" - 1] - '0';
        char wanted[16];
        snprintf(wanted, sizeof wanted, " i=%d ", seen[thread_no]++);
        CHECK("in order", oq_str_find(line, oq_cstr(wanted)) != SIZE_MAX);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(seen[i], LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys, begin, end),
        cmocka_unit_test_setup_teardown(test_json, begin, end),
        cmocka_unit_test_setup_teardown(test_levels, begin, end),
        cmocka_unit_test_setup_teardown(test_error_with_its_chain, begin, end),
        cmocka_unit_test_setup_teardown(test_secrets_are_hidden, begin, end),
        cmocka_unit_test_setup_teardown(test_long_values_are_cut, begin, end),
        cmocka_unit_test_setup_teardown(test_a_line_is_one_write, begin, end),
        cmocka_unit_test_setup_teardown(test_lines_of_threads_do_not_mix, begin, end),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
