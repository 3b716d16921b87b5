/* SPDX-License-Identifier: MIT */
/* forgery.c - .ock files taken apart and put together again. */
#include "forgery.h"
#include "files_by_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "harness.h"
#include "io/file/spool.h"
#include "plan/config.h"

void ock_must(ock_status status)
{
    if (status != OCK_OK) {
        fail_msg("%s", ock_error_text());
    }
}

static void *copy(const void *data, size_t bytes, size_t room)
{
    uint8_t *fresh = calloc(bytes + room + 1, 1);
    assert_non_null(fresh);
    if (bytes > 0) {
        memcpy(fresh, data, bytes);
    }
    return fresh;
}

void ock_take_apart(const char *name, ock_forgery *f)
{
    ock_container *container;
    ock_must(ock_container_open(ock_path(name), OCK_CONTRACT_VERSION, &container));
    const ock_container_info *from = ock_container_about(container);
    f->info = *from;
    assert_in_range(from->lanes, 1, 64);
    f->info.config_text = copy(from->config_text, strlen(from->config_text), 64);
    f->info.lane_digests = copy(from->lane_digests, (size_t)from->lanes * OCK_DIGEST_BYTES, 0);
    f->info.lane_bytes = copy(from->lane_bytes, from->lanes * sizeof(uint64_t), 0);
    f->info.trace = copy(from->trace, from->trace_marks * sizeof(uint64_t), 0);
    f->info.marks = copy(from->marks, (size_t)from->mark_count * OCK_DIGEST_BYTES, 4096);
    f->info.repeats = from->repeats != NULL ? copy(from->repeats, from->repeats_bytes, 0) : NULL;
    f->info.transforms =
        from->transforms != NULL ? copy(from->transforms, from->transforms_bytes, 0) : NULL;
    f->info.layouts = from->layouts != NULL ? copy(from->layouts, from->layouts_bytes, 0) : NULL;
    for (uint32_t lane = 0; lane < from->lanes; lane++) {
        f->lanes[lane] = copy("", 0, from->lane_bytes[lane] + 16);
        ock_must(ock_container_read(container, lane, 0, f->lanes[lane], from->lane_bytes[lane]));
    }
    ock_container_close(container);
}

void ock_forgery_free(ock_forgery *f)
{
    for (uint32_t lane = 0; lane < f->info.lanes; lane++) {
        free(f->lanes[lane]);
    }
    ock_container_info_clear(&f->info);
}

static void sign_lane_digests(ock_container_info *info)
{
    ock_digest *digest = aligned_alloc(64, sizeof *digest);
    assert_non_null(digest);
    ock_digest_start(digest);
    ock_digest_update(digest, info->lane_digests, (size_t)info->lanes * OCK_DIGEST_BYTES);
    ock_digest_finish(digest, info->root_digest);
    free(digest);
}

void ock_put_together(const char *name, ock_forgery *f)
{
    ock_spool *spool;
    uint64_t bytes;
    sign_lane_digests(&f->info);
    ock_store(name, "", 0);
    ock_must(ock_spool_new(NULL, f->info.lanes, &spool));
    for (uint32_t lane = 0; lane < f->info.lanes; lane++) {
        ock_must(ock_spool_append(spool, lane, f->lanes[lane], f->info.lane_bytes[lane]));
    }
    ock_must(write_container(ock_path(name), &f->info, spool, &bytes));
    ock_spool_free(spool);
}

void ock_claim(ock_forgery *f, const char *assignment)
{
    ock_plan plan;
    ock_must(ock_plan_load(&f->info, &plan));
    ock_must(ock_config_set(&plan.config, assignment));
    free(f->info.config_text);
    ock_must(ock_plan_store(&plan, &f->info));
}

static void expect_damage_or_the_input(void)
{
    const char code = ock_expect(0, "$OCKHAM decompress -q bad -o back 2>err; echo $?")->out[0];
    if (code == '0') {
        ock_assert_same("back", "in");
        ock_expect(0, "rm back");
        return;
    }
    assert_true(code == '2');
    ock_expect(0, "test ! -e back");
    ock_assert_says(ock_expect(0, "cat err")->out, "bad");
}

void ock_expect_flips_are_damage(ock_forgery *f, uint8_t *list, size_t bytes, size_t every)
{
    for (size_t i = 0; i < 8 * bytes; i += every) {
        const uint8_t flip = (uint8_t)(1 << i % 8);
        list[i / 8] ^= flip;
        ock_put_together("bad", f);
        list[i / 8] ^= flip;
        expect_damage_or_the_input();
    }
}
