// http/forwarded.hpp - whose word on the client's address is believed.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/forwarded_header.hpp"
#include "http/message.hpp"

namespace signet::http {

// The proxies that the operator has declared. Immutable; safe from many threads.
class TrustedProxies {
public:
    // Whether `text` is an address ("10.0.0.1") or a network ("10.0.0.0/8", "fd00::/8").
    [[nodiscard]] static bool takes(std::string const& text);

    // Throws std::runtime_error that names what it does not take.
    explicit TrustedProxies(std::vector<std::string> const& addresses);
    ~TrustedProxies();
    TrustedProxies(TrustedProxies&&) noexcept;

    // `address` in canonical text, as in ClientAddress.
    [[nodiscard]] bool contain(std::string_view address) const;

    // The client of a request that came from `peer`, by the header that the operator has named; it counts only when
    // `peer` is one of these. Read from the right, the first address that is none of these; `peer` when the header is
    // absent or anything looked at names no address (CHECKS C11, E7).
    [[nodiscard]] std::string client(std::string_view peer, Request const& request,
                                     ForwardedHeader named = ForwardedHeader::x_forwarded_for) const;

private:
    struct Networks;
    std::unique_ptr<Networks> networks_;
};

}  // namespace signet::http
