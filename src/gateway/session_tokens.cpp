#include "gateway/session_tokens.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "core/session_cookie.hpp"
#include "core/verifiers.hpp"
#include "gateway/least_recent.hpp"

namespace signet::gateway {
namespace {

using Steady = std::chrono::steady_clock;
using Key    = core::CredentialHash;
using Kind   = IssuerAnswer::Kind;

struct Remembered {
    std::shared_ptr<std::string const> authorization;
    Steady::time_point                 renew_at;
    Steady::time_point                 until;
};

// A service reads the token after it was handed on, by another clock.
std::chrono::milliseconds margin(std::chrono::milliseconds life)
{
    return std::min<std::chrono::milliseconds>(life / 10, std::chrono::seconds{10});
}

// A session in use is asked about long before it would become idle: what is not asked about does not count as a use.
Remembered remembered(IssuerAnswer const& answer, Steady::time_point asked_at)
{
    std::chrono::milliseconds const token   = answer.token_life;
    std::chrono::milliseconds const session = answer.session_life;
    return {.authorization = std::make_shared<std::string const>("Bearer " + std::string{answer.token.reveal()}),
            .renew_at      = asked_at + std::min(token * 3 / 4, session / 8),
            .until         = asked_at + std::min(token - margin(token), session)};
}

template <class Last>
constexpr std::size_t count_up_to(Last last)
{
    return static_cast<std::size_t>(last) + 1;
}

std::string_view name_of(Kind kind)
{
    if (kind == Kind::token) return "token";
    return kind == Kind::refused ? "refused" : "unreachable";
}

}  // namespace

struct SessionTokens::State {
    struct Asked {
        Steady::time_point at;
        std::vector<Done>  waiting;
    };
    struct KeyHash {
        std::size_t operator()(Key const& key) const
        {
            std::size_t part = 0;
            std::memcpy(&part, key.data(), sizeof part);
            return part;
        }
    };

    State(Metrics& metrics, SessionTokensOptions chosen)
        : options(std::move(chosen)), tokens(options.most_tokens), refused(options.most_refused)
    {
        for (std::size_t i = 0; i < lookups.size(); ++i)
            lookups.at(i) = &metrics.counter("signet_gateway_session_lookups_total",
                                             "Requests that brought a session cookie, by what became of it",
                                             {{"result", std::string{name(static_cast<LookUp>(i))}}});
        for (std::size_t i = 0; i < questions.size(); ++i)
            questions.at(i) = &metrics.counter("signet_gateway_session_questions_total",
                                               "Questions to the issuer about session cookies, by its answer",
                                               {{"answer", std::string{name_of(static_cast<Kind>(i))}}});
        metrics.watch("signet_gateway_sessions_remembered", "Session cookies whose access token is remembered",
                      [held = held] { return static_cast<double>(held->load()); });
    }

    FoundSession counted(FoundSession found)
    {
        lookups.at(static_cast<std::size_t>(found.result))->add();
        return found;
    }

    // What is remembered; `renews` where it is to be asked about all the same. Under the lock.
    std::optional<FoundSession> find(Key const& key, Steady::time_point now, bool& renews)
    {
        if (auto* const known = tokens.find(key); known && now < known->until) {
            renews = now >= known->renew_at && !asked.contains(key) && asked.size() < most_renewed();
            return FoundSession{LookUp::remembered, known->authorization};
        }
        if (auto const* const until = refused.find(key); until && now < *until) return FoundSession{LookUp::refused};
        return std::nullopt;
    }

    // A renewal finds a place where cookies that nobody knows have taken all of theirs.
    [[nodiscard]] std::size_t most_renewed() const { return options.most_asked + options.most_asked / 4; }

    // Whether the issuer is to be asked; false: `done` waits for what was asked before. nullopt: there is no room.
    std::optional<bool> wait(Key const& key, Steady::time_point now, Done& done)
    {
        auto const found = asked.find(key);
        if (waiting >= options.most_waiting || (found == asked.end() && asked.size() >= options.most_asked))
            return std::nullopt;
        if (found != asked.end()) {
            found->second.waiting.push_back(std::move(done));
            ++waiting;
            return false;
        }
        Asked one{.at = now, .waiting = {}};
        one.waiting.push_back(std::move(done));
        asked.emplace(key, std::move(one));
        ++waiting;
        return true;
    }

    void remember(Key const& key, IssuerAnswer const& answer, Steady::time_point asked_at, FoundSession& found)
    {
        auto const now = options.clock();
        if (answer.kind == Kind::token) {
            auto value          = remembered(answer, asked_at);
            found.result        = LookUp::asked;
            found.authorization = value.authorization;
            tokens.put(key, std::move(value));
            refused.erase(key);
        } else if (answer.kind == Kind::refused) {
            found.result = LookUp::refused;
            tokens.erase(key);
            refused.put(key, now + options.refused_for);
        } else if (auto* const known = tokens.find(key)) {
            known->renew_at = now + options.pause;
        }
        *held = tokens.size();
    }

    void finish(Key const& key, IssuerAnswer const& answer)
    {
        FoundSession      found{LookUp::unreachable};
        std::vector<Done> answered;
        {
            std::scoped_lock const lock{mutex};
            auto const             one      = asked.find(key);
            auto const             asked_at = one->second.at;
            answered                        = std::move(one->second.waiting);
            waiting -= answered.size();
            asked.erase(one);
            try {
                remember(key, answer, asked_at, found);
            } catch (std::bad_alloc const&) {
                found = {LookUp::unreachable};  // those who wait are told; nothing is remembered
            }
        }
        questions.at(static_cast<std::size_t>(answer.kind))->add();
        for (auto const& done : answered) done(counted(found));
    }

    SessionTokensOptions                                 options;
    std::mutex                                           mutex;
    LeastRecent<Remembered>                              tokens;
    LeastRecent<Steady::time_point>                      refused;  // until when
    std::unordered_map<Key, Asked, KeyHash>              asked;
    std::size_t                                          waiting = 0;
    std::array<Counter*, count_up_to(kLastLookUp)>       lookups{};
    std::array<Counter*, count_up_to(Kind::unreachable)> questions{};
    std::atomic<bool>                                    tokens_hold = true;
    // Read by the metrics, which outlive this.
    std::shared_ptr<std::atomic<std::size_t>>            held        = std::make_shared<std::atomic<std::size_t>>(0);
};

SessionTokens::SessionTokens(std::unique_ptr<SessionSource> source, Metrics& metrics, SessionTokensOptions options)
    : state_(std::make_unique<State>(metrics, std::move(options))), source_(std::move(source))
{
}

SessionTokens::~SessionTokens() = default;

void SessionTokens::find(std::string_view cookie, Done done)
{
    if (!core::is_like_session_cookie(cookie)) return done(state_->counted({LookUp::malformed}));
    auto const                  key = core::hash_credential(cookie);
    auto const                  now = state_->options.clock();
    std::optional<FoundSession> found;
    bool                        asks = false;
    {
        std::scoped_lock const lock{state_->mutex};
        found = state_->find(key, now, asks);
        if (asks) state_->asked[key].at = now;
        if (!found) {
            auto const first = state_->wait(key, now, done);
            if (!first) found = FoundSession{LookUp::unreachable};
            asks = first.value_or(false);
        }
    }
    if (asks) ask(cookie, key);
    if (found) done(state_->counted(*std::move(found)));
}

void SessionTokens::ask(std::string_view cookie, core::CredentialHash const& key)
{
    try {
        source_->ask(std::string{cookie},
                     [state = state_.get(), key](IssuerAnswer const& answer) { state->finish(key, answer); });
    } catch (std::bad_alloc const&) {
        state_->finish(key, {});
    }
}

void SessionTokens::forget(std::string_view cookie, std::string const& authorization)
{
    auto const             key = core::hash_credential(cookie);
    std::scoped_lock const lock{state_->mutex};
    auto const* const      known = state_->tokens.find(key);
    // Another request may have had a better one meanwhile.
    if (known && *known->authorization == authorization) state_->tokens.erase(key);
    *state_->held = state_->tokens.size();
}

void SessionTokens::refuse(std::string_view cookie)
{
    auto const             key = core::hash_credential(cookie);
    auto const             now = state_->options.clock();
    std::scoped_lock const lock{state_->mutex};
    state_->tokens.erase(key);
    state_->refused.put(key, now + state_->options.refused_for);
    *state_->held = state_->tokens.size();
}

void SessionTokens::note_refused(std::string_view why)
{
    if (state_->tokens_hold.exchange(false))
        log::warning("the tokens that the issuer gives for sessions are refused", {{"why", why}});
}

void SessionTokens::note_held()
{
    if (!state_->tokens_hold.exchange(true)) log::info("the tokens that the issuer gives for sessions hold again");
}

std::string_view name(LookUp result)
{
    switch (result) {
        case LookUp::remembered:
            return "remembered";
        case LookUp::asked:
            return "asked";
        case LookUp::refused:
            return "refused";
        case LookUp::unreachable:
            return "unreachable";
        case LookUp::malformed:
            return "malformed";
    }
    return "unknown";
}

}  // namespace signet::gateway
