// base/fair_queue.hpp - what waits, source by source: each source in its own order, the sources in turns.
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace signet {

// A source that sends a thousand waits for its own thousand; one that sends a single item waits for one of each other
// source at most. What throws, for want of memory, has changed nothing. Not thread-safe. push() and pop() cost
// O(log sources), make_room() O(sources).
template <class T>
class FairQueue {
public:
    void push(std::string_view source, T item)
    {
        auto const lane = lanes_.find(source);
        if (lane == lanes_.end())
            open_lane(source, std::move(item));
        else
            lane->second.push_back(std::move(item));
        ++size_;
    }

    // The first item of the source whose turn it is.
    [[nodiscard]] std::optional<T> pop()
    {
        if (turns_.empty()) return std::nullopt;
        auto const       lane = turns_.front();
        std::optional<T> item{std::move(lane->second.front())};
        lane->second.pop_front();
        --size_;
        if (lane->second.empty()) {
            turns_.pop_front();
            lanes_.erase(lane);
        } else {
            turns_.splice(turns_.end(), turns_, turns_.begin());
        }
        return item;
    }

    // Takes out the newest item of the source that has most, when that one would then still have as many as `source`
    // with one more; else nothing. So a full queue goes to many sources in equal shares.
    [[nodiscard]] std::optional<T> make_room(std::string_view source)
    {
        auto const longest = std::ranges::max_element(lanes_, {}, [](auto const& lane) { return lane.second.size(); });
        auto const own     = lanes_.find(source);
        auto const has     = own == lanes_.end() ? 0 : own->second.size();
        if (longest == lanes_.end() || longest->second.size() <= has + 1) return std::nullopt;
        std::optional<T> item{std::move(longest->second.back())};
        longest->second.pop_back();
        --size_;
        return item;
    }

    // As many as wait, where no source counts more than `most`. O(sources).
    [[nodiscard]] std::size_t size_by_source(std::size_t most) const
    {
        std::size_t size = 0;
        for (auto const& [_, lane] : lanes_) size += std::min(lane.size(), most);
        return size;
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool        empty() const { return size_ == 0; }

private:
    // No lane is empty. A tree has no collisions for a stranger to find.
    using Lanes = std::map<std::string, std::deque<T>, std::less<>>;
    using Turns = std::list<typename Lanes::iterator>;

    // What takes memory comes before what changes the queue: a lane without its turn would never be served.
    void open_lane(std::string_view source, T item)
    {
        Turns         turn(1);
        std::deque<T> items;
        items.push_back(std::move(item));
        turn.front() = lanes_.try_emplace(std::string{source}, std::move(items)).first;
        turns_.splice(turns_.end(), turn);
    }

    Lanes       lanes_;
    Turns       turns_;
    std::size_t size_ = 0;
};

}  // namespace signet
