# The libraries of the program, by folder. Numeric files are compiled with the FMA flag: without it
# fmaf would be libm's. cpu.c, status.c and main.c run before the CPU is known and are not.

set(OCK_X86 FALSE)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(OCK_X86 TRUE)
endif()

add_library(ock_base STATIC src/status.c src/cpu.c src/state.c)
target_include_directories(ock_base PUBLIC src)
target_link_libraries(ock_base PUBLIC ock_flags)

add_library(ock_numeric STATIC
  src/numeric.c src/rng.c src/fpenv.c src/kernels.c src/kernels_scalar.c)
target_link_libraries(ock_numeric PUBLIC ock_base)
if(OCK_X86)
  target_compile_options(ock_numeric PRIVATE -mfma)
  target_sources(ock_numeric PRIVATE src/kernels_avx2.c src/kernels_avx512.c)
  set_source_files_properties(src/kernels_avx2.c PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma")
  set_source_files_properties(src/kernels_avx512.c PROPERTIES
    COMPILE_OPTIONS "-mavx512f;-mavx512vl;-mavx512dq;-mavx512bw;-mfma;-mprefer-vector-width=512")
endif()

add_library(ock_io STATIC io/container.c io/container_read.c io/container_write.c
  io/input.c io/output.c io/spool.c io/digest.c io/file_io.c io/temporaries.c
  io/user_block.c io/hdf5_setup.c io/hdf5_subset.c io/log.c
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
  src/plan_file.c src/state_transfer.c)
target_link_libraries(ock_codec PUBLIC ock_model ock_io)
if(OCK_X86)
  target_compile_options(ock_model PRIVATE -mfma)
  target_compile_options(ock_codec PRIVATE -mfma)
endif()

configure_file(src/version.h.in version.h @ONLY)
add_executable(ockham src/main.c src/options.c src/session.c src/signals.c src/keeper.c src/progress.c
  src/compress.c src/decompress.c src/info.c
  src/plan_command.c)
target_include_directories(ockham PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
target_link_libraries(ockham PRIVATE ock_codec)
install(TARGETS ockham RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES src/ockham.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
