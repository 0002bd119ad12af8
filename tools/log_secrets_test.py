import unittest

import log_secrets

BEGIN = "2026-01-31T08:00:00.000Z info "


class LogSecretsTest(unittest.TestCase):
    def test_shapes(self):
        rows = [
            ("a session's cookie", "http.request cookie=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWEx.J_sLYGNJQ8"),
            ("an API token", "x token=oiq_AaH3xreTclakhEWIxKjPrAGh98dzXXGwmIKrRpDdk_2Zn9eegom"),
            ("a reset link", "x link=http://127.0.0.1/reset#AaH3xreTclakhEWIxKjPrAGh98dz"),
            ("a password's hash", "x hash=$argon2id$v=19$m=19456"),
            ("a password in an address", "x url=postgresql://me:hidden@db/optria"),
            ("a secret of the tests", 'x says="the pumps sing at night"'),
        ]
        for what, line in rows:
            with self.subTest(what):
                found = log_secrets.find(BEGIN + line, ["the pumps sing at night"])
                self.assertEqual(found, [(what, BEGIN + line)])

    def test_json(self):
        line = '{"at":"2026-01-31T08:00:00.000Z","level":"info","hash":"$argon2id$v=19"}'
        self.assertEqual(len(log_secrets.find(line)), 1)

    def test_what_may_be_there(self):
        rows = [
            BEGIN + "http.request route=/reset status=200 request_id=01a1f7c6-d9e9-726d-9518-7ac25ffaa604",
            BEGIN + "db.open url=postgresql://me:********@db/optria",
            BEGIN + "token.created hint=qaOA",
            "[ RUN      ] test of $argon2id$ and oiq_AaH3xreTclakhEWIxKjPrAGh98dzXXGwmIKrRpDdk",
        ]
        for line in rows:
            with self.subTest(line):
                self.assertEqual(log_secrets.find(line, ["a secret"]), [])

    def test_the_tests_have_secrets(self):
        self.assertGreaterEqual(len(log_secrets.secrets_of_tests()), 3)


if __name__ == "__main__":
    unittest.main()
