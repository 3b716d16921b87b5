# SPDX-License-Identifier: MIT
# PkgConfig::HDF5S: the serial HDF5 library, by Debian's name for pkg-config, then the usual one; where no
# pkg-config file is, as CMake finds it. For the build, and for find_package(Ockham).
pkg_search_module(HDF5S QUIET IMPORTED_TARGET hdf5-serial>=1.10.7 hdf5>=1.10.7)
if(NOT HDF5S_FOUND)
  find_package(HDF5 1.10.7 QUIET COMPONENTS C)
endif()
if(HDF5_FOUND AND NOT TARGET PkgConfig::HDF5S)
  add_library(PkgConfig::HDF5S INTERFACE IMPORTED)
  target_include_directories(PkgConfig::HDF5S INTERFACE ${HDF5_C_INCLUDE_DIRS})
  target_link_libraries(PkgConfig::HDF5S INTERFACE ${HDF5_C_LIBRARIES})
endif()
