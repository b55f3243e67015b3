; The ways into the kernel, and out. Each leaves a struct registers (kernel/machine.h) on the kernel stack.

USER_DATA       equ 0x23        ; as in kernel/machine.h
SYSCALL_VECTOR  equ 0x80
VECTORS         equ 48          ; exceptions and interrupt lines

extern trap, syscall_table, syscall_count

section .text

; What every way in does after vector and error code are pushed. A program may have loaded any segment and set the direction flag.
%macro enter_kernel 0
        pusha
        mov ecx, USER_DATA
        mov ds, ecx
        mov es, ecx
        cld
%endmacro

global trap_return
serve:
        enter_kernel
        push esp
        call trap
        add esp, 4
trap_return:                    ; a new thread's first step, too
        popa
        add esp, 8
        iret

; System calls: straight to the handler, which is given the frame and returns what becomes eax.
global syscall_entry
syscall_entry:
        push 0
        push SYSCALL_VECTOR
        enter_kernel
        cmp eax, [syscall_count]
        jae .unknown
        push esp
        call [syscall_table + eax * 4]
        add esp, 4
.done:  mov [esp + 28], eax     ; frame.eax
        popa
        add esp, 8
        iret
.unknown:
        mov eax, -14            ; E_NOSYS
        jmp .done

; One entry a vector. The processor pushes an error code for these alone (SDM vol. 3, table 6-1).
%assign vector 0
%rep VECTORS
entry_%[vector]:
%if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21
%else
        push 0
%endif
        push vector
        jmp serve
%assign vector vector + 1
%endrep

section .rodata
global trap_entries
trap_entries:
%assign vector 0
%rep VECTORS
        dd entry_%[vector]
%assign vector vector + 1
%endrep
