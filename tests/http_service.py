"""Speaks to a running service over HTTP, as any client would."""

import http.client
import json
import socket
from dataclasses import dataclass

TIMEOUT_SECONDS = 30


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class HttpService:
    """What has a `port` of this machine."""

    port = 0

    def request(self, method, target, body=None, headers=None, token=None) -> Answer:
        """One request on a connection of its own. A dict or list as body is sent as JSON."""
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if token:
            headers["Authorization"] = "Bearer " + token
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target, body=body, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_SECONDS)

    def exchange(self, raw: bytes) -> bytes:
        """Sends bytes as they are; returns everything that comes until the server closes."""
        with self.connect() as connection:
            connection.sendall(raw)
            received = b""
            while True:
                try:
                    piece = connection.recv(65536)
                except ConnectionResetError:
                    return received
                if not piece:
                    return received
                received += piece

    # --- steps that many tests need

    def upload(self, name, data: bytes, kind="enriched", token=None) -> dict:
        """A whole upload; returns the file."""
        upload = self.request("POST", "/api/v1/uploads", {"name": name, "size": len(data), "kind": kind}, token=token)
        assert upload.status == 201, upload.body
        for part in upload.json["parts"]:
            begin = (part["number"] - 1) * upload.json["part_size"]
            sent = self.request("PUT", part["url"], data[begin:begin + part["size"]], token=token)
            assert sent.status == 200, sent.body
        done = self.request("POST", f"/api/v1/uploads/{upload.json['id']}/complete", {}, token=token)
        assert done.status == 200, done.body
        return done.json

    def submit(self, original: dict, enriched: dict, token=None, **more) -> Answer:
        data = {"original": {"uri": original["uri"]}, "enriched": [{"uri": enriched["uri"], "name": "apollo"}], **more}
        headers = {"Idempotency-Key": more.pop("key")} if "key" in more else {}
        data.pop("key", None)
        return self.request("POST", "/api/v1/jobs", data, headers, token)
