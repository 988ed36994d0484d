#include "cli/dev_setup.hpp"

#include <fmt/format.h>

#include "base/result.hpp"
#include "cli/self_signed_certificate.hpp"

namespace signet::cli {

std::expected<void, Trouble> provide_certificate(DataFolder const& folder, std::string const& host, TimePoint now)
{
    std::error_code ignored;
    bool const      complete = std::filesystem::exists(folder.private_key(), ignored);
    if (complete && is_certificate_usable(read_text(folder.certificate()), host, now)) return {};

    std::filesystem::remove(folder.certificate(), ignored);
    std::filesystem::remove(folder.private_key(), ignored);
    std::filesystem::create_directories(folder.certificate().parent_path(), ignored);
    auto const made = make_self_signed_certificate(host, now);
    TRY(create_private_file(folder.private_key(), made.private_key));
    TRY(create_private_file(folder.certificate(), made.certificate));
    return {};
}

std::expected<void, Trouble> keep_first_user(DataFolder const& folder, FirstUser const& user)
{
    auto const file = folder.path() / "demo-user.txt";
    std::filesystem::remove(file);
    TRY(create_private_file(file, fmt::format("User      {}\nPassword  {}\n", user.email, user.password)));
    return {};
}

}  // namespace signet::cli
