/* SPDX-License-Identifier: MIT */
/* test_checkpoint.c - the checkpoint file: what is written comes back; nothing damaged, cut or
 * forged is taken for one; the folder keeps what it should. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "files_by_path.h"
#include "scratch_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/checkpoint/checkpoint.h"
#include "io/checkpoint/checkpoint_folder.h"
#include "io/checkpoint/checkpoint_private.h"
#include "io/file/spool.h"

enum { PIECES = 3 };

static const size_t piece_bytes[PIECES] = {100, 65536 + 7, 1};
static uint8_t pieces[PIECES][70000];

static char identity[] = "direction=compress\ninput_bytes=5\n";
static char tensors[] = "position 8 1\nspool 8 2\n";

static ock_checkpoint_info info(void)
{
    ock_checkpoint_info about = {.contract = 7,
                                 .position = 123456789012345,
                                 .produced_bytes = 99,
                                 .identity = identity,
                                 .tensors = tensors};
    for (int i = 0; i < OCK_DIGEST_BYTES; i++) {
        about.produced_digest[i] = (uint8_t)(i * 7 + 1);
    }
    return about;
}

static const char *path_of(const char *name)
{
    static char path[SCRATCH_PATH_BYTES];
    return scratch_path(name, path);
}

static int make_pieces(void **state)
{
    for (int p = 0; p < PIECES; p++) {
        for (size_t i = 0; i < piece_bytes[p]; i += 1 + i % 5) {
            pieces[p][i] = (uint8_t)(i * 31 + 5);
        }
    }
    return make_scratch_folder(state);
}

static ock_status write_checkpoint(const char *path, int count)
{
    const ock_checkpoint_info about = info();
    ock_checkpoint_writer *writer = NULL;
    uint64_t state_bytes = 0, file_bytes = 0;
    const ock_open_file file = open_to_write(path);
    assert_true(file.fd >= 0);
    for (int p = 0; p < count; p++) {
        state_bytes += ock_checkpoint_piece_bytes(pieces[p], piece_bytes[p]);
    }
    ock_status status = ock_checkpoint_create(&file, &about, state_bytes, &writer);
    for (int p = 0; p < count && status == OCK_OK; p++) {
        status = ock_checkpoint_append(writer, pieces[p], piece_bytes[p]);
    }
    if (status == OCK_OK) {
        status = ock_checkpoint_finish(writer, &file_bytes);
    }
    (void)close(file.fd);
    return status;
}

static void round_trip(void **state)
{
    static uint8_t back[70000];
    const ock_checkpoint_info wanted = info();
    ock_checkpoint *checkpoint = NULL;
    (void)state;
    assert_int_equal(write_checkpoint(path_of("a"), PIECES), OCK_OK);
    assert_int_equal(ock_checkpoint_open(path_of("a"), &checkpoint), OCK_OK);
    const ock_checkpoint_info *found = ock_checkpoint_about(checkpoint);
    assert_int_equal(found->contract, wanted.contract);
    assert_true(found->position == wanted.position);
    assert_true(found->produced_bytes == wanted.produced_bytes);
    assert_memory_equal(found->produced_digest, wanted.produced_digest, OCK_DIGEST_BYTES);
    assert_string_equal(found->identity, identity);
    assert_string_equal(found->tensors, tensors);
    for (int p = 0; p < PIECES; p++) {
        assert_int_equal(ock_checkpoint_read(checkpoint, back, piece_bytes[p]), OCK_OK);
        assert_memory_equal(back, pieces[p], piece_bytes[p]);
        assert_int_equal(ock_checkpoint_end(checkpoint) == OCK_OK, p == PIECES - 1);
        ock_error_clear();
    }
    assert_int_equal(ock_checkpoint_read(checkpoint, back, 1), OCK_BAD_DATA);
    ock_error_clear();
    ock_checkpoint_close(checkpoint);
    ock_checkpoint_close(NULL);
}

static uint8_t *load(const char *path, size_t *bytes)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    *bytes = (size_t)about.st_size;
    uint8_t *data = malloc(*bytes);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, file), *bytes);
    fclose(file);
    return data;
}

static void assert_refused(const char *path)
{
    ock_checkpoint *checkpoint = NULL;
    assert_int_equal(ock_checkpoint_open(path, &checkpoint), OCK_BAD_DATA);
    assert_null(checkpoint);
    assert_non_null(strstr(ock_error_text(), path));
    ock_error_clear();
}

static void every_flipped_bit_is_seen(void **state)
{
    size_t bytes;
    (void)state;
    const char *path = path_of("b");
    assert_int_equal(write_checkpoint(path, 1), OCK_OK);
    uint8_t *data = load(path, &bytes);
    const int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && bytes < 10000);
    for (size_t bit = 0; bit < 8 * bytes; bit++) {
        const uint8_t flipped = data[bit / 8] ^ (uint8_t)(1u << bit % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)(bit / 8)), 1);
        assert_refused(path);
        assert_int_equal(pwrite(fd, &data[bit / 8], 1, (off_t)(bit / 8)), 1);
    }
    close(fd);
    free(data);
}

static void every_cut_is_seen(void **state)
{
    size_t bytes;
    (void)state;
    const char *path = path_of("c");
    assert_int_equal(write_checkpoint(path, 1), OCK_OK);
    free(load(path, &bytes));
    for (size_t left = bytes; left-- > 0;) {
        assert_int_equal(truncate(path, (off_t)left), 0);
        assert_refused(path);
    }
    assert_int_equal(write_checkpoint(path, 1), OCK_OK);
    FILE *file = fopen(path, "ab");
    assert_true(file != NULL && fputc(0, file) == 0 && fclose(file) == 0);
    assert_refused(path);
}

/* Every byte altered in several ways, and the seal made right again: what an attacker can do. The
 * state's own bytes may be anything; nothing may crash. */
static void forgeries_are_survived(void **state)
{
    static const uint8_t changes[] = {0x01, 0x04, 0x80, 0xFF};
    static uint8_t back[70000];
    size_t bytes, accepted = 0;
    (void)state;
    const char *path = path_of("d");
    assert_int_equal(write_checkpoint(path, 1), OCK_OK);
    uint8_t *data = load(path, &bytes);
    const int fd = open(path, O_RDWR);
    for (size_t i = OCK_USER_BLOCK_BYTES; i < bytes; i++) {
        for (size_t c = 0; c < sizeof changes; c++) {
            const uint8_t forged = data[i] ^ changes[c];
            ock_checkpoint *checkpoint = NULL;
            uint64_t sealed;
            assert_int_equal(pwrite(fd, &forged, 1, (off_t)i), 1);
            const ock_seal seal = {OCK_FILE_CHECKPOINT, OCK_FORMAT_PLAIN, 7, ock_no_plan_digest};
            assert_int_equal(ock_seal_write(fd, path, &seal, &sealed), OCK_OK);
            if (ock_checkpoint_open(path, &checkpoint) == OCK_OK) {
                accepted++;
                for (int p = 0; p < PIECES; p++) {
                    if (ock_checkpoint_read(checkpoint, back, piece_bytes[p]) != OCK_OK) {
                        break;
                    }
                }
            }
            ock_checkpoint_close(checkpoint);
            ock_error_clear();
            assert_int_equal(pwrite(fd, &data[i], 1, (off_t)i), 1);
        }
    }
    close(fd);
    free(data);
    print_message("%zu of %zu forged checkpoints are readable\n", accepted,
                  (bytes - OCK_USER_BLOCK_BYTES) * sizeof changes);
    assert_true(accepted < (bytes - OCK_USER_BLOCK_BYTES) * sizeof changes / 2);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    FILE *file = fopen(path_of("e"), "wb");
    assert_true(file != NULL && fclose(file) == 0);
    assert_refused(path_of("e"));
    assert_int_equal(mkdir(path_of("f"), 0700), 0);
    assert_refused(path_of("f"));
    ock_checkpoint *checkpoint = NULL;
    assert_int_equal(ock_checkpoint_open(path_of("missing"), &checkpoint), OCK_ENVIRONMENT);
    ock_error_clear();
}

/* More or fewer bytes than announced: the state changed under the writer's hands. */
static void wrong_lengths_are_refused(void **state)
{
    const ock_checkpoint_info about = info();
    (void)state;
    for (int off = -1; off <= 1; off += 2) {
        ock_checkpoint_writer *writer = NULL;
        uint64_t file_bytes;
        const uint64_t state_bytes =
            ock_checkpoint_piece_bytes(pieces[0], piece_bytes[0]) + (uint64_t)off;
        const ock_open_file file = open_to_write(path_of("g"));
        assert_int_equal(ock_checkpoint_create(&file, &about, state_bytes, &writer), OCK_OK);
        ock_status status = ock_checkpoint_append(writer, pieces[0], piece_bytes[0]);
        if (status == OCK_OK) {
            status = ock_checkpoint_finish(writer, &file_bytes);
        } else {
            ock_checkpoint_abandon(writer);
        }
        (void)close(file.fd);
        assert_int_equal(status, OCK_INTERNAL);
        ock_error_clear();
    }
}

/* What a thread begins to write and gives up again and again, which is all work of the library's, and
 * writes to its end at last. */
typedef struct again {
    char path[SCRATCH_PATH_BYTES];
    int pieces;
    ock_status worst;
} again;

static void *write_again(void *context)
{
    const ock_checkpoint_info about = info();
    const uint64_t bytes = ock_checkpoint_piece_bytes(pieces[0], piece_bytes[0]);
    again *a = context;

    for (int round = 0; round < 200 && a->worst == OCK_OK; round++) {
        const ock_open_file file = open_to_write(a->path);
        ock_checkpoint_writer *writer = NULL;

        a->worst = ock_checkpoint_create(&file, &about, bytes, &writer);
        if (a->worst == OCK_OK) {
            a->worst = ock_checkpoint_append(writer, pieces[0], piece_bytes[0]);
        }
        ock_checkpoint_abandon(writer);
        (void)close(file.fd);
    }
    if (a->worst == OCK_OK) {
        a->worst = write_checkpoint(a->path, a->pieces);
    }
    return NULL;
}

static void expect_same(const char *a, const char *b)
{
    char command[5 * SCRATCH_PATH_BYTES];

    snprintf(command, sizeof command, "cmp '%s' '%s'", a, b);
    assert_int_equal(system(command), 0);
}

/* Their calls of the library take turns, piece by piece; each file is what it is alone. It can fail where
 * the library was built without its own lock. */
static void two_threads_write(void **state)
{
    again both[2] = {{.pieces = PIECES}, {.pieces = 1}};
    pthread_t threads[2];
    char alone[2][SCRATCH_PATH_BYTES];

    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(both[i].path, sizeof both[i].path, "%s", path_of(i == 0 ? "both.0" : "both.1"));
        snprintf(alone[i], sizeof alone[i], "%s", path_of(i == 0 ? "alone.0" : "alone.1"));
        assert_int_equal(write_checkpoint(alone[i], both[i].pieces), OCK_OK);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_again, &both[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(both[i].worst, OCK_OK);
        expect_same(both[i].path, alone[i]);
    }
}

/* ---- the folder ---- */

static void touch(const char *name)
{
    char path[SCRATCH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/run/%s", scratch_folder, name);
    FILE *file = fopen(path, "wb");
    assert_true(file != NULL && fclose(file) == 0);
}

static bool exists(const char *name)
{
    char path[SCRATCH_PATH_BYTES];
    snprintf(path, sizeof path, "%s/run/%s", scratch_folder, name);
    return access(path, F_OK) == 0;
}

static void folder_keeps_two(void **state)
{
    ock_folder *run = NULL, *second = NULL;
    uint64_t number = 0;
    (void)state;
    assert_int_equal(ock_folder_open(path_of("run"), &run), OCK_OK);
    assert_int_equal(ock_folder_open(path_of("run"), &second), OCK_ENVIRONMENT); /* locked */
    ock_error_clear();
    assert_int_equal(ock_folder_newest(run, UINT64_MAX, &number), OCK_OK);
    assert_true(number == 0);
    touch("0000000001.ockc");
    touch("0000000002.ockc");
    touch("0000000010.ockc");
    touch("0000000011.ockc.old");
    touch("notes");
    touch("transcript");
    assert_int_equal(ock_folder_newest(run, UINT64_MAX, &number), OCK_OK);
    assert_true(number == 10);
    assert_int_equal(ock_folder_newest(run, 10, &number), OCK_OK);
    assert_true(number == 2);
    ock_folder_keep(run, 10, 2);
    assert_true(exists("0000000010.ockc") && exists("0000000002.ockc"));
    assert_false(exists("0000000001.ockc"));
    assert_false(ock_folder_halt_asked(run));
    touch("halt");
    assert_true(ock_folder_halt_asked(run));
    ock_folder_halt_done(run);
    assert_false(ock_folder_halt_asked(run));
    ock_folder_close(run);
    touch(".0000000012.ockc.0123456789abcdef.tmp");
    assert_int_equal(ock_folder_open(path_of("run"), &run), OCK_OK); /* free again */
    assert_false(exists(".0000000012.ockc.0123456789abcdef.tmp"));
    assert_int_equal(ock_folder_clear(run), OCK_OK);
    assert_false(exists("0000000010.ockc") || exists("transcript"));
    assert_true(exists("notes") && exists("0000000011.ockc.old"));
    ock_folder_close(run);
}

/* ---- the spool with a name ---- */

static void read_stream(ock_spool *spool, uint32_t stream, uint8_t *bytes, size_t count)
{
    const uint8_t *part;
    uint64_t offset;
    size_t length = 1, sum = 0;
    assert_int_equal(ock_spool_rewind(spool, stream), OCK_OK);
    while (length > 0) {
        assert_int_equal(ock_spool_previous(spool, &offset, &part, &length), OCK_OK);
        assert_true(offset + length <= count);
        if (length > 0) {
            memcpy(bytes + offset, part, length);
        }
        sum += length;
    }
    assert_int_equal(sum, count);
}

/* Flushed at odd places, left behind, gone back to and continued: the streams are as if nothing had
 * happened. */
static void spool_goes_on(void **state)
{
    enum { STREAMS = 3, BYTES = 200000, CUT = 123457 };
    static uint8_t bytes[STREAMS][BYTES], back[BYTES];
    uint64_t places[STREAMS][2], length = 0;
    uint8_t digest[32];
    ock_spool *spool = NULL;
    (void)state;
    for (int s = 0; s < STREAMS; s++) {
        for (int i = 0; i < BYTES; i++) {
            bytes[s][i] = (uint8_t)(i * (2 * s + 3) >> 3);
        }
    }
    assert_int_equal(ock_spool_open(AT_FDCWD, path_of("spool"), STREAMS, &spool), OCK_OK);
    for (uint32_t s = 0; s < STREAMS; s++) {
        assert_int_equal(ock_spool_append(spool, s, bytes[s], CUT / (s + 1)), OCK_OK);
    }
    assert_int_equal(ock_spool_flush(spool, &length, digest), OCK_OK);
    for (uint32_t s = 0; s < STREAMS; s++) {
        memcpy(places[s], ock_spool_place(spool, s), sizeof places[s]);
    }
    assert_int_equal(ock_spool_append(spool, 1, bytes[2], BYTES), OCK_OK); /* lost later */
    ock_spool_free(spool);

    assert_int_equal(ock_spool_open(AT_FDCWD, path_of("spool"), STREAMS, &spool), OCK_OK);
    digest[3] ^= 1;
    assert_int_equal(ock_spool_go_back(spool, length, digest), OCK_BAD_DATA);
    ock_error_clear();
    digest[3] ^= 1;
    assert_int_equal(ock_spool_go_back(spool, length + 1, digest), OCK_BAD_DATA);
    ock_error_clear();
    assert_int_equal(ock_spool_go_back(spool, length, digest), OCK_OK);
    for (uint32_t s = 0; s < STREAMS; s++) {
        memcpy(ock_spool_place(spool, s), places[s], sizeof places[s]);
    }
    for (uint32_t s = 0; s < STREAMS; s++) {
        assert_int_equal(
            ock_spool_append(spool, s, bytes[s] + CUT / (s + 1), BYTES - CUT / (s + 1)), OCK_OK);
    }
    for (uint32_t s = 0; s < STREAMS; s++) {
        read_stream(spool, s, back, BYTES);
        assert_memory_equal(back, bytes[s], BYTES);
    }
    ock_spool_free(spool);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(forgeries_are_survived),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(wrong_lengths_are_refused),
        cmocka_unit_test(two_threads_write),
        cmocka_unit_test(folder_keeps_two),
        cmocka_unit_test(spool_goes_on),
    };
    return ock_run_cases(argc, argv, tests, make_pieces, remove_scratch_folder);
}
