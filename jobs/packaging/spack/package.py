# SPDX-License-Identifier: MIT
# A recipe for Spack: a directory packages/ockham of a repository of your own has this file.
from spack.package import *


class Ockham(CMakePackage):
    """Lossless compression by prediction: a network and a mixing model that learn from the data
    as it is coded, on threads and on the ranks of MPI; the same bits everywhere."""

    homepage = "https://ockham.invalid"
    url = "file:///path/to/ockham-0.1.0.tar.gz"
    license("MIT")

    version("0.1.0", sha256="0" * 64)  # of the archive that you have

    variant("mpi", default=True, description="Work on several nodes")

    depends_on("c", type="build")
    depends_on("cmake@3.22:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("hdf5@1.10.7:~mpi")
    depends_on("libsodium")
    depends_on("jansson")
    depends_on("mpi@3:", when="+mpi")

    def cmake_args(self):
        return [self.define_from_variant("OCK_MPI", "mpi"), self.define("OCK_TESTS", False)]

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_install(self):
        Executable(self.prefix.bin.ockham)("audit", "doctor")
