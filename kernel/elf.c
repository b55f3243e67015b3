/*
 * Program files: 32-bit ELF, as the System V ABI lays it out. A file is a stranger's: nothing is believed,
 * nothing outside it is read, and nothing is changed here.
 */
#include "kernel/kernel.h"
#include "mm/world.h"

struct header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct section {
    uint32_t name, type, flags, addr, offset, size, link, info, addralign, entsize;
};

struct symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t shndx;
};

enum { TYPE_EXECUTABLE = 2, MACHINE_386 = 3, LOAD = 1, WRITABLE = 2, SYMBOLS = 2, NO_BITS = 8, FUNCTION = 2 };
enum { HEADERS_MOST = 16 };

/* Does [offset, offset + count * size) lie in the file? */
static bool inside(struct region file, uint32_t offset, uint32_t count, uint32_t size) {
    uint64_t end = (uint64_t)count * size + offset;
    return end <= region_size(file);
}

static const char *read_segment(struct region file, const struct program_header *p, struct elf *elf) {
    struct region memory = {p->vaddr, p->vaddr + p->memsz};
    if (!inside(file, p->offset, 1, p->filesz))
        return "a segment lies beyond the file's end";
    if (p->filesz > p->memsz)
        return "a segment is larger in the file than in memory";
    if (p->vaddr < USER_IMAGE || p->vaddr >= USER_PAGES || p->memsz > USER_PAGES - p->vaddr)
        return "a segment lies outside the image area 00400000..40000000";
    for (uint32_t i = 0; i < elf->count; i++) {
        struct region other = elf->segment[i].memory;
        if (round_down(memory.start, PAGE_SIZE) < round_up(other.end, PAGE_SIZE) &&
            round_down(other.start, PAGE_SIZE) < round_up(memory.end, PAGE_SIZE))
            return "two segments share a page";
    }
    if (elf->count == SEGMENTS_MOST)
        return "too many segments";
    elf->segment[elf->count++] =
        (struct elf_segment){memory, p->offset, p->filesz, (p->flags & WRITABLE) != 0};
    return NULL;
}

const char *elf_read(struct region file, struct elf *elf) {
    static const uint8_t magic[] = {0x7F, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little endian */,
                                    1 /* version */};
    *elf = (struct elf){.file = phys(file.start)};
    const struct header *h = (const void *)elf->file;
    if (!inside(file, 0, 1, sizeof *h) || memcmp(h->ident, magic, sizeof magic) != 0)
        return "not a 32-bit ELF file";
    if (h->type != TYPE_EXECUTABLE || h->machine != MACHINE_386)
        return "not an executable for the 386";
    if (h->phentsize != sizeof(struct program_header) || h->phnum > HEADERS_MOST ||
        !inside(file, h->phoff, h->phnum, sizeof(struct program_header)))
        return "its program headers make no sense";
    const struct program_header *p = (const void *)(elf->file + h->phoff);
    bool entry_inside = false;
    for (uint32_t i = 0; i < h->phnum; i++) {
        if (p[i].type != LOAD || !p[i].memsz)
            continue;
        const char *wrong = read_segment(file, &p[i], elf);
        if (wrong)
            return wrong;
        entry_inside |= region_has(elf->segment[elf->count - 1].memory, h->entry);
    }
    elf->entry = h->entry;
    return entry_inside ? NULL : "its first instruction lies in no segment";
}

/* The section headers, or NULL; *count of them. */
static const struct section *sections(struct region file, uint32_t *count) {
    const uint8_t *bytes = phys(file.start);
    const struct header *h = (const void *)bytes;
    if (!inside(file, 0, 1, sizeof *h) || h->shentsize != sizeof(struct section) ||
        !inside(file, h->shoff, h->shnum, h->shentsize))
        return NULL;
    *count = h->shnum;
    return (const void *)(bytes + h->shoff);
}

/* The text at `offset` of a section, when it ends inside it; else NULL. */
static const char *section_text(struct region file, const struct section *s, uint32_t offset) {
    if (s->type == NO_BITS || !inside(file, s->offset, 1, s->size))
        return NULL;
    const char *bytes = (const char *)phys(file.start) + s->offset;
    for (uint32_t i = offset; i < s->size; i++)
        if (!bytes[i])
            return bytes + offset;
    return NULL;
}

const char *elf_description(struct region file) {
    uint32_t count;
    const struct section *s = sections(file, &count);
    if (!s)
        return "";
    uint32_t names = ((const struct header *)phys(file.start))->shstrndx;
    for (uint32_t i = 0; i < count && names < count; i++) {
        const char *name = section_text(file, &s[names], s[i].name);
        const char *text = name && same_text(name, ".program") ? section_text(file, &s[i], 0) : NULL;
        if (text)
            return text;
    }
    return "";
}

const char *elf_function(struct region file, uint32_t address, uint32_t *offset) {
    uint32_t count;
    const struct section *s = sections(file, &count);
    for (uint32_t i = 0; s && i < count; i++) {
        if (s[i].type != SYMBOLS || s[i].link >= count || !inside(file, s[i].offset, 1, s[i].size))
            continue;
        const struct symbol *symbol = (const void *)((const uint8_t *)phys(file.start) + s[i].offset);
        for (uint32_t n = s[i].size / sizeof *symbol; n; n--, symbol++) {
            *offset = address - symbol->value;
            if ((symbol->info & 15) == FUNCTION && *offset < symbol->size)
                return section_text(file, &s[s[i].link], symbol->name);
        }
    }
    return NULL;
}
