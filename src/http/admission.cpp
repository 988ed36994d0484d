#include "http/admission.hpp"

#include <algorithm>
#include <utility>

namespace signet::http {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

Admission::Admission(std::shared_ptr<ConnectionCounts> counts, std::optional<Source> source)
    : counts_(std::move(counts)), source_(source)
{
}

Admission::Admission(Admission&& other) noexcept
    : counts_(std::exchange(other.counts_, nullptr)), source_(other.source_)
{
}

Admission& Admission::operator=(Admission&& other) noexcept
{
    if (this == &other) return *this;
    release();
    counts_ = std::exchange(other.counts_, nullptr);
    source_ = other.source_;
    return *this;
}

void Admission::release()
{
    if (auto const counts = std::exchange(counts_, nullptr)) counts->remove(source_);
}

std::optional<Admission::Source> ConnectionCounts::source_of(std::span<std::uint8_t const> address)
{
    if (address.empty()) return std::nullopt;
    if (address.size() == 16 && std::ranges::equal(address.first(12), kMapped)) address = address.subspan(12);
    // IPv4 cannot meet IPv6 here: 0.0.0.0/8 and ::/32 are nobody's.
    Admission::Source source{};
    std::ranges::copy(address.first(std::min(address.size(), source.size())), source.begin());
    return source;
}

std::expected<Admission, Overload> ConnectionCounts::admit(std::span<std::uint8_t const> address)
{
    auto const            source = source_of(address);
    std::lock_guard const lock{mutex_};
    // First: who may not come in anyhow throws nobody else out.
    if (has_all_it_may(source)) return std::unexpected(Overload::connections_per_address);
    if (total_ >= limits_.connections) return std::unexpected(Overload::connections);
    add(source);
    ++total_;
    return Admission{shared_from_this(), source};
}

std::expected<void, Overload> ConnectionCounts::bind(Admission& admission, std::span<std::uint8_t const> address)
{
    if (admission.source_ || !admission.counts_) return {};
    auto const            source = source_of(address);
    std::lock_guard const lock{mutex_};
    if (has_all_it_may(source)) return std::unexpected(Overload::connections_per_address);
    add(source);
    admission.source_ = source;
    return {};
}

bool ConnectionCounts::has_all_it_may(std::optional<Admission::Source> const& source) const
{
    auto const known = source ? per_source_.find(*source) : per_source_.end();
    return known != per_source_.end() && known->second >= limits_.connections_per_address;
}

void ConnectionCounts::add(std::optional<Admission::Source> const& source)
{
    if (source) ++per_source_[*source];
}

void ConnectionCounts::remove(std::optional<Admission::Source> const& source)
{
    std::lock_guard const lock{mutex_};
    if (source)
        if (auto const known = per_source_.find(*source); --known->second == 0) per_source_.erase(known);
    if (--total_ == 0) none_.notify_all();
}

bool ConnectionCounts::wait_for_none(std::chrono::milliseconds patience)
{
    std::unique_lock lock{mutex_};
    return none_.wait_for(lock, patience, [&] { return total_ == 0; });
}

}  // namespace signet::http
