// verifier/transfer_settings.hpp - what every transfer obeys (CHECKS A40, E10).
//
// No redirects, no other protocol than the one asked for, certificates checked against the CAs that were named.
#pragma once
#include <curl/curl.h>

#include <memory>
#include <string>

#include "verifier/key_set_address.hpp"

namespace signet {

using CurlHandle  = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using CurlHeaders = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// Throws std::runtime_error when libcurl does not start.
void start_libcurl();

// libcurl goes on without what it could not take, for example with the system's CAs instead of the one named; a caller
// must not.
class TransferSettings {
public:
    explicit TransferSettings(CurlHandle const& handle) : curl_(handle.get()) {}

    template <class Value>
    void set(CURLoption option, Value value)
    {
        auto const code = curl_easy_setopt(curl_, option, value);
        if (problem_ == CURLE_OK) problem_ = code;
    }
    // CURLE_OK when every one was taken.
    [[nodiscard]] CURLcode problem() const { return problem_; }

private:
    CURL*    curl_;
    CURLcode problem_ = CURLE_OK;
};

// To `to` alone; `ca_file` is PEM, empty for the system's.
void restrict_to(TransferSettings& settings, KeySetAddress const& to, std::string const& ca_file);

// Whether `line` is in the list now; the list is as it was when memory ran out.
[[nodiscard]] bool add_header(CurlHeaders& headers, char const* line);

}  // namespace signet
