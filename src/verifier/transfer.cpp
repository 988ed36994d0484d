#include "verifier/transfer.hpp"

#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include "verifier/transfer_settings.hpp"

namespace signet {
namespace {

using std::chrono::steady_clock;

constexpr long                      kOk = 200;
constexpr std::chrono::milliseconds kLongestConnecting{5000};

}  // namespace

struct Transfers::Multi {
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> handle{curl_multi_init(), &curl_multi_cleanup};
};

struct Transfer::Exchange {
    CURLM*                                among;
    TransferRequest                       request;
    std::function<bool(std::string_view)> take;
    CurlHandle                            handle{curl_easy_init(), &curl_easy_cleanup};
    CurlHeaders                           headers{nullptr, &curl_slist_free_all};
    steady_clock::time_point              began                   = steady_clock::now();
    std::exception_ptr                    thrown                  = nullptr;
    std::optional<CURLcode>               ended                   = std::nullopt;
    char                                  detail[CURL_ERROR_SIZE] = "";

    void        configure();
    void        add_headers();
    std::size_t take_bytes(std::string_view bytes);
    std::string problem() const;
};

// Nothing may be thrown through libcurl.
std::size_t Transfer::Exchange::take_bytes(std::string_view bytes)
{
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status != kOk && !request.any_status) return bytes.size();
    try {
        return take(bytes) ? bytes.size() : CURL_WRITEFUNC_ERROR;
    } catch (...) {
        thrown = std::current_exception();
        return CURL_WRITEFUNC_ERROR;
    }
}

void Transfer::Exchange::add_headers()
{
    bool added = add_header(headers, ("Accept: " + request.accept).c_str());
    if (!request.credential.empty())
        added = added && add_header(headers, ("Authorization: Bearer " + request.credential).c_str());
    if (!request.body.empty()) added = added && add_header(headers, ("Content-Type: " + request.content_type).c_str());
    if (!added) throw std::bad_alloc{};
}

void Transfer::Exchange::configure()
{
    constexpr auto kTake = +[](char* bytes, std::size_t, std::size_t count, void* self) {
        return static_cast<Exchange*>(self)->take_bytes({bytes, count});
    };
    add_headers();
    TransferSettings settings{handle};
    restrict_to(settings, request.to, request.ca_file);
    settings.set(CURLOPT_HTTPHEADER, headers.get());
    settings.set(CURLOPT_ERRORBUFFER, detail);
    settings.set(CURLOPT_PRIVATE, this);
    settings.set(CURLOPT_WRITEFUNCTION, kTake);
    settings.set(CURLOPT_WRITEDATA, this);
    settings.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kLongestConnecting.count()));
    settings.set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.longest.count()));
    settings.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    settings.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.longest_silence.count()));
    settings.set(CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
    if (request.compressed) settings.set(CURLOPT_ACCEPT_ENCODING, "gzip");
    if (!request.body.empty()) {
        settings.set(CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
        settings.set(CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (settings.problem() == CURLE_OUT_OF_MEMORY) throw std::bad_alloc{};
    if (settings.problem() != CURLE_OK) throw std::runtime_error(curl_easy_strerror(settings.problem()));
}

std::string Transfer::Exchange::problem() const
{
    if (thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (std::exception const& error) {
            return error.what();
        } catch (...) {
            return "an exception that says nothing";
        }
    }
    if (*ended == CURLE_OK) return {};
    if (*ended == CURLE_OPERATION_TIMEDOUT) return "no answer in time";
    return *detail != '\0' ? detail : curl_easy_strerror(*ended);
}

Transfer::Transfer(Transfers& among, TransferRequest request, std::function<bool(std::string_view)> take)
    : exchange_(
          new Exchange{.among = among.multi_->handle.get(), .request = std::move(request), .take = std::move(take)})
{
    if (!exchange_->handle) throw std::bad_alloc{};
    exchange_->configure();
    if (curl_multi_add_handle(exchange_->among, exchange_->handle.get()) != CURLM_OK) throw std::bad_alloc{};
}

Transfer::~Transfer()
{
    curl_multi_remove_handle(exchange_->among, exchange_->handle.get());
}

long Transfer::status() const
{
    long status = 0;
    curl_easy_getinfo(exchange_->handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

std::optional<std::string> Transfer::problem() const
{
    if (!exchange_->ended) return std::nullopt;
    return exchange_->problem();
}

std::chrono::seconds Transfer::retry_after() const
{
    curl_off_t seconds = 0;
    curl_easy_getinfo(exchange_->handle.get(), CURLINFO_RETRY_AFTER, &seconds);
    return std::chrono::seconds{seconds};
}

Transfer::Steady Transfer::sent() const
{
    curl_off_t microseconds = 0;
    curl_easy_getinfo(exchange_->handle.get(), CURLINFO_PRETRANSFER_TIME_T, &microseconds);
    return exchange_->began + std::chrono::microseconds{microseconds};
}

Transfers::Transfers()
{
    start_libcurl();
    multi_ = std::make_unique<Multi>();
    if (!multi_->handle) throw std::bad_alloc{};
}

Transfers::~Transfers() = default;

void Transfers::wait(std::chrono::milliseconds longest)
{
    auto* const multi = multi_->handle.get();
    int         count = 0;
    // It returns at once where a transfer has just begun.
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(longest.count()), nullptr);
    curl_multi_perform(multi, &count);
    while (auto const* const message = curl_multi_info_read(multi, &count)) {
        void* exchange = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        if (message->msg == CURLMSG_DONE) static_cast<Transfer::Exchange*>(exchange)->ended = message->data.result;
    }
}

void Transfers::wake() noexcept
{
    curl_multi_wakeup(multi_->handle.get());
}

}  // namespace signet
