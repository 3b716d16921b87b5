/* SPDX-License-Identifier: MIT */
/* binding.c - one call of the codec's tables, one call of io. */
#include "archive/binding.h"

/* ---- spools ---- */

static ock_status append(void *context, uint32_t lane, const uint8_t *bytes, size_t count)
{
    return ock_spool_append(context, lane, bytes, count);
}

static uint64_t bytes_of(const void *context, uint32_t lane)
{
    return ock_spool_bytes(context, lane);
}

static uint64_t *place_of(void *context, uint32_t lane)
{
    return ock_spool_place(context, lane);
}

static ock_status flush_spool(void *context, ock_produced *produced)
{
    return ock_spool_flush(context, &produced->bytes, produced->digest);
}

static ock_status go_back(void *context, const ock_produced *produced)
{
    return ock_spool_go_back(context, produced->bytes, produced->digest);
}

ock_lane_sink ock_bind_spool(ock_spool *spool)
{
    return (ock_lane_sink){append, bytes_of, place_of, flush_spool, go_back, spool};
}

/* ---- containers ---- */

static ock_status read_transcript(void *context, uint32_t lane, uint64_t offset, uint8_t *bytes,
                                  size_t count)
{
    return ock_container_read(context, lane, offset, bytes, count);
}

ock_lane_source ock_bind_container(ock_container *container)
{
    const ock_container_info *about = ock_container_about(container);
    return (ock_lane_source){read_transcript, container, about->lane_bytes, about->lane_digests};
}
