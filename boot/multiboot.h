/*
 * Multiboot 1: what the boot loader (GRUB, or QEMU -kernel) tells the kernel, as its specification
 * 0.6.96 lays it out. Every address is physical, and everything they point at may lie in memory that
 * nobody has marked as used: copy what is wanted before memman hands memory out.
 */
#ifndef BOOT_MULTIBOOT_H
#define BOOT_MULTIBOOT_H

#include <stdint.h>

#define MULTIBOOT_MAGIC 0x2BADB002u /* in eax at entry */

/* Bits of multiboot_info.flags: which fields hold something */
enum multiboot_flag {
    MULTIBOOT_MEMORY = 1u << 0,
    MULTIBOOT_CMDLINE = 1u << 2,
    MULTIBOOT_MODULES = 1u << 3,
    MULTIBOOT_MAP = 1u << 6,
    MULTIBOOT_LOADER_NAME = 1u << 9,
};

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower; /* KB from 0 */
    uint32_t mem_upper; /* KB from 1 MB up to the first hole */
    uint32_t boot_device;
    uint32_t cmdline; /* char *; GRUB leaves the kernel's own file name out */
    uint32_t mods_count;
    uint32_t mods_addr; /* struct multiboot_module[mods_count] */
    uint32_t syms[4];
    uint32_t mmap_length; /* in bytes */
    uint32_t mmap_addr;   /* the first struct multiboot_range */
    uint32_t drives_length;
    uint32_t drives_addr;
    uint32_t config_table;
    uint32_t boot_loader_name; /* char * */
};

struct multiboot_module {
    uint32_t start; /* 4 KB aligned: the kernel's header asks for it */
    uint32_t end;   /* one past the last byte */
    uint32_t string;
    uint32_t reserved;
};

enum { MULTIBOOT_RAM = 1 }; /* the only range type that may be used freely */

struct multiboot_range {
    uint32_t size; /* of the rest of this entry: the next one is at this + size + 4 */
    uint64_t base;
    uint64_t length;
    uint32_t type;
} __attribute__((packed));

#endif
