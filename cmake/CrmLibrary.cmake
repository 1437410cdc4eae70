# One folder is one library: crm_library(match DEPS base model VENDOR ICU::uc).
#
# Sources are every *.cpp of the folder (not of its sub-folders) but *_test.cpp, which make the
# GoogleTest program <name>_test. DEPS are the folders that this one may include; the arrows are
# checked against tests/layers.txt by the test `layers`.
function(crm_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;VENDOR;TEST_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ARG_DEPS PREPEND crm_)
  list(TRANSFORM ARG_TEST_DEPS PREPEND crm_)
  if(sources)
    add_library(crm_${name} STATIC ${sources})
    target_include_directories(crm_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(crm_${name} PUBLIC ${ARG_DEPS} ${ARG_VENDOR} crm_warnings)
    # The same objects make the program and libcrm_merge.so, which shows nothing but include/crm_merge.
    set_target_properties(crm_${name} PROPERTIES
      POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  else()
    add_library(crm_${name} INTERFACE)
    target_include_directories(crm_${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(crm_${name} INTERFACE ${ARG_DEPS} ${ARG_VENDOR})
  endif()
  if(tests AND CRM_MERGE_TESTS)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE crm_${name} ${ARG_TEST_DEPS} crm_warnings GTest::gtest_main)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit)
  endif()
endfunction()
