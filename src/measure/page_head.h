/* SPDX-License-Identifier: MIT */
/* page_head.h - how every page begins: one look, nothing loaded. */
#ifndef OCK_PAGE_HEAD_H
#define OCK_PAGE_HEAD_H

#include <stdio.h>

typedef struct ock_page_head {
    const char *name;  /* the title's beginning, from outside */
    const char *title; /* behind it */
    const char *style; /* of this page, besides the common one */
    const char *
        script; /* base64 of the SHA-256 of its script, which is the only one that may run; NULL: it has none */
} ock_page_head;

/* All before <body>. */
void ock_page_write_head(const ock_page_head *head, FILE *to);

#endif
