// cli/exit_codes.hpp - what the exit status of `signet` says; `signet --help` prints the same table.
#pragma once

namespace signet::cli {

enum Exit : int {
    kDone        = 0,  // what was asked for is done, and every answer is yes
    kRefused     = 1,  // understood and refused: unknown account, token not valid, an import line not taken
    kUsage       = 2,  // the command line, a key file, or standard input is not what the verb takes
    kConfig      = 3,  // a setting is unknown, contradictory, or insecure; each is named with its line
    kUnavailable = 4,  // cannot start or cannot reach the data: port taken, master key missing, disk full
};

}  // namespace signet::cli
