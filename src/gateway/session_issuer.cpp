#include "gateway/session_issuer.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "verifier/transfer.hpp"

namespace signet::gateway {
namespace {

using Steady = std::chrono::steady_clock;
using Done   = std::function<void(IssuerAnswer)>;

constexpr long        kOk            = 200;
constexpr long        kUnauthorized  = 401;
constexpr std::size_t kLargestAnswer = 32UL * 1024;

KeySetAddress get_address(SessionIssuerTerms const& terms)
{
    auto address = session_token_address(terms.issuer, terms.allow_plain_http_on_loopback);
    if (!address) throw std::runtime_error("the issuer cannot be asked: " + address.error());
    return *std::move(address);
}

// RFC 6750 2.1, b64token: it goes into a header as it is.
bool is_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

// nullopt for what no issuer says.
std::optional<IssuerAnswer> parse_answer(std::string_view text)
{
    json::SecretDocument document;
    auto const           body   = document.parse_object(text, {.bytes = kLargestAnswer});
    auto const           active = body ? body->find("active") : std::nullopt;
    if (!active || !active->boolean()) return std::nullopt;
    if (!*active->boolean()) return IssuerAnswer{.kind = IssuerAnswer::Kind::refused};

    auto const number = [&](std::string_view name) {
        auto const member = body->find(name);
        return std::chrono::seconds{member ? member->integer().value_or(0) : 0};
    };
    auto const                     member = body->find("access_token");
    auto const                     token  = member ? member->string().value_or("") : std::string_view{};
    IssuerAnswer                   answer{.kind         = IssuerAnswer::Kind::token,
                                          .token        = SecretString{token},
                                          .token_life   = number("expires_in"),
                                          .session_life = number("session_expires_in")};
    constexpr std::chrono::seconds kNone{0};
    if (!is_token(token) || answer.token_life <= kNone || answer.session_life <= kNone) return std::nullopt;
    return answer;
}

struct Waiting {
    std::string        cookie;
    Done               done;
    Steady::time_point until;
};

// One that is under way.
struct Question {
    explicit Question(Done whose) : done(std::move(whose)) {}

    Done                    done;
    WipedString             body;
    std::optional<Transfer> transfer = std::nullopt;

    bool take(std::string_view bytes)
    {
        body.append(bytes);
        return body.size() <= kLargestAnswer;
    }
};

std::string posted(std::string const& cookie)
{
    json::Object body;
    body.set("session", cookie);
    return body.text();
}

std::string explain(std::string const& problem, long status)
{
    if (!problem.empty()) return problem;
    if (status == kUnauthorized) return "it does not accept the credential";
    return status == kOk ? "its answer says nothing" : "it answers with status " + std::to_string(status);
}

}  // namespace

class SessionIssuer::Asking {
public:
    explicit Asking(SessionIssuerTerms terms)
        : terms_(std::move(terms)),
          address_(get_address(terms_)),
          thread_([this](std::stop_token const& stop) { run(stop); })
    {
    }
    ~Asking()
    {
        thread_.request_stop();
        transfers_.wake();
        thread_.join();
        for (auto& question : under_way_) question.done({});
        for (auto& one : waiting_) one.done({});
    }
    Asking(Asking const&)            = delete;
    Asking& operator=(Asking const&) = delete;

    void add(std::string cookie, Done done)
    {
        {
            std::scoped_lock const lock{mutex_};
            waiting_.push_back({std::move(cookie), std::move(done), Steady::now() + terms_.longest});
        }
        transfers_.wake();
    }

private:
    void run(std::stop_token const& stop)
    {
        while (!stop.stop_requested()) {
            try {
                begin_what_waits();
                transfers_.wait(std::chrono::seconds{1});
                finish_what_ended();
            } catch (std::exception const& error) {
                // No memory, for the moment. What waits waits, and what has ended is looked at again.
                log::error("asking the issuer for sessions failed", {{"why", error.what()}});
            }
        }
    }

    void begin_what_waits()
    {
        while (under_way_.size() < kMostAtOnce) {
            auto one = take_next();
            if (!one) return;
            auto const left = std::chrono::ceil<std::chrono::milliseconds>(one->until - Steady::now());
            // Whoever asked has given up.
            if (left <= std::chrono::milliseconds{0}) {
                one->done({});
                continue;
            }
            begin(*std::move(one), left);
        }
    }

    std::optional<Waiting> take_next()
    {
        std::scoped_lock const lock{mutex_};
        if (waiting_.empty()) return std::nullopt;
        auto one = std::move(waiting_.front());
        waiting_.pop_front();
        return one;
    }

    void begin(Waiting one, std::chrono::milliseconds left)
    {
        auto& question = under_way_.emplace_back(std::move(one.done));
        try {
            begin(question, one.cookie, left);
        } catch (std::exception const& error) {
            // No memory: of this one question.
            auto const done = std::move(question.done);
            under_way_.pop_back();
            note(false, error.what(), 0);
            done({});
        }
    }

    void begin(Question& question, std::string const& cookie, std::chrono::milliseconds left)
    {
        question.transfer.emplace(transfers_,
                                  TransferRequest{.to         = address_,
                                                  .ca_file    = terms_.ca_file,
                                                  .credential = terms_.credential,
                                                  .accept     = "application/json",
                                                  .body       = posted(cookie),
                                                  .longest    = left},
                                  [&question](std::string_view bytes) { return question.take(bytes); });
    }

    void finish_what_ended()
    {
        for (auto at = under_way_.begin(); at != under_way_.end();) {
            auto const problem = at->transfer->problem();
            if (!problem) {
                ++at;
                continue;
            }
            auto answer     = problem->empty() && at->transfer->status() == kOk ? parse_answer(at->body) : std::nullopt;
            auto const done = std::move(at->done);
            note(answer.has_value(), *problem, at->transfer->status());
            at = under_way_.erase(at);
            done(answer ? *std::move(answer) : IssuerAnswer{});
        }
    }

    void note(bool answered, std::string const& problem, long status)
    {
        if (std::exchange(reached_, answered) == answered) return;
        if (answered) return log::info("the issuer tells of sessions again");
        log::warning("the issuer cannot be asked for sessions", {{"why", explain(problem, status)}});
    }

    SessionIssuerTerms  terms_;
    KeySetAddress       address_;
    std::mutex          mutex_;
    std::deque<Waiting> waiting_;
    Transfers           transfers_;
    std::list<Question> under_way_;  // of the thread alone
    bool                reached_ = true;
    std::jthread        thread_;
};

SessionIssuer::SessionIssuer(SessionIssuerTerms terms) : asking_(std::make_unique<Asking>(std::move(terms))) {}

SessionIssuer::~SessionIssuer() = default;

void SessionIssuer::ask(std::string cookie, Done done)
{
    asking_->add(std::move(cookie), std::move(done));
}

}  // namespace signet::gateway
