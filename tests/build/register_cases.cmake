# SPDX-License-Identifier: MIT
# register_cases.cmake - read by ctest, once for every test program: each case of its list is a test.
#   prefix                      unit.codec
#   program, arguments, list    what to run, and the names of its cases
#   properties                  of all of them
#   costs                       a file of lines `SECONDS NAME`
if(EXISTS "${list}")
  file(STRINGS "${list}" cases)
  file(STRINGS "${costs}" measured REGEX " ${prefix}[.]")
  foreach(case ${cases})
    add_test(${prefix}.${case} "${program}" --only ${case} ${arguments})
    set_tests_properties(${prefix}.${case} PROPERTIES SKIP_RETURN_CODE 77 ${properties})
    if(";${measured};" MATCHES ";([0-9]+) ${prefix}[.]${case};")
      set_tests_properties(${prefix}.${case} PROPERTIES COST ${CMAKE_MATCH_1})
    endif()
  endforeach()
else()
  add_test(${prefix}.NOT_BUILT cat "${list}") # fails
endif()
