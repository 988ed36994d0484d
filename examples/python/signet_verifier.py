"""signet_verifier.py - Signet's verifier in Python, by libsignet_verifier.so and ctypes.

    verifier = Verifier(issuer="https://id.example.com", audience="https://id.example.com", credential=credential)
    try:
        who = verifier.verify(environ.get("HTTP_AUTHORIZATION"))
    except Refused as refused:
        return answer(refused.status, refused.headers())
    greet(who.user_id)

It ends with close(), with the `with` that it is made in, when nobody has it any more, or with the process. Thread-safe;
other threads of Python run meanwhile. A server that forks its workers makes a Verifier in each of them: its threads do
not outlive fork(). What each option means, and what a call costs: signet/signet_verifier.h. The library is looked for as
the system does, or is the file named by SIGNET_VERIFIER_LIBRARY.
"""
import ctypes
import os
import threading
import weakref
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_void_p
from dataclasses import dataclass

FAIL_CLOSED, UNTIL_EXPIRY = 1, 2
STATES = ("starting", "live", "degraded", "stale")

_ON_KEYS = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, ctypes.c_uint64)
_ON_STATE = ctypes.CFUNCTYPE(None, c_void_p, c_int, c_int, c_char_p)
_ON_REVOKED = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_char_p, c_int64)


class _Options(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("issuer", c_char_p), ("audience", c_char_p), ("credential", c_char_p),
                ("revocations", c_int), ("when_stale", c_int), ("algorithms", c_char_p), ("realm", c_char_p),
                ("ca_file", c_char_p), ("clock_skew_s", c_int64), ("refetch_cooldown_s", c_int64),
                ("remembered_tokens", c_int64), ("longest_stale_s", c_int64), ("degraded_after_ms", c_int64),
                ("stale_after_ms", c_int64), ("allow_plain_http_on_loopback", c_int), ("context", c_void_p),
                ("on_keys", _ON_KEYS), ("on_state", _ON_STATE), ("on_revoked", _ON_REVOKED)]


_library = ctypes.CDLL(os.environ.get("SIGNET_VERIFIER_LIBRARY", "libsignet_verifier.so.0.1"))


def _function(name, result, *arguments):
    function = getattr(_library, "signet_" + name)
    function.restype, function.argtypes = result, arguments
    return function


_start = _function("verifier_start", c_int, POINTER(_Options), c_int64, POINTER(c_void_p), c_char_p, c_size_t)
_verify = _function("verifier_verify", c_int, c_void_p, c_char_p, c_size_t, c_int, POINTER(c_void_p), POINTER(c_void_p))
_state = _function("verifier_state", c_int, c_void_p)
_prometheus = _function("verifier_prometheus", c_void_p, c_void_p)
_free = {kind: _function(kind + "_free", None, c_void_p) for kind in ("verifier", "principal", "refusal", "text")}
_text_of = {f"{kind}_{name}": _function(f"{kind}_{name}", c_char_p, c_void_p) for kind, names in {
    "principal": ("user_id", "session_id", "email", "name", "client_id", "token_id"),
    "refusal": ("error", "description", "www_authenticate", "revoked")}.items() for name in names}
_list_of = {name: (_function(f"principal_{name}_count", c_size_t, c_void_p),
                   _function(f"principal_{name}", c_char_p, c_void_p, c_size_t)) for name in ("role", "scope")}
_number_of = {name: _function(name, c_int64, c_void_p) for name in
              ("principal_issued_at_ms", "principal_expires_at_ms", "refusal_retry_after_s")}
_status = _function("refusal_status", c_int, c_void_p)


@dataclass(frozen=True)
class Principal:
    """Who a verified request speaks for. Times are Unix milliseconds."""
    user_id: str
    session_id: str
    email: str
    name: str
    client_id: str
    token_id: str
    roles: tuple
    scopes: tuple
    issued_at_ms: int
    expires_at_ms: int


class Refused(Exception):
    """Why a request is refused, in RFC 6750's terms: status, error, description, www_authenticate, revoked, retry_after_s."""

    def __init__(self, handle):
        for name in ("error", "description", "www_authenticate", "revoked"):
            setattr(self, name, _text_of["refusal_" + name](handle).decode())
        self.status, self.retry_after_s = _status(handle), _number_of["refusal_retry_after_s"](handle)
        super().__init__(self.description)

    def headers(self):
        challenge = [("WWW-Authenticate", self.www_authenticate)] if self.www_authenticate else []
        return challenge + ([("Retry-After", str(self.retry_after_s))] if self.retry_after_s else [])


_here = threading.local()  # .is_library is there on a thread that the library calls from


def _called(what):
    def call(_, *news):
        _here.is_library = True
        what(*news)

    return call


def _end(handle, calls, process):
    """Frees the verifier; its threads may call `calls` until that is done."""
    if os.getpid() != process:
        return  # fork() has left its threads behind: there is nobody to wait for
    if hasattr(_here, "is_library"):  # the last reference went in a call: a thread cannot wait for its own end
        threading.Thread(target=_end, args=(handle, calls, process)).start()
        return
    _free["verifier"](handle)


class Verifier:
    """Starts following, and waits up to patience_ms to be live. ValueError: options that cannot work."""

    def __init__(self, *, patience_ms=5000, on_state=None, on_revoked=None, **options):
        # on_state(state, before, problem), on_revoked(kind, subject, at_ms), from threads of the library's.
        calls = (_ON_STATE(_called(lambda now, before, problem: on_state(STATES[now], STATES[before], problem.decode())))
                 if on_state else _ON_STATE(),
                 _ON_REVOKED(_called(lambda kind, subject, at_ms: on_revoked(kind.decode(), subject.decode(), at_ms)))
                 if on_revoked else _ON_REVOKED())
        self._handle = c_void_p()
        self._end = weakref.finalize(self, _end, self._handle, calls, os.getpid())  # before it starts: Ctrl+C may come
        given = {name: value.encode() if isinstance(value, str) else value for name, value in options.items()}
        given = _Options(ctypes.sizeof(_Options), on_state=calls[0], on_revoked=calls[1], **given)
        problem = ctypes.create_string_buffer(256)
        if _start(byref(given), patience_ms, byref(self._handle), problem, len(problem)) != 0:
            raise ValueError(problem.value.decode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def verify(self, authorization, when_stale=0):
        """The Principal behind an Authorization header (None when there is none), or raises Refused."""
        header = (authorization or "").encode("latin-1", "replace")
        who, no = c_void_p(), c_void_p()
        try:
            if _verify(self._handle, header, len(header), when_stale, byref(who), byref(no)) != 0:
                raise Refused(no)
            texts = {name[10:]: _text_of[name](who).decode() for name in _text_of if name.startswith("principal_")}
            roles, scopes = (tuple(nth(who, i).decode() for i in range(count(who))) for count, nth in _list_of.values())
            times = {name[10:]: _number_of[name](who) for name in _number_of if name.startswith("principal_")}
            return Principal(**texts, roles=roles, scopes=scopes, **times)
        finally:
            _free["principal"](who)
            _free["refusal"](no)

    @property
    def state(self):
        return STATES[_state(self._handle)]

    def prometheus(self):
        text = _prometheus(self._handle)
        try:
            return ctypes.string_at(text).decode() if text else ""
        finally:
            _free["text"](text)

    def close(self):
        """No other call may be under way. Every token is refused from then on."""
        self._handle = c_void_p()
        self._end()
