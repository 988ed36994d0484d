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

// One receiver's.
class DeliverySchedule {
public:
    static constexpr std::chrono::milliseconds kFirst{std::chrono::seconds{1}};
    static constexpr std::chrono::milliseconds kLast{std::chrono::minutes{5}};
    static constexpr std::chrono::seconds      kLongestWish{std::chrono::hours{1}};  // of Retry-After

    // How long to wait: from half of a bound to all of it, which doubles from kFirst to kLast; `jitter`, 0 to 1, says
    // where. No less than what the receiver asks for, within kLongestWish.
    [[nodiscard]] std::chrono::milliseconds failed(std::chrono::seconds retry_after, double jitter);

    void               succeeded() { bound_ = kFirst; }
    [[nodiscard]] bool is_failing() const { return bound_ != kFirst; }

private:
    std::chrono::milliseconds bound_ = kFirst;
};

}  // namespace signet::cli
