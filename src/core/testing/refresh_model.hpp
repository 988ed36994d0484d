// core/testing/refresh_model.hpp - every way a session's refreshes can go, up to a few messages at once: tabs that
// share a cookie jar, a network that delays, reorders, and loses, a server that dies before or after its commit, and a
// thief with a copy of the token.
//
// Time goes by in ticks. Two things are assumed of a client: a request and an answer take less than the window
// together, whichever they are; and what was lost is asked for again in time, so that a new token has arrived before
// the old one was superseded the window, less the way of one request, ago.
#pragma once
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/refresh_rule.hpp"
#include "core/session.hpp"

namespace signet::core::testing {

constexpr int  kWindow = 5;            // ticks
constexpr int  kWay    = kWindow / 2;  // ticks that a request or an answer takes at most
constexpr auto kTick   = std::chrono::seconds{10};

// Generations are counted backwards from the session's: 0 is current, 1 its predecessor.
struct Message {
    bool is_answer  = false;
    int  generation = 0;  // of the token that it carries; -1: an answer that carries none
    int  age        = 0;  // on this way

    auto operator<=>(Message const&) const = default;
};

struct Model {
    int                  rotated = -1;  // ticks ago; -1: never
    int                  before  = -1;  // the rotation before that
    int                  jar     = 0;   // the generation that the browser holds
    int                  thief   = -1;  // and a thief; -1: nothing
    std::vector<Message> flight{};      // sorted

    auto operator<=>(Model const&) const = default;
};

using Rule = std::function<RefreshOutcome(Session const&, std::uint64_t, TimePoint, std::chrono::milliseconds)>;

struct Assumptions {
    Rule        rule           = decide_refresh;
    bool        has_thief      = false;
    int         longest_way    = kWay;  // of a message; ticks
    bool        is_made_good   = true;
    std::size_t most_in_flight = 4;
};

// What a step does to the server, for those who want to repeat it.
enum class Deed { none, tick, refresh };

struct Step {
    std::string                   name;
    Model                         after;
    std::string                   wrong{};  // what must never happen, if it did
    Deed                          deed       = Deed::none;
    int                           generation = 0;  // of the token that was shown
    std::optional<RefreshOutcome> outcome{};
};

// What can happen next, in no order.
[[nodiscard]] std::vector<Step> next_steps(Model const& from, Assumptions const& assumptions);

}  // namespace signet::core::testing
