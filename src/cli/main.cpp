// signet - the program. What a verb could not handle ends here, as one sentence.
#include <exception>

#include "cli/command_line.hpp"
#include "cli/process.hpp"
#include "cli/refusals.hpp"

int main(int argc, char** argv)
{
    // Every verb: keys and passwords are in their memory too.
    signet::cli::harden_process();
    try {
        return signet::cli::run_command_line(argc, argv);
    } catch (std::exception const& error) {
        signet::cli::complain(error.what());
        return signet::cli::kUnavailable;
    }
}
