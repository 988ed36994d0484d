#include "cli/first_user.hpp"

#include <array>
#include <string_view>

#include "core/signup.hpp"

namespace signet::cli {
namespace {

constexpr auto        kEmail    = "demo@example.com";
constexpr std::size_t kMinWords = 4;

// 256 of them, so that one random byte is one word.
constexpr auto kWords = std::to_array<std::string_view>({
    "acorn",    "amber",    "anchor",  "apple",    "apron",  "arrow",    "aspen",   "atlas",   "autumn",  "badge",
    "baker",    "bamboo",   "basil",   "basket",   "beacon", "beaver",   "berry",   "birch",   "bishop",  "blossom",
    "bonfire",  "border",   "bottle",  "branch",   "breeze", "brick",    "bridge",  "bronze",  "brook",   "bucket",
    "butter",   "button",   "cabin",   "cactus",   "camera", "candle",   "canyon",  "carbon",  "carpet",  "castle",
    "cedar",    "cellar",   "cherry",  "chimney",  "cider",  "cinder",   "circle",  "citrus",  "clover",  "cobalt",
    "coffee",   "comet",    "copper",  "coral",    "cotton", "cradle",   "crane",   "crayon",  "cricket", "crystal",
    "curtain",  "cycle",    "daisy",   "dancer",   "dapple", "delta",    "desert",  "dipper",  "dolphin", "domino",
    "donkey",   "dragon",   "drum",    "eagle",    "easel",  "echo",     "elbow",   "ember",   "emerald", "engine",
    "falcon",   "feather",  "fennel",  "ferry",    "fiddle", "finch",    "flint",   "flute",   "forest",  "fossil",
    "fountain", "fox",      "galaxy",  "garden",   "garlic", "garnet",   "geyser",  "ginger",  "glacier", "globe",
    "goblet",   "granite",  "grape",   "gravel",   "guitar", "hammer",   "harbor",  "harvest", "hazel",   "heron",
    "hickory",  "hollow",   "honey",   "horizon",  "hornet", "iceberg",  "indigo",  "island",  "ivory",   "jacket",
    "jasmine",  "jigsaw",   "juniper", "kayak",    "kernel", "kettle",   "kitten",  "ladder",  "lagoon",  "lantern",
    "laurel",   "lemon",    "lentil",  "lilac",    "linen",  "lizard",   "lobster", "locket",  "lotus",   "lumber",
    "lunar",    "magnet",   "mango",   "maple",    "marble", "meadow",   "melon",   "merlin",  "meteor",  "mirror",
    "mitten",   "monsoon",  "mosaic",  "mountain", "muffin", "mustard",  "napkin",  "nectar",  "needle",  "nickel",
    "north",    "nutmeg",   "oasis",   "oboe",     "ocean",  "olive",    "onyx",    "orange",  "orbit",   "orchard",
    "orchid",   "otter",    "oxygen",  "oyster",   "paddle", "panda",    "panther", "paper",   "parsley", "pebble",
    "pelican",  "pencil",   "pepper",  "petal",    "piano",  "picnic",   "pigeon",  "pillow",  "pilot",   "pine",
    "pioneer",  "planet",   "plaster", "plum",     "pocket", "pollen",   "pond",    "poplar",  "poppy",   "prairie",
    "prism",    "pumpkin",  "quartz",  "quill",    "quilt",  "rabbit",   "radish",  "raft",    "rainbow", "raven",
    "ribbon",   "ridge",    "river",   "robin",    "rocket", "rosemary", "rudder",  "saddle",  "saffron", "sail",
    "salmon",   "sandal",   "sapling", "satin",    "scarf",  "season",   "shadow",  "shelter", "silver",  "siren",
    "sketch",   "sparrow",  "spice",   "spiral",   "spruce", "squash",   "stable",  "sunset",  "swallow", "tango",
    "teapot",   "thicket",  "thistle", "thunder",  "timber", "toffee",   "topaz",   "trumpet", "tulip",   "tunnel",
    "turtle",   "umbrella", "valley",  "velvet",   "violin", "walnut",
});
static_assert(kWords.size() == 256);

}  // namespace

std::string make_memorable_password(Random& random, std::size_t min_length)
{
    std::string password;
    for (std::size_t words = 0; words < kMinWords || password.size() < min_length; ++words) {
        std::array<std::uint8_t, 1> byte{};
        random.fill(byte);
        if (words > 0) password += '-';
        password += kWords[byte[0]];
    }
    return password;
}

core::Result<std::optional<FirstUser>> think_of_first_user(core::Ports const& ports)
{
    auto const present = TRY(ports.users.list_users("", 1));
    if (!present.empty()) return std::nullopt;
    return FirstUser{.email    = kEmail,
                     .password = make_memorable_password(ports.random, ports.settings.passwords.min_length)};
}

core::Result<void> add_first_user(core::Ports const& ports, FirstUser const& first)
{
    core::NewAccount account{.email    = first.email,
                             .name     = "Demo",
                             .password = SecretString{first.password},
                             .roles    = {"viewer"},
                             .origin   = {}};
    TRY(core::signup(ports, account));
    return {};
}

}  // namespace signet::cli
