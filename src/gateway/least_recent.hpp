// gateway/least_recent.hpp - so many values by the hash of a secret; the least recently found makes room.
#pragma once
#include <cstddef>
#include <cstring>
#include <list>
#include <unordered_map>
#include <utility>

#include "core/ports.hpp"

namespace signet::gateway {

// One thread at a time. Each call costs a look-up.
template <class Value>
class LeastRecent {
public:
    using Key = core::CredentialHash;

    explicit LeastRecent(std::size_t most) : most_(most) {}

    // Lives until the next put() or erase().
    [[nodiscard]] Value* find(Key const& key)
    {
        auto const found = places_.find(key);
        if (found == places_.end()) return nullptr;
        items_.splice(items_.begin(), items_, found->second);
        return &found->second->second;
    }

    // In place of what was there.
    void put(Key const& key, Value value)
    {
        erase(key);
        items_.emplace_front(key, std::move(value));
        places_[key] = items_.begin();
        if (items_.size() <= most_) return;
        places_.erase(items_.back().first);
        items_.pop_back();
    }

    void erase(Key const& key)
    {
        auto const found = places_.find(key);
        if (found == places_.end()) return;
        items_.erase(found->second);
        places_.erase(found);
    }

    [[nodiscard]] std::size_t size() const { return items_.size(); }

private:
    // Of a SHA-256: any part of it is as good.
    struct Hash {
        std::size_t operator()(Key const& key) const
        {
            std::size_t part = 0;
            std::memcpy(&part, key.data(), sizeof part);
            return part;
        }
    };
    using Items = std::list<std::pair<Key, Value>>;

    std::size_t                                             most_;
    Items                                                   items_;  // the most recent first
    std::unordered_map<Key, typename Items::iterator, Hash> places_;
};

}  // namespace signet::gateway
