/* Runs the files of the Mustache specification, byte for byte. They are not part of this project:
 * OPTRIA_SHARED names the folder that holds data/mustache-spec/ (default: shared/ beside the
 * project's folder). Without it this test is skipped and says so; mustache_test.c has its own table
 * of cases, so that nothing goes untested. */
#include <jansson.h>
#include <unistd.h>

#include "base/test.h"
#include "web/mustache.h"

static char folder[1024];

static void find_folder(void)
{
    const char *shared = getenv("OPTRIA_SHARED");
    if (shared && *shared) {
        snprintf(folder, sizeof folder, "%s/data/mustache-spec", shared);
        return;
    }
    const char *slash = strrchr(__FILE__, '/');
    snprintf(folder, sizeof folder, "%.*s/../../../shared/data/mustache-spec",
             slash ? (int)(slash - __FILE__) : 1, slash ? __FILE__ : ".");
}

static bool folder_is_missing(void)
{
    if (access(folder, R_OK) == 0)
        return false;
    print_message("[  SKIPPED ] the folder %s is missing: set OPTRIA_SHARED to have the "
                  "specification's files run\n",
                  folder);
    return true;
}

static oq_str json_text(oq_arena *arena, const json_t *json)
{
    char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
    oq_str copy = oq_str_copy(arena, oq_cstr(text));
    free(text);
    return copy;
}

static void run(oq_arena *arena, const char *file, const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    char label[200];
    snprintf(label, sizeof label, "%s: %s", file, name);
    web_value *view;
    CHECK_CODE(label, web_from_json(arena, json_text(arena, json_object_get(test, "data")), &view),
               NULL);
    mustache_set *set = mustache_set_open();
    const char *partial;
    json_t *source;
    json_object_foreach (json_object_get(test, "partials"), partial, source)
        CHECK_CODE(label, mustache_add(set, oq_cstr(partial), oq_cstr(json_string_value(source))),
                   NULL);
    oq_str template = oq_cstr(json_string_value(json_object_get(test, "template")));
    CHECK_CODE(label, mustache_add(set, OQ_STR("the template"), template), NULL);
    OQ_AUTO(oq_buf) out = oq_buf_make(1 << 20);
    const mustache *t = mustache_find(set, OQ_STR("the template"));
    CHECK_CODE(label, mustache_render(set, t, view, &out), NULL);
    CHECK_STR(label, oq_buf_view(&out), json_string_value(json_object_get(test, "expected")));
    mustache_set_close(set);
}

static void run_file(const char *file, size_t least)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/%s.json", folder, file);
    json_error_t where;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        fail_msg("%s: %s", path, where.text);
    const json_t *tests = json_object_get(root, "tests");
    CHECK(file, json_array_size(tests) >= least);
    oq_arena *arena = oq_arena_open(0);
    for (size_t i = 0; i < json_array_size(tests); i++)
        run(arena, file, json_array_get(tests, i));
    print_message("%s: %zu cases\n", file, json_array_size(tests));
    oq_arena_close(arena);
    json_decref(root);
}

/* Every file but ~lambdas, which web/mustache.h leaves out; with the number of cases that were
 * there when this was written, so that an empty file does not pass. */
static void test_specification(void **state)
{
    static const struct {
        const char *file;
        size_t cases;
    } row[] = {
        {"comments", 12}, {"delimiters", 14}, {"interpolation", 42},  {"inverted", 22},
        {"partials", 12}, {"sections", 34},   {"~dynamic-names", 21}, {"~inheritance", 27},
    };
    if (folder_is_missing())
        skip();
    for (size_t i = 0; i < OQ_COUNT(row); i++)
        run_file(row[i].file, row[i].cases);
}

int main(void)
{
    find_folder();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_specification)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
