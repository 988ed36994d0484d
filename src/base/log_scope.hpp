// base/log_scope.hpp - what all lines of one thread have in common for a while: the request that causes them.
#pragma once
#include <string>
#include <string_view>

namespace signet::log {

// While it lives, each line that this thread writes has the fields `request` and, when not empty, `trace`, unless it
// names them itself. Both texts must outlive it. May stand inside another.
class RequestScope {
public:
    RequestScope(std::string_view request, std::string_view trace);
    ~RequestScope();
    RequestScope(RequestScope const&)            = delete;
    RequestScope& operator=(RequestScope const&) = delete;

    [[nodiscard]] std::string_view request() const { return request_; }
    [[nodiscard]] std::string_view trace() const { return trace_; }

    // The innermost of this thread; null outside all.
    [[nodiscard]] static RequestScope const* current();

private:
    std::string_view    request_;
    std::string_view    trace_;
    RequestScope const* outer_;
};

}  // namespace signet::log
