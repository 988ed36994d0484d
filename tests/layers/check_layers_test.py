#!/usr/bin/env python3
"""tools/check_layers refuses each wrong tree, by file, line, and rule, and accepts a right one."""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "check_layers")
LOADER = importlib.machinery.SourceFileLoader("check_layers", SCRIPT)
check_layers = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_layers", LOADER))
LOADER.exec_module(check_layers)

RIGHT = {
    "include/jose/jwt.hpp": "#pragma once\n#include <string>\n#include \"jose/policy.hpp\"\n",
    "include/jose/policy.hpp": "#pragma once\n",
    "include/signet/verifier.hpp": '#pragma once\n#include "jose/policy.hpp"\n',
    "src/base/clock.hpp": "#pragma once\n",
    "src/jose/jws.cpp": '#include <openssl/evp.h>\n#include "jose/jwt.hpp"\n#include "base/clock.hpp"\n'
                        "int f() { return EVP_DigestVerify(a, b); }\n",
    "src/verifier/verifier.cpp": '#include "signet/verifier.hpp"\n#include "jose/jwt.hpp"\n',
    "src/core/ports.hpp": '#pragma once\n#include "base/clock.hpp"\n',
    "src/core/testing/fakes.hpp": '#pragma once\n#include "core/ports.hpp"\n',
    "src/core/login.cpp": '#include "core/ports.hpp"\n'
                          '// EVP_PKEY_sign( and "SELECT a FROM b" in a comment are words\n'
                          'auto s = "Select a name from the list";\nauto c = \'"\';\nauto n = 100\'000;\n'
                          'auto t = "please update the page";\n',
    "src/storage/users.cpp": '#include "core/ports.hpp"\nauto s = "SELECT a "\n  "FROM b";\n',
    "src/http/io_core.hpp": "#pragma once\n#include <boost/asio/io_context.hpp>\n",
    "src/http/server.cpp": '#include "http/io_core.hpp"\n#include "core/ports.hpp"\n#include "jose/jwt.hpp"\n',
    "src/http/routes.hpp": "#pragma once\n",
    "src/cli/serve.cpp": '#include "http/routes.hpp"\n#include "core/ports.hpp"\n',
    "examples/notes/main.cpp": '#include "signet/verifier.hpp"\n#include "notes.hpp"\n',
    "examples/notes/notes.hpp": "#pragma once\n",
}

# What is added to the right tree, and what must be said of it.
WRONG = [
    ("src/jose/key.cpp", '\n#include "core/ports.hpp"\n', "2: jose includes"),
    ("src/base/log.cpp", '#include "jose/jwt.hpp"\n', "1: base includes"),
    ("src/core/token.cpp", '#include "storage/users.hpp"\n', "1: core includes"),
    ("src/core/token.cpp", '#include "http/routes.hpp"\n', "1: core includes"),
    ("src/core/token.cpp", '#include "signet/verifier.hpp"\n', "1: core includes"),
    ("src/verifier/cache.cpp", '#include "core/ports.hpp"\n', "1: verifier includes"),
    ("src/http/login.cpp", '#include "storage/sqlite.hpp"\n', "1: http includes \"storage/sqlite.hpp\": http and storage never"),
    ("src/storage/keys.cpp", '  #  include "http/routes.hpp"\n', "1: storage includes \"http/routes.hpp\": http and storage never"),
    ("src/http/login.cpp", '#include "cli/config.hpp"\n', "1: http includes"),
    ("src/http/login.cpp", '#include "../storage/sqlite.hpp"\n', "1: \"../storage/sqlite.hpp\" climbs out"),
    ("include/jose/key.hpp", '#include "base/secret.hpp"\n', "1: an installed header includes"),
    ("include/jose/key.hpp", "#include <openssl/evp.h>\n", "1: an installed header brings <openssl/evp.h>"),
    ("examples/notes/users.cpp", '#include "core/ports.hpp"\n', "1: an example includes"),
    ("examples/notes/users.cpp", '#include "base/clock.hpp"\n', "1: an example includes"),
    ("src/cli/run.cpp", '#include "http/io_core.hpp"\n', "1: \"http/io_core.hpp\" brings <boost/asio/io_context.hpp>"),
    ("src/cli/run.cpp", '#include "cli/a.hpp"\n', None),
    ("src/plugins/main.cpp", "int a;\n", "1: src/plugins is not a layer"),
    ("src/gateway/rules.cpp", '#include "http/routes.hpp"\n#include "signet/verifier.hpp"\n', None),
    ("src/gateway/rules.cpp", '#include "storage/users.hpp"\n', "1: gateway includes"),
    ("src/http/rules.cpp", '#include "gateway/rules.hpp"\n', "1: http includes"),
    ("src/core/seal.cpp", "\n\nint r = EVP_DigestSign(c, s);\n", "3: EVP_DigestSign outside src/jose"),
    ("src/core/seal.cpp", "int r = EVP_PKEY_verify_init(c);\n", "1: EVP_PKEY_verify_init outside src/jose"),
    ("src/http/seal.cpp", "int r = crypto_sign_detached (s, m);\n", "1: crypto_sign_detached outside src/jose"),
    ("src/core/list.cpp", 'auto s =\n "SELECT name FROM users";\n', "2: SQL outside src/storage"),
    ("src/core/list.cpp", 'auto s = "SELECT name "\n  "FROM users";\n', "1: SQL outside src/storage"),
    ("src/core/list.cpp", 'auto s = R"(\n  INSERT INTO users VALUES (1))";\n', "1: SQL outside src/storage"),
    ("src/http/list.cpp", 'auto s = "update users set a = 1";\n', None),
    ("src/http/list.cpp", 'auto s = "UPDATE users SET a = 1";\n', "1: SQL outside src/storage"),
    ("src/cli/list.cpp", 'auto s = "DELETE FROM users";\n', "1: SQL outside src/storage"),
    ("src/core/utils.cpp", "", "1: a file named utils.cpp"),
    ("src/core/session_manager.hpp", "", "1: a file named session_manager.hpp"),
    ("web/src/helpers.ts", "", "1: a file named helpers.ts"),
    ("src/core/common/ids.hpp", "", "1: a folder named common"),
    ("examples/notes/web/src/main.ts", "", None),
    ("examples/notes/web/src/deep/main.ts", "", "1: 4 folders deep"),
    ("src/core/rules/deep/ids.hpp", "", "1: 4 folders deep"),
]


def check(tree):
    with tempfile.TemporaryDirectory() as root:
        for path, text in tree.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(text)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            code = check_layers.main([SCRIPT, root])
        return code, output.getvalue()


class CheckLayers(unittest.TestCase):
    def test_accepts_a_right_tree(self):
        self.assertEqual(check(RIGHT), (0, f"check_layers: {len(RIGHT)} files, 0 breaches\n"))

    def test_refuses_each_wrong_file_by_line_and_rule(self):
        for path, text, said in WRONG:
            with self.subTest(path=path, text=text):
                code, output = check({**RIGHT, path: text})
                if said is None:
                    self.assertEqual(code, 0, output)
                    continue
                self.assertEqual(code, 1, output)
                self.assertIn(f"{path}:{said}", output)

    def test_sees_a_heavy_header_behind_another(self):
        code, output = check({
            **RIGHT,
            "src/http/acceptor.hpp": '#pragma once\n#include "http/io_core.hpp"\n',
            "src/cli/run.cpp": '#include "http/acceptor.hpp"\n',
        })
        self.assertEqual(code, 1)
        self.assertIn('src/cli/run.cpp:1: "http/acceptor.hpp" brings <boost/asio/io_context.hpp>', output)

    def test_refuses_an_empty_tree(self):
        self.assertEqual(check({})[0], 2)


if __name__ == "__main__":
    unittest.main()
