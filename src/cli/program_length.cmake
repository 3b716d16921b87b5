# SPDX-License-Identifier: MIT
# The program's own description length, for `mdl`: what xz -9e makes of the linked sources, concatenated in
# the order of their paths, without their comments (uncomment.awk); and the SHA-256 of the sources as they are.
# cmake -DROOT=source-directory -DLIST=file-of-paths -DOUT=header -P program_length.cmake
file(STRINGS ${LIST} paths)
list(SORT paths)
list(LENGTH paths count)
set(absolute ${paths})
list(TRANSFORM absolute PREPEND ${ROOT}/)
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${absolute} OUTPUT_FILE ${OUT}.all RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "cannot read the sources")
endif()
file(SHA256 ${OUT}.all digest)
file(SIZE ${OUT}.all bytes)
set(packed 0)
find_program(XZ xz)
find_program(AWK NAMES awk mawk gawk)
if(XZ AND AWK)
  execute_process(COMMAND ${AWK} -f ${CMAKE_CURRENT_LIST_DIR}/uncomment.awk ${OUT}.all OUTPUT_FILE ${OUT}.code
    RESULT_VARIABLE unread)
  execute_process(COMMAND ${XZ} -9e --threads=1 -k -c ${OUT}.code OUTPUT_FILE ${OUT}.xz RESULT_VARIABLE failed)
  if(NOT unread AND NOT failed)
    file(SIZE ${OUT}.xz packed)
  endif()
  file(REMOVE ${OUT}.xz ${OUT}.code)
endif()
file(REMOVE ${OUT}.all)
file(WRITE ${OUT} "/* program_length.h - made by program_length.cmake. */
#ifndef OCK_PROGRAM_LENGTH_H
#define OCK_PROGRAM_LENGTH_H

#define OCK_PROGRAM_FILES ${count}
#define OCK_PROGRAM_BYTES ${bytes}
#define OCK_PROGRAM_XZ_BYTES ${packed} /* 0: there was no xz or awk */
#define OCK_PROGRAM_SHA256 \"${digest}\"

#endif
")
