#include "cli/systemd.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

// What systemd does: a datagram socket whose name it hands over.
class Systemd : public ::testing::Test {
protected:
    void TearDown() override { close(socket_); }

    void listen_at(std::string name)
    {
        if (name.front() == '@') name.front() = '\0';
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(name, address.sun_path);
        auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        ASSERT_EQ(bind(socket_, reinterpret_cast<sockaddr const*>(&address), length), 0);
    }
    // Empty when nothing came.
    std::string heard() const
    {
        std::array<char, 100> text{};
        auto const            length = recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
        return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
    }

    testing::TemporaryFolder place_;
    int                      socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST_F(Systemd, HearsWhatItIsTold)
{
    auto const name = (place_.path() / "notify").string();
    listen_at(name);
    notify_systemd("READY=1", name);
    EXPECT_EQ(heard(), "READY=1");
}

TEST_F(Systemd, MayListenAtAnAbstractName)
{
    auto const name = "@signet-test-" + std::to_string(getpid());
    listen_at(name);
    notify_systemd("STOPPING=1", name);
    EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(Systemd, IsNotLookedForWhereThereIsNone)
{
    listen_at((place_.path() / "notify").string());
    notify_systemd("READY=1", "");
    EXPECT_EQ(heard(), "");
}

TEST_F(Systemd, ThatIsGoneStopsNothing)
{
    ::testing::internal::CaptureStderr();
    notify_systemd("READY=1", (place_.path() / "absent").string());
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("could not be told"), std::string::npos);
}

TEST_F(Systemd, WithANameThatFitsNoSocketStopsNothing)
{
    ::testing::internal::CaptureStderr();
    notify_systemd("READY=1", std::string(200, 'n'));
    EXPECT_NE(::testing::internal::GetCapturedStderr().find("File name too long"), std::string::npos);
}

}  // namespace
}  // namespace signet::cli
