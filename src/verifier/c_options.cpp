#include "verifier/c_options.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "jose/algorithm.hpp"

namespace signet {
namespace {

std::string_view view_of(char const* text)
{
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

std::expected<std::vector<jose::Algorithm>, std::string> parse_algorithms(std::string_view names)
{
    std::vector<jose::Algorithm> algorithms;
    for (auto const part : std::views::split(names, ' ')) {
        std::string_view const name{part.begin(), part.end()};
        if (name.empty()) continue;
        auto const algorithm = jose::find_algorithm(name);
        if (!algorithm) return std::unexpected("algorithms names one that is not known: " + std::string{name});
        algorithms.push_back(*algorithm);
    }
    return algorithms;
}

constexpr std::size_t kLongest = 4096;  // more was never meant to be a size

// The options as a caller of today would give them; those of another day are shorter, or longer and must be empty
// there.
std::expected<signet_verifier_options, std::string> of_today(signet_verifier_options const& given)
{
    signet_verifier_options options{};
    // What was there in the first version.
    if (given.size < sizeof options || given.size > kLongest)
        return std::unexpected("size is not that of signet_verifier_options");
    auto const* const bytes = reinterpret_cast<unsigned char const*>(&given);
    if (std::any_of(bytes + sizeof options, bytes + given.size, [](unsigned char byte) { return byte != 0; }))
        return std::unexpected("the options hold what only a newer library knows");
    std::memcpy(&options, &given, sizeof options);
    return options;
}

// Zero is what `member` has already, and less is none.
template <class Count>
void set_unless_zero(Count& member, std::int64_t given)
{
    if (given != 0) member = Count(std::max<std::int64_t>(given, 0));
}

void set_callbacks(VerifierOptions& options, signet_verifier_options const& given)
{
    auto* const context = given.context;
    if (auto* const call = given.on_keys)
        options.on_fetch = [=](KeySetReport const& report) { call(context, report.problem.c_str(), report.keys); };
    if (auto* const call = given.on_state)
        options.on_state = [=](StateReport const& report) {
            call(context, static_cast<int>(report.state), static_cast<int>(report.before), report.problem.c_str());
        };
    if (auto* const call = given.on_revoked)
        options.on_revoked = [=](Revocation const& news) {
            // A subject has 128 characters at most (docs/reference/revocation-feed.md), and there may be no memory
            // here.
            std::array<char, 129> subject{};
            news.subject.copy(subject.data(), subject.size() - 1);
            call(context, name(news.kind).data(), subject.data(),
                 std::chrono::floor<std::chrono::milliseconds>(news.at).time_since_epoch().count());
        };
}

}  // namespace

std::expected<VerifierOptions, std::string> read_c_options(signet_verifier_options const& untrusted)
{
    auto const given = TRY(of_today(untrusted));
    if (given.revocations != SIGNET_FOLLOW && given.revocations != SIGNET_IGNORE)
        return std::unexpected("revocations is neither SIGNET_FOLLOW nor SIGNET_IGNORE");
    if (given.when_stale < SIGNET_AS_CONFIGURED || given.when_stale > SIGNET_UNTIL_EXPIRY)
        return std::unexpected("when_stale is neither SIGNET_FAIL_CLOSED nor SIGNET_UNTIL_EXPIRY");
    auto algorithms = TRY(parse_algorithms(view_of(given.algorithms)));

    VerifierOptions options{.issuer     = std::string{view_of(given.issuer)},
                            .audience   = std::string{view_of(given.audience)},
                            .credential = std::string{view_of(given.credential)},
                            .realm      = std::string{view_of(given.realm)},
                            .ca_file    = std::string{view_of(given.ca_file)}};
    if (given.algorithms != nullptr) options.algorithms = std::move(algorithms);
    if (given.revocations == SIGNET_IGNORE) options.revocations = Revocations::ignore;
    if (given.when_stale == SIGNET_FAIL_CLOSED) options.when_stale = WhenStale::fail_closed;
    options.allow_plain_http_on_loopback = given.allow_plain_http_on_loopback != 0;
    set_unless_zero(options.clock_skew, given.clock_skew_s);
    set_unless_zero(options.refetch_cooldown, given.refetch_cooldown_s);
    set_unless_zero(options.remembered_tokens, given.remembered_tokens);
    set_unless_zero(options.longest_stale, given.longest_stale_s);
    set_unless_zero(options.degraded_after, given.degraded_after_ms);
    set_unless_zero(options.stale_after, given.stale_after_ms);
    set_callbacks(options, given);
    return options;
}

}  // namespace signet
