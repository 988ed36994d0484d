#include "verifier/fetch.hpp"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace signet {
namespace {

using Handle  = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* answer)
{
    auto& body = static_cast<FetchAnswer*>(answer)->body;
    if (body.size() + count > kLargestAnswer) return CURL_WRITEFUNC_ERROR;
    body.append(bytes, count);  // into what was reserved: nothing may be thrown through libcurl
    return count;
}

int check_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<std::stop_token const*>(stop)->stop_requested() ? 1 : 0;
}

std::string header_of(Handle const& handle, char const* name)
{
    curl_header* header = nullptr;
    if (curl_easy_header(handle.get(), name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
    return header->value;
}

// What a transfer obeys. libcurl goes on without what it could not take, for
// example with the system's CAs instead of the one named; a caller must not.
class Settings {
public:
    explicit Settings(Handle const& handle) : curl_(handle.get()) {}

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

void limit(Settings& settings, FetchRequest const& request)
{
    settings.set(CURLOPT_PROTOCOLS_STR, request.from.plain_http ? "http" : "https");
    settings.set(CURLOPT_FOLLOWLOCATION, 0L);
    settings.set(CURLOPT_MAXFILESIZE, static_cast<long>(kLargestAnswer));
    settings.set(CURLOPT_TIMEOUT_MS, static_cast<long>(kLongestFetch.count()));
    settings.set(CURLOPT_NOSIGNAL, 1L);
    // NB: without it libcurl waits, however long, for the thread that resolves a name. With it that thread ends by
    // itself, and frees what is its own, once getaddrinfo() returns.
    settings.set(CURLOPT_QUICK_EXIT, 1L);
    settings.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // A plain answer must not take a way round by a proxy of the environment.
    if (request.from.plain_http) settings.set(CURLOPT_PROXY, "");
    if (request.ca_file.empty()) return;
    settings.set(CURLOPT_CAINFO, request.ca_file.c_str());
    settings.set(CURLOPT_CAPATH, static_cast<char const*>(nullptr));
}

// Null when memory ran out.
Headers headers_for(FetchRequest const& request)
{
    Headers list{curl_slist_append(nullptr, "Accept: application/jwk-set+json, application/json"),
                 &curl_slist_free_all};
    if (!list || request.etag.empty()) return list;

    auto* const longer = curl_slist_append(list.get(), ("If-None-Match: " + request.etag).c_str());
    if (longer != nullptr) (void)list.release();  // NB: otherwise the shorter list is still ours to free
    list.reset(longer);
    return list;
}

std::string explain(CURLcode code, char const* detail)
{
    if (code == CURLE_WRITE_ERROR || code == CURLE_FILESIZE_EXCEEDED) return "the answer is larger than 64 KiB";
    if (code == CURLE_OPERATION_TIMEDOUT) return "no answer in time";
    return *detail != '\0' ? detail : curl_easy_strerror(code);
}

}  // namespace

std::expected<FetchAnswer, std::string> fetch(FetchRequest const& request, std::stop_token const& stop)
{
    static CURLcode const initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) throw std::runtime_error("libcurl does not start");

    Handle const  handle{curl_easy_init(), &curl_easy_cleanup};
    Headers const headers = headers_for(request);
    if (!handle || !headers) return std::unexpected("out of memory");

    FetchAnswer answer{};
    char        detail[CURL_ERROR_SIZE] = "";
    auto* const curl                    = handle.get();
    answer.body.reserve(kLargestAnswer);
    Settings settings{handle};
    limit(settings, request);
    settings.set(CURLOPT_URL, request.from.url.c_str());
    settings.set(CURLOPT_HTTPHEADER, headers.get());
    settings.set(CURLOPT_ERRORBUFFER, detail);
    settings.set(CURLOPT_WRITEFUNCTION, &take_body);
    settings.set(CURLOPT_WRITEDATA, &answer);
    settings.set(CURLOPT_XFERINFOFUNCTION, &check_stop);
    settings.set(CURLOPT_XFERINFODATA, &stop);
    settings.set(CURLOPT_NOPROGRESS, 0L);
    if (settings.problem() != CURLE_OK) return std::unexpected(explain(settings.problem(), detail));

    if (auto const code = curl_easy_perform(curl); code != CURLE_OK) return std::unexpected(explain(code, detail));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.etag          = header_of(handle, "ETag");
    answer.cache_control = header_of(handle, "Cache-Control");
    return answer;
}

}  // namespace signet
