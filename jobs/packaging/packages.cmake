# SPDX-License-Identifier: MIT
# Packages: cmake -B build/packages -DOCK_PACKAGES=ON -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_BUILD_TYPE=Release, build, cpack.
# Debian's ockham, libockham0, libockham-mpi0 and libockham-dev; and .rpm of the same where rpmbuild is. What
# installs by `cmake --install` alone needs none of this.
if(NOT OCK_PACKAGES)
  return()
endif()

set(CPACK_PACKAGE_VENDOR "The Ockham authors")
set(CPACK_PACKAGE_CONTACT "${CPACK_PACKAGE_VENDOR} <maintainers@ockham.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "lossless compression by prediction")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB)
find_program(OCK_RPMBUILD rpmbuild)
if(OCK_RPMBUILD)
  list(APPEND CPACK_GENERATOR RPM)
endif()

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION /usr/share/man /usr/share/man/man1 /usr/share/man/man5 /usr/share/bash-completion
  /usr/share/bash-completion/completions /usr/share/zsh /usr/share/zsh/site-functions /usr/share/fish
  /usr/share/fish/vendor_completions.d /usr/share/doc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_LIBDIR}/cmake)

# ock_package(COMPONENT NAME SECTION SUMMARY TEXT)
macro(ock_package component name section summary text)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_RPM_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section})
  set(CPACK_RPM_${upper}_PACKAGE_SUMMARY "${summary}")
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "${text}")
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/packaging/copyright ${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
  list(APPEND CPACK_COMPONENTS_ALL ${component})
endmacro()

# ock_package_library(COMPONENT PACKAGE NAME): what Debian must know of a shared library.
macro(ock_package_library component package name)
  string(TOUPPER ${component} upper)
  set(about ${CMAKE_CURRENT_BINARY_DIR}/packaging/${package})
  file(WRITE ${about}/shlibs "${name} 0 ${package} (>= ${PROJECT_VERSION})\n")
  file(WRITE ${about}/triggers "activate-noawait ldconfig\n")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA ${about}/shlibs ${about}/triggers)
  set(CPACK_RPM_${upper}_POST_INSTALL_SCRIPT_FILE ${CMAKE_CURRENT_BINARY_DIR}/packaging/ldconfig)
  set(CPACK_RPM_${upper}_POST_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_BINARY_DIR}/packaging/ldconfig)
endmacro()
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/packaging/ldconfig "/sbin/ldconfig\n")

# The licence as Debian has it, and its own changelog, with the day of the release.
file(READ LICENSE license)
string(REGEX MATCH "Copyright[^\n]*" holder "${license}")
string(REGEX REPLACE "^.*authors\n\n" "" license "${license}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n$" "" license "${license}")
string(REPLACE "\n" "\n " license "${license}")
string(REGEX REPLACE "^Copyright \\(c\\) " "" holder "${holder}")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/packaging/copyright
  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: ockham\n\n"
  "Files: *\nCopyright: ${holder}\nLicense: Expat\n\nLicense: Expat\n ${license}\n")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog.Debian
  "ockham (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
  "  * What changed: /usr/share/doc/ockham/changelog.gz in the package ockham.\n\n"
  " -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 2026 00:00:00 +0000\n")
execute_process(COMMAND gzip -9nf ${CMAKE_CURRENT_BINARY_DIR}/packaging/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)

ock_package(program ockham utils "lossless compression by prediction, the program"
  "Ockham predicts each byte by a network and a mixing model that it trains on the\ndata as it goes, and so compresses text and structured data to far less than\nxz does, slowly. It runs on threads and, by MPI, on nodes, keeps checkpoints,\nand writes files that can be audited: any machine restores the same bits.")
ock_package(ockham libockham0 libs "lossless compression by prediction, the library"
  "Compresses and decompresses buffers, or over calls, what the program ockham\nreads and writes. This library needs no message passing.")
ock_package_library(ockham libockham0 libockham)
set(development_depends "libockham0 (= ${PROJECT_VERSION}-1)")
if(OCK_MPI)
  ock_package(ockham_mpi libockham-mpi0 libs "lossless compression by prediction, the library on MPI"
    "Compresses and decompresses buffers, or over calls, what the program ockham\nreads and writes, on the ranks of a communicator.")
  ock_package_library(ockham_mpi libockham-mpi0 libockham_mpi)
  string(APPEND development_depends ", libockham-mpi0 (= ${PROJECT_VERSION}-1)")
endif()
ock_package(development libockham-dev libdevel "lossless compression by prediction, to build with"
  "Headers, static libraries, pkg-config files, a package for CMake, and examples\nof libockham, which compresses and decompresses what the program ockham does.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${development_depends}, libhdf5-dev, libjansson-dev, libsodium-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libopenmpi-dev, python3-h5py")
string(REGEX REPLACE " \\(= ([^)]*)\\)" " = \\1" CPACK_RPM_DEVELOPMENT_PACKAGE_REQUIRES "${development_depends}")
set(CPACK_RPM_PACKAGE_AUTOREQ ON)

# As packages have them: compressed manual pages, a changelog of that name.
install(CODE [[
  set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
  file(RENAME "${root}/doc/ockham/CHANGELOG.md" "${root}/doc/ockham/changelog")
  file(GLOB pages "${root}/man/man*/*.?")
  execute_process(COMMAND gzip -9nf "${root}/doc/ockham/changelog" ${pages} COMMAND_ERROR_IS_FATAL ANY)]]
  COMPONENT program)
include(CPack)
