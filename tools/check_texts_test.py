import json
import tempfile
import unittest
from pathlib import Path

import c_calls
import check_texts

TEXTS = {
    "error.a.known": "Known {name}", "error.a.plain": "Plain", "page.title": "Title",
    "job.other": "{n} jobs", "role.viewer": "Viewer", "nobody.asks": "?",
}


class CallsTest(unittest.TestCase):
    def test_scan(self):
        calls, functions = c_calls.scan("""
            /* oq_fail(1, "in.comment") */
            static oq_err *make(int a, const char *code)
            {
                if (a) // not(this)
                    return oq_fail(KIND(a), "x." "y", "n=%d", f(a, b), "(");
                return NULL;
            }
            void declared(int a);
        """)
        self.assertEqual([(f.name, f.params) for f in functions], [("make", ["a", "code"])])
        made = next(c for c in calls if c.name == "oq_fail")
        self.assertEqual(made.inside, "make")
        self.assertEqual(len(made.args), 5)
        self.assertEqual(made.args[1][0].text, "x.y")
        self.assertEqual(made.line, 6)


class CheckTextsTest(unittest.TestCase):
    def check(self, c="", template="", sql=""):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for part in ("src/a", "web/lang", "web/templates/partials"):
                (root / part).mkdir(parents=True)
            for lang in ("ar", "en"):
                (root / f"web/lang/a.{lang}.json").write_text(json.dumps(TEXTS))
            (root / "src/a/a.c").write_text(c)
            (root / "src/a/a.sql").write_text(sql)
            (root / "web/templates/partials/field.mustache").write_text(
                '<label>{{$label}}{{/label}}</label><input type="{{$type}}text{{/type}}">')
            (root / "web/templates/page.mustache").write_text(template)
            return check_texts.check(root)

    def test_codes(self):
        rows = [
            ("known", 'oq_fail(K, "a.known", "name=%s", n)', None),
            ("more facts than wanted", 'oq_fail(K, "a.known", "name=%s max=%d", n, 1)', None),
            ("no fact", 'oq_fail(K, "a.known")', "wants {name}"),
            ("another fact", 'oq_fail(K, "a.known", "who=%s", n)', "wants {name}"),
            ("no sentence", 'oq_fail(K, "a.unknown")', "error.a.unknown has no sentence"),
            ("field", 'oq_fail_field("f", "a.unknown")', "error.a.unknown"),
            ("wrap", 'oq_wrap(e, K, "a.unknown")', "error.a.unknown"),
            ("either", 'oq_fail(K, x ? "a.plain" : "a.unknown")', "error.a.unknown"),
        ]
        for label, call, wanted in rows:
            with self.subTest(label):
                problems, _ = self.check(f"int f(void) {{ return {call}; }}")
                self.assertEqual(bool(problems), wanted is not None, problems)
                self.assertIn(wanted or "", " ".join(problems))

    def test_code_as_parameter(self):
        c = """
            static oq_err *no(int a, const char *code) { return oq_fail(K, code, "name=%%s", n); }
            static oq_err *further(const char *c) { return no(1, c); }
            int f(void) { return no(1, "a.known") + %s; }
        """
        self.assertEqual(self.check(c % "0")[0], [])
        self.assertIn("error.a.none has no sentence", self.check(c % 'no(1, "a.none")')[0][0])
        self.assertIn("error.a.none has no sentence", self.check(c % 'further("a.none")')[0][0])

    def test_constraints(self):
        sql = "-- CONSTRAINT a_name_key -> %s (name)\n"
        self.assertEqual(self.check(sql=sql % "a.plain")[0], [])
        self.assertIn("a.sql:1: error.a.none has no", self.check(sql=sql % "a.none")[0][0])
        self.assertIn("wants {name}", self.check(sql=sql % "a.known")[0][0])

    def test_keys(self):
        self.assertEqual(self.check('int f(void) { return web_say(p, "page.title"); }')[0], [])
        self.assertIn("no text page.none",
                      self.check('int f(void) { return web_say(p, "page.none"); }')[0][0])
        self.assertEqual(self.check('int f(void) { oq_text_count(a, l, OQ_STR("job"), 1); }')[0], [])

    def test_unused(self):
        _, unused = self.check('int f(void) { g("page.title", "job", "role.%s", "a.known"); }')
        self.assertEqual(unused, ["error.a.plain", "nobody.asks"])

    def test_templates(self):
        rows = [
            ("key", "<p>{{t.page.title}}</p>", None),
            ("no key", "<p>{{t.page.none}}</p>", "no text page.none"),
            ("sentence", "<p>Hello there</p>", "Hello there"),
            ("Arabic sentence", "<p>أهلاً بكم</p>", "أهلاً"),
            ("in an attribute", '<a title="Hello there">x</a>', "Hello there"),
            ("not shown", '<a class="big button" href="/x">{{! not this }}</a>', None),
            ("technical", '<code>P-301</code><b class="x ltr">level one</b>', None),
            ("value", "<text>412 m³/h</text>", None),
            ("name", "<b>OPTRIA IQ</b>", None),
            ("script", "<script>let word = 1;</script>", None),
            ("block of a tag",
             "{{<partials/field}}{{$type}}email{{/type}}{{$label}}{{t.page.title}}{{/label}}"
             "{{/partials/field}}", None),
            ("block of text", "{{<partials/field}}{{$label}}Your name{{/label}}{{/partials/field}}",
             "Your name"),
        ]
        for label, template, wanted in rows:
            with self.subTest(label):
                problems, _ = self.check(template=template)
                self.assertEqual(bool(problems), wanted is not None, problems)
                self.assertIn(wanted or "", " ".join(problems))


if __name__ == "__main__":
    unittest.main()
