// cli/command_tree.hpp - every verb with its options, as plain data.
#pragma once
#include <string>
#include <vector>

namespace signet::cli {

struct Argument {
    std::vector<std::string> names;    // "-h", "--help"; none: it stands without a name
    std::string              what;     // for people
    std::string              value;    // what follows: "FILE", "DIR", "URL"; empty: nothing
    std::vector<std::string> choices;  // the values there are, where they are few
    bool                     repeats = false;
};

struct Verb {
    std::string           name;
    std::string           what;
    std::vector<Argument> options;
    std::vector<Argument> positionals;
    std::vector<Verb>     verbs;
};

}  // namespace signet::cli
