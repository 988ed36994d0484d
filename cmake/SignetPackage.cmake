# What accompanies the server: manual, completions, bill of materials (target
# signet_documents), and the Debian package of all of it (./dev package).
set(documents "${CMAKE_CURRENT_BINARY_DIR}/documents")
file(MAKE_DIRECTORY "${documents}")
# Compiled in from their headers alone; tests/package compares with what the compiler read.
set(SIGNET_HEADER_PACKAGES libboost1.81-dev libcli11-dev)
set(SIGNET_MAINTAINER "Signet maintainers <maintainers@signet.example>" CACHE STRING "Who answers for the package")

file(WRITE "${documents}/epoch.cmake" "set(ENV{SOURCE_DATE_EPOCH} ${SIGNET_SOURCE_TIME})\n")
set(CPACK_PROJECT_CONFIG_FILE "${documents}/epoch.cmake")

# ---- documents ----

add_custom_command(OUTPUT "${documents}/man.stamp"
    COMMAND "${NODE}" "${PROJECT_SOURCE_DIR}/tools/man_pages.mjs" "$<TARGET_FILE:signet>" "${documents}/man"
    COMMAND "${CMAKE_COMMAND}" -E touch "${documents}/man.stamp"
    DEPENDS signet "${PROJECT_SOURCE_DIR}/tools/man_pages.mjs"
    COMMENT "Writing the manual" VERBATIM)

set(completions)
foreach(shell IN ITEMS bash zsh fish)
    add_custom_command(OUTPUT "${documents}/completion.${shell}"
        COMMAND sh -c "'$<TARGET_FILE:signet>' completion ${shell} > '${documents}/completion.${shell}'"
        DEPENDS signet VERBATIM)
    list(APPEND completions "${documents}/completion.${shell}")
endforeach()

set(lock "${PROJECT_SOURCE_DIR}/web/package-lock.json")
set(bundled "${PROJECT_BINARY_DIR}/web/dist.packages.json")
add_custom_command(OUTPUT "${documents}/signet.spdx.json"
    COMMAND "${CMAKE_COMMAND}" -E env "SOURCE_DATE_EPOCH=${SIGNET_SOURCE_TIME}"
            "${NODE}" "${PROJECT_SOURCE_DIR}/tools/sbom.mjs" "$<TARGET_FILE:signet>" "${PROJECT_VERSION}"
            "${bundled}" "${lock}" "${documents}/signet.spdx.json" ${SIGNET_HEADER_PACKAGES}
    DEPENDS signet "${PROJECT_SOURCE_DIR}/tools/sbom.mjs" "${lock}"
    COMMENT "Writing the bill of materials" VERBATIM)

string(TIMESTAMP SIGNET_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file("${PROJECT_SOURCE_DIR}/deploy/debian/changelog.in" "${documents}/changelog.Debian" @ONLY)
add_custom_command(OUTPUT "${documents}/changelog.gz" "${documents}/changelog.Debian.gz"
    COMMAND sh -c "gzip -9nc '${PROJECT_SOURCE_DIR}/CHANGELOG.md' > changelog.gz && gzip -9nc changelog.Debian > changelog.Debian.gz"
    DEPENDS "${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${documents}/changelog.Debian"
    WORKING_DIRECTORY "${documents}" VERBATIM)

add_custom_target(signet_documents ALL DEPENDS "${documents}/man.stamp" ${completions}
    "${documents}/signet.spdx.json" "${documents}/changelog.gz")

# ---- where they go ----

set(doc "${CMAKE_INSTALL_DATADIR}/doc/signet")
install(DIRECTORY "${documents}/man/" DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT server)
install(FILES "${documents}/completion.bash" RENAME signet
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT server)
install(FILES "${documents}/completion.zsh" RENAME _signet
    DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions" COMPONENT server)
install(FILES "${documents}/completion.fish" RENAME signet.fish
    DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d" COMPONENT server)
install(FILES "${documents}/signet.spdx.json" DESTINATION "${doc}" COMPONENT server)

# Debian's alone.
set(deploy "${PROJECT_SOURCE_DIR}/deploy")
install(FILES "${documents}/changelog.gz" "${documents}/changelog.Debian.gz" "${deploy}/debian/copyright"
    DESTINATION "${doc}" COMPONENT debian)
install(FILES "${deploy}/systemd/port-443.conf" "${deploy}/proxies/nginx.conf" "${deploy}/proxies/haproxy.cfg"
    DESTINATION "${doc}/examples" COMPONENT debian)
install(DIRECTORY "${deploy}/gateway" DESTINATION "${doc}/examples" COMPONENT debian)
install(PROGRAMS "${deploy}/certbot/certbot-hook" DESTINATION "${doc}/examples" COMPONENT debian)
install(FILES "${deploy}/systemd/signet.service" DESTINATION /lib/systemd/system COMPONENT debian)
install(FILES "${deploy}/signet.toml" DESTINATION /etc/signet COMPONENT debian)

# ---- the Debian package ----

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL server debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_CONTACT "${SIGNET_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "authentication server: sign-in for sites and APIs")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Signet signs people in, once, with e-mail and password, and gives them a
short-lived signed token (a JWT) that every server can check without asking
anyone; a refresh token that scripts never see keeps them signed in.
.
It is one program with its sign-in pages inside, keeps its accounts in one
SQLite file, and runs as a user of its own in a closed-in systemd service.")
set(CPACK_DEBIAN_PACKAGE_NAME signet)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS certbot)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${deploy}/debian/postinst" "${deploy}/debian/prerm" "${deploy}/debian/postrm" "${deploy}/debian/conffiles")
# What goes into it is built by ./dev package: not the tests and benchmarks too.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
include(CPack)
