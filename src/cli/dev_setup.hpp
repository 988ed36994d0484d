// cli/dev_setup.hpp - what `serve --dev` puts into the data folder by itself.
#pragma once
#include <expected>
#include <string>

#include "base/clock.hpp"
#include "cli/data_folder.hpp"
#include "cli/first_user.hpp"

namespace signet::cli {

// Makes a self-signed certificate for `host` and this machine, or keeps the one made before while it is good.
[[nodiscard]] std::expected<void, Trouble> provide_certificate(DataFolder const& folder, std::string const& host,
                                                               TimePoint now);

// Writes demo-user.txt, so that `./dev run` can show the account again; the folder is as private as the database in it.
[[nodiscard]] std::expected<void, Trouble> keep_first_user(DataFolder const& folder, FirstUser const& user);

}  // namespace signet::cli
