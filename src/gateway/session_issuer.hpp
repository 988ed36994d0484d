// gateway/session_issuer.hpp - asks Signet what a session cookie stands for.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/secret.hpp"

namespace signet::gateway {

// What became of one question.
struct IssuerAnswer {
    enum class Kind : std::uint8_t {
        token,
        refused,      // no session, or one that is over
        unreachable,  // nobody said
    };
    Kind                 kind = Kind::unreachable;
    SecretString         token{};          // an access token, as it goes into a header
    std::chrono::seconds token_life{0};    // from when it was asked for, above zero
    std::chrono::seconds session_life{0};  // likewise, until the session is over if it is not used
};

class SessionSource {
public:
    virtual ~SessionSource() = default;

    // `done` is called once: later, from another thread, or before the end of the destructor. `cookie` has the form of
    // one.
    virtual void ask(std::string cookie, std::function<void(IssuerAnswer)> done) = 0;
};

struct SessionIssuerTerms {
    std::string               issuer;      // as VerifierOptions has it
    std::string               credential;  // likewise
    std::string               ca_file{};
    bool                      allow_plain_http_on_loopback = false;
    // From when it is asked to the answer. Proxies wait no longer than a second and a half.
    std::chrono::milliseconds longest{1200};
};

// POST ISSUER/api/v1/session-token, over connections that stay open, as verifier/transfer.hpp has it; so many at a
// time, and who comes then waits. One thread, which does nothing while nobody asks. That the issuer cannot be asked is
// logged when it begins and ends; a cookie never is. Throws where there is no thread or memory, or for an issuer that
// cannot be.
class SessionIssuer final : public SessionSource {
public:
    static constexpr std::size_t kMostAtOnce = 16;

    explicit SessionIssuer(SessionIssuerTerms terms);
    ~SessionIssuer() override;
    void ask(std::string cookie, std::function<void(IssuerAnswer)> done) override;

private:
    class Asking;
    std::unique_ptr<Asking> asking_;
};

}  // namespace signet::gateway
