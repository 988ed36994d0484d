# What `cmake --install` puts in place: the libraries for those who verify
# tokens (component "verifier", find_package(signet)), and the server (component
# "server"); what goes with it is in SignetPackage.cmake.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Outsiders link signet::jose or signet::verifier, and the rest comes with it; or signet::verifier_c, which is whole.
set(signet_libraries signet_base signet_jose signet_revocation)
set(SIGNET_HAS_VERIFIER OFF)
if(TARGET signet_verifier)
    list(APPEND signet_libraries signet_verifier signet_verifier_shared)
    set(SIGNET_HAS_VERIFIER ON)
    set_target_properties(signet_verifier PROPERTIES EXPORT_NAME verifier)
endif()
set_target_properties(signet_base PROPERTIES EXPORT_NAME base)
set_target_properties(signet_jose PROPERTIES EXPORT_NAME jose)
set_target_properties(signet_revocation PROPERTIES EXPORT_NAME revocation)

set(signet_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/signet")
install(TARGETS ${signet_libraries} EXPORT signetTargets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT verifier
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT verifier
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT verifier)
install(EXPORT signetTargets NAMESPACE signet:: DESTINATION "${signet_package_dir}" COMPONENT verifier)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/signetConfig.cmake.in"
    "${CMAKE_CURRENT_BINARY_DIR}/signetConfig.cmake" INSTALL_DESTINATION "${signet_package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/signetConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/signetConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/signetConfigVersion.cmake"
    DESTINATION "${signet_package_dir}" COMPONENT verifier)
if(TARGET signet)
    install(TARGETS signet RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT server)
endif()
