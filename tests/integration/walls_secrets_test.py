"""No secret in what the program prints or logs, seen from outside: settings that are right, wrong,
misspelt or cut in two, with a database that is away, refuses, or cannot even be named."""

import os
import re
import signal
import subprocess
import unittest

OPTRIA = os.environ["OPTRIA_TEST_BIN"]
LIMIT_S = 60
JWT = "jwt-0123456789abcdef0123456789abcdef"
MASTER = "master-0123456789abcdef0123456789abcdef"
DEMO = "demo-secret-of-the-day"
PASSWORD = "hush-hush-42"
SECRETS = (JWT, MASTER, DEMO, PASSWORD)


def environment(**more):
    kept = {k: v for k, v in os.environ.items()
            if not re.match("OPTRIA_|PG|JWT_|BLACKBOX_|LC_|LANG", k)}
    keys = {"JWT_SECRET_KEY": JWT, "OPTRIA_MASTER_KEY": MASTER, "OPTRIA_DEMO_PASSWORD": DEMO,
            "OPTRIA_LOG_LEVEL": "debug", "OPTRIA_HTTP_PORT": "0"}
    return kept | {"LC_ALL": "C.UTF-8"} | keys | more


def output(args, env):
    """All that a command says; a server is asked to end after a moment."""
    process = subprocess.Popen([OPTRIA, *args], env=env, text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        return process.communicate(timeout=1.5 if args[0] in ("serve", "work") else LIMIT_S)[0]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            return process.communicate(timeout=LIMIT_S)[0]
        finally:
            process.kill()


# Addresses with a password, of servers that are not there, and some that no one can read.
ADDRESSES = [
    f"postgresql://optria:{PASSWORD}@127.0.0.1:1/optria",
    f"postgresql://optria@127.0.0.1:1/optria?password={PASSWORD}",
    f"host=127.0.0.1 port=1 user=optria password={PASSWORD}",
    f"host=127.0.0.1 port=1 password='{PASSWORD}'",
    f"postgresql://optria:{PASSWORD}@no-such-host.invalid/optria",
    f"postgresql:/optria:{PASSWORD}@127.0.0.1/optria",
    f"postgres//optria:{PASSWORD}@127.0.0.1/optria",
    f"postgresql://optria:{PASSWORD}%zz@127.0.0.1/optria",
    f"postgresql://optria:{PASSWORD}@[::1/optria",
    f"postgresql://optria:{PASSWORD}@127.0.0.1:port/optria",
    f"postgresql://optria@127.0.0.1/optria?passwort={PASSWORD}",
    f"host=127.0.0.1 password={PASSWORD} and more",
    f"host=127.0.0.1 password='{PASSWORD}",
    f"optria:{PASSWORD}@127.0.0.1",
    PASSWORD,
]
COMMANDS = [["config"], ["config", "--json"], ["doctor"], ["migrate"], ["user", "list"], ["serve"],
            ["work"]]


class SecretsTest(unittest.TestCase):
    def hold(self, label, said, but=()):
        for secret in SECRETS:
            if secret not in but:
                self.assertNotIn(secret, said, label)

    def test_addresses(self):
        for command in COMMANDS[:5]:
            for address in ADDRESSES:
                with self.subTest(command=command, address=address):
                    said = output(command, environment(OPTRIA_DB_URL=address))
                    self.assertTrue(said)
                    self.hold("OPTRIA_DB_URL", said)
                    if command not in (["config"], ["migrate"]):
                        continue
                    said = output(command, environment(OPTRIA_DB_OWNER_URL=address,
                                                       OPTRIA_DB_URL=ADDRESSES[0]))
                    self.hold("OPTRIA_DB_OWNER_URL", said)

    def test_servers(self):
        for command in COMMANDS[5:]:
            for address in (ADDRESSES[0], ADDRESSES[7], ADDRESSES[11]):
                for log_format in ("keys", "json"):
                    with self.subTest(command=command, address=address, log_format=log_format):
                        said = output(command, environment(OPTRIA_DB_URL=address,
                                                           OPTRIA_LOG_FORMAT=log_format))
                        self.assertTrue(said)
                        self.hold("log", said)

    def test_a_password_that_is_refused(self):
        """The temporary PostgreSQL trusts everybody; a login that is not there it refuses."""
        address = os.environ["OPTRIA_TEST_URL"].replace("postgresql://postgres@",
                                                        f"postgresql://nobody:{PASSWORD}@")
        self.assertIn(PASSWORD, address)
        for command in COMMANDS[2:]:
            with self.subTest(command=command):
                said = output(command, environment(OPTRIA_DB_URL=address))
                self.assertIn("nobody", said)
                self.hold("refused", said)

    def test_keys_that_are_wrong(self):
        rows = [
            {"JWT_SECRET_KEY": "too-short-a-key"},
            {"OPTRIA_MASTER_KEY": "too-short-a-key"},
            {"OPTRIA_DEMO_PASSWORD": "too-short-a-key" * 20},
            {"JWT_SECRET_KEI": "too-short-a-key"},
        ]
        for row in rows:
            for command in (["config"], ["serve"], ["doctor"]):
                with self.subTest(row=row, command=command):
                    said = output(command, environment(**row))
                    self.assertNotIn("too-short-a-key", said)
                    self.hold("keys", said)


if __name__ == "__main__":
    unittest.main()
