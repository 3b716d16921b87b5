/* SPDX-License-Identifier: MIT */
/* audit_keys.c - makes and reads keys. */
#include "audit/audit_keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "io/file/file_io.h"
#include "io/file/input.h"
#include "io/file/output.h"

enum { MOST_TEXT = 1 << 20, KEY_LINE = 128 };

static const char secret_label[] = "ed25519-secret ", public_label[] = "ed25519-public ";

/* ---- files of text ---- */

/* Who can read it can sign with it. Of a pipe the copy is looked at, which is nobody else's. */
static ock_status check_private(const char *path, const ock_input *input)
{
    struct stat about;
    if (fstat(ock_input_file(input).fd, &about) != 0) {
        return ock_fail_errno(path, "cannot be examined");
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) == 0) {
        return OCK_OK;
    }
    return ock_fail(OCK_ENVIRONMENT,
                    "%s: a secret key that others can access (mode %04o) is not used; run "
                    "chmod 600 %s",
                    path, (unsigned)about.st_mode & 07777U, path);
}

static ock_status read_text(const char *path, bool secret, char **text)
{
    ock_input *input = NULL;
    *text = NULL;
    ock_status status = ock_input_open(path, &input);
    if (status == OCK_OK && secret) {
        status = check_private(path, input);
    }
    if (status != OCK_OK) {
        ock_input_close(input);
        return status;
    }
    const uint64_t bytes = ock_input_bytes(input);
    if (bytes > MOST_TEXT) {
        status = ock_fail(OCK_BAD_DATA, "%s: too long to be a key or a signature", path);
    } else if ((*text = calloc(1, (size_t)bytes + 1)) == NULL) {
        status = ock_fail_memory(bytes, "a key or a signature");
    } else {
        status = ock_input_read(input, 0, *text, (size_t)bytes);
    }
    ock_input_close(input);
    return status;
}

ock_status ock_key_read_text(const char *path, char **text)
{
    return read_text(path, false, text);
}

ock_status ock_key_name(const char *path, const char *suffix, char **name)
{
    const size_t bytes = strlen(path) + strlen(suffix) + 1;
    *name = malloc(bytes);
    if (*name == NULL) {
        return ock_fail_memory(bytes, "a name");
    }
    snprintf(*name, bytes, "%s%s", path, suffix);
    return OCK_OK;
}

/* ---- reading ---- */

static ock_status read_key(const char *path, const char *label, bool secret,
                           uint8_t key[OCK_KEY_BYTES])
{
    char *text = NULL;
    const char *end = NULL;
    size_t count = 0, length = strlen(label);
    ock_status status = read_text(path, secret, &text);
    if (status == OCK_OK &&
        (strncmp(text, label, length) != 0 || strlen(text) != length + 65 ||
         text[length + 64] != '\n' ||
         sodium_hex2bin(key, OCK_KEY_BYTES, text + length, 64, NULL, &count, &end) != 0 ||
         count != OCK_KEY_BYTES)) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: not a key that begins with %s", path, label);
    }
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
    }
    free(text);
    return status;
}

ock_status ock_key_read_secret(const char *path, uint8_t seed[OCK_KEY_BYTES])
{
    return read_key(path, secret_label, true, seed);
}

ock_status ock_key_read_public(const char *path, uint8_t key[OCK_KEY_BYTES])
{
    return read_key(path, public_label, false, key);
}

/* ---- making ---- */

static void key_line(const char *label, const uint8_t key[OCK_KEY_BYTES], char line[KEY_LINE])
{
    char digits[2 * OCK_KEY_BYTES + 1];
    ock_digest_hex(key, digits);
    snprintf(line, KEY_LINE, "%s%s\n", label, digits);
    sodium_memzero(digits, sizeof digits);
}

ock_status ock_key_prepare_text(const ock_report *report, const char *path, bool force,
                                ock_access access, const char *line, ock_output **output)
{
    ock_status status = ock_output_create_for(path, force, access, output);
    if (status == OCK_OK) {
        ock_output_report_to(*output, report);
        status = ock_output_write(*output, 0, line, strlen(line));
    }
    return status != OCK_OK ? status : ock_output_flush(*output);
}

/* The public one gets its name first, and loses it again if the secret one gets none. */
static ock_status publish(const char *public_name, ock_output **public_key, ock_output **secret)
{
    ock_status status = ock_output_commit(*public_key);
    *public_key = NULL;
    if (status != OCK_OK) {
        return status;
    }
    status = ock_output_commit(*secret);
    *secret = NULL;
    if (status != OCK_OK) {
        (void)unlink(public_name);
    }
    return status;
}

static ock_status write_pair(const ock_report *report, const char *key, bool force,
                             const char *secret_line, const char *public_line)
{
    ock_output *secret = NULL, *public_key = NULL;
    char *public_name = NULL;
    ock_status status = ock_key_name(key, ".pub", &public_name);
    if (status == OCK_OK) {
        status = ock_key_prepare_text(report, public_name, force, OCK_ACCESS_USUAL, public_line,
                                      &public_key);
    }
    if (status == OCK_OK) {
        status = ock_key_prepare_text(report, key, force, OCK_ACCESS_OWNER, secret_line, &secret);
    }
    if (status == OCK_OK) {
        status = publish(public_name, &public_key, &secret);
    }
    ock_output_discard(secret);
    ock_output_discard(public_key);
    free(public_name);
    return status;
}

ock_status ock_audit_keygen(const ock_report *report, const char *key, bool force)
{
    uint8_t seed[crypto_sign_SEEDBYTES], pair[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    char secret_line[KEY_LINE], public_line[KEY_LINE];
    if (sodium_init() < 0) {
        return ock_fail(OCK_ENVIRONMENT, "libsodium has no source of random numbers");
    }
    randombytes_buf(seed, sizeof seed);
    crypto_sign_seed_keypair(public_key, pair, seed);
    key_line(secret_label, seed, secret_line);
    key_line(public_label, public_key, public_line);
    const ock_status status = write_pair(report, key, force, secret_line, public_line);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(pair, sizeof pair);
    sodium_memzero(secret_line, sizeof secret_line);
    return status;
}
