import unittest

from check_layers import check_include, read_layers

LAYERS = read_layers("""
# lowest first
base
db
audit tenant
main
libpq-fe.h: db
unicode/: base db
""")


class CheckLayersTest(unittest.TestCase):
    def test_includes(self):
        rows = [
            ("db", False, '"', "base/base.h", None),
            ("db", False, '"', "db/pool.h", None),
            ("db", False, '"', "beside.h", None),
            ("main", False, '"', "audit/audit.h", None),
            ("base", False, '"', "db/pool.h", "above"),
            ("tenant", False, '"', "audit/audit.h", "same floor"),
            ("db", False, '"', "elsewhere/x.h", "no floor"),
            ("db", False, "<", "libpq-fe.h", None),
            ("base", False, "<", "libpq-fe.h", "for db alone"),
            ("main", True, "<", "libpq-fe.h", None),
            ("base", False, "<", "unicode/ucal.h", None),
            ("main", False, "<", "unicode/ucal.h", "for base and db alone"),
            ("base", False, "<", "stdio.h", None),
            ("base", True, '"', "db/pool.h", "above"),
        ]
        for folder, is_test, bracket, target, wanted in rows:
            with self.subTest(f"{folder}: {target}"):
                got = check_include(LAYERS, folder, is_test, bracket, target)
                self.assertEqual(got is None, wanted is None, got)
                self.assertIn(wanted or "", got or "")


if __name__ == "__main__":
    unittest.main()
