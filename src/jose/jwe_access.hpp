// jose/jwe_access.hpp - the only maker of decrypted content.
#pragma once
#include <openssl/crypto.h>

#include <memory>
#include <string>
#include <utility>

#include "jose/jwe.hpp"

namespace jose {

struct Decrypted::State {
    std::string header;
    std::string content_type;
    std::string plaintext;

    State() = default;
    ~State() { OPENSSL_cleanse(plaintext.data(), plaintext.capacity()); }
    State(State const&)            = delete;
    State& operator=(State const&) = delete;
};

struct DecryptedAccess {
    using State = Decrypted::State;
    static Decrypted seal(std::unique_ptr<State> state) { return Decrypted{std::move(state)}; }
};

}  // namespace jose
