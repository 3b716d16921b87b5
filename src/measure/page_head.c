/* SPDX-License-Identifier: MIT */
/* page_head.c - title, policy and style. */
#include "measure/page_head.h"

#include "measure/page_style.h"
#include "measure/page_write.h"

static void write_policy(const char *script, FILE *to)
{
    fputs("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src "
          "'unsafe-inline'; ",
          to);
    if (script != NULL) {
        fprintf(to, "script-src 'sha256-%s'; ", script);
    }
    fputs("base-uri 'none'; form-action 'none'\">\n", to);
}

void ock_page_write_head(const ock_page_head *head, FILE *to)
{
    fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n", to);
    write_policy(head->script, to);
    fputs("<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=color-scheme content=\"light dark\">\n<title>",
          to);
    ock_page_name(to, head->name);
    fputs(head->title, to);
    fputs("</title>\n<style>" OCK_PAGE_CSS, to);
    fputs(head->style, to);
    fputs("</style></head>\n", to);
}
