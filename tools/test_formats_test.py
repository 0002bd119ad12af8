import unittest

from test_formats import Case, cmocka, cmocka_without_passed, tap, tap_without_passed


class CmockaTest(unittest.TestCase):
    def test_states(self):
        output = """[==========] Running 3 test(s).
[ RUN      ] test_a
2026-01-01T00:00:00Z info some.log line=1
[       OK ] test_a
[ RUN      ] test_b
[  ERROR   ] --- 0x1 != 0x2
[   LINE   ] --- t.c:7: error: Failure!
[  FAILED  ] test_b
[ RUN      ] test_c
[  SKIPPED ] test_c
[==========] 3 test(s) run.
[  PASSED  ] 1 test(s).
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] test_b

 1 FAILED TEST(S)
"""
        self.assertEqual(cmocka(output), [Case("test_a", "passed"), Case("test_b", "failed"),
                                          Case("test_c", "skipped")])

    def test_crash(self):
        output = "[ RUN      ] test_a\n[       OK ] test_a\n[ RUN      ] test_b\n==1==ERROR: asan\n"
        self.assertEqual(cmocka(output), [Case("test_a", "passed"), Case("test_b", "failed")])

    def test_without_passed(self):
        passed = "[ RUN      ] a\nlog of a\n[       OK ] a\n"
        failed = "[ RUN      ] b\n[  ERROR   ] why\n[  FAILED  ] b\n"
        leak = "==1==ERROR: LeakSanitizer: detected memory leaks\n  #0 malloc\n"
        self.assertEqual(cmocka_without_passed(passed + failed + leak),
                         failed + "(leaks after a failed check are left out)")
        self.assertEqual(cmocka_without_passed(passed + leak), leak.rstrip("\n"))
        crash = "[ RUN      ] c\n==1==ERROR: AddressSanitizer\n"
        self.assertEqual(cmocka_without_passed(passed + crash), crash.rstrip("\n"))

    def test_nothing(self):
        self.assertEqual(cmocka("anything else\n"), [])


class TapTest(unittest.TestCase):
    def test_flat(self):
        output = "TAP version 13\nok 1 - a\nnot ok 2 - b\n  ---\n  ...\nok 3 - c # SKIP why\n1..3\n"
        self.assertEqual(tap(output), [Case("a", "passed"), Case("b", "failed"),
                                       Case("c", "skipped")])

    def test_nested(self):
        output = """# Subtest: b
    # Subtest: b1
        # Subtest: deep
        ok 1 - deep
        1..1
    ok 1 - b1
    not ok 2 - b2
      ---
      stack: |-
        1.. something
      ...
    1..2
not ok 1 - b
ok 2 - after
1..2
"""
        self.assertEqual(tap(output), [Case("deep", "passed"), Case("b2", "failed"),
                                       Case("after", "passed")])

    def test_parent_that_failed_by_itself(self):
        output = "    ok 1 - inside\n    1..1\nnot ok 1 - around\n1..1\n"
        self.assertEqual(tap(output), [Case("inside", "passed"), Case("around", "failed")])

    def test_without_passed(self):
        output = """# Subtest: a
ok 1 - a
  ---
  duration_ms: 1
  ...
# printed
# Subtest: b
not ok 2 - b
  ---
  error: why
  ...
ok 3 - c
1..3"""
        self.assertEqual(tap_without_passed(output),
                         "# printed\nnot ok 2 - b\n  ---\n  error: why\n  ...\n1..3")


if __name__ == "__main__":
    unittest.main()
