"""notes.py - a WSGI app that only signed-in people may use.

    SIGNET_ISSUER=https://localhost:8443 SIGNET_CREDENTIAL=… SIGNET_CA=signet-data/tls/cert.pem python3 notes.py 7003
"""
import json
import os
import sys
from http import HTTPStatus
from wsgiref.simple_server import make_server

import signet_verifier

NOTES = {}  # by user


def make_app(verifier):
    def app(environ, start_response):
        def answer(status, body, headers=()):
            start_response(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", "application/json"), *headers])
            return [json.dumps(body).encode()]

        # Who deletes must not be somebody who was signed out meanwhile.
        sensitive = environ["REQUEST_METHOD"] == "DELETE"
        try:
            who = verifier.verify(environ.get("HTTP_AUTHORIZATION"), signet_verifier.FAIL_CLOSED if sensitive else 0)
        except signet_verifier.Refused as refused:
            body = {"error": refused.error or "missing_token", "error_description": refused.description}
            return answer(refused.status, body, refused.headers())
        if sensitive:
            NOTES.pop(who.user_id, None)
        return answer(200, {"owner": who.user_id, "roles": who.roles, "notes": NOTES.get(who.user_id, [])})

    return app


if __name__ == "__main__":
    issuer = os.environ["SIGNET_ISSUER"]
    with signet_verifier.Verifier(
            issuer=issuer, audience=issuer, credential=os.environ["SIGNET_CREDENTIAL"], ca_file=os.environ.get("SIGNET_CA"),
            realm="notes", degraded_after_ms=int(os.environ.get("DEGRADED_AFTER_MS", 0)),
            stale_after_ms=int(os.environ.get("STALE_AFTER_MS", 0)),
            on_state=lambda state, before, problem: print("notes:", state, problem, file=sys.stderr, flush=True)) as following:
        with make_server("127.0.0.1", int(sys.argv[1]), make_app(following)) as server:
            server.serve_forever()
