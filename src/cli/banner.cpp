#include "cli/banner.hpp"

#include <fmt/format.h>

namespace signet::cli {

std::string dev_banner(DevServer const& server)
{
    std::string out  = "\nSignet is running, for development.\n\n";
    auto const  line = [&out](std::string_view word, std::string_view value) {
        out += fmt::format("  {:<12}{}\n", word, value);
    };
    line("Open", server.url + "/login");
    if (server.first_user) {
        line("User", server.first_user->email);
        line("Password", server.first_user->password + "   (also in demo-user.txt in the data folder)");
    }
    line("Data", server.data);
    if (!server.certificate.empty())
        line("Certificate", server.certificate + "   (self-signed: a browser asks once; curl --cacert takes it)");
    line("Metrics", server.admin_url + "/metrics");
    line("Stop", "Ctrl+C");
    if (!server.first_user)
        out += fmt::format("\n  A forgotten password:  signet user set-password EMAIL --password-stdin --data {}\n",
                           server.data);
    return out + "\n";
}

}  // namespace signet::cli
