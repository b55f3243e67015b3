/*
 * What the boot loader said: which memory there is, which modules it loaded, the command line. All of it is
 * copied here first, because the loader's own tables may lie in memory that memman will hand out.
 */
#include "boot/multiboot.h"
#include "kernel/kernel.h"
#include "mm/world.h"

#define LOW_END 0x00100000u /* firmware, VGA memory, the loader's tables */
#define HIGHEST 0xFFFFF000u /* pages beyond have no region */
#define NEAR    0x00100000u /* a module so close behind the image belongs to it */

struct boot_info boot_info;
extern char kernel_end[];

/* The loader's memory at a physical address, or NULL when it is out of reach. */
static const void *loader(uint32_t address, uint32_t size) {
    return address < WINDOW_SIZE && size <= WINDOW_SIZE - address ? phys(address) : NULL;
}

static void map_remove(struct boot_map *map, uint32_t i) {
    map->count--;
    for (; i < map->count; i++)
        map->usable[i] = map->usable[i + 1];
}

static void map_insert(struct boot_map *map, uint32_t i, struct region piece) {
    if (map->count == BOOT_REGIONS)
        return; /* a machine with so many pieces does without this one */
    for (uint32_t j = map->count++; j > i; j--)
        map->usable[j] = map->usable[j - 1];
    map->usable[i] = piece;
}

/* Takes `piece` out of every usable region it touches. */
static void map_cut(struct boot_map *map, struct region piece) {
    for (uint32_t i = 0; i < map->count;) {
        struct region *r = &map->usable[i];
        struct region above = {piece.end, r->end};
        if (piece.end <= r->start || piece.start >= r->end) {
            i++;
            continue;
        }
        if (piece.start > r->start) {
            r->end = piece.start;
            i++;
        } else {
            map_remove(map, i);
        }
        if (above.start < above.end)
            map_insert(map, i++, above);
    }
}

static void map_add(struct boot_map *map, struct region piece) {
    map_cut(map, piece); /* pieces may overlap in the loader's map, never in ours */
    if (region_empty(piece))
        return;
    uint32_t i = 0;
    while (i < map->count && map->usable[i].start < piece.start)
        i++;
    map_insert(map, i, piece);
}

/* The part of [base, base + length) below HIGHEST, in whole pages: those inside it, or those it touches. */
static struct region whole_pages(uint64_t base, uint64_t length, bool inside) {
    uint64_t end = base + length < base ? HIGHEST : base + length;
    base = base < HIGHEST ? base : HIGHEST;
    end = end < HIGHEST ? end : HIGHEST;
    uint32_t first = inside ? round_up((uint32_t)base, PAGE_SIZE) : round_down((uint32_t)base, PAGE_SIZE);
    uint32_t last = inside ? round_down((uint32_t)end, PAGE_SIZE) : round_up((uint32_t)end, PAGE_SIZE);
    return (struct region){first, last > first ? last : first};
}

/* RAM first, then everything else cut out of it: where the map contradicts itself, nobody uses the memory. */
static void read_map(struct boot_map *map, const struct multiboot_info *info) {
    if (!(info->flags & MULTIBOOT_MAP)) {
        if (info->flags & MULTIBOOT_MEMORY)
            map_add(map, whole_pages(LOW_END, (uint64_t)info->mem_upper * 1024, true));
        return;
    }
    const uint8_t *entries = loader(info->mmap_addr, info->mmap_length);
    for (int ram = 1; entries && ram >= 0; ram--) {
        uint32_t at = 0;
        while (at + sizeof(struct multiboot_range) <= info->mmap_length) {
            const struct multiboot_range *r = (const void *)(entries + at);
            if (ram && r->type == MULTIBOOT_RAM)
                map_add(map, whole_pages(r->base, r->length, true));
            if (!ram && r->type != MULTIBOOT_RAM)
                map_cut(map, whole_pages(r->base, r->length, false));
            at += r->size + sizeof r->size;
        }
    }
    map_cut(map, (struct region){0, LOW_END});
}

static void read_modules(const struct multiboot_info *info) {
    const struct multiboot_module *from = loader(info->mods_addr, info->mods_count * sizeof *from);
    for (uint32_t i = 0; from && i < info->mods_count && boot_info.modules < MODULES_MOST; i++) {
        if (from[i].end < from[i].start || !loader(from[i].start, from[i].end - from[i].start))
            continue; /* out of the window's reach */
        struct module *module = &boot_info.module[boot_info.modules++];
        const char *string = loader(from[i].string, 1);
        module->file = (struct region){from[i].start, from[i].end};
        copy_text(module->string, string ? string : "", MODULE_BYTES);
    }
    boot_info.more = info->mods_count > MODULES_MOST ? info->mods_count - MODULES_MOST : 0;
}

/* The image grows over the modules right behind it; one that lies elsewhere is cut out of the map. */
static void place_modules(void) {
    boot_info.taken = (uint32_t)kernel_end - KERNEL_BASE;
    bool grown = true;
    while (grown) {
        grown = false;
        for (uint32_t i = 0; i < boot_info.modules; i++) {
            struct region file = boot_info.module[i].file;
            if (file.end > boot_info.taken && file.start < boot_info.taken + NEAR) {
                boot_info.taken = round_up(file.end, PAGE_SIZE);
                grown = true;
            }
        }
    }
    for (uint32_t i = 0; i < boot_info.modules; i++) {
        struct region file = boot_info.module[i].file;
        if (file.start >= boot_info.taken)
            map_cut(&boot_info.map, whole_pages(file.start, region_size(file), false));
    }
}

void boot_info_read(uint32_t magic, paddr_t block) {
    const struct multiboot_info *info = loader(block, sizeof *info);
    if (magic != MULTIBOOT_MAGIC || !info)
        panic(NULL, 0, "not started by a Multiboot 1 loader");
    if (info->flags & MULTIBOOT_CMDLINE && loader(info->cmdline, 1))
        copy_text(boot_info.line, loader(info->cmdline, 1), sizeof boot_info.line);
    if (info->flags & MULTIBOOT_MODULES)
        read_modules(info);
    read_map(&boot_info.map, info);
    place_modules();
    if (!boot_info.map.count)
        panic(NULL, 0, "the boot loader names no memory that can be used");
    boot_info.ram_end = boot_info.map.usable[boot_info.map.count - 1].end;
}

/* The length of the word at the front of a text; *text moves past the spaces before it. */
static uint32_t word_length(const char **text) {
    uint32_t length = 0;
    while (**text == ' ')
        ++*text;
    while ((*text)[length] && (*text)[length] != ' ')
        length++;
    return length;
}

const char *boot_option(const char *word) {
    static char value[COMMAND_BYTES];
    uint32_t size = strlen(word), length;
    for (const char *text = boot_info.line; (length = word_length(&text)); text += length) {
        if (length <= size || !starts_with(text, word) || text[size] != '=')
            continue;
        copy_text(value, text + size + 1, length - size);
        return value;
    }
    return NULL;
}

void boot_options_check(void) {
    static const char *const known[] = {"run=", "regime=", "idle=", "lecture="};
    uint32_t length;
    for (const char *text = boot_info.line; (length = word_length(&text)); text += length) {
        bool name = text == boot_info.line && length >= 4 &&
                    starts_with(text + length - 4, ".elf"); /* QEMU's -kernel FILE */
        for (uint32_t i = 0; i < sizeof known / sizeof *known; i++)
            name |= starts_with(text, known[i]);
        if (!name)
            log_line("command line: nothing is called \"%.*s\"", (int)length, text);
    }
}
