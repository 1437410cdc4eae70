# What `cmake --install` and `cpack` put where. Components: program (the binary, DuckDB's library, manual page, completions),
# development (libcrm_merge.so, headers, CMake and pkg-config files), and portable: the libraries of a relocatable tarball.
include(GNUInstallDirs)

install(TARGETS crm-merge RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES LICENSE THIRD_PARTY.md README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY schemas DESTINATION ${CMAKE_INSTALL_DATADIR}/crm-merge COMPONENT program)
# The web page, where it was built (scripts/setup.sh; npm run build in web/): `crm-merge serve` finds it beside itself.
install(DIRECTORY web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/crm-merge/web COMPONENT program OPTIONAL)

# The manual page and the completions come out of the program itself. A sanitizer's build has no use for them.
if(NOT CRM_MERGE_SANITIZE AND NOT CRM_MERGE_FUZZ)
  set(shell_folder ${PROJECT_BINARY_DIR}/shell)
  set(shell_files)
  function(crm_print file)
    add_custom_command(OUTPUT ${shell_folder}/${file} COMMAND crm-merge ${ARGN} > ${shell_folder}/${file} DEPENDS crm-merge
                       VERBATIM)
    set(shell_files ${shell_files} ${shell_folder}/${file} PARENT_SCOPE)
  endfunction()
  file(MAKE_DIRECTORY ${shell_folder})
  crm_print(crm-merge.1 man)
  crm_print(crm-merge completion bash)
  crm_print(_crm-merge completion zsh)
  crm_print(crm-merge.fish completion fish)
  # What editors check spec files by: the program, installed or not, finds it beside its folder, in share/crm-merge.
  set(schema ${PROJECT_BINARY_DIR}/src/share/crm-merge/spec.schema.json)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/src/share/crm-merge)
  add_custom_command(OUTPUT ${schema} COMMAND crm-merge spec-schema > ${schema} DEPENDS crm-merge VERBATIM)
  list(APPEND shell_files ${schema})
  add_custom_target(shell_files ALL DEPENDS ${shell_files})

  install(FILES ${schema} DESTINATION ${CMAKE_INSTALL_DATADIR}/crm-merge COMPONENT program)
  install(FILES ${shell_folder}/crm-merge.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${shell_folder}/crm-merge DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
  # zsh looks into site-functions of /usr/local, Debian's zsh into vendor-completions of /usr.
  install(FILES ${shell_folder}/_crm-merge DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
  install(FILES ${shell_folder}/_crm-merge DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
  install(FILES ${shell_folder}/crm-merge.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()

# find_package(crm_merge), or pkg-config crm_merge.
if(TARGET crm_merge_shared)
  include(CMakePackageConfigHelpers)
  set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/crm_merge)
  install(TARGETS crm_merge_shared EXPORT crm_merge COMPONENT development
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/crm_merge ${PROJECT_BINARY_DIR}/include/crm_merge
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development FILES_MATCHING PATTERN "*.h")
  install(EXPORT crm_merge NAMESPACE crm_merge:: DESTINATION ${config_folder} COMPONENT development)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/crm_mergeConfig.cmake.in ${PROJECT_BINARY_DIR}/package/crm_mergeConfig.cmake
                                INSTALL_DESTINATION ${config_folder})
  # Until 1.0 a minor version may change the API.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/crm_mergeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/crm_mergeConfig.cmake ${PROJECT_BINARY_DIR}/package/crm_mergeConfigVersion.cmake
          DESTINATION ${config_folder} COMPONENT development)
  file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/crm_merge.pc.in ${PROJECT_BINARY_DIR}/package/crm_merge.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/crm_merge.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endif()

include(Packaging)
