// jose/jose.hpp - the whole library: keys, policies, sign, verify, encrypt, decrypt.
#pragma once
#include "jose/algorithm.hpp"             // IWYU pragma: export
#include "jose/base64url.hpp"             // IWYU pragma: export
#include "jose/detached.hpp"              // IWYU pragma: export
#include "jose/encryption_algorithm.hpp"  // IWYU pragma: export
#include "jose/encryption_key.hpp"        // IWYU pragma: export
#include "jose/jwe.hpp"                   // IWYU pragma: export
#include "jose/jws.hpp"                   // IWYU pragma: export
#include "jose/jwt.hpp"                   // IWYU pragma: export
#include "jose/key.hpp"                   // IWYU pragma: export
#include "jose/key_set.hpp"               // IWYU pragma: export
#include "jose/nested.hpp"                // IWYU pragma: export
#include "jose/policy.hpp"                // IWYU pragma: export
#include "jose/result.hpp"                // IWYU pragma: export
