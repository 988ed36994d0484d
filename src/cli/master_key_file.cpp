#include "cli/master_key_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>

namespace signet::cli {
namespace fs = std::filesystem;

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
    return read_secret_file("the master key", place.path, place.is_credential ? Readers::as_it_came : Readers::nobody);
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
