import json
import tempfile
import unittest
from pathlib import Path

import lang_files


class LangFilesTest(unittest.TestCase):
    def load(self, files):
        with tempfile.TemporaryDirectory() as folder:
            lang = Path(folder) / "web" / "lang"
            lang.mkdir(parents=True)
            for name, content in files.items():
                text = content if isinstance(content, str) else json.dumps(content)
                (lang / name).write_text(text, encoding="utf-8")
            return lang_files.load(folder)

    def test_joins_fragments(self):
        texts, problems = self.load({
            "a.ar.json": {"a.x": "س {n}"}, "a.en.json": {"a.x": "X {n}"},
            "b.ar.json": {"b.y": "ص"}, "b.en.json": {"b.y": "Y"},
        })
        self.assertEqual(problems, [])
        self.assertEqual(texts["en"], {"a.x": "X {n}", "b.y": "Y"})

    def test_problems(self):
        rows = [
            ("twice in a file", {"a.ar.json": {"k": "س"}, "a.en.json": '{"k": "1", "k": "2"}'},
             "k stands in a.en.json already"),
            ("in two files", {"a.ar.json": {"k": "س"}, "a.en.json": {"k": "1"},
                              "b.en.json": {"k": "2"}}, "b.en.json: k stands in a.en.json already"),
            ("missing in ar", {"a.en.json": {"k": "1"}}, "k: stands in en, not in ar"),
            ("missing in en", {"a.ar.json": {"k": "س"}}, "k: stands in ar, not in en"),
            ("placeholders differ", {"a.ar.json": {"k": "{name}"}, "a.en.json": {"k": "{who}"}},
             "k: ar and en differ in {name}, {who}"),
            ("not JSON", {"a.ar.json": "{", "a.en.json": {}}, "a.ar.json: not readable as JSON"),
            ("nested", {"a.ar.json": {"k": {"x": "1"}}, "a.en.json": {}},
             "a.ar.json: k: the value must be a text"),
            ("a list", {"a.ar.json": ["k"], "a.en.json": {}}, "a.ar.json: must be one flat object"),
            ("a bad key", {"a.ar.json": {"k k": "1"}, "a.en.json": {}}, "not a dotted key"),
            ("another language", {"a.fr.json": {}}, "a.fr.json: must be named"),
        ]
        for label, files, wanted in rows:
            with self.subTest(label):
                _, problems = self.load(files)
                self.assertTrue(any(wanted in p for p in problems), problems)

    def test_plural_forms(self):
        forms = {"j.other": "{n} مهمة", "j.zero": "لا مهام", "j.few": "{n} مهام", "j.two": "مهمتان"}
        english = {"j.other": "{n} jobs", "j.one": "one job"}
        _, problems = self.load({"a.ar.json": forms, "a.en.json": english})
        self.assertEqual(problems, [])
        _, problems = self.load({"a.ar.json": forms, "a.en.json": {"j.one": "one job"}})
        self.assertIn("j.other: stands in ar, not in en", problems)


if __name__ == "__main__":
    unittest.main()
