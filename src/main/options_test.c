#include "base/test.h"
#include "main/options.h"

typedef struct example {
    bool dry_run;
    oq_str role, email;
    int64_t count;
    oq_strs tag;
} example;

static const oq_field example_fields[] = {
    OQ_BOOL(example, dry_run),
    OQ_TEXT(example, role, .max = 10),
    OQ_TEXT(example, email, .required = true),
    OQ_I64(example, count, .preset = "3", .min = 1, .max = 9),
    OQ_TEXTS(example, tag, .max = 5),
    OQ_FIELDS_END,
};
static const char *const example_operands[OPTIONS_OPERANDS_MAX] = {"email"};

enum { WORDS = 8 };

static size_t words_count(const char *const words[WORDS])
{
    size_t n = 0;
    while (n < WORDS && words[n])
        n++;
    return n;
}

static void test_read(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *email, *role;
        bool dry_run;
        int64_t count;
    } row[] = {
        {{"a@b"}, "a@b", "", false, 3},
        {{"a@b", "--dry-run"}, "a@b", "", true, 3},
        {{"--dry-run", "a@b"}, "a@b", "", true, 3},
        {{"--role", "viewer", "a@b", "--count", "5"}, "a@b", "viewer", false, 5},
        {{"--role=viewer", "a@b", "--count=9"}, "a@b", "viewer", false, 9},
        {{"--role=a=b", "a@b"}, "a@b", "a=b", false, 3},
        {{"--role", "-", "a@b"}, "a@b", "-", false, 3},
        {{"--dry_run", "a@b"}, "a@b", "", true, 3},
        {{"--", "--role"}, "--role", "", false, 3},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        example got;
        CHECK_OK(options_read(arena, example_fields, example_operands, (char *const *)row[i].words,
                              words_count(row[i].words), &got, NULL));
        CHECK_STR(row[i].words[0], got.email, row[i].email);
        CHECK_STR(row[i].words[0], got.role.ptr ? got.role : OQ_STR(""), row[i].role);
        CHECK(row[i].words[0], got.dry_run == row[i].dry_run);
        CHECK(row[i].words[0], got.count == row[i].count);
        oq_arena_close(arena);
    }
}

static void test_refuse(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *code, *field;
    } row[] = {
        {{"a@b", "--dry"}, "option.unknown", NULL},
        {{"a@b", "--dri-run"}, "option.unknown_near", NULL},
        {{"a@b", "--email", "c@d"}, "option.unknown", NULL},
        {{"a@b", "-n"}, "option.unknown", NULL},
        {{"a@b", "--role"}, "option.value_missing", NULL},
        {{"a@b", "--role", "--dry-run"}, "option.value_missing", NULL},
        {{"a@b", "--dry-run=yes"}, "option.value_unwanted", NULL},
        {{"a@b", "c@d"}, "option.too_many_words", NULL},
        {{"--dry-run"}, "field.required", "EMAIL"},
        {{"a@b", "--count", "none"}, "field.type", "--count"},
        {{"a@b", "--count", "10"}, "field.too_large", "--count"},
        {{"a@b", "--role", "a", "--role", "b"}, "field.duplicate", "--role"},
    };
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_arena *arena = oq_arena_open(0);
        example got;
        oq_err *err =
            options_read(arena, example_fields, example_operands, (char *const *)row[i].words,
                         words_count(row[i].words), &got, NULL);
        CHECK_CODE(row[i].code, err, row[i].code);
        CHECK(row[i].code, !row[i].field == !err->field);
        if (row[i].field)
            CHECK_STR(row[i].code, oq_cstr(err->field), row[i].field);
        oq_arena_close(arena);
    }
}

static void test_rest(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    const char *words[] = {"a@b", "--dry-run", "--", "ls", "--", "-l"};
    example got;
    options_rest rest;
    CHECK_OK(options_read(arena, example_fields, example_operands, (char *const *)words, 6, &got,
                          &rest));
    assert_int_equal(rest.count, 3);
    assert_string_equal(rest.at[0], "ls");
    assert_string_equal(rest.at[1], "--");
    CHECK_OK(options_read(arena, example_fields, example_operands, (char *const *)words, 2, &got,
                          &rest));
    assert_int_equal(rest.count, 0);

    /* A command without options still refuses them. */
    CHECK_CODE("no table", options_read(arena, NULL, NULL, (char *const *)words, 1, NULL, NULL),
               "option.too_many_words");
    CHECK_CODE("no table", options_read(arena, NULL, NULL, (char *const *)words + 1, 1, NULL, NULL),
               "option.unknown");
    oq_arena_close(arena);
}

static void test_list_and_limit(void **state)
{
    oq_arena *arena = oq_arena_open(0);
    const char *words[2 * OPTIONS_WORDS_MAX] = {"a@b", "--tag=x,y", "--tag", "z"};
    example got;
    CHECK_OK(
        options_read(arena, example_fields, example_operands, (char *const *)words, 4, &got, NULL));
    assert_int_equal(got.tag.count, 2);
    CHECK_STR("first", got.tag.at[0], "x,y");
    for (size_t i = 0; i < OQ_COUNT(words); i++)
        words[i] = "--dry-run";
    CHECK_CODE("far too many",
               options_read(arena, example_fields, example_operands, (char *const *)words,
                            OQ_COUNT(words), &got, NULL),
               "option.too_many_words");
    oq_arena_close(arena);
}

typedef struct files {
    oq_str target;
    oq_strs file;
    bool again;
} files;
static const oq_field files_fields[] = {
    OQ_TEXT(files, target, .required = true),
    OQ_TEXTS(files, file, .required = true),
    OQ_BOOL(files, again),
    OQ_FIELDS_END,
};

/* The last operand, when it is a list, takes all words that follow. */
static void test_list_of_operands(void **state)
{
    static const char *const operands[OPTIONS_OPERANDS_MAX] = {"target", "file"};
    static const char *const words[] = {"to", "a", "--again", "b", "c"};
    oq_arena *arena = oq_arena_open(0);
    files got;
    CHECK_OK(options_read(arena, files_fields, operands, (char *const *)words, 5, &got, NULL));
    CHECK_STR("first", got.target, "to");
    assert_int_equal(got.file.count, 3);
    CHECK_STR("last", got.file.at[2], "c");
    assert_true(got.again);
    CHECK_CODE("none",
               options_read(arena, files_fields, operands, (char *const *)words, 1, &got, NULL),
               "field.required");
    oq_arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_of_operands), cmocka_unit_test(test_read),
        cmocka_unit_test(test_refuse),           cmocka_unit_test(test_rest),
        cmocka_unit_test(test_list_and_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
