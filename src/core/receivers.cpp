#include "core/receivers.hpp"

#include "core/master_key.hpp"
#include "core/ports.hpp"
#include "core/token_secret.hpp"
#include "core/verifiers.hpp"

namespace signet::core {

bool is_bearer_token(std::string_view text)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    while (text.ends_with('=')) text.remove_suffix(1);
    return !text.empty() && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string receiver_secret_name(std::string_view receiver)
{
    return std::string{"token of receiver "}.append(receiver);
}

Result<void> add_receiver(Ports const& ports, MasterKey const& master_key, NewReceiver const& wanted)
{
    if (!is_verifier_name(wanted.name)) return refused(Errc::invalid_name, "of a receiver");
    auto const now = ports.clock.now();
    Receiver   receiver{.name         = std::string{wanted.name},
                        .url          = std::string{wanted.url},
                        .audience     = std::string{wanted.audience},
                        .events       = wanted.events,
                        .ca_file      = std::string{wanted.ca_file},
                        .sealed_token = std::nullopt,
                        .created_at   = now};
    if (wanted.token != nullptr)
        receiver.sealed_token =
            master_key.seal(*wanted.token, secret_context(receiver_secret_name(wanted.name)), ports.random);
    return ports.receivers.add_receiver(
        receiver, {.at = now, .event = AuditEvent::receiver_added, .detail = receiver.name + " at " + receiver.url});
}

Result<void> remove_receiver(Ports const& ports, std::string_view name)
{
    return ports.receivers.remove_receiver(
        name, {.at = ports.clock.now(), .event = AuditEvent::receiver_removed, .detail = std::string{name}});
}

Result<SecretString> open_receiver_token(MasterKey const& master_key, Receiver const& receiver)
{
    if (!receiver.sealed_token) return SecretString{};
    return master_key.open(*receiver.sealed_token, secret_context(receiver_secret_name(receiver.name)));
}

}  // namespace signet::core
