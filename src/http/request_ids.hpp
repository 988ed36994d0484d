// http/request_ids.hpp - names for requests, by which an answer and the log's lines about it find each other.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "base/random.hpp"

namespace signet::http {

// Unique in this process and, most likely, among its restarts; no secret. Thread-safe.
class RequestIds {
public:
    explicit RequestIds(Random& random);

    [[nodiscard]] std::string next();

private:
    std::string                prefix_;
    std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace signet::http
