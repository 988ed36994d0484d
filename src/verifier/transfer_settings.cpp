#include "verifier/transfer_settings.hpp"

#include <stdexcept>

namespace signet {

void start_libcurl()
{
    static CURLcode const initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

void restrict_to(TransferSettings& settings, KeySetAddress const& to, std::string const& ca_file)
{
    settings.set(CURLOPT_URL, to.url.c_str());
    settings.set(CURLOPT_PROTOCOLS_STR, to.plain_http ? "http" : "https");
    settings.set(CURLOPT_FOLLOWLOCATION, 0L);
    // Each has a connection of its own: what one of them waits for holds up no other.
    settings.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    settings.set(CURLOPT_NOSIGNAL, 1L);
    // NB: without it libcurl waits, however long, for the thread that resolves a name. With it that thread ends by
    // itself, and frees what is its own, once getaddrinfo() returns.
    settings.set(CURLOPT_QUICK_EXIT, 1L);
    settings.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // A plain answer must not take a way round by a proxy of the environment.
    if (to.plain_http) settings.set(CURLOPT_PROXY, "");
    if (ca_file.empty()) return;
    settings.set(CURLOPT_CAINFO, ca_file.c_str());
    settings.set(CURLOPT_CAPATH, static_cast<char const*>(nullptr));
}

bool add_header(CurlHeaders& headers, char const* line)
{
    auto* const longer = curl_slist_append(headers.get(), line);
    if (longer == nullptr) return false;
    (void)headers.release();  // NB: it is the longer list's now
    headers.reset(longer);
    return true;
}

}  // namespace signet
