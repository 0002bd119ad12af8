#include "base/test.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    oq_arena *arena = oq_arena_open(64);
    for (size_t size = 0; size < 300; size += 7) {
        unsigned char *p = oq_alloc(arena, size);
        CHECK("aligned", (uintptr_t)p % _Alignof(max_align_t) == 0);
        for (size_t i = 0; i < size; i++)
            CHECK("zeroed", p[i] == 0);
        memset(p, 0xee, size);
    }
    oq_arena_close(arena);
}

static void test_raw_memory_is_aligned_and_its_own(void **state)
{
    oq_arena *arena = oq_arena_open(64);
    unsigned char *before = NULL;
    for (size_t size = 1; size < 300; size += 7) {
        unsigned char *p = oq_alloc_raw_n(arena, size, 1);
        CHECK("aligned", (uintptr_t)p % _Alignof(max_align_t) == 0);
        memset(p, (int)size, size);
        CHECK("what came before stays", !before || before[0] == (unsigned char)(size - 7));
        before = p;
    }
    oq_arena_close(arena);
}

static void test_rewind_gives_back_only_what_came_later(void **state)
{
    oq_arena *arena = oq_arena_open(128);
    char *kept = oq_str_c(arena, OQ_STR("kept"));
    oq_mark mark = oq_arena_mark(arena);
    for (int i = 0; i < 100; i++)
        memset(oq_alloc(arena, 50), i, 50);
    oq_arena_rewind(arena, mark);
    char *again = oq_alloc(arena, 50);
    CHECK_STR("before the mark", oq_cstr(kept), "kept");
    for (int i = 0; i < 50; i++)
        CHECK("zeroed again", again[i] == 0);
    oq_arena_close(arena);
}

static void test_reset_keeps_working(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    for (int round = 0; round < 3; round++) {
        oq_alloc(arena, 100000);
        CHECK("counted", oq_arena_used(arena) == 100000);
        oq_arena_reset(arena);
        CHECK("empty", oq_arena_used(arena) == 0);
    }
    oq_arena_close(arena);
    oq_arena_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_raw_memory_is_aligned_and_its_own),
        cmocka_unit_test(test_rewind_gives_back_only_what_came_later),
        cmocka_unit_test(test_reset_keeps_working),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
