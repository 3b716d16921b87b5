# SPDX-License-Identifier: MIT
# cases.cmake - every case of a test program as a test of its own.
#
# A program is asked for its cases when it has been built (list_cases.cmake), and ctest reads the answer
# when it starts (register_cases.cmake): no list is kept by hand, and a program that has not been built is
# a test that fails. build/cases.sh compares what is registered with the programs and their sources.

# ock_cases(PREFIX TARGET ARGUMENTS...): the tests PREFIX.CASE.
function(ock_cases prefix target)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/cases/${prefix}.txt)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DLIST=${list}
      -P ${CMAKE_CURRENT_SOURCE_DIR}/build/list_cases.cmake VERBATIM)
  set(arguments "")
  foreach(argument ${ARGN})
    string(APPEND arguments " \"${argument}\"")
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY OCK_CASES ${prefix})
  set_property(DIRECTORY PROPERTY OCK_CASES_${prefix} "set(prefix ${prefix})\nset(list \"${list}\")
set(program \"$<TARGET_FILE:${target}>\")\nset(arguments${arguments})\nset(properties)\n")
  ock_manifest(cases ${prefix} ${target})
endfunction()

# ock_group(NAME [TARGET]): the test is there with all cases of the target, or has none.
function(ock_group name)
  ock_manifest(group ${name} ${ARGN})
endfunction()

# ock_case_properties(PREFIX... PROPERTIES NAME VALUE...): as set_tests_properties, for all cases.
function(ock_case_properties)
  set(prefixes "")
  set(properties "")
  set(behind FALSE)
  math(EXPR last "${ARGC} - 1")
  foreach(i RANGE ${last})
    if(behind)
      string(REPLACE ";" "\\\\;" value "${ARGV${i}}")
      string(APPEND properties " \"${value}\"")
    elseif(ARGV${i} STREQUAL PROPERTIES)
      set(behind TRUE)
    else()
      list(APPEND prefixes ${ARGV${i}})
    endif()
  endforeach()
  foreach(prefix ${prefixes})
    get_property(known DIRECTORY PROPERTY OCK_CASES_${prefix} SET)
    if(NOT known)
      message(FATAL_ERROR "there are no cases ${prefix}")
    endif()
    set_property(DIRECTORY APPEND_STRING PROPERTY OCK_CASES_${prefix} "list(APPEND properties${properties})\n")
  endforeach()
endfunction()

# One line for build/cases.sh: KIND NAME PROGRAM SOURCE, the last two `-` where there are none.
function(ock_manifest kind name)
  set(program -)
  set(source -)
  if(ARGC GREATER 2)
    set(program $<TARGET_FILE:${ARGV2}>)
    get_target_property(sources ${ARGV2} SOURCES)
    list(GET sources 0 source)
  endif()
  set_property(DIRECTORY APPEND_STRING PROPERTY OCK_MANIFEST "${kind} ${name} ${program} ${source}\n")
endfunction()

# Once, when all tests are known.
function(ock_register_cases)
  get_property(prefixes DIRECTORY PROPERTY OCK_CASES)
  get_property(manifest DIRECTORY PROPERTY OCK_MANIFEST)
  set(script "set(costs \"${CMAKE_CURRENT_SOURCE_DIR}/costs.txt\")\n")
  foreach(prefix ${prefixes})
    get_property(about DIRECTORY PROPERTY OCK_CASES_${prefix})
    string(APPEND script "\n${about}include(\"${CMAKE_CURRENT_SOURCE_DIR}/build/register_cases.cmake\")\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/cases/register.cmake CONTENT "${script}")
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/cases/manifest.txt CONTENT "${manifest}")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/cases/register.cmake)
endfunction()
