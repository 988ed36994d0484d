// cli/receiver.hpp - `signet receiver …`: who is told of security events.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/administration.hpp"
#include "core/receivers.hpp"

namespace signet::cli {

struct ReceiverOptions {
    AdminOptions admin;
    std::string  name;
};

struct AddReceiverOptions {
    AdminOptions             admin;
    std::string              name;
    std::string              url;
    std::string              audience;
    std::string              token_file;  // empty: no authorization is sent
    std::string              ca_file;     // empty: whom the system trusts
    std::vector<std::string> events;      // names of types; empty: all
};

[[nodiscard]] Exit add_receiver(AddReceiverOptions const& options);
[[nodiscard]] Exit list_receivers(ReceiverOptions const& options);
[[nodiscard]] Exit remove_receiver(ReceiverOptions const& options);

// By the latest that it was sent.
enum class ReceiverState : std::uint8_t { untried, delivering, failing };
[[nodiscard]] std::string_view name(ReceiverState state);
[[nodiscard]] ReceiverState    state_of(core::Receiver const& receiver);

}  // namespace signet::cli
