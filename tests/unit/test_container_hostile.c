/* SPDX-License-Identifier: MIT */
/* test_container_hostile.c - .ock files made to harm: their digests are right,
 * their insides are not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cases.h"

#include "container_specimen.h"
#include "io/hdf5/hdf5_setup.h"

static void must(long long result)
{
    assert_true(result >= 0);
}

/* ---- files spoilt by HDF5 itself ---- */

static ock_open_file spoilt = {-1, "a file to spoil"}; /* what the library works on */

/* A good file, opened for writing; what is opened in it is closed with it. */
static hid_t open_good(const char *path)
{
    hid_t access = H5I_INVALID_HID, file = H5I_INVALID_HID;

    must(H5Eset_auto2(H5E_DEFAULT, NULL, NULL));
    write_small(path);
    spoilt.fd = open(path, O_RDWR | O_CLOEXEC);
    access = ock_hdf5_access(&spoilt);
    file = H5Fopen(path, H5F_ACC_RDWR, access);
    must(file);
    must(H5Pclose(access));
    return file;
}

static void close_and_expect(const char *path, hid_t file, const char *label, const char *because)
{
    must(H5Fclose(file));
    (void)close(spoilt.fd);
    reseal(path);
    print_message("    %-26s", label);
    expect_refused(path, because);
    print_message("refused\n");
}

static hid_t creation_list(H5D_layout_t layout)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    must(list);
    must(H5Pset_obj_track_times(list, false));
    must(H5Pset_layout(list, layout));
    must(H5Pset_fill_time(list, H5D_FILL_TIME_NEVER));
    must(H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY));
    must(H5Pset_dset_no_attrs_hint(list, true));
    return list;
}

/* Puts another dataset in the place of `name`. Consumes the list. */
static void replace(hid_t file, const char *name, hid_t type, hid_t space, hid_t list)
{
    hid_t dataset = H5I_INVALID_HID;

    if (H5Lexists(file, name, H5P_DEFAULT) > 0) {
        must(H5Ldelete(file, name, H5P_DEFAULT));
    }
    dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    must(dataset);
    must(H5Dclose(dataset));
    must(H5Pclose(list));
}

/* The shape as most programs write it, with a largest length. */
static hid_t bounded_row(hsize_t length)
{
    return H5Screate_simple(1, &length, NULL);
}

static hid_t square(hsize_t length)
{
    const hsize_t dimensions[2] = {length, length};

    return H5Screate_simple(2, dimensions, NULL);
}

/* The control of all that follows: the same treatment without a change is accepted. */
static void an_untouched_file_is_accepted(void **state)
{
    char path[PATH_BYTES];
    ock_container *container = NULL;
    hid_t file = open_good(path_of("control.ock", path));

    (void)state;
    must(H5Fclose(file));
    reseal(path);
    assert_int_equal(ock_container_open(path, CONTRACT, &container), OCK_OK);
    ock_container_close(container);
}

static void other_types_and_shapes(void **state)
{
    const hid_t scalar = H5Screate(H5S_SCALAR);
    const struct {
        const char *label, *name;
        hid_t type, space;
        H5D_layout_t layout;
        const char *because;
    } cases[] = {
        {"float trace", "trace", H5T_IEEE_F32LE, ock_hdf5_row(2), H5D_COMPACT, "type or shape"},
        {"big-endian trace", "trace", H5T_STD_U32BE, ock_hdf5_row(2), H5D_COMPACT, "type or shape"},
        {"signed transcript", "transcript", H5T_STD_I8LE, ock_hdf5_row(217), H5D_CONTIGUOUS,
         "type or"},
        {"contiguous transcript", "transcript", H5T_STD_U8LE, ock_hdf5_row(217), H5D_CONTIGUOUS,
         "not stored as"},
        {"bounded trace", "trace", H5T_STD_U8LE, bounded_row(2), H5D_COMPACT, "type or shape"},
        {"wide trace", "trace", H5T_STD_U64LE, ock_hdf5_row(2), H5D_COMPACT,
         "wider than necessary"},
        {"2-d trace", "trace", H5T_STD_U8LE, square(2), H5D_COMPACT, "type or shape"},
        {"null trace", "trace", H5T_STD_U8LE, H5Screate(H5S_NULL), H5D_COMPACT, "type or shape"},
        {"scalar trace", "trace", H5T_STD_U8LE, scalar, H5D_COMPACT, "type or shape"},
        {"long trace", "trace", H5T_STD_U8LE, ock_hdf5_row(OCK_CONTAINER_MAX_TRACE + 1),
         H5D_COMPACT, "type or shape"},
        {"contiguous trace", "trace", H5T_STD_U8LE, ock_hdf5_row(2), H5D_CONTIGUOUS,
         "not stored as"},
        {"half a digest", "digest", ock_hdf5_type_opaque(7 * 32 + 16), scalar, H5D_COMPACT,
         "type or"},
        {"a lane's digest too few", "digest", ock_hdf5_type_opaque(4 * 32), scalar, H5D_COMPACT,
         "type or shape"},
        {"digest of one lane", "digest", ock_hdf5_type_opaque(32), scalar, H5D_COMPACT,
         "type or shape"},
        {"digest as a row", "digest", ock_hdf5_type_opaque(7 * 32), ock_hdf5_row(1), H5D_COMPACT,
         "type or shape"},
        {"digest as bytes", "digest", H5T_STD_U8LE, ock_hdf5_row(7 * 32), H5D_COMPACT,
         "type or shape"},
        {"contract too long", "contract", ock_hdf5_type_text(OCK_CONTRACT_LINE_BYTES), scalar,
         H5D_COMPACT, "not stored as"},
        {"config too long", "config", ock_hdf5_type_text(OCK_CONTAINER_MAX_CONFIG_BYTES + 1),
         scalar, H5D_COMPACT, "not stored as"},
        {"config as numbers", "config", H5T_STD_U32LE, scalar, H5D_COMPACT, "type or shape"},
        {"extra object", "extra", H5T_STD_U8LE, ock_hdf5_row(2), H5D_COMPACT,
         "root group has unexpected"},
    };
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hid_t file = open_good(path_of("type.ock", path));

        replace(file, cases[i].name, cases[i].type, cases[i].space, creation_list(cases[i].layout));
        close_and_expect(path, file, cases[i].label, cases[i].because);
    }
}

static hid_t external_storage(void)
{
    static const char text[217] = "a secret of this machine, which nobody may ever read";
    const hid_t list = creation_list(H5D_CONTIGUOUS);
    char secret[PATH_BYTES];

    write_whole(path_of("secret", secret), (const uint8_t *)text, sizeof text);
    must(H5Pset_external(list, secret, 0, 217));
    return list;
}

static hid_t chunks(unsigned deflate_level)
{
    const hid_t list = creation_list(H5D_CHUNKED);
    const hsize_t chunk = 217;

    must(H5Pset_chunk(list, 1, &chunk));
    if (deflate_level > 0) {
        must(H5Pset_deflate(list, deflate_level));
    }
    return list;
}

static hid_t virtual_source(void)
{
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);

    must(H5Pset_obj_track_times(list, false));
    must(H5Pset_virtual(list, ock_hdf5_row(217), "/etc/passwd", "x", ock_hdf5_row(217)));
    return list;
}

/* Declares any size and allocates nothing. */
static hid_t unallocated(void)
{
    const hid_t list = creation_list(H5D_CONTIGUOUS);

    must(H5Pset_alloc_time(list, H5D_ALLOC_TIME_LATE));
    must(H5Pset_fill_time(list, H5D_FILL_TIME_IFSET));
    return list;
}

static hid_t variable_length(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);

    must(H5Tset_size(type, H5T_VARIABLE));
    return type;
}

static void other_storage(void **state)
{
    const hid_t byte = H5T_STD_U8LE, scalar = H5Screate(H5S_SCALAR);
    const struct {
        const char *label, *name;
        hid_t type, space, list;
    } cases[] = {
        {"external storage", "transcript", byte, ock_hdf5_row(217), external_storage()},
        {"chunks", "transcript", byte, ock_hdf5_row(217), chunks(0)},
        {"a filter", "transcript", byte, ock_hdf5_row(217), chunks(9)},
        {"a virtual dataset", "transcript", byte, ock_hdf5_row(217), virtual_source()},
        {"2^44 bytes", "transcript", byte, ock_hdf5_row((hsize_t)1 << 44), unallocated()},
        {"2^30 of configuration", "config", ock_hdf5_type_text(1 << 30), scalar, unallocated()},
        {"variable length", "config", variable_length(), scalar, unallocated()},
    };
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hid_t file = open_good(path_of("storage.ock", path));

        replace(file, cases[i].name, cases[i].type, cases[i].space, cases[i].list);
        close_and_expect(path, file, cases[i].label, "is not stored as expected");
    }
}

/* ---- links, groups, attributes ---- */

static void soft_link(hid_t file)
{
    must(H5Ldelete(file, "config", H5P_DEFAULT));
    must(H5Lcreate_soft("/contract", file, "config", H5P_DEFAULT, H5P_DEFAULT));
}

static void external_link(hid_t file)
{
    must(H5Ldelete(file, "transcript", H5P_DEFAULT));
    must(H5Lcreate_external("/etc/passwd", "/x", file, "transcript", H5P_DEFAULT, H5P_DEFAULT));
}

static void second_hard_link(hid_t file)
{
    must(H5Ldelete(file, "trace", H5P_DEFAULT));
    must(H5Lcreate_hard(file, "transcript", file, "trace", H5P_DEFAULT, H5P_DEFAULT));
}

static void missing_object(hid_t file)
{
    must(H5Ldelete(file, "trace", H5P_DEFAULT));
}

static void renamed_object(hid_t file)
{
    must(H5Lmove(file, "trace", file, "tracE", H5P_DEFAULT, H5P_DEFAULT));
}

static void group_for_dataset(hid_t file)
{
    const hid_t list = H5Pcreate(H5P_GROUP_CREATE);

    must(H5Pset_obj_track_times(list, false));
    must(H5Ldelete(file, "trace", H5P_DEFAULT));
    must(H5Gclose(H5Gcreate2(file, "trace", H5P_DEFAULT, list, H5P_DEFAULT)));
    must(H5Pclose(list));
}

static void named_type(hid_t file)
{
    const hid_t type = H5Tcopy(H5T_STD_U8LE);

    must(H5Tcommit_anon(file, type, H5P_DEFAULT, H5P_DEFAULT));
    replace(file, "trace", type, ock_hdf5_row(2), creation_list(H5D_COMPACT));
}

static void add_attribute(hid_t object, const char *name, hid_t type, hsize_t length)
{
    const hid_t attribute =
        H5Acreate2(object, name, type, ock_hdf5_row(length), H5P_DEFAULT, H5P_DEFAULT);

    must(attribute);
    must(H5Aclose(attribute));
}

static void root_attribute(hid_t file)
{
    add_attribute(file, "note", H5T_STD_U8LE, 3);
}

static void trace_attribute(hid_t file)
{
    add_attribute(H5Dopen2(file, "trace", H5P_DEFAULT), "note", H5T_STD_U8LE, 3);
}

static void transcript_attribute(hid_t file)
{
    add_attribute(H5Dopen2(file, "transcript", H5P_DEFAULT), "note", H5T_STD_U8LE, 3);
}

static void other_objects(void **state)
{
    static const struct {
        const char *label;
        void (*change)(hid_t file);
        const char *because;
    } cases[] = {
        {"soft link", soft_link, "root group has unexpected"},
        {"external link", external_link, "root group has unexpected"},
        {"second hard link", second_hard_link, "transcript is not stored as"},
        {"missing object", missing_object, "root group has unexpected"},
        {"renamed object", renamed_object, "root group has unexpected"},
        {"group for dataset", group_for_dataset, "trace is not stored as"},
        {"named type", named_type, "trace is not stored as"},
        {"attribute of the root", root_attribute, "root group has unexpected"},
        {"attribute of the trace", trace_attribute, "trace is not stored as"},
        {"attribute of the transcript", transcript_attribute, "transcript is not stored as"},
    };
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hid_t file = open_good(path_of("object.ock", path));

        cases[i].change(file);
        close_and_expect(path, file, cases[i].label, cases[i].because);
    }
}

/* ---- values ---- */

/* Overwrites `count` bytes of a dataset's value, or of the transcript's beginning in the user block. */
static void patch(hid_t file, const char *name, size_t at, const void *bytes, size_t count)
{
    if (strcmp(name, "user block") == 0) {
        assert_int_equal(pwrite(spoilt.fd, bytes, count, (off_t)(OCK_HEAD_AT + at)), count);
        return;
    }
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(dataset);
    uint8_t value[1024];

    assert_true(H5Dget_storage_size(dataset) <= sizeof value);
    must(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value));
    memcpy(value + at, bytes, count);
    must(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value));
}

static void other_values(void **state)
{
    static const struct {
        const char *label, *name;
        size_t at, count;
        const char *bytes;
        const char *because;
    } cases[] = {
        {"escape in config", "config", 3, 1, "\x1B", "not plain text"},
        {"high byte in config", "config", 3, 1, "\xE9", "not plain text"},
        {"NUL in config", "config", 3, 1, "", "has the wrong length"},
        {"config without end", "config", 40, 1, "x", "has the wrong length"},
        {"contract without end", "contract", 57, 1, "6", "has the wrong length"},
        {"wrong root", "digest", 32, 5, "wrong", "root digest"},
        {"wrong lane digest", "digest", 128, 5, "wrong", "root digest"},
        {"longer lane", "user block", 0, 1, "\xC9", "as long as its lanes"},
        {"shorter lane", "user block", 4, 1, "\xC9", "as long as its lanes"},
        {"longest lanes", "user block", 0, 6, "\xFF\xFF\xFF\xFF\xFF\xFF", "as long as its lanes"},
    };
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hid_t file = open_good(path_of("value.ock", path));

        patch(file, cases[i].name, cases[i].at, cases[i].bytes, cases[i].count);
        close_and_expect(path, file, cases[i].label, cases[i].because);
    }
}

static void replace_text(hid_t file, const char *name, const char *text)
{
    const hid_t type = ock_hdf5_type_text(strlen(text));

    replace(file, name, type, H5Screate(H5S_SCALAR), creation_list(H5D_COMPACT));
    must(H5Dwrite(H5Dopen2(file, name, H5P_DEFAULT), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text));
}

static void other_contracts(void **state)
{
    static const struct {
        const char *line, *because;
    } cases[] = {
        {"v8 range64 level=6 bytes=9 lanes=3 shards=1 step=16", "a different version"},
        {"v7 range65 level=6 bytes=9 lanes=3 shards=1 step=16", "malformed"},
        {"v7 range64 level=06 bytes=9 lanes=3 shards=1 step=16", "malformed"},
        {"v7 range64 level=0 bytes=9 lanes=3 shards=1 step=16", "level is 0"},
        {"v7 range64 level=10 bytes=9 lanes=3 shards=1 step=16", "level is 10"},
        {"v7 range64 level=6 bytes=9 lanes=0 shards=1 step=16", "number of lanes"},
        {"v7 range64 level=6 bytes=9 lanes=4294967295 shards=1 step=16", "number of lanes"},
        {"v7 range64 level=6 bytes=9 lanes=4 shards=1 step=16", "as long as its lanes"},
        {"v7 range64 level=6 bytes=9 lanes=6 shards=1 step=16", "digest"},
        {"v7 range64 level=6 bytes=9 lanes=3 shards=0 step=16", "shards is 0"},
        {"v7 range64 level=6 bytes=9 lanes=3 shards=4 step=16", "shards is 4"},
        {"v7 range64 level=6 bytes=9 lanes=3 shards=1 step=0", "step is 0"},
        {"v7 range64 level=6 bytes=9 lanes=3 shards=1 step=65537", "step is 65537"},
        {"", "malformed"},
    };
    char path[PATH_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const hid_t file = open_good(path_of("contract.ock", path));

        replace_text(file, "contract", cases[i].line);
        close_and_expect(path, file, cases[i].line, cases[i].because);
    }
}

static void a_transcript_without_room_for_its_table(void **state)
{
    char path[PATH_BYTES];

    (void)state;
    for (size_t length = 0; length < 3; length++) {
        uint8_t head[4] = {0};
        specimen made = make(3, 0, 40, 2);
        int fd = -1;

        write_file(&made, path_of("table.ock", path));
        discard(&made);
        fd = open(path, O_RDWR);
        head[length] = OCK_HEAD_END;
        assert_int_equal(pwrite(fd, head, sizeof head, OCK_HEAD_AT), sizeof head);
        assert_int_equal(close(fd), 0);
        reseal(path);
        expect_refused(path, "shorter than its lists");
    }
}

/* ---- the bytes themselves ---- */

/* Junk behind the end, a second user block, no HDF5 at all: all of it under right digests. */
static void hostile_surroundings(void **state)
{
    char path[PATH_BYTES];
    size_t count = 0;
    uint8_t *bytes = NULL, *longer = NULL;

    (void)state;
    write_small(path_of("around.ock", path));
    bytes = read_whole(path, &count);
    longer = calloc(1, count + 512);
    assert_non_null(longer);
    memcpy(longer, bytes, count);
    write_whole(path, longer, count + 7);
    reseal(path);
    expect_refused(path, "superblock");
    memset(longer, 0, count + 512);
    memcpy(longer + 1024, bytes + 512, count - 512);
    write_whole(path, longer, count + 512);
    reseal(path);
    expect_refused(path, "superblock");
    for (size_t length = 0; length < count; length++) { /* of the file, after the user block */
        write_whole(path, bytes, length);
        reseal(path);
        expect_refused(path, "");
    }
    free(bytes);
    free(longer);
}

/* Up to 4 bytes changed in the first kilobytes, where all the structures are, digests right: any
 * answer but a crash or a hang. Sanitizers see more here. Returns how many were refused. */
static size_t refused_mutants(const char *path, uint32_t format, size_t count, int mutants)
{
    size_t same = 0, refused = 0;
    const size_t part = count < 2048 ? count : 2048;
    uint8_t *bytes = read_whole(path, &same);
    uint64_t random = 77;
    const int fd = open(path, O_RDWR);

    for (int i = 0; i < mutants; i++) {
        uint8_t *mutant = malloc(part);
        ock_container *container = NULL;
        ock_status status = OCK_OK;
        uint64_t sealed = 0;

        assert_non_null(mutant);
        memcpy(mutant, bytes, part);
        for (uint64_t n = 1 + next_random(&random) % 4; n > 0; n--) {
            static const uint8_t extremes[4] = {0x00, 0x01, 0x7F, 0xFF};
            const size_t at = 512 + next_random(&random) % (part - 512);
            const uint64_t r = next_random(&random);

            mutant[at] = r % 2 ? extremes[r >> 8 & 3] : (uint8_t)(r >> 16);
        }
        assert_int_equal(pwrite(fd, mutant, part, 0), (ssize_t)part);
        const ock_seal seal = {OCK_FILE_CONTAINER, format, CONTRACT, specimen_plan};
        assert_int_equal(ock_seal_write(fd, path, &seal, &sealed), OCK_OK);
        ock_error_clear();
        status = ock_container_open(path, CONTRACT, &container);
        assert_true(status == OCK_OK || status == OCK_BAD_DATA);
        refused += status == OCK_BAD_DATA;
        ock_container_close(container);
        free(mutant);
    }
    ock_error_clear();
    assert_int_equal(close(fd), 0);
    free(bytes);
    return refused;
}

static void check_mutants(specimen *made, int mutants)
{
    char path[PATH_BYTES];
    const size_t count = write_file(made, path_of("mutant.ock", path));
    const uint32_t format = made->info.manifest != NULL ? OCK_FORMAT_CORPUS : OCK_FORMAT_PLAIN;
    const size_t refused = refused_mutants(path, format, count, mutants);

    printf("    %zu bytes: %d mutants, %zu refused\n", count, mutants, refused);
    assert_true(refused > (size_t)mutants / 2 && refused < (size_t)mutants);
    discard(made);
}

static void mutated_files(void **state)
{
    specimen small = make(3, 20, 40, 2);
    specimen contiguous = make(2, OCK_CONTAINER_MAX_COMPACT_BYTES / 2, 40, 2);
    specimen corpus = make(3, 20, 40, 2);

    (void)state;
    corpus.info.manifest = calloc(50, 1);
    corpus.info.manifest_bytes = 50;
    assert_non_null(corpus.info.manifest);
    check_mutants(&small, 4000);
    check_mutants(&contiguous, 1000);
    check_mutants(&corpus, 4000);
}

/* A list of files stands where the format says so, and nowhere else. */
static void other_formats(void **state)
{
    char path[PATH_BYTES];
    specimen corpus = make(3, 20, 40, 2);
    uint64_t bytes = 0;
    int fd = -1;

    (void)state;
    corpus.info.manifest = calloc(50, 1);
    corpus.info.manifest_bytes = 50;
    write_file(&corpus, path_of("plain.ock", path));
    reseal(path);
    expect_refused(path, "has unexpected contents");
    discard(&corpus);
    write_small(path);
    fd = open(path, O_RDWR);
    const ock_seal seal = {OCK_FILE_CONTAINER, OCK_FORMAT_CORPUS, CONTRACT, specimen_plan};
    assert_int_equal(ock_seal_write(fd, path, &seal, &bytes), OCK_OK);
    assert_int_equal(close(fd), 0);
    expect_refused(path, "");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_file_is_accepted),
        cmocka_unit_test(other_types_and_shapes),
        cmocka_unit_test(other_storage),
        cmocka_unit_test(other_objects),
        cmocka_unit_test(other_values),
        cmocka_unit_test(other_contracts),
        cmocka_unit_test(a_transcript_without_room_for_its_table),
        cmocka_unit_test(hostile_surroundings),
        cmocka_unit_test(mutated_files),
        cmocka_unit_test(other_formats),
    };

    return ock_run_cases(argc, argv, tests, make_folder, remove_folder);
}
