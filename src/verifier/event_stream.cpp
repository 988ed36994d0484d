#include "verifier/event_stream.hpp"

#include <algorithm>
#include <utility>

namespace signet {
namespace {

constexpr std::string_view kData = "data";

}  // namespace

std::expected<std::vector<std::string>, std::string> EventStream::take(std::string_view bytes)
{
    std::vector<std::string> events;
    while (!bytes.empty() && !too_long_) {
        if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        auto const end = std::min(bytes.find_first_of("\r\n"), bytes.size());
        // A little more than the data: the name of the field stands before it.
        too_long_      = line_.size() + end > largest_ + kData.size() + 2 || data_.size() > largest_;
        if (too_long_) break;
        line_.append(bytes.substr(0, end));
        if (end == bytes.size()) break;
        after_cr_ = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        take_line(events);
    }
    if (too_long_) return std::unexpected("an event is too long");
    return events;
}

// "If the line is empty: dispatch the event." A comment begins with a colon, so its field has no name.
void EventStream::take_line(std::vector<std::string>& events)
{
    auto const line = std::exchange(line_, {});
    if (line.empty()) {
        if (std::exchange(has_data_, false)) events.push_back(std::exchange(data_, {}));
        return;
    }
    auto const colon = std::min(line.find(':'), line.size());
    if (line.substr(0, colon) != kData) return;
    auto value = std::string_view{line}.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
}

}  // namespace signet
