// gateway/session_source_fake.hpp - for tests: an issuer that answers when it is told to.
#pragma once
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gateway/session_issuer.hpp"

namespace signet::gateway::test {

inline std::string cookie(char filling = 'A')
{
    return "sst_" + std::string(64, filling);
}

inline IssuerAnswer token(std::string_view text, std::chrono::seconds life = std::chrono::minutes{10},
                          std::chrono::seconds session = std::chrono::hours{24})
{
    return {
        .kind = IssuerAnswer::Kind::token, .token = SecretString{text}, .token_life = life, .session_life = session};
}
inline IssuerAnswer refused()
{
    return {.kind = IssuerAnswer::Kind::refused};
}

// What was asked, in its order. Outlives its source.
class Questions {
public:
    using Done = std::function<void(IssuerAnswer)>;

    void add(std::string cookie, Done done)
    {
        std::scoped_lock const lock{mutex_};
        cookies_.push_back(std::move(cookie));
        open_.push_back(std::move(done));
    }
    // The first that has not been answered.
    void answer(IssuerAnswer with)
    {
        std::unique_lock lock{mutex_};
        auto const       done = std::move(open_.at(0));
        open_.erase(open_.begin());
        lock.unlock();
        done(std::move(with));
    }
    void end()
    {
        while (open() > 0) answer({});
    }
    [[nodiscard]] std::size_t open() const
    {
        std::scoped_lock const lock{mutex_};
        return open_.size();
    }
    [[nodiscard]] std::size_t asked() const
    {
        std::scoped_lock const lock{mutex_};
        return cookies_.size();
    }
    [[nodiscard]] std::string last() const
    {
        std::scoped_lock const lock{mutex_};
        return cookies_.back();
    }

private:
    mutable std::mutex       mutex_;
    std::vector<std::string> cookies_;
    std::vector<Done>        open_;
};

class FakeSource final : public SessionSource {
public:
    explicit FakeSource(Questions& questions) : questions_(questions) {}
    ~FakeSource() override { questions_.end(); }
    void ask(std::string cookie, Questions::Done done) override { questions_.add(std::move(cookie), std::move(done)); }

private:
    Questions& questions_;
};

}  // namespace signet::gateway::test
