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

}  // namespace

std::expected<KeySetAddress, std::string> key_set_address(std::string const& issuer, bool plain_http_on_loopback)
{
    Url const url{curl_url(), &curl_url_cleanup};
    if (!url || issuer.contains('\0') || curl_url_set(url.get(), CURLUPART_URL, issuer.c_str(), 0) != CURLUE_OK)
        return std::unexpected("the issuer is not a URL");
    if (issuer.find_first_of("?#@") != std::string::npos)
        return std::unexpected("the issuer has a user, a query, or a fragment");

    auto const scheme = part(url, CURLUPART_SCHEME);
    if (scheme != "https" && scheme != "http") return std::unexpected("the issuer is not an https URL");
    if (scheme == "http" && !plain_http_on_loopback) return std::unexpected("the issuer is not an https URL");
    if (scheme == "http" && !is_loopback(part(url, CURLUPART_HOST)))
        return std::unexpected("plain http is for a loopback issuer only");

    auto base = issuer;
    while (base.ends_with('/')) base.pop_back();
    return KeySetAddress{.url = base + "/.well-known/jwks.json", .plain_http = scheme == "http"};
}

}  // namespace signet
