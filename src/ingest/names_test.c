#include "ingest/names.h"

#include <math.h>
#include <pthread.h>

#include "base/test.h"

static const oq_uuid A = {{1}}, B = {{2}};

static int forget_all(void **state)
{
    names_forget_all();
    return 0;
}

static series_facts facts_of(int32_t no)
{
    return (series_facts){
        .no = no, .is_active = true, .min = -INFINITY, .max = INFINITY, .scale = 1};
}

static int32_t find(names *n, names_door door, const char *bytes, const char *field)
{
    names_read(n);
    names_group *g = names_find_group(n, door, oq_cstr(bytes), NULL);
    names_field *f = g ? names_find_field(n, g, oq_cstr(field), NULL) : NULL;
    int32_t no = f ? f->no : 0;
    names_read_end(n);
    return no;
}

static void add(names *n, names_door door, const char *bytes, const char *field, int32_t no)
{
    series_facts facts = facts_of(no);
    names_add(n, door, oq_cstr(bytes), oq_cstr(field), &facts);
}

static void test_found(void **state)
{
    names *n = names_hold(A);
    assert_int_equal(find(n, NAMES_LINE, "P-101", "t"), 0);
    add(n, NAMES_LINE, "P-101", "t", 1);
    add(n, NAMES_LINE, "P-101", "p", 2);
    add(n, NAMES_LINE, "P-102", "t", 3);
    add(n, NAMES_JSON, "P-101", "t", 4);
    add(n, NAMES_JSON, "", "", 5);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(find(n, NAMES_LINE, "P-101", "t"), 1);
        assert_int_equal(find(n, NAMES_LINE, "P-101", "p"), 2);
        assert_int_equal(find(n, NAMES_LINE, "P-102", "t"), 3);
        assert_int_equal(find(n, NAMES_JSON, "P-101", "t"), 4);
        assert_int_equal(find(n, NAMES_JSON, "", ""), 5);
        assert_int_equal(find(n, NAMES_LINE, "P-102", "p"), 0);
        assert_int_equal(find(n, NAMES_LINE, "P-10", "1"), 0);
        assert_int_equal(find(n, NAMES_REMOTE, "P-101", "t"), 0);
    }
    add(n, NAMES_LINE, "P-101", "t", 9);
    assert_int_equal(find(n, NAMES_LINE, "P-101", "t"), 9);
    names_release(n);
    names *other = names_hold(B);
    assert_int_equal(find(other, NAMES_LINE, "P-101", "t"), 0);
    names_release(other);
}

static void test_forgotten(void **state)
{
    names *before = names_hold(A), *other = names_hold(B);
    add(before, NAMES_LINE, "P", "t", 1);
    add(other, NAMES_LINE, "P", "t", 2);
    names_forget(A);
    assert_int_equal(find(before, NAMES_LINE, "P", "t"), 1); /* to the end of the request */
    names *after = names_hold(A);
    assert_int_equal(find(after, NAMES_LINE, "P", "t"), 0);
    add(before, NAMES_LINE, "Q", "t", 3);
    assert_int_equal(find(after, NAMES_LINE, "Q", "t"), 0);
    names_release(before);
    names_release(after);
    names_release(other);
    other = names_hold(B);
    assert_int_equal(find(other, NAMES_LINE, "P", "t"), 2);
    names_on_notify(NULL, OQ_STR("no id"));
    names_on_notify(NULL, OQ_STR("02000000-0000-0000-0000-000000000000"));
    names_release(other);
    other = names_hold(B);
    assert_int_equal(find(other, NAMES_LINE, "P", "t"), 0);
    names_release(other);
}

static void test_many(void **state)
{
    enum { MANY = 20000 };
    names *n = names_hold(A);
    char name[20];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "P-%d", i);
        add(n, NAMES_LINE, name, "t", i + 1);
    }
    names_read(n);
    names_field *last = NULL;
    for (int i = 0; i < 2 * MANY; i++) {
        snprintf(name, sizeof name, "P-%d", i % MANY);
        names_group *g = names_find_group(n, NAMES_LINE, oq_cstr(name), last);
        assert_non_null(g);
        last = names_find_field(n, g, OQ_STR("t"), last);
        assert_int_equal(last->no, i % MANY + 1);
    }
    names_read_end(n);
    CHECK("counted", names_bytes() > MANY * 100 && names_bytes() < MANY * 500);
    names_release(n);
    names_forget_all();
    assert_int_equal(names_bytes(), 0);
}

static void test_a_ceiling(void **state)
{
    names *n = names_hold(A);
    char *name = calloc(1, 1024 * 1024 + 1);
    memset(name, 'x', 1024 * 1024);
    for (int i = 0; i < 600; i++) {
        snprintf(name, 10, "P%08d", i);
        name[9] = 'x';
        add(n, NAMES_LINE, name, "t", i + 1);
        CHECK("below", names_bytes() < NAMES_BYTES_MAX + 2 * 1024 * 1024);
    }
    assert_int_equal(find(n, NAMES_LINE, name, "t"), 600);
    snprintf(name, 10, "P%08d", 0);
    name[9] = 'x';
    assert_int_equal(find(n, NAMES_LINE, name, "t"), 0);
    names_release(n);
    free(name);
}

/* One tenant's endless spellings cost another nothing, whoever of the two is the next to add. */
static void test_crowded(void **state)
{
    names *crowd = names_hold(A), *rival = names_hold(B);
    char *name = calloc(1, 4 * 1024 * 1024 + 1);
    memset(name, 'x', 4 * 1024 * 1024);
    add(rival, NAMES_LINE, "P-1", "t", 1);
    for (int i = 0; names_bytes() <= NAMES_BYTES_MAX; i++) {
        memcpy(name, &i, sizeof i);
        add(crowd, NAMES_LINE, name, "t", i + 1);
    }
    add(rival, NAMES_LINE, "P-2", "t", 2);
    assert_int_equal(find(rival, NAMES_LINE, "P-1", "t"), 1);
    assert_int_equal(find(rival, NAMES_LINE, "P-2", "t"), 2);
    CHECK("not counted any more", names_bytes() < 1024 * 1024);
    /* Who has the large one goes on with it, and cannot let it grow. */
    CHECK("still there", find(crowd, NAMES_LINE, name, "t") > 0);
    add(crowd, NAMES_LINE, "P-3", "t", 3);
    assert_int_equal(find(crowd, NAMES_LINE, "P-3", "t"), 0);
    names_release(crowd);
    crowd = names_hold(A);
    assert_int_equal(find(crowd, NAMES_LINE, name, "t"), 0);
    add(crowd, NAMES_LINE, "P-3", "t", 3);
    assert_int_equal(find(crowd, NAMES_LINE, "P-3", "t"), 3);
    names_release(crowd);
    names_release(rival);
    free(name);
}

/* Readers, a writer and a notice at once, for the sanitizers to look at. */
static void *read_much(void *arg)
{
    for (int round = 0; round < 200; round++) {
        names *n = names_hold(A);
        names_read(n);
        names_field *last = NULL;
        for (int i = 0; i < 100; i++) {
            char name[20];
            snprintf(name, sizeof name, "P-%d", i);
            names_group *g = names_find_group(n, NAMES_LINE, oq_cstr(name), last);
            names_field *f = g ? names_find_field(n, g, OQ_STR("t"), last) : NULL;
            if (f && f->no != i + 1)
                abort();
            last = f ? f : last;
        }
        names_read_end(n);
        if (arg)
            for (int i = 0; i < 10; i++) {
                char name[20];
                snprintf(name, sizeof name, "P-%d", (round * 10 + i) % 100);
                add(n, NAMES_LINE, name, "t", (round * 10 + i) % 100 + 1);
            }
        names_release(n);
        if (arg && round % 50 == 49)
            names_forget(A);
    }
    return NULL;
}

static void test_at_once(void **state)
{
    pthread_t thread[4];
    for (size_t i = 0; i < OQ_COUNT(thread); i++)
        assert_int_equal(pthread_create(&thread[i], NULL, read_much, i < 2 ? thread : NULL), 0);
    for (size_t i = 0; i < OQ_COUNT(thread); i++)
        pthread_join(thread[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_found, forget_all),
        cmocka_unit_test_teardown(test_forgotten, forget_all),
        cmocka_unit_test_teardown(test_many, forget_all),
        cmocka_unit_test_teardown(test_a_ceiling, forget_all),
        cmocka_unit_test_teardown(test_crowded, forget_all),
        cmocka_unit_test_teardown(test_at_once, forget_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
