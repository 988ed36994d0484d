// What a proxy says of its client: the PROXY protocol, version 2, and one line of Forwarded.
//
// The first byte says which: even the one, odd the other.
#include <string>
#include <string_view>

#include "core/client_address.hpp"
#include "http/forwarded_header.hpp"
#include "http/proxy_header.hpp"
#include "require.hpp"

namespace {

using namespace signet::http;
using fuzz::require;
using signet::core::ClientAddress;

// Addresses are compared as texts further in, so there must be one text for each.
void require_canonical(std::string const& client)
{
    if (client.empty()) return;
    auto const parsed = ClientAddress::parse(client);
    require(parsed && parsed->text == client);
}

// As a connection reads it: so many bytes as are missing, and never one of what comes behind.
void check_proxy_header(std::string_view bytes)
{
    std::size_t have = 0;
    for (;;) {
        auto const read = read_proxy_header(bytes.substr(0, have));
        // One byte more never makes a refused beginning acceptable.
        if (!read) return require(!read_proxy_header(bytes));
        if (read->missing == 0) {
            require(have >= 16 && have <= kLongestProxyHeader);
            require_canonical(read->client);
            return;
        }
        require(read->client.empty());
        require(have + read->missing <= kLongestProxyHeader);
        // A byte at a time tells no other story than all that is missing at once.
        for (std::size_t more = 1; more < read->missing && have + more <= bytes.size(); ++more) {
            auto const part = read_proxy_header(bytes.substr(0, have + more));
            if (!part) return require(!read_proxy_header(bytes));
            require(part->missing + more == read->missing);
        }
        have += read->missing;
        if (have > bytes.size()) return;
    }
}

// Written plainly, the same clients are read again; and a proxy that adds its own element is heard.
void check_forwarded(std::string_view line)
{
    auto const clients = parse_forwarded(line);
    if (!clients) return;
    require(!clients->empty());
    std::string plain;
    for (auto const& client : *clients) {
        require_canonical(client);
        if (!plain.empty()) plain += ", ";
        plain += client.empty() ? "for=unknown" : client.contains(':') ? "for=\"[" + client + "]\"" : "for=" + client;
    }
    require(parse_forwarded(plain) == clients);
    auto longer = *clients;
    longer.emplace_back("192.0.2.1");
    require(parse_forwarded(std::string{line} + ", for=192.0.2.1") == longer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    if (size == 0) return 0;
    auto const bytes = fuzz::text_of(data + 1, size - 1);
    if (data[0] % 2 == 0)
        check_proxy_header(bytes);
    else
        check_forwarded(bytes);
    return 0;
}
