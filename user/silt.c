/*
 * How the seed's table silts up. It has 4,090 entries, and what is freed when they are used up is lost (its case 8).
 * exec alone is enough: it frees the headers of the file it loaded by their pointers, so their first words are
 * taken for address and size (its case 9). "silt 8", "silt 9", or both.
 */
#include "suture.h"

PROGRAM("fills the table until it loses what is freed")

static const uint32_t file_header[] = {0x464C457F /* "\177ELF" */, 0x00010101},
                      program_header[] = {1, 0x1000};

static void isolated(void) {
    say("Case 8: every other 16 bytes of a large block are freed.");
    sleep_ms(2000);
    char *block = malloc(5000 * 32);
    int accepted = 0, answer = OK;
    for (int i = 0; i < 4087; i++) {
        answer = free_sized(block + 32 * i + 16, 16);
        accepted += answer == OK;
    }
    printf("%d of 4087 frees accepted, the last one returned %d\n", accepted, answer);
    say(accepted ? "The table is full. Whatever is freed from now on is dropped."
                 : "Each refused: inside a block, not its start. The table is as it was.");
    sleep_ms(4000);
    free(block);
}

static void exec(void) {
    say("Case 9: exec frees its file's headers by pointer, 2,044 times.");
    sleep_ms(2000);
    int accepted = 0;
    for (int i = 0; i < 2044; i++)
        accepted += exec_free(file_header) == OK && exec_free(program_header) == OK;
    printf("%d of 2044 accepted\n", accepted);
    say(accepted    ? "The letters ELF were an address, thousands of times."
        : sutured() ? "The table is full already: all of them are dropped and counted."
                    : "Refused: nothing was ever lent there.");
    sleep_ms(4000);
}

int main(int argc, char **argv) {
    int wanted = argc > 1 ? atoi(argv[1]) : 0;
    if (wanted != 9)
        isolated();
    if (wanted != 8)
        exec();
    uint32_t mine = do_malloc(4096);
    do_malloc(4096);
    int answer = do_free(mine, 4096);
    say(answer == OK ? "A real free still works."
                     : "And a real free is lost: nobody will ever get it again.");
    sleep_ms(4000);
    return 0;
}
