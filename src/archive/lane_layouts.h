/* SPDX-License-Identifier: MIT */
/* lane_layouts.h - what is known of the numbers in each lane, from the layouts of a file. */
#ifndef OCK_LANE_LAYOUTS_H
#define OCK_LANE_LAYOUTS_H

#include "layouts/regions.h"
#include "mixing/mixing.h"
#include "plan/lane_map.h"

typedef struct ock_lane_layouts {
    ock_laid *of;         /* of all lanes */
    ock_laid_lane *lanes; /* (lanes of the map); NULL: nothing is known */
} ock_lane_layouts;

/* regions: of what the lanes have. The caller frees it, after a failure too: OCK_ENVIRONMENT when memory is short. */
ock_status ock_lane_layouts_make(const ock_regions *regions, const ock_lane_map *map,
                                 ock_lane_layouts *layouts) OCK_WARN_UNUSED;
void ock_lane_layouts_free(ock_lane_layouts *layouts);

#endif
