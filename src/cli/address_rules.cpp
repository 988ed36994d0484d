#include "cli/address_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "cli/config_values.hpp"

namespace signet::cli {
namespace {

bool is_address(std::string const& text)
{
    in6_addr buffer{};
    return inet_pton(AF_INET, text.c_str(), &buffer) == 1 || inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

}  // namespace

bool is_loopback(std::string_view host)
{
    return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_address(std::string{host}));
}

std::optional<std::string> fault_of_origin(std::string_view text)
{
    bool const tls  = text.starts_with("https://");
    bool const bare = text.starts_with("http://");
    if (!tls && !bare) return R"(must begin with "https://")";
    auto const rest = text.substr(tls ? 8 : 7);
    if (rest.empty()) return "names no host";
    if (rest.find_first_of("/?#@* \\") != rest.npos) return "must end after the host and port, without a slash";
    if (std::ranges::any_of(rest, [](char c) { return c >= 'A' && c <= 'Z'; })) return "must be in lower case";
    if (rest.ends_with(tls ? ":443" : ":80")) return "names the default port, which browsers leave out";
    auto const address = parse_host_port(rest);
    bool const ported  = address && (!rest.ends_with(']') && rest.find(':') != rest.npos);
    if (rest.find(':') != rest.npos && !address && !rest.ends_with(']')) return "has a port that is no number";
    auto host = ported ? std::string_view{address->host} : rest;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (bare && !is_loopback(host)) return "may be plain http only for this machine (localhost)";
    return std::nullopt;
}

}  // namespace signet::cli
