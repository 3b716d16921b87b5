/* SPDX-License-Identifier: MIT */
/* header_records.c - trajectories, seismograms, meshes, surveys, databases. */
#include "layouts/headers.h"

/* Frames of coordinates: x, y and z of all atoms, each as a Fortran record between its lengths. */
bool ock_read_dcd(ock_file *f)
{
    enum { HEAD = 84, CELL = 56, MARKS = 8 };
    f->big = ock_file_little(f, 0, 4) != HEAD;
    const uint64_t title = ock_file_get(f, HEAD + MARKS, 4);
    const uint64_t atoms_at = HEAD + 2 * MARKS + title;
    const uint64_t atoms = ock_file_get(f, atoms_at + 4, 4), row = MARKS + 4 * atoms;
    const uint64_t begin = atoms_at + 12;
    const bool cell = ock_file_get(f, begin, 4) == CELL - MARKS;
    if (ock_file_get(f, 0, 4) != HEAD || ock_file_get(f, atoms_at, 4) != 4) {
        return false;
    }
    ock_file_add(f, &(ock_found){.begin = begin,
                                 .length = UINT64_MAX,
                                 .kind = OCK_REGION_NUMBERS,
                                 .type = OCK_REGION_REAL,
                                 .width = 4,
                                 .row = row,
                                 .plane = 3 * row + (cell ? CELL : 0)});
    return true;
}

bool ock_read_trr(ock_file *f)
{
    enum {
        MAGIC = 1993,
        SIZES = 24,
        COUNT = 10,
        ATOMS = 64,
        HEAD = 76,
        FIRST = 7 /* of x, v, f */
    };
    f->big = true;
    const uint64_t atoms = ock_file_get(f, ATOMS, 4);
    uint64_t frame = 0, of_atoms = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        const uint64_t size = ock_file_get(f, SIZES + 4 * i, 4);
        frame += size;
        of_atoms = of_atoms > 0 || i < FIRST ? of_atoms : size;
    }
    const uint64_t width = atoms > 0 ? of_atoms / atoms / 3 : 0;
    if (ock_file_get(f, 0, 4) != MAGIC || (width != 4 && width != 8)) {
        return false;
    }
    ock_file_add(f, &(ock_found){.begin = 0,
                                 .length = UINT64_MAX,
                                 .kind = OCK_REGION_NUMBERS,
                                 .type = OCK_REGION_REAL,
                                 .width = width,
                                 .record = 3 * width,
                                 .row = HEAD + 2 * width + frame});
    return true;
}

/* No magic: a version, and a length that fits. */
bool ock_read_sac(ock_file *f)
{
    enum { HEAD = 632, VERSION = 304, POINTS = 316, NEWEST = 7 };
    for (int k = 0; k < 2; k++) {
        f->big = k > 0;
        const uint64_t version = ock_file_get(f, VERSION, 4), points = ock_file_get(f, POINTS, 4);
        if (version >= NEWEST - 1 && version <= NEWEST && HEAD + 4 * points <= f->bytes &&
            f->bytes <= HEAD + 8 * points + 256) {
            ock_file_add(f, &(ock_found){.begin = HEAD,
                                         .length = 4 * points,
                                         .kind = OCK_REGION_SAMPLES,
                                         .type = OCK_REGION_REAL,
                                         .width = 4});
            return true;
        }
    }
    return false;
}

bool ock_read_stl(ock_file *f)
{
    enum { HEAD = 84, TRIANGLE = 50 };
    const uint64_t bytes = ock_file_get(f, HEAD - 4, 4) * TRIANGLE;
    if (bytes == 0 || f->bytes != HEAD + bytes) {
        return false;
    }
    ock_file_add(f, &(ock_found){.begin = HEAD,
                                 .length = bytes,
                                 .kind = OCK_REGION_TRIANGLES,
                                 .type = OCK_REGION_REAL,
                                 .width = 4,
                                 .record = TRIANGLE});
    return true;
}

/* Points of a survey: x, y and z, then what is shorter. */
bool ock_read_las(ock_file *f)
{
    enum { BEGIN = 96, FORMAT = 104, RECORD = 105, PACKED = 128 };
    if (ock_file_get(f, FORMAT, 1) >= PACKED) {
        return false;
    }
    ock_file_add(f, &(ock_found){.begin = ock_file_get(f, BEGIN, 4),
                                 .length = UINT64_MAX,
                                 .kind = OCK_REGION_NUMBERS,
                                 .type = OCK_REGION_SIGNED,
                                 .width = 4,
                                 .record = ock_file_get(f, RECORD, 2)});
    return true;
}

/* Pages of one length. */
bool ock_read_sqlite(ock_file *f)
{
    f->big = true;
    const uint64_t page = ock_file_get(f, 16, 2);
    ock_file_add(f, &(ock_found){.begin = 0,
                                 .length = UINT64_MAX,
                                 .kind = OCK_REGION_PAGES,
                                 .width = 1,
                                 .row = page == 1 ? 1 << 16 : page});
    return true;
}
