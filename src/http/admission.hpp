// http/admission.hpp - how many connections there may be, in all and from one address.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "http/server.hpp"

namespace signet::http {

class ConnectionCounts;

// One connection's place. Gives it back when it ends.
class Admission {
public:
    Admission() = default;
    ~Admission() { release(); }
    Admission(Admission&& other) noexcept;
    Admission& operator=(Admission&& other) noexcept;

private:
    friend class ConnectionCounts;
    // Who shares a cap: an IPv4 address, or the /64 of an IPv6 one, which a single customer has in full.
    using Source = std::array<std::uint8_t, 8>;

    Admission(std::shared_ptr<ConnectionCounts> counts, std::optional<Source> source);
    void release();

    std::shared_ptr<ConnectionCounts> counts_;
    std::optional<Source>             source_;
};

enum class Overload { connections, connections_per_address };

// Thread-safe. Always in a shared_ptr.
class ConnectionCounts : public std::enable_shared_from_this<ConnectionCounts> {
public:
    explicit ConnectionCounts(Limits const& limits) : limits_(limits) {}

    // `address` is 4 or 16 bytes in network order, 16 with an IPv4-mapped one inside allowed; empty for one that the
    // cap per address does not bind.
    [[nodiscard]] std::expected<Admission, Overload> admit(std::span<std::uint8_t const> address);
    // Binds one that no address bound so far, a proxy's whose client is known by now. Only connections_per_address.
    [[nodiscard]] std::expected<void, Overload>      bind(Admission& admission, std::span<std::uint8_t const> address);

    [[nodiscard]] std::size_t total() const { return total_; }
    // Waits until there is none; false when there still is after `patience`.
    bool                      wait_for_none(std::chrono::milliseconds patience);

private:
    friend class Admission;
    void                                                  remove(std::optional<Admission::Source> const& source);
    [[nodiscard]] static std::optional<Admission::Source> source_of(std::span<std::uint8_t const> address);
    // Of who holds mutex_.
    [[nodiscard]] bool has_all_it_may(std::optional<Admission::Source> const& source) const;
    void               add(std::optional<Admission::Source> const& source);

    Limits const                             limits_;
    std::atomic<std::size_t>                 total_ = 0;
    std::mutex                               mutex_;
    std::condition_variable                  none_;
    std::map<Admission::Source, std::size_t> per_source_;  // no more entries than connections; a tree has no collisions
};

}  // namespace signet::http
