// signet/signet_verifier.h over verifier.hpp. Every function here ends each exception that what it calls may throw.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <expected>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "signet/signet_verifier.h"
#include "signet/verifier.hpp"
#include "verifier/c_options.hpp"
#include "verifier/refusal.hpp"

struct signet_verifier {
    std::unique_ptr<signet::Verifier> itself;
    std::string                       realm;
};

struct signet_principal {
    signet::Principal itself;
};

struct signet_refusal {
    signet::Refusal itself;
    std::string     challenge;  // its www_authenticate()
};

namespace {

using signet::Principal;
using signet::Refusal;
using signet::Verifier;
using signet::WhenStale;

// ---- what is refused

// For want of memory, and of a sound call: here from the start, never freed, and without memory of their own.
signet_refusal const kNoMemory{.itself = signet::no_memory(), .challenge = {}};
signet_refusal const kBadCall{.itself    = {.status = 500, .error = "internal", .description = "Internal error."},
                              .challenge = {}};

bool is_ours(signet_refusal const* refusal)
{
    return refusal == &kNoMemory || refusal == &kBadCall;
}

// Those two are handed out as what may be freed, which they are not; nothing else changes a refusal.
signet_refusal* handed_out(signet_refusal const& refusal)
{
    return const_cast<signet_refusal*>(&refusal);
}

signet_refusal* new_refusal(Refusal refusal)
{
    auto challenge = refusal.www_authenticate();
    return new signet_refusal{.itself = std::move(refusal), .challenge = std::move(challenge)};
}

// ---- what a token says, in C

bool ends_early(std::string_view text)
{
    return text.contains('\0');
}

// Whether a text of it would be another one in C.
bool is_cut_in_c(Principal const& who)
{
    return ends_early(who.user_id()) || ends_early(who.session_id()) || ends_early(who.email()) ||
           ends_early(who.name()) || ends_early(who.client_id()) || ends_early(who.token_id()) ||
           std::ranges::any_of(who.roles(), ends_early) || std::ranges::any_of(who.scopes(), ends_early);
}

// Each view of a Principal is the whole of a std::string, and so ends with a NUL.
char const* text_of(signet_principal const* principal, std::string_view (Principal::*member)() const)
{
    return principal == nullptr ? nullptr : (principal->itself.*member)().data();
}

char const* nth_of(std::span<std::string const> texts, std::size_t index)
{
    return index < texts.size() ? texts[index].c_str() : nullptr;
}

std::int64_t unix_milliseconds(jose::Time time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::string_view view_of(char const* text)
{
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

// What `call` gives; `fallback` where it throws.
template <class T, class Call>
T of_or(T fallback, Call const& call)
{
    try {
        return call();
    } catch (...) {
        return fallback;
    }
}

// ---- starting

// Where an error's text goes; nowhere when there is no room.
struct ErrorText {
    char*       text;
    std::size_t size;

    void operator=(std::string_view sentence) const
    {
        if (text == nullptr || size == 0) return;
        text[sentence.copy(text, size - 1)] = '\0';
    }
};

int start(signet_verifier_options const& given, std::int64_t patience_ms, signet_verifier*& verifier, ErrorText error)
{
    auto options = signet::read_c_options(given);
    if (!options) {
        error = options.error();
        return SIGNET_BAD_OPTIONS;
    }
    auto handle  = std::make_unique<signet_verifier>(signet_verifier{.itself = nullptr, .realm = options->realm});
    auto started = Verifier::start(*std::move(options), std::chrono::milliseconds{patience_ms});
    if (!started) {
        error = started.error().detail;
        return started.error().code == jose::Errc::out_of_memory ? SIGNET_NO_MEMORY : SIGNET_BAD_OPTIONS;
    }
    handle->itself = *std::move(started);
    verifier       = handle.release();
    return SIGNET_OK;
}

// ---- judging

bool is_known(int when_stale)
{
    return when_stale >= SIGNET_AS_CONFIGURED && when_stale <= SIGNET_UNTIL_EXPIRY;
}

std::expected<Principal, Refusal> ask(Verifier const& verifier, std::string_view authorization, int when_stale)
{
    if (when_stale == SIGNET_AS_CONFIGURED) return verifier.verify(authorization);
    return verifier.verify(authorization,
                           when_stale == SIGNET_FAIL_CLOSED ? WhenStale::fail_closed : WhenStale::until_expiry);
}

std::expected<signet_principal*, signet_refusal*> judge(signet_verifier const& verifier, std::string_view authorization,
                                                        int when_stale)
{
    try {
        auto who = ask(*verifier.itself, authorization, when_stale);
        if (!who) return std::unexpected(new_refusal(std::move(who).error()));
        if (is_cut_in_c(*who))
            return std::unexpected(new_refusal(signet::invalid_token(jose::Errc::malformed_claims, verifier.realm)));
        return new signet_principal{*std::move(who)};
    } catch (...) {  // std::bad_alloc: nothing else is thrown there
        return std::unexpected(handed_out(kNoMemory));
    }
}

}  // namespace

int signet_verifier_start(signet_verifier_options const* options, int64_t patience_ms, signet_verifier** verifier,
                          char* error_text, size_t error_size)
{
    ErrorText const error{.text = error_text, .size = error_size};
    error = "";
    if (verifier != nullptr) *verifier = nullptr;
    if (options == nullptr || verifier == nullptr) {
        error = "there are no options, or is no place for the verifier";
        return SIGNET_BAD_CALL;
    }
    try {
        return start(*options, patience_ms, *verifier, error);
    } catch (std::bad_alloc const&) {
        error = "there is no memory";
        return SIGNET_NO_MEMORY;
    } catch (std::exception const& failure) {
        error = failure.what();
        return SIGNET_FAILED;
    } catch (...) {
        error = "something failed";
        return SIGNET_FAILED;
    }
}

void signet_verifier_free(signet_verifier* verifier)
{
    delete verifier;
}

int signet_verifier_verify(signet_verifier const* verifier, char const* authorization, size_t length, int when_stale,
                           signet_principal** principal, signet_refusal** refusal)
{
    if (principal != nullptr) *principal = nullptr;
    if (refusal != nullptr) *refusal = nullptr;
    bool const is_sound = verifier != nullptr && principal != nullptr && is_known(when_stale) &&
                          (authorization != nullptr || length == 0);
    if (!is_sound) {
        if (refusal != nullptr) *refusal = handed_out(kBadCall);
        return SIGNET_BAD_CALL;
    }
    auto const header  = length == 0 ? std::string_view{} : std::string_view{authorization, length};
    auto const verdict = judge(*verifier, header, when_stale);
    if (verdict) {
        *principal = *verdict;
        return SIGNET_OK;
    }
    bool const no_memory = verdict.error()->itself.cause == jose::Errc::out_of_memory;
    if (refusal != nullptr)
        *refusal = verdict.error();
    else
        signet_refusal_free(verdict.error());
    return no_memory ? SIGNET_NO_MEMORY : SIGNET_REFUSED;
}

bool signet_verifier_ready(signet_verifier const* verifier)
{
    return verifier != nullptr && of_or(false, [&] { return verifier->itself->ready(); });
}

int signet_verifier_state(signet_verifier const* verifier)
{
    auto const state = [&] { return static_cast<int>(verifier->itself->state()); };
    return verifier == nullptr ? int{SIGNET_STARTING} : of_or(int{SIGNET_STARTING}, state);
}

char const* signet_state_name(int state)
{
    if (state < SIGNET_STARTING || state > SIGNET_STALE) return "unknown";
    return name(static_cast<signet::State>(state)).data();
}

int signet_verifier_describe(signet_verifier const* verifier, signet_verifier_status* status)
{
    if (verifier == nullptr || status == nullptr || status->size < sizeof(size_t)) return SIGNET_BAD_CALL;
    return of_or(int{SIGNET_NO_MEMORY}, [&] {
        auto const                   all = verifier->itself->status();
        signet_verifier_status const known{.size            = status->size,
                                           .state           = static_cast<std::int64_t>(all.state),
                                           .keys            = all.keys,
                                           .sequence        = all.sequence,
                                           .entries         = all.entries,
                                           .bytes           = all.bytes,
                                           .last_heard_ms   = all.last_heard.count(),
                                           .clock_offset_ms = all.clock_offset.count(),
                                           .reconnects      = all.reconnects,
                                           .resyncs         = all.resyncs};
        std::memcpy(status, &known, std::min(status->size, sizeof known));
        return int{SIGNET_OK};
    });
}

char* signet_verifier_prometheus(signet_verifier const* verifier)
{
    if (verifier == nullptr) return nullptr;
    return of_or<char*>(nullptr, [&] { return strdup(verifier->itself->prometheus().c_str()); });
}

void signet_text_free(char* text)
{
    std::free(text);
}

char const* signet_principal_user_id(signet_principal const* principal)
{
    return text_of(principal, &Principal::user_id);
}
char const* signet_principal_session_id(signet_principal const* principal)
{
    return text_of(principal, &Principal::session_id);
}
char const* signet_principal_email(signet_principal const* principal)
{
    return text_of(principal, &Principal::email);
}
char const* signet_principal_name(signet_principal const* principal)
{
    return text_of(principal, &Principal::name);
}
char const* signet_principal_client_id(signet_principal const* principal)
{
    return text_of(principal, &Principal::client_id);
}
char const* signet_principal_token_id(signet_principal const* principal)
{
    return text_of(principal, &Principal::token_id);
}

size_t signet_principal_role_count(signet_principal const* principal)
{
    return principal == nullptr ? 0 : principal->itself.roles().size();
}
char const* signet_principal_role(signet_principal const* principal, size_t index)
{
    return principal == nullptr ? nullptr : nth_of(principal->itself.roles(), index);
}
size_t signet_principal_scope_count(signet_principal const* principal)
{
    return principal == nullptr ? 0 : principal->itself.scopes().size();
}
char const* signet_principal_scope(signet_principal const* principal, size_t index)
{
    return principal == nullptr ? nullptr : nth_of(principal->itself.scopes(), index);
}
bool signet_principal_has_role(signet_principal const* principal, char const* role)
{
    return principal != nullptr && role != nullptr && principal->itself.has_role(role);
}
bool signet_principal_has_scope(signet_principal const* principal, char const* scope)
{
    return principal != nullptr && scope != nullptr && principal->itself.has_scope(scope);
}

int64_t signet_principal_issued_at_ms(signet_principal const* principal)
{
    return principal == nullptr ? 0 : unix_milliseconds(principal->itself.issued_at());
}
int64_t signet_principal_expires_at_ms(signet_principal const* principal)
{
    return principal == nullptr ? 0 : unix_milliseconds(principal->itself.expires_at());
}
void signet_principal_free(signet_principal* principal)
{
    delete principal;
}

int signet_refusal_status(signet_refusal const* refusal)
{
    return refusal == nullptr ? 0 : refusal->itself.status;
}
char const* signet_refusal_error(signet_refusal const* refusal)
{
    return refusal == nullptr ? nullptr : refusal->itself.error.c_str();
}
char const* signet_refusal_description(signet_refusal const* refusal)
{
    return refusal == nullptr ? nullptr : refusal->itself.description.c_str();
}
char const* signet_refusal_www_authenticate(signet_refusal const* refusal)
{
    return refusal == nullptr ? nullptr : refusal->challenge.c_str();
}
int64_t signet_refusal_retry_after_s(signet_refusal const* refusal)
{
    return refusal == nullptr ? 0 : refusal->itself.retry_after.count();
}
char const* signet_refusal_revoked(signet_refusal const* refusal)
{
    if (refusal == nullptr) return nullptr;
    return refusal->itself.revoked ? name(*refusal->itself.revoked).data() : "";
}
void signet_refusal_free(signet_refusal* refusal)
{
    if (!is_ours(refusal)) delete refusal;
}

signet_refusal* signet_insufficient_scope(char const* needs, char const* realm)
{
    return of_or(handed_out(kNoMemory),
                 [&] { return new_refusal(signet::insufficient_scope(view_of(needs), view_of(realm))); });
}
