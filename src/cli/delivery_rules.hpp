// cli/delivery_rules.hpp - what a receiver's answer means, and when it is asked again. RFC 8935 2.
//
// Knows nothing of:  sockets, clocks, storage.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace signet::cli {

struct ReceiverAnswer {
    long                 status = 0;      // 0: there was none
    std::string          problem{};       // why it did not end well; empty when it did
    std::string          body{};          // or its beginning
    std::chrono::seconds retry_after{0};  // 0: it does not say
};

enum class Verdict : std::uint8_t {
    delivered,
    later,  // the same event is to be sent again
    never,  // the receiver takes it for wrong, and will at any time
};

struct Judgement {
    Verdict     verdict;
    std::string why = {};  // a few words for an operator, the receiver's own among them: at most 200 bytes of these
};

// 202 is what RFC 8935 2.2 asks for; 200 and 204 are taken for it, since whoever says so has no complaint. With 400 the
// receiver says what is wrong (2.3): what no other try makes right is Verdict::never. Anything else is tried again: a
// key that it has not fetched yet, a token that an operator has to put right, a server that is down.
[[nodiscard]] Judgement judge(ReceiverAnswer const& answer);

// One receiver's: when it is sent what. Time is passed in.
class DeliverySchedule {
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds kFirst{std::chrono::seconds{1}};
    static constexpr std::chrono::milliseconds kLast{std::chrono::minutes{5}};
    static constexpr std::chrono::seconds      kLongestWish{std::chrono::hours{1}};  // of Retry-After

    // Whether an event may be sent at `now`. While the receiver is failing, one that was never tried goes every kFirst
    // all the same: what it will not take holds up nothing that it would.
    [[nodiscard]] bool may_send(Time now, bool was_tried) const;

    // A try that began at `began` failed at `now`. What failed is tried again after a wait: from half of a bound to all
    // of it, which doubles from kFirst to kLast; `jitter`, 0 to 1, says where. Nothing is sent for as long as the
    // receiver asks for, within kLongestWish. Tries that were under way together, or during a wait, lengthen it once.
    void failed(Time began, Time now, std::chrono::seconds retry_after, double jitter);

    // It takes events: what waited for that need not wait any longer.
    void               succeeded() { bound_ = kFirst, not_before_ = {}; }
    [[nodiscard]] bool is_failing() const { return bound_ != kFirst; }

private:
    std::chrono::milliseconds bound_ = kFirst;
    Time                      not_before_{};   // what failed
    Time                      next_new_{};     // what was never tried, while it is failing
    Time                      quiet_until_{};  // anything
};

}  // namespace signet::cli
