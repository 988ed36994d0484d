#include "verifier/fetch.hpp"

#include <string_view>

#include "verifier/transfer_settings.hpp"

namespace signet {
namespace {

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

std::string header_of(CurlHandle const& handle, char const* name)
{
    curl_header* header = nullptr;
    if (curl_easy_header(handle.get(), name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
    return header->value;
}

// Null when memory ran out.
CurlHeaders headers_for(FetchRequest const& request)
{
    CurlHeaders list{nullptr, &curl_slist_free_all};
    bool const  all = add_header(list, "Accept: application/jwk-set+json, application/json") &&
                     (request.etag.empty() || add_header(list, ("If-None-Match: " + request.etag).c_str()));
    if (!all) list.reset();
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
    start_libcurl();
    CurlHandle const  handle{curl_easy_init(), &curl_easy_cleanup};
    CurlHeaders const headers = headers_for(request);
    if (!handle || !headers) return std::unexpected("out of memory");

    FetchAnswer answer{};
    char        detail[CURL_ERROR_SIZE] = "";
    auto* const curl                    = handle.get();
    answer.body.reserve(kLargestAnswer);
    TransferSettings settings{handle};
    restrict_to(settings, request.from, request.ca_file);
    settings.set(CURLOPT_MAXFILESIZE, static_cast<long>(kLargestAnswer));
    settings.set(CURLOPT_TIMEOUT_MS, static_cast<long>(kLongestFetch.count()));
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
