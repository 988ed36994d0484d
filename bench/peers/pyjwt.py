"""Runs PyJWT; speaks as bench/peers/peer.hpp says.

    /usr/bin/python3 bench/peers/pyjwt.py FOLDER
"""
import pathlib
import sys
import time

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ISSUER = "https://id.example.com"
AUDIENCE = "https://api.example.com"


def load_key(folder, alg):
    if alg == "HS256":
        return (folder / "HS256.key").read_bytes()
    return load_pem_public_key((folder / f"{alg}.pem").read_bytes())


def verify(text, key, alg):
    jwt.decode(text, key, algorithms=[alg], issuer=ISSUER, audience=AUDIENCE, options={"require": ["exp", "iss", "aud"]})


def rate(text, key, alg, seconds):
    began, done, batch, last, now = time.process_time(), 0, 1, 0.0, 0.0
    while now < seconds:
        if now - last < 0.001:
            batch *= 2
        last = now
        for _ in range(batch):
            verify(text, key, alg)
        done += batch
        now = time.process_time() - began
    return done / now


def judge(text, key, alg):
    try:
        verify(text, key, alg)
    except jwt.PyJWTError:
        return "r"
    except Exception:  # not as documented, and no token either
        return "r"
    return "a"


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = [line.split("\t") for line in (folder / "tokens.tsv").read_text().rstrip("\n").split("\n")]
    tokens = [(kind, alg, bytes.fromhex(text).decode("latin-1")) for kind, _, alg, _, _, text in lines]
    timed = {alg: text for kind, alg, text in tokens if kind == "timed"}
    keys = {alg: load_key(folder, alg) for alg in timed}
    print("pyjwt", jwt.__version__, " ".join(timed), sep="\t", flush=True)
    for line in sys.stdin:
        verb, *rest = line.split()
        if verb == "rate":
            alg = rest[0]
            print(f"{rate(timed[alg], keys[alg], alg, float(rest[1])):.1f}", flush=True)
        elif verb == "judge":
            print("".join(judge(text, keys[alg], alg) for kind, alg, text in tokens if kind != "timed"), flush=True)


main()
