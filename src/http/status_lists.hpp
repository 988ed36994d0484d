// http/status_lists.hpp - the status lists as they are sent, each made no more than once while it may be held.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "core/ports.hpp"
#include "core/status_list.hpp"
#include "http/made_once.hpp"
#include "http/stream.hpp"

namespace signet::http {

// Thread-safe.
class StatusLists {
public:
    using Clock = std::chrono::steady_clock;

    // Of so many lists the latest token is kept, about 29 KB at most; of more, those asked for last.
    static constexpr std::size_t kMostKept = 256;

    // `ports` must outlive this.
    explicit StatusLists(core::Ports const& ports) : ports_(ports) {}

    struct Answer {
        Piece                token;
        std::chrono::seconds fresh_for;  // of core::kStatusListTtl, what is left
    };
    // As of core::kStatusListTtl ago at most, or twice that while the next is made; signed by the key that signs now.
    // Errc::not_found where no session has a place in the list yet. As MadeOnce has it; blocks for storage.
    [[nodiscard]] core::Result<Answer> get(core::StatusListId list, Clock::time_point now);

private:
    struct Made {
        Clock::time_point at;
        std::string       kid;
        Piece             token;
    };
    using List = MadeOnce<Made>;
    struct Kept {
        std::shared_ptr<List> list;
        Clock::time_point     asked_at;
    };

    [[nodiscard]] core::Result<void>    check_exists(core::StatusListId list);
    [[nodiscard]] core::Result<Made>    make(core::StatusListId list, Clock::time_point now) const;
    [[nodiscard]] std::shared_ptr<List> keep(core::StatusListId list, Clock::time_point now);

    core::Ports const&             ports_;
    std::atomic<core::StatusIndex> known_ = 0;  // as many indexes have been given out at least

    std::mutex                         mutex_;  // guards what follows
    std::map<core::StatusListId, Kept> kept_;
};

}  // namespace signet::http
