# What every target of the house shares: language, warnings, hardening, tests.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The binary at the top of the build folder: build/release/signet.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

option(SIGNET_WERROR "Warnings are errors" OFF)
set(SIGNET_SANITIZE "" CACHE STRING "Value for -fsanitize, for example address,undefined")
option(SIGNET_COVERAGE "Count the lines that tests reach" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

include(CheckPIESupported)
check_pie_supported()

add_compile_options(-Wall -Wextra -Wshadow "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>"
                    -Wimplicit-fallthrough -fstack-protector-strong -fcf-protection=full)
add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
if(SIGNET_WERROR)
    add_compile_options(-Werror)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Rel")
    add_compile_definitions(_FORTIFY_SOURCE=3)
endif()
if(SIGNET_SANITIZE)
    add_compile_options(-fsanitize=${SIGNET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${SIGNET_SANITIZE})
endif()
if(SIGNET_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

# signet_layer(NAME SOURCES a.cpp … LINKS lib …): a static library of one folder
# of src/, seen by the others as #include "folder/file.hpp".
function(signet_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
    add_library(signet_${name} STATIC ${arg_SOURCES})
    target_include_directories(signet_${name} PUBLIC
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:include>")
    target_link_libraries(signet_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
endfunction()

# signet_test(NAME SOURCES a_test.cpp … LINKS lib …): one GoogleTest program,
# each of its tests a test of ctest.
function(signet_test name)
    if(NOT SIGNET_TESTS)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${name} PRIVATE
        SIGNET_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
        SIGNET_VECTORS_DIR="${PROJECT_SOURCE_DIR}/../shared/vectors")
    target_link_libraries(${name} PRIVATE ${arg_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()
