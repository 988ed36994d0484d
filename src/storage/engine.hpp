// storage/engine.hpp - the narrow door between a deed and a database.
//
// Knows:  transactions, statements, and the five shapes a value has.
// Knows nothing of:  which database it is, and what the rows mean.
//
// There is one set of SQL for every engine: `$1` placeholders, RETURNING,
// ON CONFLICT. What differs (types, triggers) is in migrations/.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"

namespace signet::storage {

using core::Result;

// One statement, written in the source. It cannot be built at run time, so a
// stranger's text only ever arrives as a Param.
class Sql {
public:
    consteval Sql(char const* text) : text_(text) {}
    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

// A value for a `$n`: NULL, a whole number, text, or bytes. Times are Unix
// milliseconds, ids their 16 bytes. A view: what it was made from must outlive the call.
class Param {
public:
    struct Bytes {
        std::string_view view;
    };
    using Value = std::variant<std::monostate, std::int64_t, std::string_view, Bytes>;

    Param(std::nullopt_t) {}
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    Param(Number number) : value_(static_cast<std::int64_t>(number))
    {
    }
    Param(std::string_view text) : value_(text) {}
    Param(std::string const& text) : value_(std::string_view{text}) {}
    Param(char const* text) : value_(std::string_view{text}) {}
    Param(TimePoint time) : value_(unix_milliseconds(time)) {}
    template <class Noun>
    Param(core::Id<Noun> const& id) : value_(Bytes{bytes_of(id.uuid)})
    {
    }
    template <class T>
    Param(std::optional<T> const& value) : Param(value ? Param(*value) : Param(std::nullopt))
    {
    }
    [[nodiscard]] static Param bytes(std::string_view view)
    {
        auto param   = Param(std::nullopt);
        param.value_ = Bytes{view};
        return param;
    }

    [[nodiscard]] Value const& value() const { return value_; }

private:
    static std::string_view bytes_of(Uuid const& uuid)
    {
        return {reinterpret_cast<char const*>(uuid.bytes.data()), uuid.bytes.size()};
    }

    Value value_;
};

// One row of an answer; columns count from 0. Views end with the row.
class Row {
public:
    virtual ~Row()                                                   = default;
    [[nodiscard]] virtual bool             is_null(int column) const = 0;
    [[nodiscard]] virtual std::int64_t     integer(int column) const = 0;
    [[nodiscard]] virtual std::string_view text(int column) const    = 0;
    [[nodiscard]] virtual std::string_view bytes(int column) const   = 0;

    [[nodiscard]] TimePoint                time(int column) const { return from_unix_milliseconds(integer(column)); }
    [[nodiscard]] std::optional<TimePoint> find_time(int column) const
    {
        return is_null(column) ? std::nullopt : std::optional{time(column)};
    }
    // The schema holds ids to 16 bytes; what is missing reads as zero.
    template <class IdType>
    [[nodiscard]] IdType id(int column) const
    {
        return {uuid(column)};
    }
    template <class IdType>
    [[nodiscard]] std::optional<IdType> find_id(int column) const
    {
        return is_null(column) ? std::nullopt : std::optional{id<IdType>(column)};
    }

private:
    [[nodiscard]] Uuid uuid(int column) const;
};

// What a deed works with. Ends with it; never kept, never shared between threads.
// Each method may give Errc::unavailable; the transaction then cannot commit.
class Transaction {
public:
    virtual ~Transaction() = default;

    // Gives how many rows were inserted, updated, or deleted.
    [[nodiscard]] Result<std::int64_t> run(Sql sql, std::initializer_list<Param> params = {})
    {
        return step(sql.text(), {params.begin(), params.size()}, [](Row const&) { return Result<void>{}; });
    }

    // `read` is Result<T>(Row const&). The first row, or nullopt.
    template <class Read>
    [[nodiscard]] auto find(Sql sql, std::initializer_list<Param> params, Read read)
        -> Result<std::optional<typename std::invoke_result_t<Read&, Row const&>::value_type>>
    {
        using T = typename std::invoke_result_t<Read&, Row const&>::value_type;
        std::optional<T> found;
        auto const       visit = [&](Row const& row) -> Result<void> {
            if (found) return {};
            auto value = read(row);
            if (!value) return std::unexpected(std::move(value).error());
            found = *std::move(value);
            return {};
        };
        auto const stepped = step(sql.text(), {params.begin(), params.size()}, visit);
        if (!stepped) return std::unexpected(stepped.error());
        return found;
    }

    // Every row, in the statement's order.
    template <class Read>
    [[nodiscard]] auto list(Sql sql, std::initializer_list<Param> params, Read read)
        -> Result<std::vector<typename std::invoke_result_t<Read&, Row const&>::value_type>>
    {
        std::vector<typename std::invoke_result_t<Read&, Row const&>::value_type> rows;
        auto const visit = [&](Row const& row) -> Result<void> {
            auto value = read(row);
            if (!value) return std::unexpected(std::move(value).error());
            rows.push_back(*std::move(value));
            return {};
        };
        auto const stepped = step(sql.text(), {params.begin(), params.size()}, visit);
        if (!stepped) return std::unexpected(stepped.error());
        return rows;
    }

    // Several statements without parameters: a migration.
    [[nodiscard]] virtual Result<void> run_script(std::string_view script) = 0;

protected:
    using Visit                                                         = std::function<Result<void>(Row const&)>;
    // Runs to the last row; gives the number of rows changed.
    [[nodiscard]] virtual Result<std::int64_t> step(std::string_view sql, std::span<Param const> params,
                                                    Visit const& visit) = 0;
};

// A database. Thread-safe.
class Engine {
public:
    virtual ~Engine() = default;

    // `deed` is Result<T>(Transaction&). read() shows it one moment's data and lets it change nothing. write()
    // runs it as if alone, and has committed, durably, when it answers; a refusal or an exception rolls back.
    // The deed may run on another thread, and again from its start: its only effect outside is what it gives.
    template <class Deed>
    [[nodiscard]] auto read(Deed&& deed) -> std::invoke_result_t<Deed&, Transaction&>
    {
        return answer_of(Access::read, deed);
    }
    template <class Deed>
    [[nodiscard]] auto write(Deed&& deed) -> std::invoke_result_t<Deed&, Transaction&>
    {
        return answer_of(Access::write, deed);
    }

    // Statements run so far, transactions' own included.
    [[nodiscard]] virtual std::uint64_t statements() const = 0;
    // Transactions that write() has committed so far; several deeds may share one.
    [[nodiscard]] virtual std::uint64_t commits() const    = 0;

protected:
    enum class Access { read, write };
    using Body                                                              = std::function<Result<void>(Transaction&)>;
    [[nodiscard]] virtual Result<void> run(Access access, Body const& body) = 0;

private:
    template <class Deed>
    auto answer_of(Access access, Deed& deed) -> std::invoke_result_t<Deed&, Transaction&>
    {
        std::optional<std::invoke_result_t<Deed&, Transaction&>> answer;
        auto const done = run(access, [&](Transaction& transaction) -> Result<void> {
            answer.emplace(deed(transaction));
            if (!*answer) return std::unexpected(answer->error());
            return {};
        });
        if (!done) return std::unexpected(done.error());
        return *std::move(answer);
    }
};

inline Uuid Row::uuid(int column) const
{
    Uuid       uuid;
    auto const stored = bytes(column);
    for (std::size_t i = 0; i < uuid.bytes.size() && i < stored.size(); ++i)
        uuid.bytes[i] = static_cast<std::uint8_t>(stored[i]);
    return uuid;
}

}  // namespace signet::storage
