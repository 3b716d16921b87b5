/* SPDX-License-Identifier: MIT */
/* seeds.c - makes what the fuzzers begin with: good files, small ones.
 *
 * Usage: fuzz_seeds FOLDER (gets a folder for each fuzzer) */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "archive/manifest_code.h"
#include "base/memory.h"
#include "container_specimen.h"
#include "files_by_path.h"
#include "io/checkpoint/checkpoint_private.h"
#include "layouts/region_code.h"
#include "numeric/kernels.h"
#include "plan/config.h"
#include "repeats/repeat_code.h"
#include "transforms/transform_list.h"

static char path[PATH_BYTES];

static const char *seed(const char *root, const char *kind, int number)
{
    snprintf(path, sizeof path, "%.300s/%s", root, kind);
    (void)mkdir(path, 0777);
    snprintf(path, sizeof path, "%.300s/%s/%d", root, kind, number);
    return path;
}

static void make_containers(const char *root)
{
    static const struct {
        uint32_t lanes;
        size_t lane_bytes, config;
        uint32_t marks;
    } kinds[] = {{1, 30, 0, 1}, {3, 200, 40, 2}, {5, 0, 0, 0}, {40, 1, 5, 3}, {2, 300, 10, 200}};

    for (int i = 0; i < 5; i++) {
        specimen s = make(kinds[i].lanes, kinds[i].lane_bytes, kinds[i].config, kinds[i].marks);

        write_file(&s, seed(root, "container", i));
        discard(&s);
    }
}

/* The state: pieces as the fuzzer reads them, mostly zeros. */
static void make_checkpoint(const char *root, int number, size_t pieces)
{
    static char identity[] = "direction=compress\ninput_bytes=5\n", tensors[] = "spool 8 2\n";
    static const size_t counts[] = {100, 70000, 1, 64, 4096};
    static uint8_t bytes[70000];
    const ock_checkpoint_info about = {.contract = 1, .identity = identity, .tensors = tensors};
    ock_checkpoint_writer *writer = NULL;
    uint64_t state_bytes = 0, file_bytes = 0;

    for (size_t i = 0; i < sizeof bytes; i += 97) {
        bytes[i] = (uint8_t)(i * 31 + 5);
    }
    for (size_t i = 0; i < pieces; i++) {
        state_bytes += ock_checkpoint_piece_bytes(bytes, counts[i]);
    }
    const ock_open_file file = open_to_write(seed(root, "checkpoint", number));
    assert_int_equal(ock_checkpoint_create(&file, &about, state_bytes, &writer), OCK_OK);
    for (size_t i = 0; i < pieces; i++) {
        assert_int_equal(ock_checkpoint_append(writer, bytes, counts[i]), OCK_OK);
    }
    assert_int_equal(ock_checkpoint_finish(writer, &file_bytes), OCK_OK);
    (void)close(file.fd);
}

static void make_packed(const char *root)
{
    static uint8_t block[1000], packed[2 + OCK_PACK_HEAD + sizeof block];

    for (int density = 1; density < 8; density++) {
        const size_t count = 130 * (size_t)density;

        for (size_t i = 0; i < count; i++) {
            block[i] = (uint8_t)(i % (size_t)(density * density) == 0 ? i * 7 + 1 : 0);
        }
        const size_t length = ock_pack(block, count, packed + 2) - OCK_PACK_HEAD;
        memmove(packed + 2, packed + 2 + OCK_PACK_HEAD, length);
        packed[0] = (uint8_t)(count - 1);
        packed[1] = (uint8_t)((count - 1) >> 8);
        write_whole(seed(root, "pack", density), packed, 2 + length);
    }
}

/* Options of a level as a file of the default level would have them, and four with every option. */
static void make_configs(const char *root)
{
    ock_config usual;

    assert_int_equal(ock_config_level(5, &usual), OCK_OK);
    for (uint32_t level = 1; level <= 9; level++) {
        ock_container_info info = {
            .contract = 1, .level = 5, .lanes = level, .shards = 1, .step = 32};
        char line[OCK_CONTRACT_LINE_BYTES], text[20000], *options = NULL;
        ock_config config;

        assert_int_equal(ock_config_level(level, &config), OCK_OK);
        assert_int_equal(ock_config_write(&config, level > 4 ? &usual : NULL, &options), OCK_OK);
        info.input_bytes = info.rest_bytes = (uint64_t)1 << (6 * level);
        ock_contract_line(&info, line);
        snprintf(text, sizeof text, "%s\n%s", line, options);
        write_whole(seed(root, "config", (int)level), (const uint8_t *)text, strlen(text));
        free(options);
    }
}

/* Lists as they are, and coded. */
static void make_lists(const char *root)
{
    static const ock_entry entries[] = {
        {.path = "a", .kind = OCK_KIND_FILE, .length = 10, .mode = 0644, .seconds = 1},
        {.path = "d", .kind = OCK_KIND_FOLDER, .mode = 0755},
        {.path = "d/b", .kind = OCK_KIND_PROGRAM, .length = 3, .mode = 0700},
        {.path = "d/e", .kind = OCK_KIND_FOLDER, .mode = 0},
        {.path = "d/e/f", .kind = OCK_KIND_FILE},
        {.path = "l", .kind = OCK_KIND_LINK, .target = "../../etc"},
    };
    const size_t count = sizeof entries / sizeof entries[0];
    const ock_kernels *kernels = NULL;

    assert_int_equal(ock_kernels_select(NULL, &kernels), OCK_OK);
    for (size_t n = 1; n <= 2 * count; n++) {
        ock_manifest manifest, coded;
        ock_memory memory;

        ock_memory_init(&memory, (uint64_t)1 << 30);
        assert_int_equal(
            ock_manifest_make(entries, n > count ? n - count : n, n > count, &manifest), OCK_OK);
        write_whole(seed(root, "tree", (int)n), manifest.bytes, manifest.count);
        assert_int_equal(ock_manifest_encode(&memory, kernels, &manifest, &coded), OCK_OK);
        write_whole(seed(root, "manifest", (int)n), coded.bytes, coded.count);
        free(coded.bytes);
        free(manifest.bytes);
    }
}

/* One repeat of a kind each, then many: the lengths of priors and input, and the code. */
static void make_repeats(const char *root)
{
    static const struct {
        uint32_t prior_bytes, input_bytes, target, source, length, times;
    } kinds[] = {{0, 2000, 1000, 0, 1000, 1},        {100, 100, 0, 0, 100, 1},
                 {1, 5000, 0, 0, 5000, 1},           {0, 400000, 7, 4, 300000, 1},
                 {0, 1 << 20, 200000, 0, 800000, 1}, {50, 9000, 40, 20, 30, 60},
                 {4096, 1 << 20, 0, 4000, 1000, 700}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const uint32_t lengths[2] = {kinds[i].prior_bytes, kinds[i].input_bytes};
        uint8_t file[8192], *code = NULL;
        size_t count = 0;
        ock_repeats list;

        ock_repeats_start(&list, lengths[0], lengths[1]);
        for (uint32_t j = 0; j < kinds[i].times; j++) {
            const uint64_t target = kinds[i].target + (uint64_t)j * (kinds[i].length + j % 5);
            const uint64_t source = kinds[i].source + (uint64_t)j * (j % 3);
            if (ock_repeats_allow(&list, target, source, kinds[i].length)) {
                assert_int_equal(ock_repeats_append(&list, target, source, kinds[i].length),
                                 OCK_OK);
            }
        }
        assert_int_equal(ock_repeats_encode(&list, &code, &count), OCK_OK);
        assert_true(count + sizeof lengths <= sizeof file);
        for (size_t j = 0; j < sizeof lengths; j++) {
            file[j] = (uint8_t)(lengths[j / 4] >> 8 * (j % 4));
        }
        memcpy(file + sizeof lengths, code, count);
        write_whole(seed(root, "repeats", (int)i), file, sizeof lengths + count);
        free(code);
        ock_repeats_free(&list);
    }
}

/* Spans of all kinds and shapes: the length of the stream, and the code. */
static void make_transforms(const char *root)
{
    static const ock_transform shapes[] = {
        {.length = 4005, .width = 64, .line_end = 1},
        {.length = 4018, .width = 76, .line_end = 2, .detail = 1},
        {.length = 400, .kind = OCK_HEX, .detail = 1},
        {.length = 20399, .width = 50, .line_end = 1, .kind = OCK_WRAPPED},
        {.length = 70000, .kind = OCK_X86},
        {.length = 33333, .kind = OCK_ARM64},
    };
    enum { SHAPES = sizeof shapes / sizeof shapes[0], STREAM = 1 << 20 };
    for (size_t i = 0; i <= SHAPES; i++) {
        uint8_t file[8192] = {0, 0, 16}, *code = NULL;
        size_t count = 0;
        ock_transforms list;

        ock_transforms_start(&list, STREAM);
        for (size_t j = 0; j < (i < SHAPES ? 1 : 4 * SHAPES); j++) {
            ock_transform t = shapes[i < SHAPES ? i : j % SHAPES];
            t.begin = ock_transforms_end(&list, list.count) + j;
            if (ock_transforms_allow(&list, &t)) {
                assert_int_equal(ock_transforms_append(&list, &t), OCK_OK);
            }
        }
        assert_true(list.count > 0);
        assert_int_equal(ock_transforms_encode(&list, &code, &count), OCK_OK);
        memcpy(file + 4, code, count);
        write_whole(seed(root, "transforms", (int)i), file, 4 + count);
        free(code);
        ock_transforms_free(&list);
    }
}

/* Text and code of a list, and headers of files: what fuzz_layouts tells apart by the first byte. */
static void make_layouts(const char *root)
{
    static const char typed[] = "T7+90:pixels,u8,record=3,row=30;200+50:i16be,record=6;300+:w32le";
    static const struct {
        size_t at;
        const char *magic;
    } heads[] = {{0, "RIFF    WAVEfmt "},
                 {0, "FORM    AIFFCOMM"},
                 {0, "P6 9 9 255\n"},
                 {0, "P7\nWIDTH 9\nENDHDR\n"},
                 {0, "BM"},
                 {0, "II*"},
                 {0, "MM\0*"},
                 {128, "DICM"},
                 {0, "SIMPLE  ="},
                 {0, "CDF\1"},
                 {0, "CDF\5"},
                 {0, "\x93NUMPY\1"},
                 {0, "\x89HDF\r\n\x1a\n"},
                 {0, "GRIB   \1"},
                 {0, "GRIB   \2"},
                 {4, "CORD"},
                 {12, "GMX_trn_file"},
                 {0, "SQLite format 3"},
                 {0, "\x7f"
                     "ELF\2\1"},
                 {0, "MZ"},
                 {0, "\xcf\xfa\xed\xfe"},
                 {257, "ustar"}};
    const size_t kinds = sizeof heads / sizeof heads[0];
    for (size_t i = 0; i < kinds; i++) {
        uint8_t file[1024] = "F";
        memcpy(file + 1 + heads[i].at, heads[i].magic,
               strlen(heads[i].magic) + (heads[i].magic[3] == 0));
        write_whole(seed(root, "layouts", (int)i), file, sizeof file);
    }
    ock_regions spans;
    uint8_t *code = NULL, file[1024] = "C";
    size_t count = 0;
    assert_int_equal(ock_regions_parse(typed + 1, 1 << 16, &spans), OCK_OK);
    assert_int_equal(ock_regions_encode(&spans, &code, &count), OCK_OK);
    memcpy(file + 1, code, count);
    write_whole(seed(root, "layouts", (int)kinds), file, 1 + count);
    write_whole(seed(root, "layouts", (int)kinds + 1), (const uint8_t *)typed, strlen(typed));
    ock_regions_free(&spans);
    free(code);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 1;
    }
    if (make_folder(NULL) != 0 || (mkdir(argv[1], 0777) != 0 && access(argv[1], W_OK) != 0)) {
        return 1;
    }
    make_layouts(argv[1]);
    make_containers(argv[1]);
    for (int i = 0; i < 3; i++) {
        make_checkpoint(argv[1], i, (size_t)(1 + 2 * i));
    }
    make_packed(argv[1]);
    make_configs(argv[1]);
    make_lists(argv[1]);
    make_repeats(argv[1]);
    make_transforms(argv[1]);
    return remove_folder(NULL);
}
