#include "verifier/c_caller.h"

#include <stdio.h>
#include <string.h>

#define TEXT_OF(what) #what
#define LINE_TEXT(line) TEXT_OF(line)
#define HOLDS(what) \
    if (!(what)) return "c_caller.c:" LINE_TEXT(__LINE__) ": " #what

static int same(char const* one, char const* other)
{
    return one != NULL && strcmp(one, other) == 0;
}

static void keys_came(void* context, char const* problem, uint64_t keys)
{
    struct c_news* const news = context;
    pthread_mutex_lock(&news->mutex);
    if (same(problem, "") && keys == 1) ++news->fetches;
    pthread_mutex_unlock(&news->mutex);
}

static void state_changed(void* context, int state, int before, char const* problem)
{
    struct c_news* const news = context;
    pthread_mutex_lock(&news->mutex);
    if (state == SIGNET_LIVE && before != SIGNET_LIVE && same(problem, "")) ++news->lives;
    pthread_mutex_unlock(&news->mutex);
}

static void was_revoked(void* context, char const* kind, char const* subject, int64_t at_ms)
{
    struct c_news* const news = context;
    pthread_mutex_lock(&news->mutex);
    ++news->revoked;
    snprintf(news->kind, sizeof news->kind, "%s", kind);
    snprintf(news->subject, sizeof news->subject, "%s", subject);
    news->at_ms = at_ms;
    pthread_mutex_unlock(&news->mutex);
}

static signet_verifier_options options_of(char const* issuer)
{
    signet_verifier_options const options = {.size                         = sizeof options,
                                             .issuer                       = issuer,
                                             .audience                     = "notes",
                                             .realm                        = "notes",
                                             .allow_plain_http_on_loopback = 1};
    return options;
}

char const* c_starts(char const* issuer, char const* credential, struct c_news* news, signet_verifier** verifier)
{
    signet_verifier_options options = options_of(issuer);
    char                    problem[200];

    options.credential         = credential;
    options.algorithms         = "ES256  EdDSA";
    options.clock_skew_s       = -1;
    options.refetch_cooldown_s = -1;
    options.longest_stale_s    = 3600;
    options.degraded_after_ms  = 2000;
    options.stale_after_ms     = 2500;
    options.context            = news;
    options.on_keys            = keys_came;
    options.on_state           = state_changed;
    options.on_revoked         = was_revoked;
    HOLDS(signet_verifier_start(&options, 30000, verifier, problem, sizeof problem) == SIGNET_OK);
    HOLDS(*verifier != NULL && same(problem, ""));
    HOLDS(signet_verifier_ready(*verifier));
    HOLDS(signet_verifier_state(*verifier) == SIGNET_LIVE);
    HOLDS(same(signet_state_name(SIGNET_LIVE), "live") && same(signet_state_name(SIGNET_STALE), "stale"));
    HOLDS(same(signet_state_name(SIGNET_STARTING), "starting") && same(signet_state_name(SIGNET_DEGRADED), "degraded"));
    HOLDS(same(signet_state_name(4), "unknown") && same(signet_state_name(-1), "unknown"));
    return NULL;
}

static char const* is_ann(signet_principal const* who, int64_t issued_at_ms)
{
    HOLDS(same(signet_principal_user_id(who), "ann") && same(signet_principal_session_id(who), "s1"));
    HOLDS(same(signet_principal_email(who), "ann@example.com") && same(signet_principal_name(who), "Ann"));
    HOLDS(same(signet_principal_client_id(who), "web") && same(signet_principal_token_id(who), "t1"));
    HOLDS(signet_principal_role_count(who) == 2 && signet_principal_scope_count(who) == 1);
    HOLDS(same(signet_principal_role(who, 0), "viewer") && same(signet_principal_role(who, 1), "admin"));
    HOLDS(signet_principal_role(who, 2) == NULL && signet_principal_scope(who, (size_t)-1) == NULL);
    HOLDS(same(signet_principal_scope(who, 0), "read"));
    HOLDS(signet_principal_has_role(who, "admin") && !signet_principal_has_role(who, "Admin"));
    HOLDS(signet_principal_has_scope(who, "read") && !signet_principal_has_scope(who, "write"));
    HOLDS(!signet_principal_has_role(who, NULL) && !signet_principal_has_scope(who, NULL));
    HOLDS(signet_principal_issued_at_ms(who) == issued_at_ms / 1000 * 1000);
    HOLDS(signet_principal_expires_at_ms(who) == signet_principal_issued_at_ms(who) + 600000);
    return NULL;
}

char const* c_accepts(signet_verifier const* verifier, char const* authorization, int64_t issued_at_ms)
{
    static int const  kEach[] = {SIGNET_AS_CONFIGURED, SIGNET_FAIL_CLOSED, SIGNET_UNTIL_EXPIRY};
    signet_principal* who;
    signet_refusal*   no;
    char const*       wrong = NULL;
    size_t            i;

    for (i = 0; i < 3 && wrong == NULL; ++i) {
        HOLDS(signet_verifier_verify(verifier, authorization, strlen(authorization), kEach[i], &who, &no) == SIGNET_OK);
        HOLDS(no == NULL);
        wrong = is_ann(who, issued_at_ms);
        signet_principal_free(who);
    }
    // Not a byte beyond the length is looked at.
    HOLDS(signet_verifier_verify(verifier, authorization, strlen(authorization) - 1, 0, &who, NULL) == SIGNET_REFUSED);
    HOLDS(who == NULL);
    return wrong;
}

static char const* is_challenge(signet_refusal const* no, char const* error, char const* header)
{
    HOLDS(signet_refusal_status(no) == 401 && signet_refusal_retry_after_s(no) == 0);
    HOLDS(same(signet_refusal_error(no), error));
    HOLDS(same(signet_refusal_www_authenticate(no), header));
    return NULL;
}

char const* c_refuses_strangers(signet_verifier const* verifier)
{
    signet_principal* who;
    signet_refusal*   no;
    char const*       wrong;

    HOLDS(signet_verifier_verify(verifier, NULL, 0, SIGNET_AS_CONFIGURED, &who, &no) == SIGNET_REFUSED);
    HOLDS(who == NULL);
    wrong = is_challenge(no, "", "Bearer realm=\"notes\"");
    HOLDS(same(signet_refusal_description(no), "A bearer token is needed.") && same(signet_refusal_revoked(no), ""));
    signet_refusal_free(no);
    if (wrong != NULL) return wrong;

    HOLDS(signet_verifier_verify(verifier, "Bearer a.b\0c", 12, SIGNET_AS_CONFIGURED, &who, &no) == SIGNET_REFUSED);
    wrong = is_challenge(no, "invalid_token",
                         "Bearer realm=\"notes\", error=\"invalid_token\", error_description=\"The token is malformed.\"");
    signet_refusal_free(no);
    if (wrong != NULL) return wrong;

    no = signet_insufficient_scope("roles: admin", "notes");
    HOLDS(signet_refusal_status(no) == 403 && same(signet_refusal_error(no), "insufficient_scope"));
    HOLDS(same(signet_refusal_description(no), "Needs roles: admin."));
    signet_refusal_free(no);
    return NULL;
}

char const* c_refuses_revoked(signet_verifier const* verifier, char const* authorization)
{
    signet_principal* who;
    signet_refusal*   no;

    HOLDS(signet_verifier_verify(verifier, authorization, strlen(authorization), 0, &who, &no) == SIGNET_REFUSED);
    HOLDS(who == NULL && signet_refusal_status(no) == 401);
    HOLDS(same(signet_refusal_error(no), "invalid_token") && same(signet_refusal_revoked(no), "session"));
    HOLDS(same(signet_refusal_description(no), "The session has ended."));
    signet_refusal_free(no);
    return NULL;
}

char const* c_describes(signet_verifier const* verifier)
{
    signet_verifier_status status = {.size = sizeof status};
    signet_verifier_status shorter;
    char*                  text;

    HOLDS(signet_verifier_describe(verifier, &status) == SIGNET_OK && status.size == sizeof status);
    HOLDS(status.state == SIGNET_LIVE && status.keys == 1 && status.sequence == 1 && status.entries == 1);
    HOLDS(status.bytes > 0 && status.last_heard_ms < 30000 && status.clock_offset_ms < 30000);
    HOLDS(status.reconnects == 0 && status.resyncs == 0);

    // One of a library before `keys` came is left alone from there on.
    memset(&shorter, 7, sizeof shorter);
    shorter.size = offsetof(signet_verifier_status, keys);
    HOLDS(signet_verifier_describe(verifier, &shorter) == SIGNET_OK);
    HOLDS(shorter.state == SIGNET_LIVE && shorter.keys == UINT64_C(0x0707070707070707));
    shorter.size = 0;
    HOLDS(signet_verifier_describe(verifier, &shorter) == SIGNET_BAD_CALL);

    text = signet_verifier_prometheus(verifier);
    HOLDS(text != NULL && strstr(text, "signet_verifier_state{state=\"live\"} 1") != NULL);
    signet_text_free(text);
    return NULL;
}

static int refusal_of(signet_verifier_options const* options, char const* sentence)
{
    signet_verifier* verifier = (signet_verifier*)&verifier;
    char             problem[200];
    int const        code = signet_verifier_start(options, 0, &verifier, problem, sizeof problem);
    return code == SIGNET_BAD_OPTIONS && verifier == NULL && strncmp(problem, sentence, strlen(sentence)) == 0;
}

char const* c_refuses_options(char const* issuer)
{
    struct {
        signet_verifier_options today;
        int64_t                 tomorrow;
    } newer                         = {.today = options_of(issuer)};
    signet_verifier_options options = options_of(issuer);
    signet_verifier*        verifier;
    char                    narrow[9];

    HOLDS(refusal_of(&options, "what is revoked cannot be followed without a credential"));
    options.revocations = SIGNET_IGNORE;
    options.credential  = "svc";
    HOLDS(refusal_of(&options, "there is a credential"));
    options.credential = NULL;
    options.algorithms = "ES256 none";
    HOLDS(refusal_of(&options, "algorithms names one that is not known: none"));
    options.algorithms  = NULL;
    options.revocations = 2;
    HOLDS(refusal_of(&options, "revocations is neither"));
    options.revocations = SIGNET_IGNORE;
    options.when_stale  = 3;
    HOLDS(refusal_of(&options, "when_stale is neither"));
    options.when_stale      = 0;
    options.longest_stale_s = -1;
    HOLDS(refusal_of(&options, "longest_stale is not between"));
    options.longest_stale_s   = 0;
    options.remembered_tokens = INT64_MAX;
    HOLDS(refusal_of(&options, "remembered_tokens is more than"));
    options.remembered_tokens = 0;
    options.clock_skew_s      = 601;
    HOLDS(refusal_of(&options, "clock_skew"));
    options.clock_skew_s = INT64_MAX;
    HOLDS(refusal_of(&options, "clock_skew"));
    options.clock_skew_s = 0;
    options.size         = sizeof options - 1;
    HOLDS(refusal_of(&options, "size is not that of"));
    options.size = (size_t)-1;
    HOLDS(refusal_of(&options, "size is not that of"));

    newer.today.size        = sizeof newer;
    newer.today.revocations = SIGNET_IGNORE;
    newer.tomorrow          = 1;
    HOLDS(refusal_of(&newer.today, "the options hold what only a newer library knows"));
    newer.tomorrow = 0;
    HOLDS(signet_verifier_start(&newer.today, 0, &verifier, NULL, 0) == SIGNET_OK);
    signet_verifier_free(verifier);

    memset(narrow, 'x', sizeof narrow);
    HOLDS(signet_verifier_start(&options, 0, &verifier, narrow, sizeof narrow - 1) == SIGNET_BAD_OPTIONS);
    HOLDS(memcmp(narrow, "size is\0x", sizeof narrow) == 0);
    return NULL;
}

static char const* is_misuse(int code, signet_principal const* who, signet_refusal* no)
{
    HOLDS(code == SIGNET_BAD_CALL && who == NULL);
    HOLDS(signet_refusal_status(no) == 500 && same(signet_refusal_www_authenticate(no), ""));
    signet_refusal_free(no);  // one that there is once: freed as often as one likes
    return NULL;
}

char const* c_takes_null(signet_verifier const* verifier)
{
    signet_verifier_options const options = options_of("");
    signet_verifier_status        status  = {.size = sizeof status};
    signet_verifier*              none;
    signet_principal*             who;
    signet_refusal*               no;
    char const*                   wrong;
    int                           code;

    HOLDS(signet_verifier_start(NULL, 0, &none, NULL, 0) == SIGNET_BAD_CALL && none == NULL);
    HOLDS(signet_verifier_start(&options, 0, NULL, NULL, 0) == SIGNET_BAD_CALL);
    code  = signet_verifier_verify(NULL, "", 0, 0, &who, &no);
    wrong = is_misuse(code, who, no);
    if (wrong != NULL) return wrong;
    code  = signet_verifier_verify(verifier, NULL, 1, 0, &who, &no);
    wrong = is_misuse(code, who, no);
    if (wrong != NULL) return wrong;
    code  = signet_verifier_verify(verifier, "", 0, 3, &who, &no);
    wrong = is_misuse(code, who, no);
    if (wrong != NULL) return wrong;
    code  = signet_verifier_verify(verifier, "", 0, 0, NULL, &no);
    wrong = is_misuse(code, NULL, no);
    if (wrong != NULL) return wrong;
    HOLDS(signet_verifier_verify(NULL, NULL, 0, 0, NULL, NULL) == SIGNET_BAD_CALL);

    HOLDS(!signet_verifier_ready(NULL) && signet_verifier_state(NULL) == SIGNET_STARTING);
    HOLDS(signet_verifier_describe(NULL, &status) == SIGNET_BAD_CALL);
    HOLDS(signet_verifier_describe(verifier, NULL) == SIGNET_BAD_CALL);
    HOLDS(signet_verifier_prometheus(NULL) == NULL);
    HOLDS(signet_principal_user_id(NULL) == NULL && signet_principal_session_id(NULL) == NULL);
    HOLDS(signet_principal_email(NULL) == NULL && signet_principal_name(NULL) == NULL);
    HOLDS(signet_principal_client_id(NULL) == NULL && signet_principal_token_id(NULL) == NULL);
    HOLDS(signet_principal_role_count(NULL) == 0 && signet_principal_role(NULL, 0) == NULL);
    HOLDS(signet_principal_scope_count(NULL) == 0 && signet_principal_scope(NULL, 0) == NULL);
    HOLDS(!signet_principal_has_role(NULL, "admin") && !signet_principal_has_scope(NULL, "read"));
    HOLDS(signet_principal_issued_at_ms(NULL) == 0 && signet_principal_expires_at_ms(NULL) == 0);
    HOLDS(signet_refusal_status(NULL) == 0 && signet_refusal_retry_after_s(NULL) == 0);
    HOLDS(signet_refusal_error(NULL) == NULL && signet_refusal_description(NULL) == NULL);
    HOLDS(signet_refusal_www_authenticate(NULL) == NULL && signet_refusal_revoked(NULL) == NULL);
    no = signet_insufficient_scope(NULL, NULL);
    HOLDS(signet_refusal_status(no) == 403);
    signet_refusal_free(no);

    signet_verifier_free(NULL);
    signet_principal_free(NULL);
    signet_refusal_free(NULL);
    signet_text_free(NULL);
    return NULL;
}

char const* c_ignores(char const* issuer, char const* authorization)
{
    signet_verifier_options options = options_of(issuer);
    signet_verifier*        verifier;
    signet_principal*       who;

    options.revocations       = SIGNET_IGNORE;
    options.when_stale        = SIGNET_FAIL_CLOSED;
    options.remembered_tokens = -1;
    HOLDS(signet_verifier_start(&options, 30000, &verifier, NULL, 0) == SIGNET_OK);
    HOLDS(signet_verifier_verify(verifier, authorization, strlen(authorization), 0, &who, NULL) == SIGNET_OK);
    signet_verifier_free(verifier);
    HOLDS(same(signet_principal_user_id(who), "ann"));  // it lives on
    signet_principal_free(who);
    return NULL;
}
