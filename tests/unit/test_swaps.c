/* SPDX-License-Identifier: MIT */
/* test_swaps.c - somebody else may write to the folder: a second process that swaps names there as fast as it
 * can, while files and trees are made. What it puts in the way leads to files and folders of a victim,
 * which stay as they are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#include "container_specimen.h"
#include "io/container/container.h"
#include "io/file/output.h"
#include "io/tree/tree_output.h"
#include "needs_names.h"
#include "scratch_folder.h"

enum { ROUNDS = 400 };

/* ---- the attacker ---- */

/* All in the folder but the victim's: moved away, and in its place a link to the victim's file or folder, or
 * the victim's folder itself. */
static void swap(int folder, const char *name, unsigned round)
{
    static const char *const leads_to[] = {"victim/file", "victim"};

    if (renameat(folder, name, folder, "away") != 0) {
        (void)renameat2(folder, name, folder, "away.folder", RENAME_EXCHANGE);
    }
    if (round % 3 < 2) {
        (void)!symlinkat(leads_to[round % 3], folder, name);
    } else if (renameat(folder, "victim", folder, name) == 0) {
        (void)renameat(folder, name, folder, "victim");
    }
}

static bool is_left_alone(const char *name)
{
    return name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strncmp(name, "victim", 6) == 0 || strncmp(name, "away", 4) == 0;
}

static volatile sig_atomic_t over;

static void end(int number)
{
    (void)number;
    over = 1;
}

/* Until SIGTERM; a swap that has begun is done to its end. */
static _Noreturn void attack(void)
{
    const int folder = open(scratch_folder, O_RDONLY | O_DIRECTORY);

    (void)signal(SIGTERM, end);
    for (unsigned round = 0; !over; round++) {
        DIR *listing = opendir(scratch_folder);
        const struct dirent *entry;

        while (listing != NULL && (entry = readdir(listing)) != NULL) {
            if (!is_left_alone(entry->d_name)) {
                swap(folder, entry->d_name, round);
            }
        }
        if (listing != NULL) {
            closedir(listing);
        }
    }
    _exit(42);
}

static pid_t start_attack(void)
{
    char path[SCRATCH_PATH_BYTES];
    pid_t child = 0;

    assert_int_equal(mkdir(scratch_path("victim", path), 0700), 0);
    write_scratch("victim/file", "precious");
    assert_int_equal(mkdir(scratch_path("away.folder", path), 0700), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails takes it along */
        attack();
    }
    return child;
}

static void end_attack(pid_t child)
{
    char command[2 * SCRATCH_PATH_BYTES];
    int result = 0;

    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result)); /* it was at work to the end */
    assert_int_equal(WEXITSTATUS(result), 42);
    /* The victim is as it was, and nothing was put beside it. That its folder has another name, which the program gives
     * to what it believes to be its own, is the attacker's doing, who can rename it anyhow. */
    snprintf(command, sizeof command,
             "f=$(grep -rl precious '%s') && test \"$(cat \"$f\")\" = precious && "
             "test \"$(ls -A \"${f%%/*}\")\" = file",
             scratch_folder);
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "cd '%s' && rm -rf * .[!.]*", scratch_folder);
    assert_int_equal(system(command), 0);
}

/* ---- what it attacks ---- */

static void expect_good_or_told(ock_status status)
{
    assert_true(status == OCK_OK || status == OCK_ENVIRONMENT);
    if (status != OCK_OK) {
        assert_true(ock_error_text()[0] != '\0');
    }
    ock_error_clear();
}

static ock_status make_container(const specimen *made, bool force)
{
    char path[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;
    ock_open_file file;
    uint64_t bytes = 0;
    ock_status status = ock_output_create(scratch_path("out.ock", path), force, &output);

    if (status != OCK_OK) {
        return status;
    }
    usleep(500); /* a run takes hours, of which the attacker needs one moment */
    assert_int_equal(ock_output_write(output, 0, "overwritten", 11), OCK_OK);
    file = ock_output_file(output);
    status = ock_container_write(&file, &made->info, made->spool, &bytes);
    assert_int_equal(status, OCK_OK); /* nobody reaches what is held open */
    return ock_output_commit(output);
}

static ock_status make_tree(const ock_manifest *manifest)
{
    char path[SCRATCH_PATH_BYTES];
    ock_output *output = NULL;
    ock_status status =
        ock_tree_output_create(scratch_path("tree", path), false, manifest, &output);

    if (status != OCK_OK) {
        return status;
    }
    status = ock_output_write(output, 0, "overwritten", 11);
    if (status == OCK_OK) {
        return ock_output_commit(output);
    }
    ock_output_discard(output);
    return status;
}

static void attack_files(bool force, bool named)
{
    specimen made = make(3, 20, 40, 2);
    const pid_t child = start_attack();

    names_needed = named;
    for (int round = 0; round < ROUNDS; round++) {
        expect_good_or_told(make_container(&made, force));
    }
    names_needed = false;
    end_attack(child);
    discard(&made);
}

static void a_file(void **state)
{
    (void)state;
    attack_files(false, false);
    attack_files(true, false);
}

static void a_file_with_a_temporary_name(void **state)
{
    (void)state;
    attack_files(false, true);
    attack_files(true, true);
}

static void a_tree(void **state)
{
    static const ock_entry entries[] = {
        {.path = "file", .kind = OCK_KIND_FILE, .length = 11},
        {.path = "folder", .kind = OCK_KIND_FOLDER},
        {.path = "folder/link", .kind = OCK_KIND_LINK, .target = "../file"},
    };
    ock_manifest manifest;
    pid_t child = 0;

    (void)state;
    assert_int_equal(
        ock_manifest_make(entries, sizeof entries / sizeof entries[0], false, &manifest), OCK_OK);
    child = start_attack();
    for (int round = 0; round < ROUNDS; round++) {
        expect_good_or_told(make_tree(&manifest));
    }
    end_attack(child);
    free(manifest.bytes);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file),
        cmocka_unit_test(a_file_with_a_temporary_name),
        cmocka_unit_test(a_tree),
    };

    return ock_run_cases(argc, argv, tests, make_scratch_folder, remove_scratch_folder);
}
