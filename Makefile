# Builds Suture: `make` alone gives build/suture.iso and build/suture.elf; `make help` lists the rest.
# Files are found by wildcard (a new .c in its room is enough), and everything made lies in build/.
#
#   CC_KERNEL=...  compiler of the kernel and the programs: i686-elf-gcc, i686-linux-gnu-gcc or clang, by name or path
#   HOST_CC=...    compiler of the host tests          MEMORY=16     megabytes that `make run` gives the machine
#   V=1            show the commands                   TESTS=...     what `make test` runs instead of everything
#   PREFIX=...     where `make toolchain` installs     B=...         directory of everything made, instead of build
#   TARGET=...     the fuzzer that `make fuzz` runs    TRACES=...    malloc-lab traces for `make bench-host`

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory

ifneq ($(filter deps,$(MAKECMDGOALS)),)

# What is installed decides what the rest of this file looks like: install, then start anew with the other goals.
rest := $(filter-out deps,$(MAKECMDGOALS))
.PHONY: deps $(rest)
deps:
	@tools/deps.sh install $(rest)
	$(if $(rest),@+$(MAKE) $(rest))
$(rest): deps
	@:

else

# ---- Compilers --------------------------------------------------------------------------------------------------

B         ?= build
PREFIX    ?= $(CURDIR)/build/toolchain
find_tool  = $(firstword $(foreach tool,$1,$(shell command -v $(tool))))
CC_KERNEL ?= $(call find_tool,i686-elf-gcc $(PREFIX)/bin/i686-elf-gcc i686-linux-gnu-gcc)
HOST_CC   ?= $(call find_tool,clang gcc)
# Debian's own python, whatever else is on PATH: python3-pytest and python3-pil belong to it.
PYTHON    := /usr/bin/python3

goals := $(filter-out help clean toolchain,$(or $(MAKECMDGOALS),all))
ifneq ($(goals),)
missing := $(shell tools/deps.sh missing build $(filter run test soak fuzz coverage bench-host lint format,$(patsubst bench,test,$(goals:shots=test))))
ifneq ($(missing),)
$(error Not installed: $(missing); `make deps` installs everything on Debian)
endif
ifeq ($(call find_tool,$(CC_KERNEL)),)
$(error No compiler for the kernel$(CC_KERNEL:%=: %); `make deps` installs i686-linux-gnu-gcc, `make toolchain` builds i686-elf-gcc)
endif

compiler := $(notdir $(CC_KERNEL))
ifneq ($(findstring clang,$(compiler)),)
target := --target=i686-elf
LD     := $(call find_tool,i686-linux-gnu-ld ld)
libgcc := $(shell $(CC_KERNEL) --target=i386-linux-gnu --rtlib=compiler-rt -print-libgcc-file-name)
else
LD     := $(patsubst %gcc,%ld,$(CC_KERNEL))
# Padding in front of loops is instructions that do nothing.
unpadded := -fno-align-loops -fno-align-jumps
libgcc := $(shell $(CC_KERNEL) -print-libgcc-file-name)
endif
binutils := $(patsubst %ld,%,$(LD))
builtin  := $(shell $(CC_KERNEL) $(target) -print-file-name=include)
endif

warnings := -Wall -Wextra -Werror -Wshadow -Wundef -Wvla -Wpointer-arith -Wwrite-strings \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough
language := -std=gnu11 -I. -isystem $B/include
machine  := $(target) -march=i686 -mgeneral-regs-only -ffreestanding -nostdinc -isystem $(builtin) -fno-pie \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -ffile-prefix-map=$(CURDIR)=.
CFLAGS   := -O2 -g -fomit-frame-pointer $(unpadded)
LDFLAGS  := -m elf_i386 -nostdlib -static -z noexecstack -z max-page-size=4096
export SOURCE_DATE_EPOCH ?= 1767225600

# ---- What is built from what ------------------------------------------------------------------------------------

# The directory of objects is named after the compiler, so that changing it mixes nothing.
O := $B/$(compiler)

find = $(sort $(wildcard $1))

# make takes a blank for the end of a name.
blank := $(shell find iso/lectures user -name '* *' | head -n 1)
ifneq ($(blank),)
$(error There is a blank in the file name "$(blank)". Rename it: a name is made of letters, digits, - and _)
endif

kernel_objects := $(patsubst %,$O/%.o,$(call find,boot/*.asm kernel/*.asm kernel/*.c mm/*.c viz/*.c)) $O/font.o
user_library   := $(patsubst %,$O/%.o,$(call find,user/lib/*.asm user/lib/*.c))
programs       := $(patsubst user/%.c,$B/user/%.elf,$(call find,user/*.c))
lectures       := $(call find,iso/lectures/*.txt)
test_programs  := $(patsubst tests/user/%.c,$B/tests/%.elf,$(call find,tests/user/*.c))
program_objects := $(patsubst %,$O/%.o,$(call find,user/*.c tests/user/*.c))
objects        := $(kernel_objects) $(user_library) $(program_objects)

# The command language: the pure part of kernel/.
language_files := $(patsubst %,kernel/%.c,text usage command prompt script)

# Golden screens show the keys of all views. So that a view can be added without painting them anew, they know these:
golden_views   := help overview memman pages heap events processes launcher race
other_views    := $(filter-out $(golden_views:%=viz/view_%.c),$(wildcard viz/view_*.c))

# What needs the machine stays out of the host's programs: viz/vga.c, and every *_hw.c.
pure           := $(filter-out viz/vga.c %_hw.c $(other_views),$(call find,mm/*.c viz/*.c)) $(language_files)
host_library   := $(patsubst %,%.o,$(pure) $(call find,tests/host/support*.c))
host_tests     := $(patsubst tests/host/%.c,$B/host/%,$(call find,tests/host/test_*.c))
coverage_tests := $(host_tests:$B/host/%=$B/coverage/%)
# Those that scale with OPERATIONS.
soak_tests     := $(patsubst tests/host/%.c,$B/host/%,$(shell grep -l 'operations()' $(call find,tests/host/test_*.c)))
# Allocators alone, without the screen.
fuzz_library   := $(patsubst %,$B/fuzz/%.o,$(call find,mm/*.c) $(language_files) tests/host/support.c tests/host/support_model.c tests/host/support_print.c)
fuzzers        := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(call find,tests/fuzz/fuzz_*.c))
bench_objects  := $(patsubst %,$B/bench/%.o,$(call find,mm/*.c tests/bench/*.c))

ifneq ($V,1)
Q := @
say = @printf '  %-5s %s\n' $1 $2
endif

# $(call remember,TEXT): the recipe of a file that changes only when TEXT does. What depends on it is made again
# when flags, compiler or the list of files change, which no file's date would tell.
remember = @mkdir -p $(@D); printf '%s\n' '$1' | cmp -s - $@ || printf '%s\n' '$1' >$@

.PHONY: all iso FORCE
iso: $B/suture.iso ## the ISO alone
all: $B/suture.iso $B/suture.elf ## the ISO and the kernel (what plain `make` does)

$O/flags: FORCE
	$(call remember,$(shell $(CC_KERNEL) --version | head -n 1) $(warnings) $(language) $(machine) $(CFLAGS))
$B/parts: FORCE
	$(call remember,$O $(LDFLAGS) $(objects) $(programs) $(lectures))

# The one file taken from libstb-dev, by itself, so that cross compilers see no other header of the host.
$B/include/stb_sprintf.h: /usr/include/stb/stb_sprintf.h
	@mkdir -p $(@D)
	@cp $< $@

$O/%.c.o: %.c $O/flags | $B/include/stb_sprintf.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$Q$(CC_KERNEL) $(language) $(machine) $(warnings) $(CFLAGS) -MMD -MP -c $< -o $@

# The screen's fonts, from the console fonts of a Debian package.
$B/font.c: tools/font.py
	@mkdir -p $(@D)
	@$(PYTHON) $< $@

$O/font.o: $B/font.c $O/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$Q$(CC_KERNEL) $(language) $(machine) $(warnings) $(CFLAGS) -c $< -o $@

$O/%.asm.o: %.asm $O/flags
	$(call say,NASM,$<)
	@mkdir -p $(@D)
	$Qnasm -f elf32 -g -Werror -MD $(@:.o=.d) -MP -o $@ $<

# A program's own functions may stay undeclared, its unused ones cost nothing. In a program they stay what its source
# says, not inlined, cloned or left by a jump, because the screen names the function that called malloc.
$(user_library) $(program_objects): private language += -Iuser/lib
$(user_library) $(program_objects): private CFLAGS += -ffunction-sections -fdata-sections -Wno-missing-prototypes
$(program_objects): private CFLAGS += -Og -fno-inline -fno-optimize-sibling-calls

# ---- The kernel, linked twice: the first link gives the names that panics print, the second holds them ----------

$O/first.elf: $(kernel_objects) boot/kernel.ld tools/symbols.sh $B/parts
	@tools/symbols.sh $(binutils)nm </dev/null >$O/nosyms.asm && nasm -f elf32 $O/nosyms.asm -o $O/nosyms.o
	$Q$(LD) $(LDFLAGS) -T boot/kernel.ld -o $@ $(kernel_objects) $O/nosyms.o $(libgcc)

$B/suture.elf: $O/first.elf
	$(call say,LD,$@)
	@tools/symbols.sh $(binutils)nm $< >$O/ksyms.asm && nasm -f elf32 $O/ksyms.asm -o $O/ksyms.o
	$Q$(LD) $(LDFLAGS) -T boot/kernel.ld -o $@ $(kernel_objects) $O/ksyms.o $(libgcc)
	@tools/symbols.sh $(binutils)nm $@ | cmp -s - $O/ksyms.asm || { echo "$@: the second link moved functions" >&2; false; }

$B/user/%.elf: $O/user/%.c.o $(user_library) user/lib/user.ld $B/parts
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$Q$(LD) $(LDFLAGS) --gc-sections --strip-debug -T user/lib/user.ld -o $@ $< $(user_library) $(libgcc)

# Programs that only tests run; they go into no ISO but a test's own.
$B/tests/%.elf: $O/tests/user/%.c.o $(user_library) user/lib/user.ld $B/parts
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$Q$(LD) $(LDFLAGS) --gc-sections --strip-debug -T user/lib/user.ld -o $@ $< $(user_library) $(libgcc)

# Where fields of the kernel's structures lie, for tests that read guest memory from outside.
$B/tests/layout.txt: $O/tests/boot/layout.c.o
	@mkdir -p $(@D)
	@$(binutils)nm $< >$@

$B/suture.iso: $B/suture.elf $(programs) $(lectures) iso/grub.cfg.in tools/iso.sh $B/parts
	$(call say,ISO,$@)
	$QSTRIP=$(binutils)strip tools/iso.sh $@ $B/suture.elf $(programs) $(lectures)

# ---- Running and testing ----------------------------------------------------------------------------------------

.PHONY: run shots test soak fuzz coverage bench bench-host format lint
run: $B/suture.iso ## boot the ISO in QEMU: a window where there is a display, else in this terminal
	@tools/run.sh $< $(or $(MEMORY),16)

shots: all $B/tests/layout.txt ## draw every view of a running machine as a PNG in build/shots/
	@B=$B $(PYTHON) tools/shots.py $B/shots

test: all $(host_tests) $(fuzzers) $(test_programs) $B/tests/layout.txt ## all tests; the last line says how many passed and failed
	@B=$B $(PYTHON) tools/runtests.py $(or $(TESTS),$(host_tests) tests)

soak: $(soak_tests) ## the allocators against their models, 10 million operations each
	@OPERATIONS=10000000 TIME_LIMIT=7200 $(PYTHON) tools/runtests.py $^

fuzz: $(fuzzers) ## fuzz for ever, each fuzzer in turn, or only TARGET (memman, heap, space)
	@while :; do for fuzzer in $(or $(TARGET:%=$B/fuzz/fuzz_%),$^); do mkdir -p $$fuzzer.corpus; \
		$$fuzzer -max_total_time=600 -max_len=4096 -artifact_prefix=$$fuzzer- $$fuzzer.corpus || exit; done; done

coverage: $(coverage_tests) ## how much of mm/ the host tests run, by file; at least 95 % of the branches
	@$(PYTHON) tools/coverage.py $^

bench: $B/suture.elf $B/tests/bench.elf ## what calls cost, in instructions; QUICK=--quick leaves out what needs 1 GB
	@B=$B $(PYTHON) tools/bench.py $(QUICK)

bench-host: $B/bench/bench_host ## the heap policies beside other allocators, also on TRACES=FILE.rep...
	@$< $(TRACES)

sources = $(call find,boot/*.h kernel/*.[ch] mm/*.[ch] viz/*.[ch] user/*.[ch] user/lib/*.[ch] tests/*/*.[ch])

format: ## bring every C file into the project's layout
	@clang-format -i $(sources)

lint: $B/include/stb_sprintf.h ## clang-format and clang-tidy over every C file
	@clang-format --dry-run -Werror $(sources)
	@printf '%s\n' $(call find,kernel/*.c mm/*.c viz/*.c user/*.c user/lib/*.c) | xargs -P 2 -n 4 \
		sh -c 'clang-tidy --quiet "$$@" -- --target=i686-elf -ffreestanding $(language) -Iuser/lib 2>&1' tidy

# $(call built,DIRECTORY,COMPILER,FLAGS): the host's objects and tests, built in one of several ways.
define built
$B/$1/flags: FORCE
	$$(call remember,$$(shell $2 --version | head -n 1) $$(warnings) $$(language) $3 $$(host_library))
$B/$1/%.c.o: %.c $B/$1/flags | $B/include/stb_sprintf.h
	$$(call say,HOST,$$<)
	@mkdir -p $$(@D)
	$$Q$2 $$(language) $$(warnings) $3 -MMD -MP -c $$< -o $$@
$B/$1/test_%: $B/$1/tests/host/test_%.c.o $$(host_library:%=$B/$1/%)
	$$(call say,LINK,$$@)
	$$Q$2 $3 -o $$@ $$^ -lcmocka
endef

sanitize := -O1 -g -DHOST -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(eval $(call built,host,$(HOST_CC),$(sanitize)))
$(eval $(call built,fuzz,clang,$(sanitize) -fsanitize=fuzzer-no-link))
$(eval $(call built,coverage,clang,-O1 -g -DHOST -fprofile-instr-generate -fcoverage-mapping))
$(eval $(call built,bench,$(HOST_CC),-O2 -g -DHOST))

$B/fuzz/fuzz_%: $B/fuzz/tests/fuzz/fuzz_%.c.o $(fuzz_library)
	$(call say,LINK,$@)
	$Qclang $(sanitize) -fsanitize=fuzzer -o $@ $^

$B/bench/bench_host: $(bench_objects)
	$(call say,LINK,$@)
	$Q$(HOST_CC) -o $@ $^ -ldl

# ---- The rest ---------------------------------------------------------------------------------------------------

.PHONY: deps toolchain clean help
toolchain: ## build i686-elf-gcc from Debian's sources into PREFIX (build/toolchain): about 15 minutes
	@tools/toolchain.sh $(PREFIX)

clean: ## remove what was built, all but build/toolchain
	@find $B -mindepth 1 -maxdepth 1 ! -name toolchain -exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@printf '  %-10s %s\n' deps 'install what is missing; goes before other targets: make deps run'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r name text; do \
		printf '  %-10s %s\n' "$$name" "$$text"; done
	@echo 'Variables:'; sed -n 's/^#   /  /p' Makefile

-include $(objects:.o=.d) $O/tests/boot/layout.c.d
-include $(call find,$B/host/*/*.d $B/host/tests/*/*.d $B/fuzz/*/*.d $B/fuzz/tests/*/*.d)
-include $(call find,$B/coverage/*/*.d $B/coverage/tests/*/*.d $B/bench/*/*.d $B/bench/tests/*/*.d)

endif
