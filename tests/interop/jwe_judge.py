#!/usr/bin/env python3
"""Debian's python3-jwcrypto opens our encrypted texts, and we open its: jwe_judge.py JWE_PEER"""
import pathlib
import subprocess
import sys
import tempfile

try:
    from jwcrypto import jwe, jwk
except ImportError:
    print("*** NOT CHECKED: python3-jwcrypto is not installed ***")
    sys.exit(77)


def main(peer):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([peer, "encrypt", folder], check=True)
        texts = sorted(folder.glob("*.ours"))
        for path in texts:
            label = path.name.removesuffix(".ours")
            kind, encryption = label.split(".")
            algorithm = kind.split("_")[0]
            key = jwk.JWK.from_json((folder / f"{kind}.key").read_text())
            opened = jwe.JWE(algs=[algorithm, encryption])
            opened.deserialize(path.read_text(), key)
            assert opened.payload.decode() == label, (label, opened.payload)

            header = {"alg": algorithm, "enc": encryption}
            if algorithm.startswith("ECDH"):
                header |= {"apu": "Q2Fyb2w", "apv": "RGF2ZQ"}
            sealed = jwe.JWE(label.encode(), protected=header, recipient=key, algs=[algorithm, encryption])
            (folder / f"{label}.theirs").write_text(sealed.serialize(compact=True))
        answer = subprocess.run([peer, "decrypt", folder], check=True, capture_output=True, text=True).stdout
        assert len(texts) == 64 and int(answer) == len(texts), (len(texts), answer)
        print(f"ok: python3-jwcrypto opened {len(texts)} texts of ours, and we {int(answer)} of its")


main(sys.argv[1])
