/* SPDX-License-Identifier: MIT */
/* audit_sign.c - statements and signatures of compressed files. */
#include "audit/audit_sign.h"

#include <jansson.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/config_json.h"
#include "archive/manifest_code.h"
#include "archive/plan_file.h"
#include "audit/audit_common.h"
#include "audit/audit_keys.h"
#include "base/digest.h"
#include "base/text.h"
#include "io/file/log.h"
#include "io/file/output.h"
#include "mpi/comm.h"

static const char payload_type[] = "application/vnd.in-toto+json";
static const char statement_type[] = "https://in-toto.io/Statement/v1";
static const char predicate_type[] = "urn:ockham:compression:v1";

static ock_status write_text(const ock_report *report, const char *path, bool force,
                             const char *text)
{
    ock_output *output = NULL;
    ock_status status = ock_key_prepare_text(report, path, force, OCK_ACCESS_USUAL, text, &output);
    return ock_output_end(output, status);
}

/* ---- the statement ---- */

/* Both digests of a file, of the same bytes. */
static ock_status digest_input(ock_input *input, char sha256[65], char blake2b[65])
{
    enum { BLOCK = 1 << 16 };
    const uint64_t bytes = ock_input_bytes(input);
    uint8_t *block = malloc(BLOCK), digest[OCK_DIGEST_BYTES];
    crypto_hash_sha256_state sha;
    ock_digest blake;
    ock_status status = block != NULL ? OCK_OK : ock_fail_memory(BLOCK, "the digests of a file");
    crypto_hash_sha256_init(&sha);
    ock_digest_start(&blake);
    for (uint64_t at = 0; at < bytes && status == OCK_OK; at += BLOCK) {
        const size_t count = bytes - at < BLOCK ? (size_t)(bytes - at) : BLOCK;
        status = ock_input_read(input, at, block, count);
        if (status == OCK_OK) {
            crypto_hash_sha256_update(&sha, block, count);
            ock_digest_update(&blake, block, count);
        }
    }
    free(block);
    crypto_hash_sha256_final(&sha, digest);
    ock_digest_hex(digest, sha256);
    ock_digest_finish(&blake, digest);
    ock_digest_hex(digest, blake2b);
    return status;
}

/* The file as a subject: its name, and its digests as a DigestSet. */
static ock_status subject_of(const ock_signed_file *file, json_t **subject)
{
    char sha256[65], blake2b[65];
    ock_status status = digest_input(file->input, sha256, blake2b);
    if (status != OCK_OK) {
        return status;
    }
    *subject = json_pack("{s:o, s:{s:s, s:s}}", "name", ock_log_text(ock_text_base(file->path)),
                         "digest", "sha256", sha256, "blake2b_256", blake2b);
    return *subject != NULL ? OCK_OK : ock_fail_memory(0, "the statement");
}

static json_t *digest_set(const uint8_t digest[OCK_DIGEST_BYTES])
{
    char hex[OCK_DIGEST_TEXT_BYTES];
    ock_digest_hex(digest, hex);
    return json_pack("{s:s}", "blake2b_256", hex);
}

/* The object with one thing more in it; takes over both. NULL when memory is short. */
static json_t *with(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *priors_of(const ock_prior_names *priors)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < priors->count; i++) {
        json_t *one = json_pack("{s:I, s:o}", "bytes", (json_int_t)priors->of[i].bytes, "digest",
                                digest_set(priors->of[i].digest));
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* What the file says of itself: all that decides about its bits. */
static json_t *parameters_of(const ock_container_info *about, const ock_plan *plan)
{
    json_t *parameters = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:o}", "contract", (int)about->contract, "level",
        (int)plan->level, "lanes", (int)plan->map.lanes, "shards", (int)plan->map.shards, "groups",
        (int)plan->map.groups, "step", (int)plan->config.step, "input_bytes",
        (json_int_t)about->input_bytes, "config", ock_config_json(&plan->config));
    return plan->priors.count == 0 ? parameters
                                   : with(parameters, "priors", priors_of(&plan->priors));
}

/* And of what it was made of. */
static json_t *input_of(const ock_container_info *about)
{
    json_t *input = json_pack("{s:o}", "digest", digest_set(about->input_digest));
    const uint8_t *list =
        about->manifest != NULL ? ock_manifest_named(about->manifest, about->manifest_bytes) : NULL;
    return list == NULL ? input
                        : with(input, "list", json_pack("{s:o}", "digest", digest_set(list)));
}

/* For the reader: nothing in the file depends on it, and nobody can check it. */
static json_t *environment(const ock_program *program)
{
    char library[OCK_COMM_LIBRARY_BYTES];
    return json_pack("{s:b, s:s, s:s, s:s, s:s}", "binding", 0, "version", program->version,
                     "compiler", program->compiler, "mpi", ock_comm_library(library), "hdf5",
                     ock_container_hdf5_version());
}

static json_t *predicate_of(const ock_program *program, const ock_signed_file *file)
{
    const ock_container_info *about = ock_container_about(file->container);
    return json_pack("{s:o, s:o, s:{s:{s:s}}, s:o}", "parameters",
                     parameters_of(about, &file->plan), "input", input_of(about), "program",
                     "digest", "sha256", program->sources_sha256, "environment",
                     environment(program));
}

static ock_status state(const ock_program *program, const ock_signed_file *file, json_t **statement)
{
    json_t *subject = NULL;
    ock_status status = subject_of(file, &subject);
    if (status != OCK_OK) {
        return status;
    }
    *statement =
        json_pack("{s:s, s:[o], s:s, s:o}", "_type", statement_type, "subject", subject,
                  "predicateType", predicate_type, "predicate", predicate_of(program, file));
    return *statement != NULL ? OCK_OK : ock_fail_memory(0, "the statement");
}

/* What is stated of it is of one file. */
ock_status ock_signed_file_open(const char *path, ock_signed_file *file)
{
    *file = (ock_signed_file){.path = path};
    return ock_plan_open(path, &file->input, &file->container, &file->plan);
}

void ock_signed_file_close(ock_signed_file *file)
{
    ock_container_close(file->container);
    ock_input_close(file->input);
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
    ock_signed_file file = {.path = path};
    ock_status status = ock_key_read_secret(key, seed);
    if (status == OCK_OK) {
        status = ock_signed_file_open(path, &file);
    }
    if (status == OCK_OK) {
        status = state(program, &file, &statement);
    }
    ock_signed_file_close(&file);
    if (status == OCK_OK && (payload = json_dumps(statement, JSON_COMPACT)) == NULL) {
        status = ock_fail_memory(0, "the statement");
    }
    if (status == OCK_OK) {
        status = seal(payload, seed, &envelope);
    }
    if (status == OCK_OK) {
        status = ock_key_name(path, ".sig", &name);
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

/* Base64 to bytes with a NUL after them; NULL when it is none. The caller frees. */
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

/* What a statement says that can be checked: all but the file's name, the program and what it ran on. */
typedef struct claims {
    const char *type, *predicate_type;
    json_t *file, *parameters,
        *input; /* borrowed; the last with the list of files, if it has one */
} claims;

static bool read_claims(const json_t *statement, claims *c)
{
    *c = (claims){.type = NULL};
    return json_unpack((json_t *)(uintptr_t)statement, "{s:s, s:s, s:[{s:o}], s:{s:o, s:o}}",
                       "_type", &c->type, "predicateType", &c->predicate_type, "subject", "digest",
                       &c->file, "predicate", "parameters", &c->parameters, "input",
                       &c->input) == 0;
}

static ock_status compare_claims(const char *path, const json_t *signed_one, const json_t *own)
{
    claims a, b;
    const bool read = read_claims(signed_one, &a) && read_claims(own, &b);
    if (a.type != NULL && a.predicate_type != NULL &&
        (strcmp(a.type, statement_type) != 0 || strcmp(a.predicate_type, predicate_type) != 0)) {
        return ock_fail(OCK_BAD_DATA, "%s: the signed statement has another type: %s, %s", path,
                        a.type, a.predicate_type);
    }
    return read && json_equal(a.file, b.file) && json_equal(a.parameters, b.parameters) &&
                   json_equal(a.input, b.input)
               ? OCK_OK
               : ock_fail(OCK_BAD_DATA, "%s: the signed statement is about another file", path);
}

static ock_status report_statement(const ock_report *report, const json_t *statement)
{
    char *text = json_dumps(statement, JSON_INDENT(2));
    if (text == NULL) {
        return ock_fail_memory(0, "the statement");
    }
    ock_report_text(report, OCK_REPORT_RESULT, "signed statement:");
    ock_report_text(report, OCK_REPORT_JSON, text);
    free(text);
    return OCK_OK;
}

static ock_status check_payload(const ock_report *report, const ock_program *program,
                                const ock_signed_file *file, const char *payload)
{
    json_t *own = NULL, *signed_one = json_loads(payload, JSON_REJECT_DUPLICATES, NULL);
    ock_status status = state(program, file, &own);
    if (status == OCK_OK) {
        status = compare_claims(file->path, signed_one, own);
    }
    if (status == OCK_OK) {
        status = report_statement(report, signed_one);
    }
    json_decref(own);
    json_decref(signed_one);
    return status;
}

ock_status ock_audit_check_signature(const ock_report *report, const ock_program *program,
                                     const ock_signed_file *file, const char *key)
{
    uint8_t public_key[32];
    char *name = NULL, *text = NULL, *payload = NULL;
    json_t *envelope = NULL;
    ock_status status = ock_key_read_public(key, public_key);
    if (status == OCK_OK) {
        status = ock_key_name(file->path, ".sig", &name);
    }
    if (status == OCK_OK) {
        status = ock_key_read_text(name, &text);
    }
    if (status == OCK_OK) {
        envelope = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        payload = envelope != NULL ? open_envelope(envelope, public_key) : NULL;
        status = payload != NULL
                     ? check_payload(report, program, file, payload)
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
    ock_signed_file file;
    ock_status status = ock_signed_file_open(path, &file);
    if (status == OCK_OK) {
        status = ock_audit_check_signature(report, program, &file, key);
    }
    ock_signed_file_close(&file);
    return ock_audit_verdict(report, status);
}
