; From one kernel stack to another.

section .text

; void switch_stacks(uint32_t **save, uint32_t *load): keeps what C expects kept, saves the stack pointer, and goes on where
; the other stack left off.
global switch_stacks
switch_stacks:
        mov eax, [esp + 4]
        mov edx, [esp + 8]
        push ebp
        push ebx
        push esi
        push edi
        mov [eax], esp
        mov esp, edx
        pop edi
        pop esi
        pop ebx
        pop ebp
        ret
