; The way in: the boot loader jumps to `entry` in 32-bit protected mode, paging off, at physical addresses.
; Here paging is switched on, the kernel moves to its home at KERNEL_BASE, and kmain takes over.

KERNEL_BASE     equ 0xC0000000          ; physical 0..768 MB is seen from here on
WINDOW_ENTRIES  equ 768 / 4             ; directory entries of 4 MB each
STACK_SIZE      equ 16 * 1024

PAGE_PRESENT    equ 1 << 0              ; Intel SDM vol. 3A, 4.3
PAGE_WRITABLE   equ 1 << 1
PAGE_4MB        equ 1 << 7
CR0_WP          equ 1 << 16
CR0_PG          equ 1 << 31
CR4_PSE         equ 1 << 4

HEADER_MAGIC    equ 0x1BADB002          ; Multiboot 0.6.96, 3.1
HEADER_FLAGS    equ (1 << 0) | (1 << 1) ; modules on page boundaries; tell the memory map
LOADER_MAGIC    equ 0x2BADB002

VGA_TEXT        equ 0xB8000
VGA_RED_ON_BLACK equ 0x0C

section .boot progbits alloc exec nowrite align=4
        dd HEADER_MAGIC, HEADER_FLAGS, -(HEADER_MAGIC + HEADER_FLAGS)

global entry
entry:  ; eax = LOADER_MAGIC, ebx = the information block
        cld
        cmp eax, LOADER_MAGIC
        jne not_multiboot

        mov ecx, cr4
        or ecx, CR4_PSE
        mov cr4, ecx
        mov ecx, boot_directory - KERNEL_BASE
        mov cr3, ecx
        mov ecx, cr0
        or ecx, CR0_PG | CR0_WP
        mov cr0, ecx
        mov ecx, high
        jmp ecx

not_multiboot:
        mov esi, complaint
        mov edi, VGA_TEXT
        mov ah, VGA_RED_ON_BLACK
.next:  lodsb
        test al, al
        jz .halt
        stosw
        jmp .next
.halt:  cli
        hlt
        jmp .halt

complaint: db "Suture must be started by a Multiboot 1 loader: GRUB, or QEMU -kernel.", 0

section .text
extern kmain
high:
        mov esp, boot_stack_top
        xor ebp, ebp
        push ebp
        popfd                           ; interrupts off, direction up, no surprises
        push ebx                        ; information block (physical)
        push eax                        ; magic
        call kmain
.halt:  cli
        hlt
        jmp .halt

section .data
align 4096
; The directory the kernel starts on: the first 4 MB where they are, so that the instruction after "paging on"
; exists, and the window. kmain builds the final one.
global boot_directory
boot_directory:
        dd PAGE_4MB | PAGE_WRITABLE | PAGE_PRESENT
        times (KERNEL_BASE >> 22) - 1 dd 0
%assign frame 0
%rep WINDOW_ENTRIES
        dd (frame << 22) | PAGE_4MB | PAGE_WRITABLE | PAGE_PRESENT
%assign frame frame + 1
%endrep
        times 1024 - (KERNEL_BASE >> 22) - WINDOW_ENTRIES dd 0

section .bss
alignb 4096
global boot_stack_guard, boot_stack_bottom, boot_stack_top
boot_stack_guard:                       ; a page of its own, which the final directory leaves unmapped
        resb 4096
boot_stack_bottom:
        resb STACK_SIZE
boot_stack_top:
