/*
 * The kernel's half of every space. All its page tables exist from the start, in the kernel's image, so that
 * every directory can share them and none ever changes above KERNEL_BASE.
 *
 *   C0000000  the first 4 MB of RAM by 4 KB pages: text and constants read-only, a guard page below the
 *             boot stack
 *   C0400000  the rest of RAM up to the window's end, by 4 MB pages
 *   F0000000  kernel stacks, 16 KB apart, all but the upper 8 KB unmapped; at the end the page for frames
 *             above the window
 */
#include "kernel/kernel.h"
#include "mm/paging.h"
#include "mm/world.h"

enum { ENTRIES = 1024, STACK_TABLES = 4 };
#define FRAME_PAGE (KERNEL_STACKS + KERNEL_STACKS_MOST * KERNEL_STACK_SPAN)

extern char kernel_end[], text_start[], text_end[], rodata_start[], rodata_end[], boot_stack_guard[];

static uint32_t directory[ENTRIES] __attribute__((aligned(4096)));
static uint32_t first_table[ENTRIES] __attribute__((aligned(4096)));
static uint32_t stack_table[STACK_TABLES * ENTRIES] __attribute__((aligned(4096)));
static paddr_t stack_frames[KERNEL_STACKS_MOST]; /* 0: not in use */
static paddr_t loaded;

static paddr_t image_frame(const void *address) {
    return (uint32_t)address - KERNEL_BASE;
}

static uint32_t *stack_entry(vaddr_t page) {
    return &stack_table[(page - KERNEL_STACKS) >> PAGE_SHIFT];
}

static bool read_only(uint32_t address) {
    struct region text = {(uint32_t)text_start, (uint32_t)text_end};
    struct region constants = {(uint32_t)rodata_start, (uint32_t)rodata_end};
    return region_has(text, address) || region_has(constants, address);
}

static void build_first_table(void) {
    for (uint32_t i = 0; i < ENTRIES; i++) {
        uint32_t address = KERNEL_BASE + i * PAGE_SIZE;
        first_table[i] = i * PAGE_SIZE | PG_PRESENT | (read_only(address) ? 0 : PG_WRITE);
    }
    first_table[image_frame(boot_stack_guard) >> PAGE_SHIFT] = 0;
}

void memory_init(void) {
    if (image_frame(kernel_end) > TABLE_SPAN)
        panic(NULL, 0, "the kernel's image is larger than its first page table");
    build_first_table();
    uint32_t window = boot_info.ram_end < WINDOW_SIZE ? boot_info.ram_end : WINDOW_SIZE;
    uint32_t *half = &directory[KERNEL_BASE / TABLE_SPAN];
    half[0] = image_frame(first_table) | PG_PRESENT | PG_WRITE;
    for (uint32_t i = 1; i * TABLE_SPAN < window; i++)
        half[i] = i * TABLE_SPAN | PG_PRESENT | PG_WRITE | PG_LARGE;
    for (uint32_t i = 0; i < STACK_TABLES; i++)
        directory[KERNEL_STACKS / TABLE_SPAN + i] =
            image_frame(&stack_table[i * ENTRIES]) | PG_PRESENT | PG_WRITE;

    paging_kernel = image_frame(directory);
    tss_double.cr3 = paging_kernel;
    kernel_thread.directory = paging_kernel;
    memory_load(paging_kernel);
    write_cr0(read_cr0() | CR0_WP | CR0_EM);
    if (memman_init(&boot_info.map, boot_info.taken) != OK)
        panic(NULL, 0, "too little memory: Suture needs 8 MB");
}

void memory_load(paddr_t wanted) {
    if (loaded == wanted)
        return;
    loaded = wanted;
    write_cr3(wanted);
}

paddr_t memory_loaded(void) {
    return loaded;
}

void *memory_frame(paddr_t frame) {
    if (frame < WINDOW_SIZE)
        return phys(frame);
    *stack_entry(FRAME_PAGE) = frame | PG_PRESENT | PG_WRITE;
    invlpg(FRAME_PAGE);
    return (void *)FRAME_PAGE;
}

uint32_t kernel_stack_top(int number) {
    return KERNEL_STACKS + ((uint32_t)number + 1) * KERNEL_STACK_SPAN;
}

int kernel_stack_new(uint8_t slot) {
    int number = 0;
    while (stack_frames[number])
        if (++number == KERNEL_STACKS_MOST)
            return E_LIMIT;
    paddr_t frames = memman_alloc(ZONE_P, KERNEL_STACK_BYTES, OWNER_KPAGE, slot);
    if (!frames)
        return E_NOMEM;
    stack_frames[number] = frames;
    for (uint32_t at = 0; at < KERNEL_STACK_BYTES; at += PAGE_SIZE)
        *stack_entry(kernel_stack_top(number) - KERNEL_STACK_BYTES + at) =
            (frames + at) | PG_PRESENT | PG_WRITE;
    return number;
}

void kernel_stack_delete(int number) {
    for (uint32_t at = 0; at < KERNEL_STACK_BYTES; at += PAGE_SIZE) {
        vaddr_t page = kernel_stack_top(number) - KERNEL_STACK_BYTES + at;
        *stack_entry(page) = 0;
        invlpg(page);
    }
    memman_free(ZONE_P, stack_frames[number]);
    stack_frames[number] = 0;
}
