/* audit_sign.c - keys, statements and signatures of compressed files. */
#include "audit/audit_sign.h"

#include <jansson.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/config_json.h"
#include "archive/plan_file.h"
#include "audit/audit_common.h"
#include "base/digest.h"
#include "io/container/container.h"
#include "io/file/input.h"
#include "io/file/log.h"
#include "io/file/output.h"
#include "mpi/comm.h"

enum { MOST_TEXT = 1 << 20, KEY_LINE = 128 };

static const char payload_type[] = "application/vnd.in-toto+json";
static const char statement_type[] = "https://in-toto.io/Statement/v1";
static const char predicate_type[] = "https://slsa.dev/provenance/v1";
static const char secret_label[] = "ed25519-secret ", public_label[] = "ed25519-public ";

/* ---- files of text ---- */

/* The whole of a small file, NUL-terminated; the caller frees *text. */
static ock_status read_text(const char *path, char **text)
{
    ock_input *input = NULL;
    *text = NULL;
    ock_status status = ock_input_open(path, &input);
    if (status != OCK_OK) {
        return status;
    }
    uint64_t bytes = ock_input_bytes(input);
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

/* Writes a text under a temporary name. */
static ock_status prepare_text(const ock_report *report, const char *path, bool force,
                               ock_access access, const char *text, ock_output **output)
{
    ock_status status = ock_output_create_for(path, force, access, output);
    if (status == OCK_OK) {
        ock_output_report_to(*output, report);
        status = ock_output_write(*output, 0, text, strlen(text));
    }
    return status;
}

static ock_status write_text(const ock_report *report, const char *path, bool force,
                             const char *text)
{
    ock_output *output = NULL;
    ock_status status = prepare_text(report, path, force, OCK_ACCESS_USUAL, text, &output);
    if (status == OCK_OK) {
        return ock_output_commit(output);
    }
    ock_output_discard(output);
    return status;
}

static ock_status with_suffix(const char *path, const char *suffix, char **name)
{
    size_t bytes = strlen(path) + strlen(suffix) + 1;
    *name = malloc(bytes);
    if (*name == NULL) {
        return ock_fail_memory(bytes, "a name");
    }
    snprintf(*name, bytes, "%s%s", path, suffix);
    return OCK_OK;
}

/* ---- keys ---- */

static void key_line(const char *label, const uint8_t key[32], char line[KEY_LINE])
{
    char digits[65];
    ock_digest_hex(key, digits);
    snprintf(line, KEY_LINE, "%s%s\n", label, digits);
    sodium_memzero(digits, sizeof digits);
}

static ock_status read_key(const char *path, const char *label, uint8_t key[32])
{
    char *text = NULL;
    const char *end = NULL;
    size_t count = 0, length = strlen(label);
    ock_status status = read_text(path, &text);
    if (status == OCK_OK &&
        (strncmp(text, label, length) != 0 || strlen(text) != length + 65 ||
         text[length + 64] != '\n' ||
         sodium_hex2bin(key, 32, text + length, 64, NULL, &count, &end) != 0 || count != 32)) {
        status = ock_fail(OCK_ENVIRONMENT, "%s: not a key that begins with %s", path, label);
    }
    if (text != NULL) {
        sodium_memzero(text, strlen(text));
    }
    free(text);
    return status;
}

/* Both keys are written before the first gets its name. When only the second can't be given its own, the
 * first is taken back, unless it has replaced another. */
static ock_status name_both(ock_output **secret, ock_output **public_one, const char *key,
                            bool force)
{
    ock_status status = ock_output_commit(*secret);
    *secret = NULL;
    if (status != OCK_OK) {
        return status;
    }
    status = ock_output_commit(*public_one);
    *public_one = NULL;
    if (status != OCK_OK && !force) {
        (void)unlink(key);
    }
    return status;
}

static ock_status write_keys(const ock_report *report, const char *key, const char *public_name,
                             bool force, char lines[2][KEY_LINE])
{
    ock_output *secret = NULL, *public_one = NULL;
    ock_status status = prepare_text(report, key, force, OCK_ACCESS_OWNER, lines[0], &secret);
    if (status == OCK_OK) {
        status = prepare_text(report, public_name, force, OCK_ACCESS_USUAL, lines[1], &public_one);
    }
    if (status == OCK_OK) {
        status = name_both(&secret, &public_one, key, force);
    }
    ock_output_discard(secret);
    ock_output_discard(public_one);
    return status;
}

ock_status ock_audit_keygen(const ock_report *report, const char *key, bool force)
{
    uint8_t seed[crypto_sign_SEEDBYTES], pair[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    char lines[2][KEY_LINE], *public_name = NULL;
    if (sodium_init() < 0) {
        return ock_fail(OCK_ENVIRONMENT, "libsodium has no source of random numbers");
    }
    randombytes_buf(seed, sizeof seed);
    crypto_sign_seed_keypair(public_key, pair, seed);
    ock_status status = with_suffix(key, ".pub", &public_name);
    key_line(secret_label, seed, lines[0]);
    key_line(public_label, public_key, lines[1]);
    if (status == OCK_OK && !force && access(public_name, F_OK) == 0) {
        status =
            ock_fail(OCK_ENVIRONMENT, "%s: exists already (--force replaces both)", public_name);
    }
    if (status == OCK_OK) {
        status = write_keys(report, key, public_name, force, lines);
    }
    sodium_memzero(lines, sizeof lines);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(pair, sizeof pair);
    free(public_name);
    return status;
}

/* ---- the statement ---- */

static ock_status digest_file(const char *path, char hex[65])
{
    ock_input *input = NULL;
    uint8_t digest[OCK_DIGEST_BYTES] = {0};
    ock_status status = ock_input_open(path, &input);
    if (status == OCK_OK) {
        status = ock_input_digest(input, digest);
    }
    ock_digest_hex(digest, hex);
    ock_input_close(input);
    return status;
}

/* What the file says of itself: all that decides about its bits. */
static json_t *parameters_of(const ock_container_info *about, const ock_plan *plan)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:o}", "contract", (int)about->contract,
                     "level", (int)plan->level, "lanes", (int)plan->map.lanes, "shards",
                     (int)plan->map.shards, "groups", (int)plan->map.groups, "step",
                     (int)plan->config.step, "input_bytes", (json_int_t)about->input_bytes,
                     "config", ock_config_json(&plan->config));
}

/* For the reader: nothing in the file depends on it, and nobody can check it. */
static json_t *environment(const ock_program *program)
{
    char library[OCK_COMM_LIBRARY_BYTES];
    return json_pack("{s:b, s:s, s:s, s:s, s:s}", "binding", 0, "version", program->version,
                     "compiler", program->compiler, "mpi", ock_comm_library(library), "hdf5",
                     ock_container_hdf5_version());
}

/* The file at `path`, opened and checked, as a statement. */
static ock_status state(const ock_program *program, const char *path, json_t **statement)
{
    ock_container *container = NULL;
    ock_plan plan;
    char file_digest[65], input_digest[65], builder[64];
    snprintf(builder, sizeof builder, "urn:ockham:%s", program->version);
    const char *slash = strrchr(path, '/');
    ock_status status = digest_file(path, file_digest);
    if (status == OCK_OK) {
        status = ock_container_open(path, OCK_CONTRACT_VERSION, &container);
    }
    if (status == OCK_OK) {
        status = ock_plan_load(ock_container_about(container), &plan);
    }
    if (status == OCK_OK) {
        const ock_container_info *about = ock_container_about(container);
        ock_digest_hex(about->input_digest, input_digest);
        *statement = json_pack(
            "{s:s, s:[{s:o, s:{s:s}}], s:s, s:{s:{s:s, s:o, s:[{s:s, s:{s:s}}, {s:s, s:{s:s}}]}, "
            "s:{s:{s:s}, s:{s:o}}}}",
            "_type", statement_type, "subject", "name",
            ock_log_text(slash != NULL ? slash + 1 : path), "digest", "blake2b-256", file_digest,
            "predicateType", predicate_type, "predicate", "buildDefinition", "buildType",
            "urn:ockham:compress", "externalParameters", parameters_of(about, &plan),
            "resolvedDependencies", "name", "input", "digest", "blake2b-256", input_digest, "name",
            "program sources", "digest", "sha256", program->sources_sha256, "runDetails", "builder",
            "id", builder, "metadata", "environment", environment(program));
        if (*statement == NULL) {
            status = ock_fail_memory(0, "the statement");
        }
    }
    ock_container_close(container);
    return status;
}

/* ---- the envelope ---- */

/* What is signed; the caller frees *message. */
static ock_status frame(const char *payload, char **message)
{
    size_t bytes = strlen(payload) + sizeof payload_type + 64;
    *message = malloc(bytes);
    if (*message == NULL) {
        return ock_fail_memory(bytes, "a signature");
    }
    snprintf(*message, bytes, "DSSEv1 %zu %s %zu %s", sizeof payload_type - 1, payload_type,
             strlen(payload), payload);
    return OCK_OK;
}

/* NULL when memory is short; the caller frees. */
static char *base64(const void *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(room);
    return text == NULL
               ? NULL
               : sodium_bin2base64(text, room, bytes, count, sodium_base64_VARIANT_ORIGINAL);
}

static ock_status seal(const char *payload, const uint8_t seed[32], char **envelope)
{
    uint8_t pair[crypto_sign_SECRETKEYBYTES], public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t signature[crypto_sign_BYTES];
    char *message = NULL, keyid[65];
    ock_status status = frame(payload, &message);
    if (status != OCK_OK) {
        return status;
    }
    crypto_sign_seed_keypair(public_key, pair, seed);
    crypto_sign_detached(signature, NULL, (const uint8_t *)message, strlen(message), pair);
    sodium_memzero(pair, sizeof pair);
    ock_digest_hex(public_key, keyid);
    char *payload_text = base64(payload, strlen(payload));
    char *signature_text = base64(signature, sizeof signature);
    json_t *object = json_pack("{s:s, s:s, s:[{s:s, s:s}]}", "payloadType", payload_type, "payload",
                               payload_text, "signatures", "keyid", keyid, "sig", signature_text);
    *envelope = object != NULL ? json_dumps(object, JSON_INDENT(2)) : NULL;
    if (*envelope == NULL) {
        status = ock_fail_memory(0, "the signature");
    }
    json_decref(object);
    free(payload_text);
    free(signature_text);
    free(message);
    return status;
}

ock_status ock_audit_sign(const ock_report *report, const ock_program *program, const char *path,
                          const char *key, bool force)
{
    uint8_t seed[32] = {0};
    json_t *statement = NULL;
    char *payload = NULL, *envelope = NULL, *name = NULL;
    ock_status status = read_key(key, secret_label, seed);
    if (status == OCK_OK) {
        status = state(program, path, &statement);
    }
    if (status == OCK_OK && (payload = json_dumps(statement, JSON_COMPACT)) == NULL) {
        status = ock_fail_memory(0, "the statement");
    }
    if (status == OCK_OK) {
        status = seal(payload, seed, &envelope);
    }
    if (status == OCK_OK) {
        status = with_suffix(path, ".sig", &name);
    }
    if (status == OCK_OK) {
        status = write_text(report, name, force, envelope);
    }
    sodium_memzero(seed, sizeof seed);
    json_decref(statement);
    free(payload);
    free(envelope);
    free(name);
    return status;
}

/* ---- checking ---- */

/* Base64 to bytes with a NUL behind them; NULL when it is none. The caller frees. */
static char *unbase64(const char *text, size_t *count)
{
    size_t length = strlen(text);
    char *bytes = malloc(length + 1);
    *count = 0;
    if (bytes != NULL && sodium_base642bin((uint8_t *)bytes, length, text, length, NULL, count,
                                           NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
        free(bytes);
        return NULL;
    }
    if (bytes != NULL) {
        bytes[*count] = '\0';
    }
    return bytes;
}

/* The payload of an envelope whose signature holds, or NULL. The caller frees. */
static char *open_envelope(const json_t *envelope, const uint8_t public_key[32])
{
    const char *type = "", *payload_text = "", *signature_text = "";
    char *message = NULL;
    size_t payload_bytes, signature_bytes;
    if (json_unpack((json_t *)(uintptr_t)envelope, "{s:s, s:s, s:[{s:s}]}", "payloadType", &type,
                    "payload", &payload_text, "signatures", "sig", &signature_text) != 0 ||
        strcmp(type, payload_type) != 0) {
        return NULL;
    }
    char *payload = unbase64(payload_text, &payload_bytes);
    char *signature = unbase64(signature_text, &signature_bytes);
    bool good = payload != NULL && signature != NULL && signature_bytes == crypto_sign_BYTES &&
                strlen(payload) == payload_bytes && frame(payload, &message) == OCK_OK &&
                crypto_sign_verify_detached((const uint8_t *)signature, (const uint8_t *)message,
                                            strlen(message), public_key) == 0;
    free(message);
    free(signature);
    if (!good) {
        free(payload);
        payload = NULL;
    }
    return payload;
}

/* Everything but the file's name, the program and what it ran on. */
static bool states_the_same(const json_t *signed_one, const json_t *own)
{
    static const char format[] = "{s:s, s:s, s:[{s:{s:s}}], s:{s:{s:o, s:[{s:o}]}}}";
    struct {
        const char *type, *predicate, *file;
        json_t *parameters, *input;
    } a = {0}, b = {0};
    if (json_unpack((json_t *)(uintptr_t)signed_one, format, "_type", &a.type, "predicateType",
                    &a.predicate, "subject", "digest", "blake2b-256", &a.file, "predicate",
                    "buildDefinition", "externalParameters", &a.parameters, "resolvedDependencies",
                    "digest", &a.input) != 0 ||
        json_unpack((json_t *)(uintptr_t)own, format, "_type", &b.type, "predicateType",
                    &b.predicate, "subject", "digest", "blake2b-256", &b.file, "predicate",
                    "buildDefinition", "externalParameters", &b.parameters, "resolvedDependencies",
                    "digest", &b.input) != 0) {
        return false;
    }
    return strcmp(a.type, b.type) == 0 && strcmp(a.predicate, b.predicate) == 0 &&
           strcmp(a.file, b.file) == 0 && json_equal(a.parameters, b.parameters) &&
           json_equal(a.input, b.input);
}

static ock_status report_statement(const ock_report *report, const json_t *statement)
{
    char *text = json_dumps(statement, JSON_INDENT(2));
    if (text == NULL) {
        return ock_fail_memory(0, "the statement");
    }
    ock_report_text(report, OCK_REPORT_RESULT, "signed statement:");
    ock_report_text(report, OCK_REPORT_RESULT, text);
    free(text);
    return OCK_OK;
}

static ock_status check_payload(const ock_report *report, const ock_program *program,
                                const char *path, const char *payload)
{
    json_t *own = NULL, *signed_one = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);
    ock_status status = state(program, path, &own);
    if (status == OCK_OK && (signed_one == NULL || !states_the_same(signed_one, own))) {
        status = ock_fail(OCK_BAD_DATA, "%s: what was signed is not this file", path);
    }
    if (status == OCK_OK) {
        status = report_statement(report, signed_one);
    }
    json_decref(own);
    json_decref(signed_one);
    return status;
}

ock_status ock_audit_check_signature(const ock_report *report, const ock_program *program,
                                     const char *path, const char *key)
{
    uint8_t public_key[32];
    char *name = NULL, *text = NULL, *payload = NULL;
    json_t *envelope = NULL;
    ock_status status = read_key(key, public_label, public_key);
    if (status == OCK_OK) {
        status = with_suffix(path, ".sig", &name);
    }
    if (status == OCK_OK) {
        status = read_text(name, &text);
    }
    if (status == OCK_OK) {
        envelope = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        payload = envelope != NULL ? open_envelope(envelope, public_key) : NULL;
        status = payload != NULL
                     ? check_payload(report, program, path, payload)
                     : ock_fail(OCK_BAD_DATA, "%s: no valid signature by the key in %s", name, key);
    }
    json_decref(envelope);
    free(payload);
    free(text);
    free(name);
    return status;
}

ock_status ock_audit_check(const ock_report *report, const ock_program *program, const char *path,
                           const char *key)
{
    return ock_audit_verdict(report, ock_audit_check_signature(report, program, path, key));
}
