// verifier/event_stream.hpp - server-sent events out of the bytes of an answer.
//
// As the HTML standard has it (9.2.6), but for what the feed has no use for: "id" and "retry" are not looked at, for a
// message says itself where it stands.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

// The data of events, each as one text.
class EventStream {
public:
    // No event is longer.
    explicit EventStream(std::size_t largest) : largest_(largest) {}

    // The data of the events that these bytes end, in order; one sentence when there is one that is too long, and then
    // for good.
    [[nodiscard]] std::expected<std::vector<std::string>, std::string> take(std::string_view bytes);

private:
    void take_line(std::vector<std::string>& events);

    std::size_t largest_;
    std::string line_;  // the beginning of the one that is still to come
    std::string data_;  // of the event that has begun
    bool        has_data_ = false;
    bool        after_cr_ = false;  // a line feed now belongs to the carriage return before it
    bool        too_long_ = false;
};

}  // namespace signet
