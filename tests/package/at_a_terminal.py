"""Types at an interactive shell, in which `signet` only says what it was given, and prints what the screen shows.

    at_a_terminal.py SETUP KEYS SHELL [ARGUMENT…]

Runs SETUP, types KEYS and the return key, and waits for "GOT<what came of it>".
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

setup, keys, *shell = sys.argv[1:]


def heard(until, at_most=40.0):
    """What the screen shows until a match of `until` has come."""
    text, end = b"", time.monotonic() + at_most
    while not re.search(until, text):
        if time.monotonic() > end or not select.select([terminal], [], [], at_most)[0]:
            sys.exit(f"{shell[0]} did not show {until!r}: {text!r}")
        text += os.read(terminal, 65536)
    return text.decode(errors="replace")


child, terminal = pty.fork()
if child == 0:
    os.environ.update(TERM="dumb", PS1="", HOME="/nonexistent")
    os.execvp(shell[0], shell)
try:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
    # Spelled so that the echo of what is typed is not taken for the answer.
    says = """signet() { printf 'GO%s<%s>' T "$*"; }"""
    os.write(terminal, f"{setup}; {says}; echo REA''DY\n".encode())
    heard(rb"READY")
    os.write(terminal, keys.encode() + b"\n")
    print(heard(rb"GOT<[^>]*>").replace("\a", "").replace("\r", ""))
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
