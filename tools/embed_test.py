import gzip
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

EMBED = Path(__file__).resolve().parent / "embed.py"


class EmbedTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name) / "a tree"
        self.out = Path(self.folder.name) / "out"
        self.out.mkdir()
        self.put("migrations/0001_a.sql", "SELECT 1;")
        self.put("migrations/README.md", "no migration")
        self.put("web/templates/users/list.mustache", "<p>")
        self.put("web/lang/a.ar.json", '{"k": "س"}')
        self.put("web/lang/a.en.json", '{"k": "K"}')

    def tearDown(self):
        self.folder.cleanup()

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def embed(self, assets="optional"):
        return subprocess.run(
            [sys.executable, EMBED, "--assets", assets, self.root, self.out / "e.c",
             self.out / "e.bin", self.out / "e.d"], capture_output=True, text=True)

    def files(self):
        """{name: bytes} of what was made."""
        blob = (self.out / "e.bin").read_bytes()
        rows = re.findall(r'\{"(.*?)", oq_embedded_bytes \+ (\d+), (\d+)\}',
                          (self.out / "e.c").read_text())
        for name, at, length in rows:
            self.assertEqual(blob[int(at) + int(length)], 0, name)
        self.assertEqual([r[0] for r in rows], sorted(r[0] for r in rows))
        return {name: blob[int(at):int(at) + int(length)] for name, at, length in rows}

    def test_without_assets(self):
        result = self.embed()
        self.assertEqual(result.returncode, 0, result.stderr)
        files = self.files()
        self.assertEqual(files.pop("migrations/0001_a.sql"), b"SELECT 1;")
        self.assertEqual(files.pop("templates/users/list.mustache"), b"<p>")
        self.assertEqual(json.loads(files.pop("lang/ar.json")), {"k": "س"})
        self.assertEqual(json.loads(files.pop("lang/en.json")), {"k": "K"})
        self.assertEqual(files, {"assets/manifest.json": b"{}"})

    def test_assets(self):
        self.put("web/dist/manifest.json", '{"app.css": "app.1.css", "f.woff2": "f.2.woff2"}')
        self.put("web/dist/assets/app.1.css", "p{color:red}" * 50)
        self.put("web/dist/assets/f.2.woff2", "font")
        self.assertEqual(self.embed("required").returncode, 0)
        files = self.files()
        self.assertEqual(gzip.decompress(files["assets/app.1.css.gz"]), files["assets/app.1.css"])
        self.assertNotIn("assets/f.2.woff2.gz", files)

    def test_refuses(self):
        rows = [
            ("no assets", lambda: None, "npm run build"),
            ("a dead name", lambda: self.put("web/dist/manifest.json", '{"a.css": "a.1.css"}'),
             "a.css leads to a.1.css, which is not there"),
            ("languages", lambda: self.put("web/lang/b.en.json", '{"only": "here"}'),
             "only: stands in en, not in ar"),
        ]
        for label, prepare, wanted in rows:
            with self.subTest(label):
                prepare()
                result = self.embed("required")
                self.assertEqual(result.returncode, 1)
                self.assertIn(wanted, result.stderr)

    def test_depfile_names_files_and_folders(self):
        self.assertEqual(self.embed().returncode, 0)
        text = (self.out / "e.d").read_text()
        self.assertTrue(text.startswith(f"{self.out}/e.c: "))
        inputs = text.split(": ", 1)[1].replace("\\ ", "\0").split()
        inputs = {i.replace("\0", " ") for i in inputs}
        for name in ("migrations", "migrations/0001_a.sql", "web/templates/users", "web/lang/a.ar.json"):
            self.assertIn(str(self.root.resolve() / name), inputs)

    def test_same_input_same_bytes(self):
        self.put("web/dist/manifest.json", "{}")
        self.put("web/dist/assets/a.css", "p{}")
        self.embed()
        first = (self.out / "e.bin").read_bytes()
        self.embed()
        self.assertEqual(first, (self.out / "e.bin").read_bytes())


if __name__ == "__main__":
    unittest.main()
