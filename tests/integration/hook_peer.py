"""A receiver of webhooks on the loopback for tests: hook_peer.py PORT FOLDER [CERTIFICATE KEY].

What it does is told by the path: /ok /fail /redirect /hang /close /big. Each request is written to
FOLDER as NNN.json: path, headers, body."""

import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
lock = threading.Lock()
count = 0


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with lock:
            count += 1
            made = FOLDER / "request.tmp"
            made.write_text(json.dumps({"path": self.path, "body": body,
                                        "headers": {k.lower(): v for k, v in self.headers.items()}}))
            made.rename(FOLDER / f"{count:03}.json")
        if self.path == "/hang":
            time.sleep(3600)
        if self.path == "/close":
            self.connection.close()
            return
        status = {"/fail": 500, "/redirect": 302}.get(self.path, 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/ok")
        self.end_headers()
        try:
            while self.path == "/big":
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", PORT), Receiver)
if len(sys.argv) > 4:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
