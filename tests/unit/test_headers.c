/* SPDX-License-Identifier: MIT */
/* test_headers.c - what readers of headers find in files made by hand, and in headers that lie. */
#include "layouts_fixture.h"

static made *wave(uint64_t format, uint64_t channels, uint64_t bits, uint64_t bytes)
{
    made *m = noise(44);
    put_text(m, 0, "RIFF");
    put_text(m, 8, "WAVEfmt ");
    put(m, 16, 4, 16, false);
    put(m, 20, 2, format, false);
    put(m, 22, 2, channels, false);
    put(m, 34, 2, bits, false);
    put_text(m, 36, "data");
    put(m, 40, 4, bytes, false);
    return m;
}

static void sound_is_read(void **state)
{
    (void)state;
    expect(wave(1, 2, 16, 50000), "44+50000:samples,i16le,record=4");
    expect(wave(1, 1, 8, 50000), "44+50000:samples,u8");
    expect(wave(1, 6, 24, UINT32_MAX), "44+59956:samples,i24le,record=18");
    expect(wave(3, 2, 32, 50000), "44+50000:samples,f32le,record=8");
    expect(wave(2, 2, 16, 50000), "");
    made *m = noise(54);
    put_text(m, 0, "FORM");
    put_text(m, 8, "AIFFCOMM");
    put(m, 16, 4, 18, true);
    put(m, 20, 2, 2, true);
    put(m, 26, 2, 16, true);
    put_text(m, 38, "SSND");
    put(m, 42, 4, 50008, true);
    expect(m, "54+50000:samples,i16be,record=4");
}

/* Samples of 16 bits as floating-point numbers up to 1. */
static void sound_of_fractions_is_read(void **state)
{
    made *m = wave(3, 2, 32, 50000);
    (void)state;
    for (size_t at = 44; at < 44 + 50000; at += 4) {
        const float x = (float)((int)(m->bytes[at] | m->bytes[at + 1] << 8) - 32768) / 32768.0F;
        memcpy(m->bytes + at, &x, 4);
    }
    expect(m, "44+50000:samples,w32le,fraction=15,record=8");
}

static void sound_that_lies_is_ignored(void **state)
{
    (void)state;
    expect(wave(1, 65535, 65528, UINT32_MAX), "");
    expect(wave(1, 65535, 64, UINT32_MAX), "");
    expect(wave(1, 0, 0, 50000), "");
    expect(wave(1, 2, 40, 50000), "");
}

static made *bitmap(uint64_t columns, uint64_t rows, uint64_t bits)
{
    made *m = noise(54);
    put_text(m, 0, "BM");
    put(m, 10, 4, 54, false);
    put(m, 18, 4, columns, false);
    put(m, 22, 4, rows, false);
    put(m, 26, 2, 1, false);
    put(m, 28, 2, bits, false);
    return m;
}

static made *with_text(const char *text)
{
    made *m = noise(0);
    put_text(m, 0, text);
    return m;
}

static void pictures_are_read(void **state)
{
    (void)state;
    expect(bitmap(101, 100, 24), "54+30400:pixels,u8,record=3,row=304");
    expect(bitmap(100, (uint64_t)-100, 32), "54+40000:pixels,u8,record=4,row=400");
    expect(bitmap(100, 100, 8), "54+10000:pixels,u8,row=100");
    expect(bitmap(UINT32_MAX, UINT32_MAX, UINT16_MAX), "");
    expect(with_text("P6\n# made\n100 50 255\n"), "21+15000:pixels,u8,record=3,row=300");
    expect(with_text("P5 100 50 65535\n"), "16+10000:pixels,u16be,row=200");
    expect(with_text("P7\nWIDTH 100\nHEIGHT 50\nDEPTH 4\nMAXVAL 255\nENDHDR\n"),
           "49+20000:pixels,u8,record=4,row=400");
    expect(with_text("P6 99999999999999999999 99999999999999999999 255\n"),
           "49+59951:pixels,u8,record=3");
    expect(with_text("P5 is no picture, nor has it rows\n"), "");
}

static made *tiff(bool big, uint64_t strips, uint64_t first, uint64_t packed)
{
    static const uint16_t tags[] = {256, 258, 259, 273, 277, 279};
    const uint64_t values[] = {100, 8, packed, 200, 3, 300},
                   counts[] = {1, 1, 1, strips, 1, strips};
    made *m = noise(400);
    put_text(m, 0, big ? "MM" : "II");
    put(m, 2, 2, 42, big);
    put(m, 4, 4, 8, big);
    put(m, 8, 2, 6, big);
    for (size_t i = 0; i < 6; i++) {
        const size_t at = 10 + 12 * i;
        const bool word = counts[i] == 1;
        put(m, at, 2, tags[i], big);
        put(m, at + 2, 2, word ? 3 : 4, big);
        put(m, at + 4, 4, counts[i], big);
        put(m, at + 8, word ? 2 : 4, values[i], big);
    }
    for (size_t i = 0; i < 2; i++) {
        put(m, 200 + 4 * i, 4, first + 9000 * i, big);
        put(m, 300 + 4 * i, 4, 9000, big);
    }
    return m;
}

static void tiff_is_read(void **state)
{
    (void)state;
    expect(tiff(false, 2, 1000, 1), "1000+18000:pixels,u8,record=3,row=300");
    expect(tiff(true, 2, 1000, 1), "1000+18000:pixels,u8,record=3,row=300");
    expect(tiff(true, 2, 1000, 5), "");
    expect(tiff(false, 2, 4000000000, 1), "");
    made *m = tiff(false, UINT32_MAX, 1000, 1);
    ock_regions regions;
    find_in(m, m->count, NULL,
            &regions); /* strips everywhere: whatever it is, it keeps the rules */
    ock_regions_free(&regions);
    put(m, 10 + 12 * 6, 4, 8, false); /* a directory behind itself */
    find_in(m, m->count, NULL, &regions);
    ock_regions_free(&regions);
    free(m);
}

/* An element that names its kind; -> where the next one is. */
static size_t element(made *m, size_t at, uint64_t tag, const char *kind, uint64_t value,
                      unsigned width)
{
    put(m, at, 2, tag >> 16, false);
    put(m, at + 2, 2, tag & 0xFFFF, false);
    put_text(m, at + 4, kind);
    put(m, at + 6, 2, width, false);
    put(m, at + 8, width, value, false);
    return at + 8 + width;
}

static void dicom_is_read(void **state)
{
    made *m = noise(300);
    (void)state;
    put_text(m, 128, "DICM");
    size_t at = element(m, 132, 0x00020010, "UI", 0, 20);
    put_text(m, 140, "1.2.840.10008.1.2.1");
    at = element(m, at, 0x00280010, "US", 80, 2);
    at = element(m, at, 0x00280011, "US", 100, 2);
    at = element(m, at, 0x00280100, "US", 16, 2);
    at = element(m, at, 0x00280103, "US", 1, 2);
    at = element(m, at, 0x7FE00010, "OW", 0, 0);
    put(m, at, 4, 32000, false);
    expect(m, "212+32000:pixels,i16le,row=200,plane=16000");
}

/* Cards of FITS, one after another; NULL ends them. */
static void put_cards(made *m, size_t at, const char *const *cards)
{
    for (; *cards != NULL; cards++, at += 80) {
        put_text(m, at, *cards);
    }
}

static void grids_are_read(void **state)
{
    (void)state;
    made *m = noise(5760);
    memset(m->bytes, ' ', 5760);
    put_cards(m, 0,
              (const char *const[]){
                  "SIMPLE  =                    T", "BITPIX  =                  -32",
                  "NAXIS   =                    3", "NAXIS1  =                   50",
                  "NAXIS2  =                   20", "NAXIS3  =                    9", NULL});
    put_text(m, 3040, "END     ");
    expect(m, "5760+36000:numbers,f32be,row=200,plane=4000");
    m = with_text("\x93NUMPY\x01");
    m->bytes[7] = 0;
    put(m, 8, 2, 118, false);
    memset(m->bytes + 10, ' ', 118);
    put_text(m, 10, "{'descr': '<i2', 'fortran_order': False, 'shape': (20, 30, 40), }");
    expect(m, "128+48000:numbers,i16le,row=80,plane=2400");
    m = with_text("\x93NUMPY\x01");
    memset(m->bytes + 10, ' ', 200);
    put_text(m, 10, "{'descr': '>f8', 'shape': (99999999999, 99999999999, 99999999999), }");
    put(m, 8, 2, 118, false);
    expect(m, "128+59872:numbers,f64be");
}

/* A table and the heap behind it, which moves the next header; its rows are records. */
static void tables_are_read(void **state)
{
    made *m = noise(14400);
    (void)state;
    memset(m->bytes, ' ', 5760);
    memset(m->bytes + 5760, 0, 5760);
    memset(m->bytes + 11520, ' ', 2880);
    put_cards(m, 0,
              (const char *const[]){"SIMPLE  =                    T",
                                    "NAXIS   =                    0", "END     ", NULL});
    put_cards(
        m, 2880,
        (const char *const[]){"XTENSION= 'BINTABLE'", "BITPIX  =                    8",
                              "NAXIS   =                    2", "NAXIS1  =                   24",
                              "NAXIS2  =                  100", "PCOUNT  =                 1000",
                              "GCOUNT  =                    1", "END     ", NULL});
    put_cards(m, 11520,
              (const char *const[]){"XTENSION= 'IMAGE   '", "BITPIX  =                   16",
                                    "NAXIS   =                    2",
                                    "NAXIS1  =                  100",
                                    "NAXIS2  =                  100", "END     ", NULL});
    expect(m, "5760+2400:unknown,u8,record=24;14400+20000:numbers,i16be,row=200");
}

static made *npy(const char *header)
{
    made *m = noise(128);
    put_text(m, 0, "\x93NUMPY\x01");
    put(m, 8, 2, 118, false);
    memset(m->bytes + 10, ' ', 118);
    put_text(m, 10, header);
    return m;
}

/* The first index runs fastest; a complex number is two. */
static void other_orders_of_arrays_are_read(void **state)
{
    (void)state;
    expect(npy("{'descr': '<u4', 'fortran_order': True, 'shape': (50, 20, 9), }"),
           "128+36000:numbers,u32le,row=200,plane=4000");
    expect(npy("{'descr': '>c16', 'fortran_order': False, 'shape': (30, 40), }"),
           "128+19200:numbers,f64be,record=16,row=640");
    expect(npy("{'descr': '<u4', 'shape': (x, 9), }"), "");
    expect(npy("{'shape': (50, 20, 9), }"), "");
}

static void netcdf_is_read(void **state)
{
    made *m = noise(200);
    (void)state;
    put_text(m, 0, "CDF\1");
    size_t at = 4;
    const uint32_t words[] = {
        0, 10, 2,  1,    0x61000000, 100,        1, 0x62000000, 30, /* a, b */
        0, 0,  11, 1,    1,          0x76000000, 2, 1,          0,  /* v(b, a) */
        0, 0,  3,  6000, 200};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++, at += 4) {
        put(m, at, 4, words[i], true);
    }
    expect(m, "200+6000:numbers,i16be,row=200");
}

static void hdf5_is_read(void **state)
{
    made *m = noise(1000);
    (void)state;
    memcpy(m->bytes, "\x89HDF\r\n\x1a\n", 8);
    put(m, 13, 2, 0x0808, false);
    put(m, 64, 8, 96, false); /* the root's header: a symbol table */
    put(m, 96, 1, 1, false);
    put(m, 104, 4, 24, false);
    put(m, 112, 2, 17, false);
    put(m, 114, 2, 16, false);
    put(m, 120, 8, 200, false);
    put_text(m, 200, "TREE");
    put(m, 206, 2, 1, false);
    put(m, 232, 8, 300, false);
    put_text(m, 300, "SNOD");
    put(m, 306, 2, 1, false);
    put(m, 316, 8, 400, false); /* a dataset's header */
    put(m, 400, 1, 1, false);
    put(m, 408, 4, 200, false);
    put(m, 416, 4, 24 << 16 | 1, false); /* space: 20 x 100 */
    put(m, 424, 2, 0x0201, false);
    put(m, 432, 8, 20, false);
    put(m, 440, 8, 100, false);
    put(m, 448, 4, 16 << 16 | 3, false); /* type: float, four bytes, the highest first */
    put(m, 456, 2, 0x0111, false);
    put(m, 460, 4, 4, false);
    put(m, 472, 4, 24 << 16 | 8, false); /* layout: contiguous */
    put(m, 480, 2, 0x0103, false);
    put(m, 482, 8, 2000, false);
    put(m, 490, 8, 8000, false);
    expect(m, "2000+8000:numbers,f32be,row=400");
}

/* A message of the newer form; -> where the next one is. */
static size_t message(made *m, size_t at, uint64_t type, uint64_t bytes, size_t head)
{
    put(m, at, 1, type, false);
    put(m, at + 1, 2, bytes, false);
    put(m, at + 3, (unsigned)head - 3, 0, false);
    return at + head + bytes;
}

/* A link of the newer form with a name of one letter. */
static size_t link_to(made *m, size_t at, bool soft, uint64_t address)
{
    const size_t next = message(m, at, 6, 13, 4);
    put(m, at + 4, 1, 1, false);
    put(m, at + 5, 1, 8, false);
    put(m, at + 6, 1, soft, false);
    put(m, at + 7, 1, 1, false);
    put_text(m, at + 8, "n");
    put(m, at + 9, 8, address, false);
    return next;
}

/* 20 x 100 numbers of two bytes, from `begin`. The flags of the header: 4 numbers messages, 16 and 32 add
 * fields before them. */
static void dataset_of(made *m, size_t at, uint64_t flags, uint64_t begin)
{
    const size_t head = flags & 4 ? 6 : 4;
    put_text(m, at, "OHDR\2");
    put(m, at + 5, 1, flags, false);
    at += 6 + (flags & 16 ? 4 : 0) + (flags & 32 ? 16 : 0);
    put(m, at, 1, 3 * head + 20 + 12 + 18, false);
    const size_t space = at + 1, type = message(m, space, 1, 20, head),
                 layout = message(m, type, 3, 12, head);
    put(m, space + head, 4, 0x0202, false);
    put(m, space + head + 4, 8, 20, false);
    put(m, space + head + 12, 8, 100, false);
    put(m, type + head, 4, 0x0810, false); /* whole numbers, with a sign */
    put(m, type + head + 4, 4, 2, false);
    (void)message(m, layout, 8, 18, head);
    put(m, layout + head, 2, 0x0103, false);
    put(m, layout + head + 2, 8, begin, false);
    put(m, layout + head + 10, 8, 4000, false);
}

/* Links in the root's header and in its continuation; one that is soft holds no address. */
static void newer_hdf5_is_read(void **state)
{
    made *m = noise(1000);
    (void)state;
    memset(m->bytes, 0, 1000);
    memcpy(m->bytes, "\x89HDF\r\n\x1a\n\2\x08\x08", 11);
    put(m, 36, 8, 100, false);
    put_text(m, 100, "OHDR\2");
    put(m, 106, 1, 2 * 17 + 20, false);
    size_t at = link_to(m, 107, false, 300);
    at = link_to(m, at, true, 600);
    (void)message(m, at, 16, 16, 4);
    put(m, at + 4, 8, 200, false);
    put(m, at + 12, 8, 4 + 17 + 4, false);
    put_text(m, 200, "OCHK");
    (void)link_to(m, 204, false, 450);
    dataset_of(m, 300, 0, 2000);
    dataset_of(m, 450, 4 | 16 | 32, 8000);
    dataset_of(m, 600, 0, 16000);
    expect(m, "2000+4000:numbers,i16le,row=200;8000+4000:numbers,i16le,row=200");
}

static void grib_is_read(void **state)
{
    made *m = noise(0);
    (void)state;
    memset(m->bytes, 0, 8080);
    for (size_t i = 0; i < 2;
         i++) { /* two messages: 28 bytes about the product, 32 about the grid */
        const size_t at = i * 4080;
        put_text(m, at, "GRIB");
        put(m, at + 4, 4, 4079 << 8 | 1, true);
        put(m, at + 8, 3, 28, true);
        put(m, at + 15, 1, 128, true);
        put(m, at + 36, 3, 32, true);
        put(m, at + 42, 2, 50, true);
        put(m, at + 68, 3, 4011, true);
        put(m, at + 78, 1, 16, true);
    }
    expect(m, "79+4000:numbers,u16be,row=100;4159+4000:numbers,u16be,row=100");
}

/* A map of points that have a value precedes the values, of 12 bits here: two of them are three bytes. */
static void grib_with_a_map_is_read(void **state)
{
    made *m = noise(0);
    (void)state;
    memset(m->bytes, 0, 6098);
    put_text(m, 0, "GRIB");
    put(m, 4, 4, 6090 << 8 | 1, true);
    put(m, 8, 3, 28, true);
    put(m, 15, 1, 128 + 64, true);
    put(m, 36, 3, 32, true);
    put(m, 42, 2, 50, true);
    put(m, 68, 3, 11, true); /* the map */
    put(m, 79, 3, 6011, true);
    put(m, 89, 1, 12, true);
    expect(m, "90+6000:unknown,u8,record=3,row=75");
}

/* -> where the next section is. */
static size_t section(made *m, size_t at, uint64_t bytes, uint64_t number)
{
    put(m, at, 4, bytes, true);
    put(m, at + 4, 1, number, true);
    return at + bytes;
}

static void newer_grib_is_read(void **state)
{
    made *m = noise(0);
    (void)state;
    memset(m->bytes, 0, 8200);
    put_text(m, 0, "GRIB");
    put(m, 7, 1, 2, true);
    put(m, 8, 8, 8140, true);
    const size_t grid = section(m, 16, 21, 1), packing = section(m, grid, 72, 3),
                 data = section(m, packing, 21, 5);
    put(m, grid + 30, 4, 50, true);
    put(m, packing + 19, 1, 16, true);
    (void)section(m, data, 5 + 4000, 7);
    expect(m, "135+4000:numbers,u16be,row=100");
}

static void records_are_read(void **state)
{
    made *m = noise(132);
    (void)state;
    put(m, 0, 4, 84, false);
    put_text(m, 4, "CORD");
    put(m, 92, 4, 4, false); /* the title */
    put(m, 104, 4, 4, false);
    put(m, 108, 4, 100, false); /* atoms */
    expect(m, "116+59884:numbers,f32le,row=408,plane=1224");
    m = noise(84);
    put(m, 0, 4, 1993, true);
    put_text(m, 12, "GMX_trn_file");
    put(m, 32, 4, 36, true);
    put(m, 52, 4, 1200, true);
    put(m, 64, 4, 100, true);
    expect(m, "0+60000:numbers,f32be,record=12,row=1320");
    m = noise(632);
    put(m, 304, 4, 6, true);
    put(m, 316, 4, (FILE_BYTES - 632) / 4, true);
    expect(m, "632+59368:samples,f32be");
    m = noise(84);
    put(m, 80, 4, 1000, false);
    m->count = 50084;
    expect(m, "84+50000:triangles,f32le,record=50");
    m = noise(300);
    put_text(m, 0, "LASF");
    put(m, 96, 4, 300, false);
    put(m, 104, 1, 3, false);
    put(m, 105, 2, 34, false);
    expect(m, "300+59700:numbers,i32le,record=34");
    m = noise(300);
    put_text(m, 0, "LASF");
    put(m, 96, 4, 300, false);
    put(m, 104, 1, 128 + 3, false); /* compressed */
    put(m, 105, 2, 34, false);
    expect(m, "");
    m = noise(300);
    put_text(m, 0, "LASF");
    put(m, 96, 4, 300, false);
    put(m, 105, 2, 3, false); /* no room for a number */
    expect(m, "");
    m = noise(0);
    memcpy(m->bytes, "SQLite format 3\0\x10\0", 18);
    expect(m, "0+60000:pages,u8,row=4096");
}

static made *elf(uint64_t machine, uint64_t begin, uint64_t bytes)
{
    made *m = noise(300);
    put_text(m, 0,
             "\x7f"
             "ELF\2\1");
    put(m, 18, 2, machine, false);
    put(m, 0x28, 8, 64, false);
    put(m, 0x3A, 2, 64, false);
    put(m, 0x3C, 2, 2, false);
    put(m, 132, 4, 1, false);
    put(m, 136, 8, 6, false);
    put(m, 152, 8, begin, false);
    put(m, 160, 8, bytes, false);
    return m;
}

static void programs_are_read(void **state)
{
    (void)state;
    expect(elf(62, 4096, 20000), "4096+20000:code,u8");
    expect(elf(183, 4096, 20000), "4096+20000:code,u32le");
    expect(elf(62, UINT64_MAX, UINT64_MAX), "");
    expect(elf(62, 4096, UINT64_MAX), "4096+55904:code,u8");
    made *m = noise(300);
    put_text(m, 0, "MZ");
    put(m, 0x3C, 4, 64, false);
    put_text(m, 64, "PE");
    put(m, 70, 2, 1, false);
    put(m, 84, 2, 16, false);
    put(m, 120, 4, 20000, false);
    put(m, 124, 4, 4096, false);
    put(m, 140, 4, 0x20000000, false);
    expect(m, "4096+20000:code,u8");
    m = noise(300);
    put(m, 0, 4, 0xFEEDFACF, false);
    put(m, 4, 4, 0x0100000C, false);
    put(m, 16, 4, 1, false);
    put(m, 32, 4, 0x19, false);
    put(m, 36, 4, 72, false);
    put(m, 72, 8, 4096, false);
    put(m, 80, 8, 20000, false);
    put(m, 92, 4, 5, false);
    expect(m, "4096+20000:code,u32le");
}

static void members_of_archives_are_read(void **state)
{
    made *m = noise(0);
    (void)state;
    memset(m->bytes, 0, 512);
    put_text(m, 124, "00000023420"); /* 10,000 */
    put_text(m, 257, "ustar");
    put_text(m, 512, "P5 100 90 255\n");
    memset(m->bytes + 10752, 0, 512);
    put_text(m, 10752 + 124, "77777777777");
    put_text(m, 10752 + 257, "ustar");
    put_text(m, 11264, "P6 100 90 255\n");
    expect(m, "526+9000:pixels,u8,row=100;11278+27000:pixels,u8,record=3,row=300");
}

/* Each magic with anything behind it: no more than a worse layout. */
static void headers_that_lie_are_a_worse_layout(void **state)
{
    static const struct {
        size_t at;
        const char *magic;
    } magics[] = {{0, "RIFF"},
                  {8, "WAVEfmt "},
                  {0, "P6 "},
                  {0, "BM"},
                  {0, "II*"},
                  {128, "DICM"},
                  {0, "CDF\1"},
                  {0, "GRIB"},
                  {4, "CORD"},
                  {12, "GMX_trn_"},
                  {0, "LASF"},
                  {0, "MZ"},
                  {257, "ustar"},
                  {0, "\x7f"
                      "ELF"},
                  {0, "\xcf\xfa\xed\xfe"},
                  {0, "\x89HDF\r\n\x1a\n"},
                  {0, "FORM"},
                  {8, "AIFFCOMM"},
                  {0, "SIMPLE  ="}};
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < 3000; i++) {
        made *m = memory_of(sizeof *m);
        const size_t bytes = 200 + below(&random, 800);
        for (size_t k = 0; k < bytes; k++) {
            m->bytes[k] = (uint8_t)(below(&random, 3)   ? 0
                                    : below(&random, 2) ? 255
                                                        : next(&random));
        }
        put_text(m, magics[i % 19].at, magics[i % 19].magic);
        ock_regions regions;
        find_in(m, bytes, NULL, &regions);
        ock_regions_free(&regions);
        free(m);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_is_read),
        cmocka_unit_test(sound_of_fractions_is_read),
        cmocka_unit_test(sound_that_lies_is_ignored),
        cmocka_unit_test(pictures_are_read),
        cmocka_unit_test(tiff_is_read),
        cmocka_unit_test(dicom_is_read),
        cmocka_unit_test(grids_are_read),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(other_orders_of_arrays_are_read),
        cmocka_unit_test(netcdf_is_read),
        cmocka_unit_test(hdf5_is_read),
        cmocka_unit_test(newer_hdf5_is_read),
        cmocka_unit_test(grib_is_read),
        cmocka_unit_test(grib_with_a_map_is_read),
        cmocka_unit_test(newer_grib_is_read),
        cmocka_unit_test(records_are_read),
        cmocka_unit_test(programs_are_read),
        cmocka_unit_test(members_of_archives_are_read),
        cmocka_unit_test(headers_that_lie_are_a_worse_layout),
    };

    return ock_run_cases(argc, argv, tests, NULL, NULL);
}
