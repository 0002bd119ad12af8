/* The table of our own cases follows the rules of the specification's texts and our own decisions
 * where they leave something open; mustache_spec_test.c runs the specification's files. */
#include "base/test.h"
#include "web/mustache.h"

static oq_arena *arena;

static int open_arena(void **state)
{
    arena = oq_arena_open(0);
    return 0;
}

static int close_arena(void **state)
{
    oq_arena_close(arena);
    oq_err_reset();
    return 0;
}

typedef struct render_case {
    const char *label, *json, *source, *wanted;
    const char *partial[6]; /* name, source, name, source ... */
} render_case;

static void run(const render_case *c)
{
    mustache_set *set = mustache_set_open();
    for (size_t i = 0; i + 1 < OQ_COUNT(c->partial) && c->partial[i]; i += 2)
        CHECK_CODE(c->label, mustache_add(set, oq_cstr(c->partial[i]), oq_cstr(c->partial[i + 1])),
                   NULL);
    CHECK_CODE(c->label, mustache_add(set, OQ_STR("main"), oq_cstr(c->source)), NULL);
    web_value *view;
    CHECK_CODE(c->label, web_from_json(arena, oq_cstr(c->json), &view), NULL);
    OQ_AUTO(oq_buf) out = oq_buf_make(64 * 1024);
    CHECK_CODE(c->label, mustache_render(set, mustache_find(set, OQ_STR("main")), view, &out),
               NULL);
    CHECK_STR(c->label, oq_buf_view(&out), c->wanted);
    mustache_set_close(set);
}

static void run_all(const render_case *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run(&row[i]);
}

static void test_values(void **state)
{
    static const render_case row[] = {
        {"plain text", "{}", "a { b } c }} d", "a { b } c }} d"},
        {"empty template", "{}", "", ""},
        {"value", "{\"a\":\"x\"}", "<{{a}}>", "<x>"},
        {"padding", "{\"a\":\"x\"}", "{{  a\t}}", "x"},
        {"escaped", "{\"a\":\"<b a='1' c=\\\"2\\\">`&amp;\"}", "{{a}}",
         "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&#96;&amp;amp;"},
        {"raw", "{\"a\":\"<&>\"}", "{{{a}}}{{&a}}{{{ a }}}{{& a }}", "<&><&><&><&>"},
        {"miss", "{}", "[{{a}}{{a.b}}{{{a}}}]", "[]"},
        {"null", "{\"a\":null}", "[{{a}}]", "[]"},
        {"null hides the outer", "{\"a\":1,\"o\":{\"a\":null}}", "{{#o}}[{{a}}]{{/o}}", "[]"},
        {"numbers", "{\"i\":-7,\"r\":1.21,\"z\":0}", "{{i}} {{r}} {{z}}", "-7 1.21 0"},
        {"truths", "{\"t\":true,\"f\":false}", "{{t}} {{f}}", "true false"},
        {"objects and lists have no text", "{\"o\":{\"a\":1},\"l\":[1]}", "[{{o}}{{l}}]", "[]"},
        {"dots", "{\"a\":{\"b\":{\"c\":\"x\"}}}", "{{a.b.c}}", "x"},
        {"first part decides", "{\"a\":{\"b\":1},\"o\":{\"a\":{}}}", "{{#o}}[{{a.b}}]{{/o}}", "[]"},
        {"dots into a text", "{\"a\":\"x\"}", "[{{a.b}}]", "[]"},
        {"not rendered twice", "{\"a\":\"{{b}}\",\"b\":\"x\"}", "{{a}}", "{{b}}"},
        {"dot", "\"x\"", "{{.}}", "x"},
        {"multi-byte", "{\"a\":\"\xd9\x85\xd8\xb6\xd8\xae\xd8\xa9\"}",
         "\xe2\x81\xa6{{a}}\xe2\x81\xa9",
         "\xe2\x81\xa6\xd9\x85\xd8\xb6\xd8\xae\xd8\xa9\xe2\x81\xa9"},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_sections(void **state)
{
    static const render_case row[] = {
        {"true", "{\"a\":true}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes"},
        {"false", "{\"a\":false}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "no"},
        {"missing", "{}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "no"},
        {"empty text", "{\"a\":\"\"}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "no"},
        {"zero is a text", "{\"a\":0}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes"},
        {"empty list", "{\"a\":[]}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "no"},
        {"empty object", "{\"a\":{}}", "{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes"},
        {"list", "{\"a\":[{\"n\":1},{\"n\":2}]}", "{{#a}}<{{n}}>{{/a}}", "<1><2>"},
        {"list of texts", "{\"a\":[\"x\",\"y\"]}", "{{#a}}{{.}},{{/a}}", "x,y,"},
        {"list of lists", "{\"a\":[[1,2],[3]]}", "{{#a}}({{#.}}{{.}}{{/.}}){{/a}}", "(12)(3)"},
        {"falsy items are items", "{\"a\":[\"\",false,null]}", "{{#a}}.{{/a}}", "..."},
        {"outer values", "{\"x\":\"o\",\"a\":[{\"n\":1}]}", "{{#a}}{{x}}{{n}}{{/a}}", "o1"},
        {"inner wins", "{\"x\":\"o\",\"a\":[{\"x\":\"i\"}]}", "{{#a}}{{x}}{{/a}}{{x}}", "io"},
        {"dotted", "{\"a\":{\"b\":[1,2]}}", "{{#a.b}}{{.}}{{/a.b}}", "12"},
        {"text as context", "{\"a\":\"x\"}", "{{#a}}{{.}}{{a}}{{/a}}", "xx"},
        {"nested same name", "{\"a\":true}", "{{#a}}1{{#a}}2{{/a}}3{{/a}}", "123"},
        {"lines of their own go", "{\"a\":true}", "x\n {{#a}} \ny\n\t{{/a}}\nz", "x\ny\nz"},
        {"inline lines stay", "{\"a\":true}", " {{#a}}y{{/a}}\n", " y\n"},
        {"carriage returns", "{\"a\":true}", "x\r\n{{#a}}\r\ny\r\n{{/a}}\r\nz", "x\r\ny\r\nz"},
        {"a lone return is no line end", "{\"a\":true}", "{{#a}}\ry{{/a}}", "\ry"},
        {"two tags on a line stay", "{\"a\":true}", "{{#a}} {{/a}}\n", " \n"},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_comments_and_delimiters(void **state)
{
    static const render_case row[] = {
        {"comment", "{}", "a{{! x }}b", "ab"},
        {"comment alone", "{}", "a\n  {{! x\n y }}  \nb", "a\nb"},
        {"comment with anything", "{}", "[{{!#/>{ }}]", "[]"},
        {"delimiters", "{\"a\":1}", "{{=<% %>=}}<%a%>{{a}}<%={{ }}=%>{{a}}", "1{{a}}1"},
        {"one character", "{\"a\":1}", "{{=| |=}}|a|", "1"},
        {"raw with own delimiters", "{\"a\":\"<\"}", "{{=<% %>=}}<%{a}%><%&a%>", "<<"},
        {"partials keep the usual ones", "{\"a\":1}", "{{=| |=}}|>p||a|", "11", {"p", "{{a}}"}},
        {"inside a section", "{\"a\":[1,2]}", "{{#a}}{{=| |=}}|.||/a|{{a}}", "12{{a}}"},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_partials(void **state)
{
    static const render_case row[] = {
        {"partial", "{\"a\":1}", "[{{>p}}]", "[<1>]", {"p", "<{{a}}>"}},
        {"missing", "{}", "[{{>p}}]", "[]"},
        {"path", "{}", "{{> parts/row.small }}", "x", {"parts/row.small", "x"}},
        {"in the context of the place",
         "{\"l\":[{\"a\":1},{\"a\":2}]}",
         "{{#l}}{{>p}}{{/l}}",
         "<1><2>",
         {"p", "<{{a}}>"}},
        {"indented", "{}", "x\n  {{>p}}\ny\n", "x\n  1\n  2\ny\n", {"p", "1\n2\n"}},
        {"empty lines too", "{}", "  {{>p}}\n", "  1\n  \n  2\n", {"p", "1\n\n2\n"}},
        {"values are not indented",
         "{\"a\":\"1\\n2\"}",
         "  {{>p}}\n",
         "  1\n2\n",
         {"p", "{{a}}\n"}},
        {"tags at the line's start are",
         "{\"a\":true}",
         "  {{>p}}\n",
         "  x{{\n  y\n",
         {"p", "{{#a}}x{{/a}}{{{b}}}{{=<% %>=}}{{\ny\n"}},
        {"indentation adds up",
         "{}",
         " {{>p}}\n",
         " 1\n   2\n   3\n 4\n",
         {"p", "1\n  {{>q}}\n4\n", "q", "2\n3\n"}},
        {"not inside a line", "{}", "  x {{>p}}\n", "  x 1\n2\n", {"p", "1\n2"}},
        {"recursive",
         "{\"n\":1,\"k\":[{\"n\":2,\"k\":[{\"n\":3,\"k\":[]}]},{\"n\":4,\"k\":[]}]}",
         "{{>p}}",
         "1(2(3())4())",
         {"p", "{{n}}({{#k}}{{>p}}{{/k}})"}},
        {"dynamic", "{\"w\":\"p\"}", "{{>*w}}{{> * w }}", "xx", {"p", "x"}},
        {"dynamic, dotted", "{\"w\":{\"v\":\"p\"}}", "{{>*w.v}}", "x", {"p", "x"}},
        {"dynamic, missing", "{}", "[{{>*w}}]", "[]", {"w", "x"}},
        {"dynamic, indented", "{\"w\":\"p\"}", " {{>*w}}\n", " x\n y", {"p", "x\ny"}},
        {"dynamic parent",
         "{\"w\":\"p\"}",
         "{{<*w}}{{$b}}1{{/b}}{{/*w}}",
         "[1]",
         {"p", "[{{$b}}0{{/b}}]"}},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_inheritance(void **state)
{
    static const render_case row[] = {
        {"default", "{}", "{{<p}}{{/p}}", "[0]", {"p", "[{{$b}}0{{/b}}]"}},
        {"replaced", "{}", "{{<p}}{{$b}}1{{/b}}{{/p}}", "[1]", {"p", "[{{$b}}0{{/b}}]"}},
        {"of a partial nothing is replaced", "{}", "{{>p}}", "[0]", {"p", "[{{$b}}0{{/b}}]"}},
        {"not by a value", "{\"b\":\"v\"}", "{{<p}}{{/p}}", "[0]", {"p", "[{{$b}}0{{/b}}]"}},
        {"missing parent", "{}", "[{{<p}}{{$b}}1{{/b}}{{/p}}]", "[]"},
        {"text inside is ignored",
         "{\"a\":1}",
         "{{<p}} x {{a}} {{#a}}{{$b}}2{{/b}}{{/a}}{{$b}}1{{/b}} y\n {{/p}}",
         "[1]",
         {"p", "[{{$b}}0{{/b}}]"}},
        {"values of the place",
         "{\"a\":1,\"o\":{\"a\":2}}",
         "{{<p}}{{$b}}{{a}}{{/b}}{{/p}}",
         "2",
         {"p", "{{#o}}{{$b}}{{/b}}{{/o}}"}},
        {"twice", "{}", "{{<p}}{{$b}}1{{/b}}{{/p}}", "11", {"p", "{{$b}}{{/b}}{{$b}}{{/b}}"}},
        {"three levels: the outermost wins",
         "{}",
         "{{<p}}{{$b}}1{{/b}}{{/p}}",
         "[1]",
         {"p", "{{<q}}{{$b}}2{{/b}}{{/q}}", "q", "[{{$b}}0{{/b}}]"}},
        {"three levels: the middle",
         "{}",
         "{{<p}}{{/p}}",
         "[2]",
         {"p", "{{<q}}{{$b}}2{{/b}}{{/q}}", "q", "[{{$b}}0{{/b}}]"}},
        {"through a partial of the parent",
         "{}",
         "{{<p}}{{$b}}1{{/b}}{{/p}}",
         "[1]",
         {"p", "{{>q}}", "q", "[{{$b}}0{{/b}}]"}},
        {"a block in its own argument is the argument's",
         "{}",
         "{{<p}}{{$b}}<{{$b}}in{{/b}}>{{/b}}{{/p}}",
         "[<in>]",
         {"p", "[{{$b}}0{{/b}}]"}},
        {"an argument may wrap the outer one",
         "{}",
         "{{<p}}{{$b}}1{{/b}}{{/p}}",
         "[(1)]",
         {"p", "{{<q}}{{$c}}({{$b}}2{{/b}}){{/c}}{{/q}}", "q", "[{{$c}}0{{/c}}]"}},
        {"parent alone on its lines",
         "{}",
         "x\n  {{<p}}\n  {{$b}}1{{/b}}\n  {{/p}}\ny",
         "x\n  [1\n  ]\ny",
         {"p", "[{{$b}}0{{/b}}\n]\n"}},
        {"parent inside a line",
         "{}",
         "x {{<p}}{{$b}}1{{/b}}{{/p}} y\n",
         "x [1\n] y\n",
         {"p", "[{{$b}}0{{/b}}\n]"}},
        {"a parent in the ignored inside of another",
         "{}",
         "{{<p}}\n{{$b}}\nz\n{{/b}}\n{{<q}}\n{{/q}}\n{{/p}}\n",
         "z\n",
         {"p", "{{$b}}\n{{/b}}\n", "q", "no"}},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_block_indentation(void **state)
{
    static const render_case row[] = {
        {"taken away and put before",
         "{}",
         "{{<p}}\n{{$b}}\n      1\n        2\n{{/b}}\n{{/p}}\n",
         "x\n  1\n    2\ny\n",
         {"p", "x\n  {{$b}}\n  {{/b}}\ny\n"}},
        {"as the lines it replaces",
         "{}",
         "{{<p}}\n{{$b}}\n1\n2\n{{/b}}\n{{/p}}\n",
         "x\n    1\n    2\ny\n",
         {"p", "x\n{{$b}}\n    0\n{{/b}}\ny\n"}},
        {"the least indented line counts",
         "{}",
         "{{<p}}\n{{$b}}\n    1\n  2\n\n    3\n{{/b}}\n{{/p}}",
         "  1\n2\n\n  3\n",
         {"p", "{{$b}}\n{{/b}}\n"}},
        {"tabs",
         "{}",
         "{{<p}}\n{{$b}}\n\t\t1\n\t2\n{{/b}}\n{{/p}}",
         "\t1\n2\n",
         {"p", "{{$b}}\n{{/b}}\n"}},
        {"nothing in common",
         "{}",
         "{{<p}}\n{{$b}}\n\t1\n  2\n{{/b}}\n{{/p}}",
         "\t1\n  2\n",
         {"p", "{{$b}}\n{{/b}}\n"}},
        {"default stays as it is",
         "{}",
         "{{<p}}{{/p}}",
         "   0\n 1\n",
         {"p", "  {{$b}}\n   0\n 1\n  {{/b}}\n"}},
        {"a line into a block of lines",
         "{}",
         "{{<p}}{{$b}}1{{/b}}{{/p}}",
         "  1",
         {"p", "  {{$b}}\n  0\n  {{/b}}\n"}},
        {"lines into a line",
         "{}",
         "{{<p}}\n{{$b}}\n  1\n  2\n{{/b}}\n{{/p}}",
         "  [1\n2\n]\n",
         {"p", "  [{{$b}}0{{/b}}]\n"}},
        {"lines into a line that begins with the block",
         "{}",
         "{{<p}}\n{{$b}}\n  1\n  2{{/b}}\n{{/p}}",
         "  1\n  2;\n",
         {"p", "  {{$b}}0{{/b}};\n"}},
        {"inside an indented parent",
         "{}",
         "   {{<p}}\n{{$b}}\n1\n2\n{{/b}}\n{{/p}}\n",
         "   x\n     1\n     2\n",
         {"p", "x\n  {{$b}}\n  {{/b}}\n"}},
        {"partials in an argument",
         "{}",
         "{{<p}}\n  {{$b}}\n    1\n      {{>q}}\n  {{/b}}\n{{/p}}\n",
         " 1\n   q\n   r\n",
         {"p", " {{$b}}\n {{/b}}\n", "q", "q\nr\n"}},
        {"parents in an argument",
         "{}",
         "{{<p}}\n  {{$b}}\n    1\n      {{<q}}\n      {{$c}}\n        2\n          3\n      "
         "{{/c}}\n"
         "      {{/q}}\n  {{/b}}\n{{/p}}\n",
         "1\n  [\n   2\n     3\n  ]\n",
         {"p", "{{$b}}\n{{/b}}\n", "q", "[\n {{$c}}\n {{/c}}\n]\n"}},
        {"sections in an argument",
         "{\"l\":[1,2]}",
         "{{<p}}\n{{$b}}\n  {{#l}}\n  {{.}}\n  {{/l}}\n{{/b}}\n{{/p}}\n",
         " 1\n 2\n",
         {"p", " {{$b}}\n {{/b}}\n"}},
        {"an empty argument",
         "{}",
         "{{<p}}\n{{$b}}\n{{/b}}\n{{/p}}\n",
         "x\ny\n",
         {"p", "x\n  {{$b}}\n  0\n  {{/b}}\ny\n"}},
        {"an empty argument in a line",
         "{\"t\":\"<\"}",
         " {{<p}}{{$b}}\n{{/b}}{{/p}}\n",
         " x\n [&lt;\n ]\n",
         {"p", "x\n[{{$b}}0{{/b}}{{t}}\n]\n"}},
    };
    run_all(row, OQ_COUNT(row));
}

static void test_malformed(void **state)
{
    static const struct {
        const char *label, *source, *what;
        int line;
    } row[] = {
        {"tag without end", "a\nb {{c", "tag_open", 2},
        {"raw without end", "{{{a}}", "tag_open", 1},
        {"raw with a late end", "{{{a}} }", "tag_open", 1},
        {"section without end", "x\n\n{{#a}}", "section_open", 3},
        {"parent without end", "{{<a}}{{$b}}{{/b}}", "section_open", 1},
        {"end without section", "\n{{/a}}", "section_stray", 2},
        {"crossed", "{{#a}}\n{{#b}}{{/a}}{{/b}}", "section_crossed", 2},
        {"star at the end only", "{{<a}}{{/*a}}", "section_crossed", 1},
        {"star at the start only", "{{<*a}}{{/a}}", "section_crossed", 1},
        {"no name", "{{}}", "name", 1},
        {"blank name", "{{# }}{{/ }}", "name", 1},
        {"two words", "{{a b}}", "name", 1},
        {"two words as a partial", "{{>a b}}", "name", 1},
        {"no partial", "{{>}}", "name", 1},
        {"empty part", "{{a..b}}", "name", 1},
        {"dot in front", "{{.a}}", "name", 1},
        {"dot behind", "{{a.}}", "name", 1},
        {"one delimiter", "{{=|=}}", "delimiters", 1},
        {"three delimiters", "{{=| | |=}}", "delimiters", 1},
        {"no delimiter", "{{= =}}", "delimiters", 1},
        {"equals as delimiter", "{{== ==}}", "delimiters", 1},
        {"not UTF-8", "a\xff", "encoding", 1},
    };
    mustache_set *set = mustache_set_open();
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        oq_err *err = mustache_add(set, OQ_STR("t"), oq_cstr(row[i].source));
        CHECK_CODE(row[i].label, err, "template.malformed");
        CHECK_STR(row[i].label, err->arg[0].value, "t");
        CHECK_STR(row[i].label, err->arg[1].value, oq_strf(arena, "%d", row[i].line).ptr);
        CHECK_STR(row[i].label, err->arg[2].value, row[i].what);
        CHECK(row[i].label, mustache_find(set, OQ_STR("t")) == NULL);
    }
    mustache_set_close(set);
}

/* `text` as often as asked. */
static oq_str repeat(const char *text, int count)
{
    size_t len = strlen(text);
    char *out = oq_alloc(arena, len * (size_t)count + 1);
    for (int i = 0; i < count; i++)
        memcpy(out + len * (size_t)i, text, len);
    return oq_strn(out, len * (size_t)count);
}

static void test_ceilings(void **state)
{
    mustache_set *set = mustache_set_open();
    oq_str name = OQ_STR("t");

    CHECK_OK(mustache_add(set, name, repeat("x", MUSTACHE_SOURCE_MAX)));
    oq_err *err = mustache_add(set, name, repeat("x", MUSTACHE_SOURCE_MAX + 1));
    CHECK_CODE("source", err, "template.malformed");
    CHECK_STR("source", err->arg[2].value, "too_large");

    oq_str deep = oq_strf(arena, "%.*s%.*s", OQ_FMT(repeat("{{#a}}", MUSTACHE_NEST_MAX)),
                          OQ_FMT(repeat("{{/a}}", MUSTACHE_NEST_MAX)));
    CHECK_OK(mustache_add(set, name, deep));
    err = mustache_add(set, name, oq_strf(arena, "{{#a}}%.*s{{/a}}", OQ_FMT(deep)));
    CHECK_CODE("nesting", err, "template.malformed");
    CHECK_STR("nesting", err->arg[2].value, "too_deep");

    web_value *view;
    CHECK_OK(web_from_json(arena, OQ_STR("{\"a\":[1,2,3,4,5,6,7,8,9,10]}"), &view));
    OQ_AUTO(oq_buf) out = oq_buf_make(100);
    CHECK_OK(mustache_add(set, name, OQ_STR("x{{>t}}")));
    CHECK_CODE("endless partial", mustache_render(set, mustache_find(set, name), view, &out),
               "template.too_deep");
    assert_int_equal(out.len, MUSTACHE_PARTIAL_MAX + 1);

    oq_buf_clear(&out);
    CHECK_OK(mustache_add(set, name, OQ_STR("{{<t}}{{$b}}{{<t}}{{/t}}{{/b}}{{/t}}{{$b}}{{/b}}")));
    CHECK_CODE("endless parent", mustache_render(set, mustache_find(set, name), view, &out),
               "template.too_deep");

    CHECK_OK(mustache_add(set, name, OQ_STR("{{#a}}0123456789{{/a}}")));
    oq_buf_clear(&out);
    CHECK_OK(mustache_render(set, mustache_find(set, name), view, &out));
    CHECK_OK(mustache_add(set, name, OQ_STR("{{#a}}0123456789{{/a}}{{a}}!")));
    oq_buf_clear(&out);
    CHECK_CODE("output", mustache_render(set, mustache_find(set, name), view, &out),
               "template.too_large");

    /* Ten to the seventh rounds that write nothing. */
    oq_str loop =
        oq_strf(arena, "%.*s%.*s", OQ_FMT(repeat("{{#a}}", 7)), OQ_FMT(repeat("{{/a}}", 7)));
    CHECK_OK(mustache_add(set, name, loop));
    oq_buf_clear(&out);
    CHECK_CODE("work", mustache_render(set, mustache_find(set, name), view, &out),
               "template.too_large");
    mustache_set_close(set);
}

static void test_set(void **state)
{
    mustache_set *set = mustache_set_open();
    CHECK("nothing yet", !mustache_find(set, OQ_STR("a")));
    for (int i = 0; i < 500; i++)
        CHECK_OK(mustache_add(set, oq_strf(arena, "dir/t%d", i), oq_strf(arena, "%d", i)));
    for (int i = 0; i < 500; i++) {
        const mustache *t = mustache_find(set, oq_strf(arena, "dir/t%d", i));
        CHECK("there", t != NULL);
        OQ_AUTO(oq_buf) out = oq_buf_make(100);
        CHECK_OK(mustache_render(set, t, NULL, &out));
        CHECK_STR("own text", oq_buf_view(&out), oq_strf(arena, "%d", i).ptr);
    }
    CHECK("not there", !mustache_find(set, OQ_STR("dir/t500")));

    CHECK_OK(mustache_add(set, OQ_STR("a"), OQ_STR("{{x}}{{>b}}")));
    CHECK("escapes", !mustache_has_raw(mustache_find(set, OQ_STR("a"))));
    CHECK_OK(mustache_add(set, OQ_STR("a"), OQ_STR("{{#x}}{{{x}}}{{/x}}")));
    CHECK("replaced, and raw", mustache_has_raw(mustache_find(set, OQ_STR("a"))));
    mustache_set_close(set);
    mustache_set_close(NULL);
}

static const web_value *shout(const void *self, oq_arena *a, oq_str path)
{
    if (oq_str_eq(path, OQ_STR("none")))
        return NULL;
    return web_text(a, oq_strf(a, "%s<%.*s>", (const char *)self, OQ_FMT(path)));
}

static void test_lookups(void **state)
{
    static const struct {
        const char *source, *wanted;
    } row[] = {
        {"{{t.a}}", "T&lt;a&gt;"},
        {"{{{t.a.b.c}}}", "T<a.b.c>"},
        {"{{#l}}{{{t.x}}}{{/l}}", "T<x>T<x>"},
        {"{{#t.a}}{{{.}}}{{/t.a}}", "T<a>"},
        {"[{{t.none}}{{^t.none}}miss{{/t.none}}]", "[miss]"},
        {"[{{t}}]", "[]"},
        {"[{{#t}}{{a}}{{/t}}]", "[]"},
        {"{{{o.t.a.b}}}", "U<a.b>"},
        {"{{>*t.p}}", ""},
    };
    web_value *view = web_object(arena);
    web_put_lookup(view, "t", shout, "T");
    web_put_lookup(web_put_object(view, "o"), "t", shout, "U");
    web_value *list = web_put_list(view, "l");
    web_add_text(list, OQ_STR("1"));
    web_add_text(list, OQ_STR("2"));
    for (size_t i = 0; i < OQ_COUNT(row); i++) {
        mustache_set *set = mustache_set_open();
        CHECK_OK(mustache_add(set, OQ_STR("m"), oq_cstr(row[i].source)));
        OQ_AUTO(oq_buf) out = oq_buf_make(1000);
        CHECK_OK(mustache_render(set, mustache_find(set, OQ_STR("m")), view, &out));
        CHECK_STR(row[i].source, oq_buf_view(&out), row[i].wanted);
        mustache_set_close(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_sections, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_comments_and_delimiters, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_partials, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_inheritance, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_block_indentation, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_malformed, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_ceilings, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_set, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(test_lookups, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
