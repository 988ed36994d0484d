// verifier/c_caller.h - for tests: what a C program does with signet/signet_verifier.h.
//
// Each function gives NULL when all of it held, and else the first line that did not.
#ifndef SIGNET_VERIFIER_C_CALLER_H
#define SIGNET_VERIFIER_C_CALLER_H

#include <pthread.h>

#include "signet/signet_verifier.h"

#ifdef __cplusplus
extern "C" {
#endif

// What the callbacks were told.
struct c_news {
    pthread_mutex_t mutex;
    unsigned        fetches;  // of the key set, that gave a key
    unsigned        lives;    // times that the state became live
    unsigned        revoked;
    char            kind[16];
    char            subject[129];
    int64_t         at_ms;
};

// One that follows, told of in `news`; not NULL in `*verifier` once it has started.
char const* c_starts(char const* issuer, char const* credential, struct c_news* news, signet_verifier** verifier);
char const* c_accepts(signet_verifier const* verifier, char const* authorization, int64_t issued_at_ms);
char const* c_refuses_strangers(signet_verifier const* verifier);
char const* c_refuses_revoked(signet_verifier const* verifier, char const* authorization);
char const* c_describes(signet_verifier const* verifier);
char const* c_refuses_options(char const* issuer);
char const* c_takes_null(signet_verifier const* verifier);
char const* c_ignores(char const* issuer, char const* authorization);

#ifdef __cplusplus
}
#endif

#endif
