#include "http/responder.hpp"

#include <atomic>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "http/connection.hpp"
#include "http/io_core.hpp"

namespace signet::http {

namespace {

class Answer {
public:
    Answer(std::shared_ptr<IoCore> core, std::weak_ptr<Connection> connection, std::uint64_t number)
        : core_(std::move(core)), connection_(std::move(connection)), number_(number)
    {
    }
    ~Answer() { give(std::nullopt); }
    Answer(Answer const&)            = delete;
    Answer& operator=(Answer const&) = delete;

    void give(std::optional<Response> response)
    {
        if (given_.exchange(true)) return;
        // Only the core's own thread may hold a connection, if only for a moment: it must end there.
        if (core_->in_own_thread())
            if (auto const connection = connection_.lock(); connection && connection->is_in_handler()) {
                connection->answer(number_, std::move(response));
                return;
            }
        boost::asio::post(core_->io(),
                          [connection = connection_, number = number_, response = std::move(response)]() mutable {
                              if (auto const alive = connection.lock()) alive->answer(number, std::move(response));
                          });
    }

private:
    std::shared_ptr<IoCore>   core_;
    std::weak_ptr<Connection> connection_;
    std::uint64_t             number_;
    std::atomic<bool>         given_ = false;
};

}  // namespace

Responder make_responder(std::shared_ptr<IoCore> core, std::weak_ptr<Connection> connection,
                         std::uint64_t request_number)
{
    return [answer = std::make_shared<Answer>(std::move(core), std::move(connection), request_number)](
               Response response) { answer->give(std::move(response)); };
}

}  // namespace signet::http
