/*
 * The one place where stb_sprintf, a public domain printf, is compiled for programs.
 */
#define STB_SPRINTF_NOFLOAT
#define STB_SPRINTF_IMPLEMENTATION
#include <stb_sprintf.h>
