// storage/test_file.hpp - for tests: a database file of its own, and a disk that refuses.
#pragma once
#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace signet::storage {

// In an empty folder, removed with the object.
class TestFile {
public:
    TestFile()
    {
        auto name = (std::filesystem::temp_directory_path() / "signet-storage-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
        folder_ = name;
    }
    ~TestFile()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    TestFile(TestFile const&)            = delete;
    TestFile& operator=(TestFile const&) = delete;

    [[nodiscard]] std::filesystem::path path() const { return folder_ / "test.db"; }
    [[nodiscard]] std::filesystem::path wal() const { return folder_ / "test.db-wal"; }
    [[nodiscard]] std::filesystem::path shm() const { return folder_ / "test.db-shm"; }

private:
    std::filesystem::path folder_;
};

// While it lives, the kernel refuses every write(2) of this process to a file (EFBIG), root's too. Standard output
// may be one: assert afterwards.
class RefusingDisk {
public:
    RefusingDisk()
    {
        previous_handler_ = ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        rlimit const none{.rlim_cur = 0, .rlim_max = previous_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~RefusingDisk()
    {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        static_cast<void>(::signal(SIGXFSZ, previous_handler_));
    }
    RefusingDisk(RefusingDisk const&)            = delete;
    RefusingDisk& operator=(RefusingDisk const&) = delete;

private:
    rlimit previous_{};
    void (*previous_handler_)(int) = nullptr;
};

}  // namespace signet::storage
