// bench/session_rows.hpp - a database with as many sessions as are wanted, as 30 days of sign-ins leave them.
#pragma once
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "core/ids.hpp"

namespace signet::bench {

// The id of session `number`; in order of the numbers, so that a table of millions is filled from its beginning to its
// end.
core::SessionId session_id(std::int64_t number);

// Ends the program where it cannot.
struct SessionRows {
    std::string  user;  // its id: 16 bytes
    std::int64_t count;
    TimePoint    created;
};
void add_sessions(std::string const& file, SessionRows const& rows);

// Adds a user nobody signs in as; gives its id.
std::string add_user(std::string const& file);

// The id of whom the file knows under this address.
std::string find_user(std::string const& file, std::string const& email);

}  // namespace signet::bench
