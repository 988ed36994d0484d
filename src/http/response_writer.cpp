#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/request_head.hpp"

namespace signet::http {

namespace {

// One TLS record: what is smaller leaves in one write, what is larger is not copied.
constexpr std::size_t kOneRecord   = 16UL * 1024;
constexpr std::size_t kIdleMemory  = 4UL * 1024;
constexpr std::size_t kUsualAnswer = 1024;

struct Reason {
    int              status;
    std::string_view phrase;
};
constexpr auto kReasons = std::to_array<Reason>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
});

void append_number(std::string& out, std::size_t number)
{
    std::array<char, 20> digits;
    auto const           end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

// RFC 9110 8.6 and 15.3.5: a 204 has neither body nor Content-Length; a 304 has no body.
bool has_body(int status)
{
    return status != 204 && status != 304;
}

bool is_sound(Header const& header)
{
    constexpr std::array<std::string_view, 4> kOurs = {"content-length", "date", "connection", "transfer-encoding"};
    return is_token(header.name) && is_clean_line(header.value) &&
           std::ranges::none_of(kOurs, [&](std::string_view ours) { return same_name(ours, header.name); });
}

}  // namespace

std::string_view reason_phrase(int status)
{
    auto const found = std::ranges::find(kReasons, status, &Reason::status);
    return found == kReasons.end() ? "Status" : found->phrase;
}

bool ResponseWriter::write(Response response, Ending ending, std::string_view date_line)
{
    if (!std::ranges::all_of(response.headers, is_sound)) return false;

    clear();
    head_.reserve(kUsualAnswer);
    head_ += "HTTP/1.1 ";
    append_number(head_, static_cast<std::size_t>(response.status));
    head_ += ' ';
    head_ += reason_phrase(response.status);
    head_ += "\r\n";
    head_ += date_line;
    for (auto const& header : response.headers) {
        head_ += header.name;
        head_ += ": ";
        head_ += header.value;
        head_ += "\r\n";
    }
    for (auto const lines : response.fixed_lines) head_ += lines;
    bool const fixed = !response.static_body.empty();
    auto const size  = fixed ? response.static_body.size() : response.body.size();
    if (has_body(response.status) && !ending.open_ended) {
        head_ += "content-length: ";
        append_number(head_, size);
        head_ += "\r\n";
    }
    head_ += ending.close ? "connection: close\r\n\r\n" : "\r\n";
    if (ending.head_only || !has_body(response.status)) return true;

    if (!fixed) body_ = std::move(response.body);
    body_owner_                 = std::move(response.body_owner);
    std::string_view const body = fixed ? response.static_body : body_;
    auto const             fits = std::min(size, kOneRecord - std::min(kOneRecord, head_.size()));
    head_ += body.substr(0, fits);
    tail_ = body.substr(fits);
    return true;
}

void ResponseWriter::write_raw(std::string_view bytes)
{
    clear();
    head_ += bytes;
}

void ResponseWriter::sent(std::size_t bytes)
{
    auto const of_head = std::min(bytes, head_.size() - sent_);
    sent_ += of_head;
    tail_.remove_prefix(bytes - of_head);
}

void ResponseWriter::clear()
{
    for (auto* text : {&head_, &body_}) {
        if (text->capacity() > kIdleMemory) std::string{}.swap(*text);
        text->clear();
    }
    body_owner_.reset();
    tail_ = {};
    sent_ = 0;
}

}  // namespace signet::http
