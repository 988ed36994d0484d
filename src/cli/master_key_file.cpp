#include "cli/master_key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace signet::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLargestKeyFile = 4096;

}  // namespace

KeyPlace key_place(KeySources const& sources, fs::path const& folder)
{
    // First: a service may be handed the very file that is configured, and be unable to read it itself.
    auto const      credential = fs::path{sources.credentials} / "master.key";
    std::error_code ignored;  // cannot be looked at: not given
    if (!sources.credentials.empty() && fs::exists(credential, ignored)) return {credential, true};
    if (!sources.configured.empty()) return {sources.configured, false};
    return {folder / "master.key", false};
}

std::expected<SecretString, Trouble> read_key_file(KeyPlace const& place)
{
    Descriptor const file(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) return std::unexpected(system_trouble("Cannot read the master key", place.path));
    struct stat status{};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::unexpected(fmt::format("The master key {} is not a file.", place.path.string()));
    if (!place.is_credential && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return std::unexpected(
            fmt::format("The master key {0} can be read by other users. Run: chmod 600 {0}", place.path.string()));
    std::string content(kLargestKeyFile, '\0');
    auto const  length = read(file.get(), content.data(), content.size());
    if (length < 0) return std::unexpected(system_trouble("Cannot read the master key", place.path));
    SecretString secret{std::string_view{content}.substr(0, static_cast<std::size_t>(length))};
    explicit_bzero(content.data(), content.size());
    return secret;
}

std::expected<core::MasterKey, Trouble> parse_key_file(KeyPlace const& place)
{
    auto const content = read_key_file(place);
    if (!content) return std::unexpected(content.error());
    auto key = core::MasterKey::parse(*content);
    if (!key)
        return std::unexpected(fmt::format(
            "The file {} does not hold a master key (64 hexadecimal digits). Put the right one back from its backup.",
            place.path.string()));
    return *std::move(key);
}

std::expected<void, Trouble> install_next_key(KeyPlace const& place)
{
    if (std::rename(place.next().c_str(), place.path.c_str()) != 0 && errno != ENOENT)
        return std::unexpected(system_trouble("Cannot put the new master key in its place,", place.path));
    if (!sync_folder(place.path.parent_path()))
        return std::unexpected(system_trouble("Cannot sync the folder of", place.path));
    return {};
}

}  // namespace signet::cli
