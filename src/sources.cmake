# The libraries of the program, by folder. Numeric files are compiled with the FMA flag: without it
# fmaf would be libm's. cpu.c, status.c and main.c run before the CPU is known and are not.

set(OCK_X86 FALSE)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(OCK_X86 TRUE)
endif()

add_library(ock_base STATIC src/status.c src/cpu.c src/state.c src/memory.c)
target_include_directories(ock_base PUBLIC src)
target_link_libraries(ock_base PUBLIC ock_flags)

add_library(ock_numeric STATIC
  src/numeric.c src/rng.c src/fpenv.c src/kernels.c src/kernels_scalar.c src/golden.c)
target_link_libraries(ock_numeric PUBLIC ock_base)
if(OCK_X86)
  target_compile_options(ock_numeric PRIVATE -mfma)
  target_sources(ock_numeric PRIVATE src/kernels_avx2.c src/kernels_avx512.c)
  set_source_files_properties(src/kernels_avx2.c PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-mprfchw")
  set_source_files_properties(src/kernels_avx512.c PROPERTIES
    COMPILE_OPTIONS "-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mfma;-mprfchw;-mprefer-vector-width=512")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_sources(ock_numeric PRIVATE src/kernels_neon.c)
endif()

add_library(ock_io STATIC io/container.c io/container_read.c io/container_write.c
  io/input.c io/output.c io/spool.c io/digest.c io/file_io.c io/temporaries.c io/end_signals.c
  io/user_block.c io/hdf5_setup.c io/hdf5_subset.c io/log.c
  io/manifest.c io/parts.c io/tree_scan.c io/tree_restore.c
  io/pack.c io/checkpoint_read.c io/checkpoint_write.c io/checkpoint_folder.c)
target_include_directories(ock_io PUBLIC io)
target_link_libraries(ock_io PUBLIC ock_base PkgConfig::SODIUM PkgConfig::JANSSON PRIVATE PkgConfig::HDF5S)

add_library(ock_comm STATIC mpi/comm_launcher.c mpi/comm_agree.c
  mpi/reduce.c mpi/reduce_plan.c)
target_include_directories(ock_comm PUBLIC mpi)
target_link_libraries(ock_comm PUBLIC ock_base Threads::Threads)
if(OCK_MPI)
  target_sources(ock_comm PRIVATE mpi/comm_mpi.c mpi/comm_transfer.c mpi/watchdog.c)
  target_link_libraries(ock_comm PRIVATE MPI::MPI_C)
else()
  target_sources(ock_comm PRIVATE mpi/comm_serial.c)
endif()

add_library(ock_coder STATIC src/coder.c src/code_length.c src/lane_map.c)
target_link_libraries(ock_coder PUBLIC ock_base)

add_library(ock_model STATIC src/arena.c src/config.c src/levels.c src/share.c
  src/tensors.c src/embedding.c src/layer_transformer.c src/layer_recurrent.c src/head.c src/network.c
  src/stride.c src/contexts.c src/bit_history.c src/counters.c src/match.c src/table_group.c
  src/mixer.c src/mixing.c src/mixing_build.c src/mixing_state.c src/plain.c src/footprint.c src/speed.c)
target_link_libraries(ock_model PUBLIC ock_numeric ock_coder ock_comm)

add_library(ock_codec STATIC src/codec.c src/regular.c src/port_encode.c src/port_decode.c
  src/plan_file.c src/state_transfer.c src/state_hash.c src/state_compare.c src/chain.c src/study.c src/prior.c
  src/manifest_code.c)
target_link_libraries(ock_codec PUBLIC ock_model ock_io)
if(OCK_X86)
  target_compile_options(ock_model PRIVATE -mfma)
  target_compile_options(ock_codec PRIVATE -mfma)
endif()

configure_file(src/version.h.in version.h @ONLY)
add_executable(ockham src/main.c src/options.c src/options_help.c src/session.c src/signals.c src/keeper.c src/run_identity.c
  src/progress.c src/compress.c src/corpus.c src/decompress.c src/info.c src/info_files.c src/mdl.c
  src/plan_command.c   src/audit.c src/audit_alone.c src/audit_bisect.c src/audit_doctor.c src/audit_replay.c src/audit_sign.c
  src/audit_trail.c)
target_include_directories(ockham PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
target_link_libraries(ockham PRIVATE ock_codec)

# The length of the program itself: the linked sources, and every header and .inc beside them.
set(OCK_LINKED "")
foreach(target ock_base ock_numeric ock_io ock_comm ock_coder ock_model ock_codec ockham)
  get_target_property(sources ${target} SOURCES)
  list(APPEND OCK_LINKED ${sources})
endforeach()
file(GLOB OCK_INCLUDED RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS src/*.h src/*.inc io/*.h mpi/*.h)
list(APPEND OCK_LINKED ${OCK_INCLUDED})
list(REMOVE_DUPLICATES OCK_LINKED)
string(REPLACE ";" "\n" lines "${OCK_LINKED}")
file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/program_sources.txt CONTENT "${lines}\n")
add_custom_command(OUTPUT program_length.h
  COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_CURRENT_SOURCE_DIR}
    -DLIST=${CMAKE_CURRENT_BINARY_DIR}/program_sources.txt
    -DOUT=${CMAKE_CURRENT_BINARY_DIR}/program_length.h
    -P ${CMAKE_CURRENT_SOURCE_DIR}/src/program_length.cmake
  DEPENDS ${OCK_LINKED} src/program_length.cmake ${CMAKE_CURRENT_BINARY_DIR}/program_sources.txt)
target_sources(ockham PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/program_length.h)
install(TARGETS ockham RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES src/ockham.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
