// cli/banner.hpp - what `serve --dev` prints once it runs.
#pragma once
#include <optional>
#include <string>

#include "cli/first_user.hpp"

namespace signet::cli {

struct DevServer {
    std::string              url;
    std::string              admin_url;
    std::string              data;
    std::string              certificate;  // the self-signed one; empty when there is none
    std::optional<FirstUser> first_user;   // only when it was just made
};

// The words at the beginning of each line ("Open", "User", "Password", "Metrics") stay as they are: scripts read them.
[[nodiscard]] std::string dev_banner(DevServer const& server);

}  // namespace signet::cli
