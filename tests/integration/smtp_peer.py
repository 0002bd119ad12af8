"""A mail server on the loopback for tests: smtp_peer.py PORT FOLDER.

What it does is told by the receiver's name: no@ is refused for good, grey@ is put off the first
time, bad@ is refused after the letter, hang@ never gets an answer; everybody else's letter becomes a
file of FOLDER, in the order of arrival, before it is acknowledged. It knows no STARTTLS."""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])


class Letters:
    def __init__(self):
        self.count = 0
        self.put_off = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "no":
            return "550 5.1.1 there is nobody of that name"
        if name == "grey" and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        self.count += 1
        made = FOLDER / "letter.tmp"
        made.write_bytes(envelope.content)
        made.rename(FOLDER / f"{self.count:03}.{name}.eml")
        if name == "hang":
            await asyncio.sleep(3600)
        if name == "bad":
            return "554 5.6.0 we do not like this letter"
        return "250 taken"


async def main():
    letters = Letters()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(letters, loop=loop), "127.0.0.1", PORT)
    await server.serve_forever()


asyncio.run(main())
