// signet/signet_verifier.h - signet::Verifier (verifier.hpp) for C, and for whatever calls C: bearer token in, principal out.
//
//     signet_verifier_options options = {.size       = sizeof options,
//                                        .issuer     = "https://id.example.com",
//                                        .audience   = "https://id.example.com",
//                                        .credential = credential};  // of `signet verifier add NAME`
//     signet_verifier* verifier;
//     char             problem[256];
//     if (signet_verifier_start(&options, 5000, &verifier, problem, sizeof problem) != SIGNET_OK) die(problem);
//
//     signet_principal* who;
//     signet_refusal*   no;
//     if (signet_verifier_verify(verifier, header, strlen(header), SIGNET_AS_CONFIGURED, &who, &no) != SIGNET_OK) {
//         answer(signet_refusal_status(no), signet_refusal_www_authenticate(no));
//         signet_refusal_free(no);
//         return;
//     }
//     greet(signet_principal_user_id(who));
//     signet_principal_free(who);
//
// Link libsignet_verifier.so, or the C++ library. C99. Nothing is thrown, whatever happens behind it. Texts are UTF-8 and
// end with a NUL; those given are copied, those got live as long as what they are got from. Every function takes NULL for
// a handle: it frees nothing, and gets NULL, 0, or false. Thread-safe, all of it, but for freeing what another thread uses.
//
// Threads do not outlive fork(): a server that forks its workers starts a verifier in each of them, behind the fork.
#ifndef SIGNET_SIGNET_VERIFIER_H
#define SIGNET_SIGNET_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SIGNET_PUBLIC __attribute__((visibility("default")))
#define SIGNET_LOOK_AT_IT __attribute__((visibility("default"), warn_unused_result))
#else
#define SIGNET_PUBLIC
#define SIGNET_LOOK_AT_IT
#endif

typedef struct signet_verifier  signet_verifier;
typedef struct signet_principal signet_principal;
typedef struct signet_refusal   signet_refusal;

// What became of a call.
enum {
    SIGNET_OK          = 0,
    SIGNET_REFUSED     = 1,  // the request; the refusal says why
    SIGNET_BAD_OPTIONS = 2,  // they cannot work; the error's text says why
    SIGNET_BAD_CALL    = 3,  // NULL where something is needed, or a number that means nothing
    SIGNET_NO_MEMORY   = 4,
    SIGNET_FAILED      = 5   // no thread was to be had
};

// How current what is known to be revoked is.
enum {
    SIGNET_STARTING = 0,  // nothing is known yet: every token is refused with 503
    SIGNET_LIVE     = 1,  // all that was revoked until a moment ago
    SIGNET_DEGRADED = 2,  // the issuer has not been heard of for degraded_after_ms
    SIGNET_STALE    = 3   // nor for stale_after_ms
};

// What becomes of a token while the state is stale.
enum {
    SIGNET_AS_CONFIGURED = 0,  // as the options say; in the options: until expiry
    SIGNET_FAIL_CLOSED   = 1,  // refused with 503: for money, and whatever an intruder must not do
    SIGNET_UNTIL_EXPIRY  = 2   // accepted, unless it is known to be revoked
};

// Whether what is revoked is heard of.
enum {
    SIGNET_FOLLOW = 0,  // within a fraction of a second; needs a credential
    SIGNET_IGNORE = 1   // a token is good until it expires, whatever happens
};

// Zero is the usual in every member but the first four, so name those and leave the rest out. `size` is sizeof of the
// struct as its user knows it: later versions add members at the end, and take those of before as they were.
// What the members mean, and their bounds: signet::VerifierOptions in verifier.hpp.
typedef struct signet_verifier_options {
    size_t      size;
    char const* issuer;
    char const* audience;
    char const* credential;          // a secret; NULL with SIGNET_IGNORE alone
    int         revocations;         // SIGNET_FOLLOW
    int         when_stale;          // SIGNET_UNTIL_EXPIRY
    char const* algorithms;          // with spaces between; NULL: "ES256 EdDSA RS256"
    char const* realm;
    char const* ca_file;             // PEM; NULL: the system's
    int64_t     clock_skew_s;        // 30. This and the next two: less than zero is none at all
    int64_t     refetch_cooldown_s;  // 30
    int64_t     remembered_tokens;   // 4096
    int64_t     longest_stale_s;     // a day
    int64_t     degraded_after_ms;   // 3000
    int64_t     stale_after_ms;      // 30000
    int         allow_plain_http_on_loopback;  // not 0: it is

    // Called from the verifier's own threads, with `context` first; must not block, nor free the verifier. Each may be
    // called before signet_verifier_start() returns, and none is once signet_verifier_free() has returned. The texts are
    // there for the length of the call.
    void* context;
    // After each fetch of the key set. `problem` is empty when it is fresh; `keys` are in use.
    void (*on_keys)(void* context, char const* problem, uint64_t keys);
    // When the state changes, and of each new problem; `problem` is empty where there is none.
    void (*on_state)(void* context, int state, int before, char const* problem);
    // Of each thing that is revoked from now on, once verify refuses by it: for what outlives a request. `kind` is as
    // signet_refusal_revoked() says; `at_ms` is Unix milliseconds, by the issuer's clock.
    void (*on_revoked)(void* context, char const* kind, char const* subject, int64_t at_ms);
} signet_verifier_options;

// Starts a verifier, and waits up to `patience_ms` for the first key set and to be live; then it is there all the same,
// and refuses with 503 until it is. SIGNET_OK, and `*verifier`, which is yours to free; or another code, NULL, and one
// sentence in `error_text`, cut to `error_size` with its NUL; NULL and 0 when it is not wanted.
// Cost: three threads, one with SIGNET_IGNORE; all but idle.
SIGNET_LOOK_AT_IT int signet_verifier_start(signet_verifier_options const* options, int64_t patience_ms,
                                            signet_verifier** verifier, char* error_text, size_t error_size);
// Ends its threads, within a second. No other call may be under way. Principals and refusals live on.
SIGNET_PUBLIC void signet_verifier_free(signet_verifier* verifier);

// Judges the value of an Authorization header: `length` bytes, none when there is none. `when_stale` is one of the three
// above. SIGNET_OK, and `*principal`, which is yours to free; or another code, NULL, and in `*refusal` what to answer:
// never NULL then, also for want of memory, and yours to free. `refusal` may be NULL when it is not wanted.
// A token with a NUL in a text that is shown here is refused: in C it would end there, and name another.
// Cost: a signature check for a token not seen before, else about 200 ns; no I/O, and no lock that a fetch holds.
SIGNET_LOOK_AT_IT int signet_verifier_verify(signet_verifier const* verifier, char const* authorization, size_t length,
                                             int when_stale, signet_principal** principal, signet_refusal** refusal);

// For a readiness probe: whether there is a key set, and with SIGNET_FOLLOW has been news. Cost: a short lock.
SIGNET_PUBLIC bool signet_verifier_ready(signet_verifier const* verifier);
// How current it is now. Cost: reading a clock.
SIGNET_PUBLIC int         signet_verifier_state(signet_verifier const* verifier);
// "live" for SIGNET_LIVE, and so on; "unknown" for what is none. Lives as long as the program.
SIGNET_PUBLIC char const* signet_state_name(int state);

// For gauges. `size` as in the options: what fits into it is written.
typedef struct signet_verifier_status {
    size_t   size;
    int64_t  state;
    uint64_t keys;             // in the key set
    uint64_t sequence;         // of the issuer's log, up to which all is known
    uint64_t entries;          // what is held as revoked
    uint64_t bytes;            // the memory that takes
    int64_t  last_heard_ms;    // so long ago all that was revoked was known; zero while starting
    int64_t  clock_offset_ms;  // of the issuer's clock to this machine's, roughly
    uint64_t reconnects;       // streams after the first
    uint64_t resyncs;          // snapshots after the first
} signet_verifier_status;

// SIGNET_OK, or another code and `*status` as it was. Cost: short locks.
SIGNET_LOOK_AT_IT int signet_verifier_describe(signet_verifier const* verifier, signet_verifier_status* status);
// The same in Prometheus' text form (version 0.0.4), to be freed with signet_text_free(); NULL when there is no memory.
SIGNET_LOOK_AT_IT char* signet_verifier_prometheus(signet_verifier const* verifier);
SIGNET_PUBLIC void      signet_text_free(char* text);

// Who a verified request speaks for. Holds no secret, and does not change. Empty, not NULL, where the token has none.
SIGNET_PUBLIC char const* signet_principal_user_id(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_session_id(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_email(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_name(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_client_id(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_token_id(signet_principal const* principal);
// By index from 0; NULL from the count on.
SIGNET_PUBLIC size_t      signet_principal_role_count(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_role(signet_principal const* principal, size_t index);
SIGNET_PUBLIC size_t      signet_principal_scope_count(signet_principal const* principal);
SIGNET_PUBLIC char const* signet_principal_scope(signet_principal const* principal, size_t index);
// Exact match, case included.
SIGNET_PUBLIC bool        signet_principal_has_role(signet_principal const* principal, char const* role);
SIGNET_PUBLIC bool        signet_principal_has_scope(signet_principal const* principal, char const* scope);
// Unix milliseconds.
SIGNET_PUBLIC int64_t     signet_principal_issued_at_ms(signet_principal const* principal);
SIGNET_PUBLIC int64_t     signet_principal_expires_at_ms(signet_principal const* principal);
SIGNET_PUBLIC void        signet_principal_free(signet_principal* principal);

// Why a request is refused, in RFC 6750's terms.
// 401, 403, 503 while nothing can be judged, and 500 for SIGNET_BAD_CALL.
SIGNET_PUBLIC int         signet_refusal_status(signet_refusal const* refusal);
SIGNET_PUBLIC char const* signet_refusal_error(signet_refusal const* refusal);  // "invalid_token", ...; empty without a token
SIGNET_PUBLIC char const* signet_refusal_description(signet_refusal const* refusal);  // one sentence, safe to show
SIGNET_PUBLIC char const* signet_refusal_www_authenticate(signet_refusal const* refusal);  // empty: send no such header
SIGNET_PUBLIC int64_t     signet_refusal_retry_after_s(signet_refusal const* refusal);  // above zero: send Retry-After
// What of the token was, when that is why: "session", "token", "user", "client", "key", or "everything"; else empty.
SIGNET_PUBLIC char const* signet_refusal_revoked(signet_refusal const* refusal);
SIGNET_PUBLIC void        signet_refusal_free(signet_refusal* refusal);

// 403: the token is good, and its owner may not do this. `needs` says what would do, for example "roles: admin"; `realm`
// may be NULL. Never NULL, and yours to free.
SIGNET_LOOK_AT_IT signet_refusal* signet_insufficient_scope(char const* needs, char const* realm);

#ifdef __cplusplus
}
#endif

#endif
