; The first instructions of a program and of a thread. The kernel leaves two words on the stack: argc and argv, or entry and argument.

bits 32
extern main, exit, thread_exit
global _start:function (_start.end - _start)
global thread_start:function (thread_start.end - thread_start)

section .text

_start:
    mov     eax, [esp]              ; argc
    mov     edx, [esp + 4]          ; argv
    xor     ebp, ebp
    and     esp, -16
    sub     esp, 8                  ; a call finds esp aligned to 16, as compilers expect
    push    edx
    push    eax
    call    main
    mov     [esp], eax
    call    exit
.end:

thread_start:
    mov     eax, [esp]              ; entry
    mov     edx, [esp + 4]          ; argument
    xor     ebp, ebp
    and     esp, -16
    sub     esp, 12
    push    edx
    call    eax
    call    thread_exit
.end:

section .note.GNU-stack noalloc noexec nowrite progbits
