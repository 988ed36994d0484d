#include "cli/backup_reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/json.hpp"
#include "cli/backup.hpp"
#include "cli/tar.hpp"

namespace signet::cli {
namespace {

constexpr std::size_t   kBuffer       = 256UL * 1024;
constexpr std::uint64_t kLargestSmall = 4096;  // manifest and master key

constexpr auto kNotOurs = "what is in it is no backup of Signet";

// A file to a recipient can be anybody's: what is shown of it is no more than what it is said to be.
constexpr std::int64_t kLatestMoment   = 253'402'300'799;  // of the year 9999
constexpr std::size_t  kLongestVersion = 64;

bool is_version(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestVersion &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::expected<BackupReader, Trouble> BackupReader::open(std::string const& file, AgeReader::Opener const& opener)
{
    auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
    if (!*stream) return std::unexpected(fmt::format("{} cannot be read. Check the path.", file));
    auto reader = AgeReader::open(*stream, opener);
    if (!reader) return std::unexpected(fmt::format("{} cannot be opened: {}.", file, reader.error()));
    BackupReader backup(file, std::move(stream), *std::move(reader));
    TRY(backup.read_manifest());
    return backup;
}

std::unexpected<Trouble> BackupReader::cannot(std::string_view why) const
{
    return std::unexpected(fmt::format("{} cannot be restored: {}.", file_, why));
}

std::expected<void, Trouble> BackupReader::fill(std::span<char> into)
{
    auto const filled = reader_.read(into);
    if (!filled) return cannot(filled.error());
    if (*filled < into.size()) return cannot(kNotOurs);
    return {};
}

std::expected<std::uint64_t, Trouble> BackupReader::begin_entry(std::string_view name)
{
    std::array<char, kTarBlock> block{};
    TRY(fill(block));
    auto const entry = parse_tar_header({block.data(), block.size()});
    if (!entry || entry->name != name) return cannot(kNotOurs);
    return entry->size;
}

std::expected<void, Trouble> BackupReader::skip_padding(std::uint64_t size)
{
    std::array<char, kTarBlock> padding{};
    return fill(std::span{padding}.first(tar_padding(size).size()));
}

std::expected<SecretString, Trouble> BackupReader::read_small(std::string_view name)
{
    auto const size = TRY(begin_entry(name));
    if (size > kLargestSmall) return cannot(kNotOurs);
    std::string content(size, '\0');
    TRY(fill(content));
    SecretString secret{content};
    wipe_memory(content.data(), content.size());
    TRY(skip_padding(size));
    return secret;
}

std::expected<void, Trouble> BackupReader::read_manifest()
{
    auto const     text = TRY(read_small(kBackupManifest));
    json::Document document;
    auto const     object  = document.parse_object(text.reveal());
    auto const     member  = [&](std::string_view name) { return object ? object->find(name) : std::nullopt; };
    auto const     format  = member("format");
    auto const     made_at = member("made_at");
    auto const     made_by = member("signet");
    if (!format || !made_at || !made_by) return cannot(kNotOurs);
    if (format->string() != kBackupFormat)
        return cannot(fmt::format("it is of the format \"{}\", and this program knows only \"{}\"",
                                  format->string().value_or(""), kBackupFormat));
    auto const seconds = made_at->integer().value_or(-1);
    auto const version = made_by->string().value_or("");
    if (seconds < 0 || seconds > kLatestMoment || !is_version(version)) return cannot(kNotOurs);
    manifest_ = {.made_at = from_unix_milliseconds(seconds * 1000), .made_by = std::string{version}};
    return {};
}

std::expected<SecretString, Trouble> BackupReader::read_master_key()
{
    return read_small(kBackupKey);
}

std::expected<void, Trouble> BackupReader::copy_database(std::filesystem::path const& to)
{
    auto const size = TRY(begin_entry(kBackupDatabase));
    auto const file = create_new(to);
    if (!file.ok()) return std::unexpected(system_trouble("Cannot write", to));
    std::vector<char> buffer(kBuffer);
    for (auto left = size; left > 0;) {
        auto const some = std::span{buffer}.first(std::min<std::uint64_t>(left, buffer.size()));
        TRY(fill(some));
        if (!write_all(file.get(), {some.data(), some.size()}))
            return std::unexpected(system_trouble("Cannot write", to));
        left -= some.size();
    }
    if (fsync(file.get()) != 0) return std::unexpected(system_trouble("Cannot write", to));
    TRY(skip_padding(size));
    // To the end that was written: only there is it certain that nothing was cut off.
    std::array<char, kTarBlock> rest{};
    while (true) {
        auto const more = reader_.read(rest);
        if (!more) return cannot(more.error());
        if (std::ranges::any_of(rest, [](char c) { return c != '\0'; })) return cannot(kNotOurs);
        if (*more == 0) return {};
    }
}

}  // namespace signet::cli
