#!/usr/bin/env python3
"""Debian's python3-jwt judges tokens of ours by our key set: judge.py MAKE_TOKENS"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jwt
except ImportError:
    print("*** NOT CHECKED: python3-jwt is not installed ***")
    sys.exit(77)

ISSUER, AUDIENCE = "https://id.example.com", "https://api.example.com"


def decode(token, keys, algorithms):
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "at+jwt", header
    return jwt.decode(token, keys[header["kid"]].key, algorithms=algorithms, audience=AUDIENCE, issuer=ISSUER,
                      options={"require": ["exp", "iat", "iss", "aud"]})


def main(make_tokens):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([make_tokens, folder, ISSUER, AUDIENCE], check=True)
        keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.loads((folder / "keys.json").read_text())).keys}
        for algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"):
            claims = decode((folder / f"{algorithm}.token").read_text(), keys, [algorithm])
            assert claims["sub"] == "user-1" and claims["name"] == 'Ann "A" \u00dc', claims
        try:
            decode((folder / "bad.token").read_text(), keys, ["EdDSA"])
        except jwt.InvalidSignatureError:
            print("ok: python3-jwt accepted 10 tokens and refused 1")
            return 0
    print("FAILED: python3-jwt accepted a token with another token's signature")
    return 1


sys.exit(main(sys.argv[1]))
