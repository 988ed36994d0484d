// Bytes of one connection: whatever the pieces they arrive in, the requests are the same. What is then taken out of a
// request (cookie, form, query, client behind a proxy) keeps its promises.
//
// The first byte says how the rest is cut.
#include <string>
#include <string_view>
#include <vector>

#include "core/client_address.hpp"
#include "http/cookies.hpp"
#include "http/form_body.hpp"
#include "http/forwarded.hpp"
#include "http/origins.hpp"
#include "http/request_reader.hpp"
#include "require.hpp"

namespace {

using namespace signet::http;
using fuzz::require;
using signet::core::ClientAddress;

// Small, so that inputs of a few hundred bytes meet each of them.
constexpr Limits limits()
{
    Limits few;
    few.request_line = 200;
    few.header_bytes = 400;
    few.header_count = 8;
    few.body_bytes   = 300;
    return few;
}
constexpr Limits kLimits = limits();

constexpr Member kMembers[] = {{"a", Need::optional}, {"password", Need::optional}};

void append(std::string& out, std::string_view part)
{
    out += std::to_string(part.size());
    out += ':';
    out += part;
}

std::string describe(RequestReader const& reader)
{
    auto const& request = *reader.request();
    std::string text{name(request.method)};
    append(text, request.path);
    append(text, request.query);
    for (auto const& header : request.headers) {
        append(text, header.name);
        append(text, header.value);
    }
    append(text, request.body);
    text += reader.keep_alive() ? '+' : '-';
    text += reader.head_only() ? 'h' : ' ';
    return text;
}

// All requests in `bytes`, and how it ends.
std::vector<std::string> read(std::string_view bytes, std::size_t piece)
{
    std::vector<std::string> seen;
    RequestReader            reader{kLimits};
    while (!bytes.empty()) {
        auto const room = reader.room();
        auto const part = bytes.substr(0, std::min(room.size(), piece));
        std::copy(part.begin(), part.end(), room.begin());
        reader.received(part.size());
        bytes.remove_prefix(part.size());
        while (reader.advance() == RequestReader::State::complete) {
            seen.push_back(describe(reader));
            reader.next();
        }
        if (reader.state() != RequestReader::State::refused) continue;
        seen.push_back("refused " + std::string{reader.refusal().code} + (reader.head_only() ? " h" : ""));
        return seen;
    }
    bool const body = reader.state() == RequestReader::State::body;
    seen.push_back(body ? "body " + std::to_string(reader.body_received()) : reader.idle() ? "idle" : "head");
    return seen;
}

void check(Request const& request)
{
    static TrustedProxies const proxies{{"10.0.0.0/8", "fd00::/8"}};

    require(request.path == "*" || request.path.starts_with('/'));
    require(request.body.size() <= kLimits.body_bytes);
    require(request.headers.size() <= kLimits.header_count);
    for (auto const& header : request.headers) {
        require(header.name.find_first_of("_\r\n:") == std::string::npos);
        require(header.value.find_first_of("\r\n") == std::string::npos);
    }
    require(proxies.client("192.0.2.1", request) == "192.0.2.1");
    for (auto const named : {ForwardedHeader::x_forwarded_for, ForwardedHeader::forwarded})
        require(ClientAddress::parse(proxies.client("10.0.0.1", request, named)).has_value());
    if (auto const cookie = find_cookie(request, kRefreshCookie))
        require(!cookie->empty() && cookie->find(';') == std::string_view::npos);
    if (auto const fields = read_form_body(request.body, kMembers))
        for (auto const& member : kMembers)
            if (auto const value = fields->find(member.name)) require(value->size() <= request.body.size());
    if (auto const field = find_query_field(request.query, "a")) require(field->size() <= request.query.size());
    (void)is_called_locally(request);
}

void check_first(std::string_view bytes)
{
    RequestReader reader{kLimits};
    for (auto state = RequestReader::State::head; !bytes.empty() && state != RequestReader::State::refused;) {
        auto const room = reader.room();
        auto const part = bytes.substr(0, room.size());
        std::copy(part.begin(), part.end(), room.begin());
        reader.received(part.size());
        bytes.remove_prefix(part.size());
        state = reader.advance();
        if (state == RequestReader::State::complete) return check(*reader.request());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    if (size == 0) return 0;
    std::string_view const bytes{reinterpret_cast<char const*>(data) + 1, size - 1};

    auto const whole = read(bytes, bytes.size());
    require(read(bytes, 1) == whole);
    require(read(bytes, 1U + data[0]) == whole);
    check_first(bytes);
    return 0;
}
