#include "http/head_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <limits>

#include "http/request_head.hpp"

namespace signet::http {

namespace {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

std::string_view view(beast::string_view text)
{
    return {text.data(), text.size()};
}

// RFC 9110 8.6: digits alone, no sign, no list of equal numbers.
std::optional<std::uint64_t> parse_content_length(std::string_view text)
{
    std::uint64_t length    = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return length;
}

// Beast says "bad version" of HTTP/2.0 and of nonsense alike.
Refusal refusal_of_version(std::string_view head)
{
    auto const line    = head.substr(0, head.find('\r'));
    auto const version = line.substr(line.rfind(' ') + 1);
    if (std::ranges::count(line, ' ') != 2) return kBadRequest;
    auto const digit   = [](char c) { return c >= '0' && c <= '9'; };
    bool const of_http = version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) &&
                         version[6] == '.' && digit(version[7]);
    return of_http ? kVersionNotSupported : kBadRequest;
}

// Beast splits the lines and says what it makes of Connection; every decision about framing is taken here.
class HeadParser final : public beast::http::basic_parser<true> {
public:
    explicit HeadParser(Request& request) : request_(request)
    {
        header_limit(std::numeric_limits<std::uint32_t>::max());  // RequestHead has counted
        skip(true);                                               // the body is read elsewhere
    }

    std::expected<Framing, Refusal> parse(std::string_view head)
    {
        beast::error_code ec;
        put(boost::asio::buffer(head.data(), head.size()), ec);
        if (refusal_) return std::unexpected(*refusal_);
        if (ec == beast::http::error::bad_version) return std::unexpected(refusal_of_version(head));
        if (ec || !is_header_done()) return std::unexpected(kBadRequest);
        request_.headers.resize(headers_);
        return finish();
    }

private:
    void on_request_impl(verb, beast::string_view method, beast::string_view target, int version,
                         beast::error_code& ec) override
    {
        version_ = version;
        if (auto const refusal = take_request_line(view(method), view(target))) refuse(*refusal, ec);
    }

    void on_field_impl(field known, beast::string_view field_name, beast::string_view field_value,
                       beast::error_code& ec) override
    {
        if (auto const refusal = take_framing(known, view(field_value))) return refuse(*refusal, ec);
        // CHECKS E7: a proxy may turn X_Forwarded_For into X-Forwarded-For, or pass it beside the real one.
        if (view(field_name).contains('_')) return;
        add_header(view(field_name), view(field_value));
    }

    std::optional<Refusal> take_request_line(std::string_view method, std::string_view target)
    {
        auto const known = http::parse_method(method);
        if (!known) return method == "TRACE" || method == "CONNECT" ? kMethodNotAllowed : kNotImplemented;
        request_.method = *known;
        if (!is_clean_target(target)) return kBadRequest;

        if (target == "*") {
            if (*known != Method::options) return kBadRequest;
        } else if (!target.starts_with('/')) {
            auto const scheme = target.find("://");
            if (scheme == std::string_view::npos) return kBadRequest;
            if (!same_name(target.substr(0, scheme), "http") && !same_name(target.substr(0, scheme), "https"))
                return kBadRequest;
            target         = target.substr(scheme + 3);
            auto const end = std::min(target.find_first_of("/?"), target.size());
            authority_     = target.substr(0, end);
            target         = target.substr(end);
            if (!is_clean_authority(*authority_)) return kBadRequest;
        }
        auto const question = target.find('?');
        request_.path.assign(target.substr(0, question));
        if (request_.path.empty()) request_.path = "/";
        request_.query.assign(question == std::string_view::npos ? "" : target.substr(question + 1));
        return std::nullopt;
    }

    std::optional<Refusal> take_framing(field known, std::string_view value)
    {
        switch (known) {
            case field::host:
                if (++hosts_ > 1 || !is_clean_authority(value)) return kBadRequest;
                break;
            case field::content_length: {
                auto const length = parse_content_length(value);
                if (!length || has_length_) return kBadRequest;
                has_length_             = true;
                framing_.content_length = *length;
                break;
            }
            case field::transfer_encoding:
                // RFC 9112 6.1: chunked must be last, and once. Codings before it are not spoken here.
                if (framing_.chunked) return kBadRequest;
                if (!same_name(value, "chunked")) return refusal_of_coding(value);
                framing_.chunked = true;
                break;
            case field::expect:
                framing_.expects_continue = same_name(value, "100-continue");
                break;
            default:
                break;
        }
        return std::nullopt;
    }

    static Refusal refusal_of_coding(std::string_view value)
    {
        auto const comma = value.rfind(',');
        if (comma == std::string_view::npos || value.find("chunked") < comma) return kBadRequest;
        auto const first = value.find_first_not_of(" \t", comma + 1);
        return first != std::string_view::npos && same_name(value.substr(first), "chunked") ? kNotImplemented
                                                                                            : kBadRequest;
    }

    std::expected<Framing, Refusal> finish()
    {
        bool const http_1_1 = version_ == 11;
        if (has_length_ && framing_.chunked) return std::unexpected(kBadRequest);
        // RFC 9112 6.1: Transfer-Encoding in HTTP/1.0 is faulty framing. RFC 9112 3.2: HTTP/1.1 has one Host.
        if (!http_1_1 && framing_.chunked) return std::unexpected(kBadRequest);
        if (http_1_1 && hosts_ != 1) return std::unexpected(kBadRequest);

        if (authority_) replace_host(*authority_);
        framing_.keep_alive       = http_1_1 && keep_alive();
        framing_.expects_continue = http_1_1 && framing_.expects_continue;
        return framing_;
    }

    void replace_host(std::string_view authority)
    {
        for (auto& header : request_.headers)
            if (same_name(header.name, "host")) header.value.assign(authority);
    }

    void add_header(std::string_view header_name, std::string_view value)
    {
        if (headers_ == request_.headers.size()) request_.headers.emplace_back();
        auto& header = request_.headers[headers_++];
        header.name.assign(header_name);
        header.value.assign(value);
    }

    void refuse(Refusal refusal, beast::error_code& ec)
    {
        refusal_ = refusal;
        ec       = beast::http::error::bad_value;
    }

    void        on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
    void        on_header_impl(beast::error_code&) override {}
    void        on_body_init_impl(boost::optional<std::uint64_t> const&, beast::error_code&) override {}
    std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
    void        on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast::error_code&) override { return 0; }
    void        on_finish_impl(beast::error_code&) override {}

    Request&                        request_;
    Framing                         framing_;
    int                             version_    = 0;
    int                             hosts_      = 0;
    bool                            has_length_ = false;
    std::size_t                     headers_    = 0;
    std::optional<std::string_view> authority_;  // of an absolute target
    std::optional<Refusal>          refusal_;
};

}  // namespace

std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request)
{
    return HeadParser{request}.parse(head);
}

}  // namespace signet::http
