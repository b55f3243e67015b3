/*
 * stb_sprintf for the host's programs; on the kernel's side it is compiled in kernel/stb.c.
 */
#define STB_SPRINTF_IMPLEMENTATION
#define STB_SPRINTF_NOFLOAT
#define STB_SPRINTF_NOUNALIGNED /* the sanitizer objects to stores that x86 allows */
#include "stb_sprintf.h"
