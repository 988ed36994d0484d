#include "cli/age_file.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/result.hpp"
#include "core/root_key.hpp"

namespace signet::cli {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::size_t      kColumns     = 64;
constexpr std::size_t      kNonceBytes  = 16;
constexpr std::size_t      kChunkBytes  = 64UL * 1024;
constexpr std::size_t      kTagBytes    = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t      kMostHeader  = 64UL * 1024;
constexpr auto             kNoAge       = "it is not a file of age, version 1";
constexpr auto             kAltered     = "it was altered or cut short";

using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

std::uint8_t const* bytes_of(std::string_view text)
{
    return reinterpret_cast<std::uint8_t const*>(text.data());
}

// 88 bits of counter, then whether it is the last.
Nonce chunk_nonce(std::uint64_t counter, bool last)
{
    Nonce nonce{};
    for (std::size_t i = 0; i < 8; ++i) nonce[10 - i] = static_cast<std::uint8_t>(counter >> 8 * i);
    nonce[11] = last ? 1 : 0;
    return nonce;
}

std::string header_mac(SecretString const& file_key, std::string_view header)
{
    auto const key = hkdf_sha256(file_key.reveal(), "", "header");
    auto const mac = core::hmac_sha256({bytes_of(key.reveal()), key.size()}, header);
    return {reinterpret_cast<char const*>(mac.data()), mac.size()};
}

// Up to and including "---": what the MAC is over.
std::string written_header(std::span<AgeStanza const> stanzas)
{
    auto header = std::string{kVersionLine} + "\n";
    for (auto const& stanza : stanzas) {
        header += "->";
        for (auto const& argument : stanza.arguments) header.append(" ").append(argument);
        auto const body = encode_base64(stanza.body);
        header += "\n";
        // A line shorter than the others ends the body, be it empty.
        for (std::size_t at = 0; at <= body.size(); at += kColumns)
            header.append(body.substr(at, kColumns)).append("\n");
    }
    return header += "---";
}

// The header as it is read: its lines, and all of their bytes.
class HeaderLines {
public:
    explicit HeaderLines(std::istream& file) : file_(file) {}

    std::optional<std::string> next()
    {
        std::string line;
        for (int c = file_.get(); c != std::char_traits<char>::eof() && text_.size() < kMostHeader; c = file_.get()) {
            text_ += static_cast<char>(c);
            if (c == '\n') return line;
            line += static_cast<char>(c);
        }
        return std::nullopt;
    }
    [[nodiscard]] std::string const& text() const { return text_; }

private:
    std::istream& file_;
    std::string   text_;
};

std::optional<std::vector<std::string>> split(std::string_view text)
{
    std::vector<std::string> words;
    while (true) {
        auto const end  = text.find(' ');
        auto const word = text.substr(0, end);
        if (word.empty() || !std::ranges::all_of(word, [](char c) { return c > ' ' && c < '\x7f'; }))
            return std::nullopt;
        words.emplace_back(word);
        if (end == std::string_view::npos) return words;
        text.remove_prefix(end + 1);
    }
}

std::optional<AgeStanza> read_stanza(std::string_view first_line, HeaderLines& lines)
{
    auto arguments = split(first_line);
    if (!arguments) return std::nullopt;
    std::string body;
    while (true) {
        auto const line = lines.next();
        if (!line || line->size() > kColumns) return std::nullopt;
        body += *line;
        if (line->size() < kColumns) break;
    }
    auto bytes = decode_base64(body);
    if (!bytes) return std::nullopt;
    return AgeStanza{*std::move(arguments), *std::move(bytes)};
}

struct Header {
    std::vector<AgeStanza> stanzas;
    std::string            authenticated;  // the bytes that the MAC is over
    std::string            mac;
};

std::optional<Header> read_header(std::istream& file)
{
    HeaderLines lines(file);
    if (lines.next() != kVersionLine) return std::nullopt;
    Header header;
    while (true) {
        auto const before = lines.text().size();
        auto const line   = lines.next();
        if (!line) return std::nullopt;
        if (line->starts_with("--- ")) {
            auto mac             = decode_base64(std::string_view{*line}.substr(4));
            header.authenticated = lines.text().substr(0, before + 3);
            header.mac           = mac.value_or("");
            return header.stanzas.empty() ? std::nullopt : std::optional{std::move(header)};
        }
        if (!line->starts_with("-> ")) return std::nullopt;
        auto stanza = read_stanza(std::string_view{*line}.substr(3), lines);
        if (!stanza) return std::nullopt;
        header.stanzas.push_back(*std::move(stanza));
    }
}

}  // namespace

SecretString make_file_key(Random& random)
{
    std::array<std::uint8_t, kFileKeyBytes> bytes{};
    random.fill(bytes);
    SecretString key{{reinterpret_cast<char const*>(bytes.data()), bytes.size()}};
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

AgeWriter::AgeWriter(SecretString const& file_key, std::span<AgeStanza const> stanzas, Random& random, Sink sink)
    : sink_(std::move(sink))
{
    std::array<std::uint8_t, kNonceBytes> bytes{};
    random.fill(bytes);
    std::string const nonce{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    key_ = hkdf_sha256(file_key.reveal(), nonce, "payload");
    pending_.reserve(kChunkBytes);
    auto const header = written_header(stanzas);
    ok_               = sink_(header + " " + encode_base64(header_mac(file_key, header)) + "\n" + nonce);
}

bool AgeWriter::write(std::string_view plain)
{
    while (ok_ && !plain.empty()) {
        // Only when more follows: the last chunk is never empty, unless the file is.
        if (pending_.size() == kChunkBytes) put_chunk(Position::middle);
        auto const taken = plain.substr(0, kChunkBytes - pending_.size());
        pending_.append(taken);
        plain.remove_prefix(taken.size());
    }
    return ok_;
}

bool AgeWriter::finish()
{
    return ok_ && put_chunk(Position::last);
}

bool AgeWriter::put_chunk(Position position)
{
    std::string sealed(pending_.size() + kTagBytes, '\0');
    auto const  nonce = chunk_nonce(counter_++, position == Position::last);
    crypto_aead_chacha20poly1305_ietf_encrypt(reinterpret_cast<std::uint8_t*>(sealed.data()), nullptr,
                                              bytes_of(pending_), pending_.size(), nullptr, 0, nullptr, nonce.data(),
                                              bytes_of(key_.reveal()));
    pending_.clear();
    ok_ = sink_(sealed);
    return ok_;
}

std::expected<AgeReader, Trouble> AgeReader::open(std::istream& file, Opener const& open)
{
    auto const header = read_header(file);
    if (!header) return std::unexpected(kNoAge);
    auto const file_key = TRY(open(header->stanzas));
    auto const expected = header_mac(file_key, header->authenticated);
    if (header->mac.size() != expected.size() ||
        CRYPTO_memcmp(header->mac.data(), expected.data(), expected.size()) != 0)
        return std::unexpected(kAltered);
    std::string nonce(kNonceBytes, '\0');
    if (!file.read(nonce.data(), kNonceBytes)) return std::unexpected(kAltered);
    return AgeReader{file, hkdf_sha256(file_key.reveal(), nonce, "payload")};
}

std::expected<void, Trouble> AgeReader::next_chunk()
{
    std::string sealed(kChunkBytes + kTagBytes, '\0');
    file_->read(sealed.data(), static_cast<std::streamsize>(sealed.size()));
    if (file_->bad()) return std::unexpected("it cannot be read to its end");
    sealed.resize(static_cast<std::size_t>(file_->gcount()));
    ended_ = file_->eof() || file_->peek() == std::char_traits<char>::eof();

    // The last one may be shorter, but is empty only where the whole file is.
    bool const possible = sealed.size() > kTagBytes || (sealed.size() == kTagBytes && counter_ == 0 && ended_);
    if (!possible) return std::unexpected(kAltered);
    auto const nonce = chunk_nonce(counter_++, ended_);
    chunk_.resize(sealed.size() - kTagBytes);
    given_ = 0;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(reinterpret_cast<std::uint8_t*>(chunk_.data()), nullptr, nullptr,
                                                  bytes_of(sealed), sealed.size(), nullptr, 0, nonce.data(),
                                                  bytes_of(key_.reveal())) == 0)
        return {};
    chunk_.clear();
    return std::unexpected(kAltered);
}

std::expected<std::size_t, Trouble> AgeReader::read(std::span<char> into)
{
    std::size_t filled = 0;
    while (filled < into.size()) {
        if (given_ == chunk_.size()) {
            if (ended_) break;
            TRY(next_chunk());
            continue;
        }
        auto const some = std::min(into.size() - filled, chunk_.size() - given_);
        std::ranges::copy_n(chunk_.begin() + static_cast<std::ptrdiff_t>(given_), static_cast<std::ptrdiff_t>(some),
                            into.begin() + static_cast<std::ptrdiff_t>(filled));
        given_ += some;
        filled += some;
    }
    return filled;
}

}  // namespace signet::cli
