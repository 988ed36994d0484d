#include "storage/receivers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"

namespace signet::storage {
namespace {

constexpr std::size_t kDroppedAtOnce = 1000;

using core::PendingEvent;
using core::Receiver;

std::string join_types(std::vector<core::SecurityEventType> const& types)
{
    std::string text;
    for (auto const type : types) text.append(text.empty() ? "" : " ").append(name(type));
    return text;
}

Result<std::vector<core::SecurityEventType>> split_types(std::string_view text)
{
    std::vector<core::SecurityEventType> types;
    while (!text.empty()) {
        auto const end  = std::min(text.find(' '), text.size());
        auto const type = core::find_security_event_type(text.substr(0, end));
        if (!type)
            return core::refused(core::Errc::unavailable, fmt::format("events of type '{}'", text.substr(0, end)));
        types.push_back(*type);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return types;
}

Result<Receiver> read_receiver(Row const& row)
{
    auto types = TRY(split_types(row.text(3)));
    return Receiver{.name         = std::string{row.text(0)},
                    .url          = std::string{row.text(1)},
                    .audience     = std::string{row.text(2)},
                    .events       = std::move(types),
                    .ca_file      = std::string{row.text(4)},
                    .sealed_token = row.is_null(11) ? std::nullopt : std::optional{std::string{row.bytes(11)}},
                    .created_at   = row.time(5),
                    .delivered_at = row.find_time(6),
                    .failed_at    = row.find_time(7),
                    .error        = std::string{row.text(8)},
                    .pending      = static_cast<std::uint64_t>(row.integer(10)),
                    .dropped      = static_cast<std::uint64_t>(row.integer(9))};
}

Result<PendingEvent> read_pending(Row const& row)
{
    auto const type = core::find_security_event_type(row.text(1));
    auto const by   = core::find_initiator(row.text(4));
    if (!type || !by)
        return core::refused(core::Errc::unavailable, fmt::format("security event {} is a '{}' by '{}'", row.integer(0),
                                                                  row.text(1), row.text(4)));
    return PendingEvent{.number = row.integer(0),
                        .event  = {.type    = *type,
                                   .user    = row.id<core::UserId>(2),
                                   .session = row.find_id<core::SessionId>(3),
                                   .by      = *by,
                                   .reason  = std::string{row.text(5)},
                                   .at      = row.time(6)},
                        .tries  = static_cast<std::uint32_t>(row.integer(7))};
}

Result<std::int64_t> forget_event(Transaction& transaction, std::string_view receiver, std::int64_t number)
{
    return transaction.run("DELETE FROM security_events WHERE number = $1 AND receiver = $2", {number, receiver});
}

}  // namespace

Result<void> Receivers::add_receiver(Receiver const& receiver, core::AuditEntry const& audit)
{
    auto const secret = core::receiver_secret_name(receiver.name);
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const added = TRY(transaction.run(
            "INSERT INTO receivers (name, url, audience, events, ca_file, created_at, delivered_at, "
            "failed_at, error, dropped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
            "ON CONFLICT (name) DO NOTHING",
            {receiver.name, receiver.url, receiver.audience, join_types(receiver.events), receiver.ca_file,
             receiver.created_at, receiver.delivered_at, receiver.failed_at, receiver.error, receiver.dropped}));
        if (added == 0) return core::refused(core::Errc::name_taken);
        if (receiver.sealed_token)
            TRY(transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2)",
                                {secret, Param::bytes(*receiver.sealed_token)}));
        return log_.add(transaction, audit);
    });
}

Result<std::vector<Receiver>> Receivers::list_receivers()
{
    auto const prefix = core::receiver_secret_name("");
    return engine_.read([&](Transaction& transaction) {
        return transaction.list(
            "SELECT r.name, r.url, r.audience, r.events, r.ca_file, r.created_at, r.delivered_at, r.failed_at, "
            "r.error, r.dropped, (SELECT count(*) FROM security_events e WHERE e.receiver = r.name), s.sealed "
            "FROM receivers r LEFT JOIN sealed_secrets s ON s.name = $1 || r.name ORDER BY r.name",
            {prefix}, read_receiver);
    });
}

Result<void> Receivers::remove_receiver(std::string_view name, core::AuditEntry const& audit)
{
    auto const secret = core::receiver_secret_name(name);
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const removed = TRY(transaction.run("DELETE FROM receivers WHERE name = $1", {name}));
        if (removed == 0) return core::refused(core::Errc::not_found, "no such receiver");
        TRY(transaction.run("DELETE FROM sealed_secrets WHERE name = $1", {secret}));
        return log_.add(transaction, audit);
    });
}

Result<std::vector<PendingEvent>> Receivers::list_pending(std::string_view receiver, TimePoint created_at,
                                                          std::size_t most)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.list(
            "SELECT number, type, user_id, session_id, initiator, reason, at, tries FROM security_events "
            "WHERE receiver = (SELECT name FROM receivers WHERE name = $1 AND created_at = $2) "
            "ORDER BY tries, number LIMIT $3",
            {receiver, created_at, most}, read_pending);
    });
}

Result<void> Receivers::note_delivered(std::string_view receiver, std::int64_t number, TimePoint at)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const gone = TRY(forget_event(transaction, receiver, number));
        if (gone == 0) return {};
        TRY(transaction.run("UPDATE receivers SET delivered_at = $2 WHERE name = $1", {receiver, at}));
        return {};
    });
}

Result<void> Receivers::note_failed(std::string_view receiver, std::int64_t number, std::string_view error,
                                    TimePoint at)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const noted = TRY(transaction.run(
            "UPDATE security_events SET tries = tries + 1 WHERE number = $1 AND receiver = $2", {number, receiver}));
        if (noted == 0) return {};
        TRY(transaction.run("UPDATE receivers SET failed_at = $2, error = $3 WHERE name = $1", {receiver, at, error}));
        return {};
    });
}

Result<void> Receivers::drop_event(std::string_view receiver, std::int64_t number, std::string_view error,
                                   core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const gone = TRY(forget_event(transaction, receiver, number));
        if (gone == 0) return {};
        TRY(transaction.run("UPDATE receivers SET failed_at = $2, error = $3, dropped = dropped + 1 WHERE name = $1",
                            {receiver, audit.at, error}));
        return log_.add(transaction, audit);
    });
}

// Numbers rise with what happened.
Result<std::int64_t> Receivers::last_of_too_many(std::string_view receiver, std::size_t most)
{
    auto const last = TRY(engine_.read([&](Transaction& transaction) {
        return transaction.find(
            "SELECT number FROM security_events WHERE receiver = $1 ORDER BY number DESC LIMIT 1 OFFSET $2",
            {receiver, most}, [](Row const& row) -> Result<std::int64_t> { return row.integer(0); });
    }));
    return last.value_or(0);
}

Result<std::size_t> Receivers::drop_old(std::string_view receiver, TimePoint before, std::size_t most,
                                        core::AuditEntry const& audit)
{
    auto const too_many  = TRY(last_of_too_many(receiver, most));
    auto const drop_some = [&](Transaction& transaction) -> Result<std::size_t> {
        auto const gone =
            TRY(transaction.run("DELETE FROM security_events WHERE number IN (SELECT number FROM security_events "
                                "WHERE receiver = $1 AND (at < $2 OR number <= $3) ORDER BY number LIMIT $4)",
                                {receiver, before, too_many, kDroppedAtOnce}));
        if (gone == 0) return 0U;
        TRY(transaction.run("UPDATE receivers SET dropped = dropped + $2 WHERE name = $1", {receiver, gone}));
        auto told   = audit;
        told.detail = fmt::format("{} {}", gone, audit.detail);
        TRY(log_.add(transaction, told));
        return static_cast<std::size_t>(gone);
    };
    for (std::size_t all = 0;;) {
        auto const gone = TRY(engine_.write(drop_some));
        all += gone;
        if (gone < kDroppedAtOnce) return all;
    }
}

}  // namespace signet::storage
