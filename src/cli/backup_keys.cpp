#include "cli/backup_keys.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "base/result.hpp"
#include "cli/password_input.hpp"

namespace signet::cli {
namespace {

// Whoever has the file may try as often as they like.
constexpr std::size_t kShortestPassphrase = 12;
constexpr std::size_t kLongestIdentities  = 64UL * 1024;

constexpr auto kNoTerminal =
    "Standard input is no terminal to ask for the passphrase; use --passphrase-file or --passphrase-stdin.";

// nullopt: neither a file nor standard input was named.
std::expected<std::optional<SecretString>, Trouble> read_passphrase(PassphraseSource const& source)
{
    if (source.file.empty() && !source.from_stdin) return std::nullopt;
    if (!source.file.empty() && source.from_stdin)
        return std::unexpected("Give one of --passphrase-file and --passphrase-stdin.");
    if (source.from_stdin) {
        auto read = TRY(read_password(std::cin, {.name = "passphrase", .source = "standard input"}));
        return read;
    }
    std::ifstream in(source.file, std::ios::binary);
    if (!in) return std::unexpected(fmt::format("The passphrase file {} cannot be read.", source.file));
    auto read = TRY(read_password(in, {.name = "passphrase", .source = source.file}));
    return read;
}

std::expected<SecretString, Trouble> new_passphrase(PassphraseSource const& source)
{
    auto given = TRY(read_passphrase(source));
    if (!given) {
        given             = ask_secret("Passphrase: ");
        auto const second = ask_secret("Once more: ");
        if (given->empty() && second.empty()) return std::unexpected(kNoTerminal);
        if (given->reveal() != second.reveal())
            return std::unexpected("The two passphrases differ; nothing was written.");
    }
    if (given->size() < kShortestPassphrase)
        return std::unexpected(
            fmt::format("The passphrase is too short: whoever has the file can try as often as they like. Take {} "
                        "characters or more, best a few random words.",
                        kShortestPassphrase));
    return *std::move(given);
}

std::expected<std::vector<AgeIdentity>, Trouble> read_identities(std::string const& file)
{
    std::string   content(kLongestIdentities, '\0');
    std::ifstream in;
    in.rdbuf()->pubsetbuf(nullptr, 0);  // no copy in a buffer that nobody wipes
    in.open(file, std::ios::binary);
    if (!in || !in.read(content.data(), static_cast<std::streamsize>(content.size())).eof())
        return std::unexpected(fmt::format("The identity file {} cannot be read.", file));
    auto identities = parse_identities(std::string_view{content}.substr(0, static_cast<std::size_t>(in.gcount())));
    wipe_memory(content.data(), content.size());
    return identities;
}

}  // namespace

std::expected<std::vector<AgeStanza>, Trouble> wrap_for(BackupRecipients const& wanted, SecretString const& file_key)
{
    SystemRandom           random;
    std::vector<AgeStanza> stanzas;
    bool const             named = !wanted.passphrase.file.empty() || wanted.passphrase.from_stdin;
    if (named && !wanted.recipients.empty())
        return std::unexpected("A backup is encrypted to a passphrase or to recipients, not to both.");
    for (auto const& text : wanted.recipients) {
        auto const recipient = parse_recipient(text);
        if (!recipient)
            return std::unexpected(
                fmt::format("--recipient: \"{}\" is not an age1… key, as age-keygen prints it.", text));
        stanzas.push_back(wrap(file_key, *recipient, random));
    }
    if (!stanzas.empty()) return stanzas;
    auto passphrase = TRY(new_passphrase(wanted.passphrase));
    stanzas.push_back(wrap(file_key, AgePassphrase{.text = std::move(passphrase)}, random));
    return stanzas;
}

std::expected<AgeReader::Opener, Trouble> opener_of(BackupIdentity const& given)
{
    bool const named = !given.passphrase.file.empty() || given.passphrase.from_stdin;
    if (named && !given.identity.empty()) return std::unexpected("Give --identity or a passphrase, not both.");
    if (!given.identity.empty()) {
        auto       read       = TRY(read_identities(given.identity));
        auto const identities = std::make_shared<std::vector<AgeIdentity>>(std::move(read));
        return [identities](std::span<AgeStanza const> header) { return unwrap(header, *identities); };
    }
    auto const secret = std::make_shared<AgePassphrase>();
    auto       read   = TRY(read_passphrase(given.passphrase));
    if (read) secret->text = *std::move(read);
    // Asked for only when the file turns out to want one.
    return [secret](std::span<AgeStanza const> header) -> std::expected<SecretString, Trouble> {
        if (secret->text.empty() && header.front().arguments.front() == "scrypt")
            secret->text = ask_secret("Passphrase: ");
        if (secret->text.empty() && header.front().arguments.front() == "scrypt")
            return std::unexpected("it wants a passphrase: use --passphrase-file or --passphrase-stdin");
        return unwrap(header, *secret);
    };
}

}  // namespace signet::cli
