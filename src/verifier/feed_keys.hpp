// verifier/feed_keys.hpp - the keys that sign the revocation feed, and why there are none.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "verifier/key_set_feed.hpp"

namespace signet {

// Thread-safe.
class FeedKeys {
public:
    // Calls `fetched` after each fetch, from a thread of its own.
    FeedKeys(KeySetFeed::Options options, std::function<void()> fetched)
        : fetched_(std::move(fetched)), feed_(reporting_here(std::move(options)))
    {
    }

    // Null while there is no set.
    [[nodiscard]] std::shared_ptr<KeySnapshot const> current() const { return feed_.current(); }
    // A message named a kid that is not in the set.
    void                                             ask_again() { feed_.ask_again(); }
    // Of the last fetch; empty when it brought a set.
    [[nodiscard]] std::string                        problem() const
    {
        std::scoped_lock const lock{mutex_};
        return problem_;
    }

private:
    KeySetFeed::Options reporting_here(KeySetFeed::Options options)
    {
        options.on_fetch = [this](KeySetReport const& report) {
            {
                std::scoped_lock const lock{mutex_};
                problem_ = report.problem;
            }
            fetched_();
        };
        return options;
    }

    mutable std::mutex    mutex_;
    std::string           problem_;
    std::function<void()> fetched_;
    KeySetFeed            feed_;  // last: its thread ends before what it uses
};

}  // namespace signet
