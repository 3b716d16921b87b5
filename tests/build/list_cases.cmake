# SPDX-License-Identifier: MIT
# list_cases.cmake - asks a test program that was just built for its cases.
# cmake -DPROGRAM=file -DLIST=file-to-write -P list_cases.cmake
file(REMOVE ${LIST})
set(ENV{ASAN_OPTIONS} detect_leaks=0) # of libraries, which is no matter of the list
execute_process(COMMAND ${PROGRAM} --list OUTPUT_VARIABLE cases RESULT_VARIABLE failed TIMEOUT 60)
if(failed OR NOT cases MATCHES "^([A-Za-z_][A-Za-z_0-9]*\n)+$")
  message(FATAL_ERROR "${PROGRAM} does not list its cases: its main has to end with ock_run_cases() (tests/cases.h)")
endif()
file(WRITE ${LIST} "${cases}")
