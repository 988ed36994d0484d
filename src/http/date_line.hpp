// http/date_line.hpp - the Date header, made once per second. RFC 9110 5.6.7.
#pragma once
#include <ctime>
#include <string>
#include <string_view>

namespace signet::http {

// One per thread.
class DateLine {
public:
    // "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"; valid until the next call.
    [[nodiscard]] std::string_view at(std::time_t now);

private:
    std::time_t made_for_ = -1;
    std::string line_;
};

}  // namespace signet::http
