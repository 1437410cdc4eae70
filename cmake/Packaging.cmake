# `cpack` in the build folder: two Debian packages and a tarball that runs wherever it is unpacked.

# Debian wants a copyright file in its own place.
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
file(READ ${PROJECT_SOURCE_DIR}/THIRD_PARTY.md third_party)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/package/copyright @ONLY CONTENT
  "crm-merge is under the MIT licence:\n\n@license@\nIt stands on the work of others, part of which this package carries:\n\n@third_party@")
install(FILES ${PROJECT_BINARY_DIR}/package/copyright DESTINATION share/doc/crm-merge COMPONENT program)

# The tarball carries every library but those of the C library itself, whose version is its floor (docs/packages.md).
set(CRM_MERGE_PORTABLE_FOLDER lib/crm-merge)
install(CODE [[
  file(GET_RUNTIME_DEPENDENCIES
    EXECUTABLES "$<TARGET_FILE:crm-merge>"
    RESOLVED_DEPENDENCIES_VAR libraries
    PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)\\.so"
    POST_EXCLUDE_REGEXES "/libduckdb\\.so$")
  foreach(library IN LISTS libraries)
    file(INSTALL ${library} DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/crm-merge FOLLOW_SYMLINK_CHAIN)
  endforeach()
]] COMPONENT portable EXCLUDE_FROM_ALL)

set(CPACK_PACKAGE_NAME crm-merge)
set(CPACK_PACKAGE_VENDOR "crm-merge contributors")
set(CPACK_PACKAGE_CONTACT "crm-merge contributors <crm-merge@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_FILE_NAME crm-merge-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development portable)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/PackageComponents.cmake)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME crm-merge)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${PROJECT_DESCRIPTION}
 crm-merge fills the blanks of a CRM's export from files of vendors and adds
 their columns: the same rows in the same order, every cell as text, conflicts
 settled by rules, every row accounted for, within a memory limit.")
# Loaded when a client command needs it (src/client/curl_library.h), so dpkg-shlibdeps does not see it.
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "libcurl4")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libcrm-merge-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "C++ library of crm-merge
 Headers, the shared library, and files for CMake and pkg-config.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "crm-merge (= ${PROJECT_VERSION})")

include(CPack)
