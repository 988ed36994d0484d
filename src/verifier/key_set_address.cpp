#include "verifier/key_set_address.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

namespace signet {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string part(Url const& url, CURLUPart which)
{
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
    std::unique_ptr<char, decltype(&curl_free)> const owner{text, &curl_free};
    return text;
}

bool is_loopback(std::string const& host)
{
    in_addr numeric{};
    if (host == "localhost" || host == "[::1]") return true;
    return host.starts_with("127.") && inet_pton(AF_INET, host.c_str(), &numeric) == 1;
}

// `text` as an address that may be asked; `what` names it in a refusal.
std::expected<KeySetAddress, std::string> checked(std::string const& text, bool plain_http_on_loopback,
                                                  std::string const& what)
{
    Url const url{curl_url(), &curl_url_cleanup};
    if (!url || text.contains('\0') || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
        return std::unexpected(what + " is not a URL");
    if (text.find_first_of("?#@") != std::string::npos)
        return std::unexpected(what + " has a user, a query, or a fragment");

    auto const scheme = part(url, CURLUPART_SCHEME);
    if (scheme != "https" && scheme != "http") return std::unexpected(what + " is not an https URL");
    if (scheme == "http" && !plain_http_on_loopback) return std::unexpected(what + " is not an https URL");
    if (scheme == "http" && !is_loopback(part(url, CURLUPART_HOST)))
        return std::unexpected("plain http is for a loopback host only");
    return KeySetAddress{.url = text, .plain_http = scheme == "http"};
}

std::expected<KeySetAddress, std::string> address_under(std::string const& issuer, std::string_view path,
                                                        bool plain_http_on_loopback)
{
    auto address = checked(issuer, plain_http_on_loopback, "the issuer");
    if (!address) return address;
    auto& url = address->url;
    while (url.ends_with('/')) url.pop_back();
    url += path;
    return address;
}

}  // namespace

std::expected<KeySetAddress, std::string> key_set_address(std::string const& issuer, bool plain_http_on_loopback)
{
    return address_under(issuer, "/.well-known/jwks.json", plain_http_on_loopback);
}

std::expected<KeySetAddress, std::string> revocations_address(std::string const& issuer, bool plain_http_on_loopback)
{
    return address_under(issuer, "/revocations", plain_http_on_loopback);
}

std::expected<KeySetAddress, std::string> session_token_address(std::string const& issuer, bool plain_http_on_loopback)
{
    return address_under(issuer, "/api/v1/session-token", plain_http_on_loopback);
}

std::expected<KeySetAddress, std::string> key_set_url(std::string const& url)
{
    return checked(url, true, "the address");
}

}  // namespace signet
