/*
 * COM1, a 16550 at 115,200 baud: a ring for what comes in, one for what goes out, both moved by its
 * interrupt. Where there is no chip, or a line that takes nothing, nobody waits for it.
 */
#include "kernel/kernel.h"

/* 16550: registers, and the bits used. */
enum {
    COM1 = 0x3F8,
    DATA = COM1,
    IER = COM1 + 1,
    IIR = COM1 + 2,
    FCR = COM1 + 2,
    LCR = COM1 + 3,
    MCR = COM1 + 4,
    LSR = COM1 + 5,
    SCRATCH = COM1 + 7
};
enum {
    IER_ALL = 0x07,
    IIR_NOTHING = 0x01,
    FCR_ON_CLEAR = 0xC7,
    LCR_DIVISOR = 0x80,
    LCR_8N1 = 0x03,
    MCR_ON = 0x0B
};
enum { LSR_INPUT = 0x01, LSR_OVERRUN = 0x02, LSR_TAKES = 0x20, LSR_IDLE = 0x40 };
enum { DIVISOR = 1, FIFO = 16, IRQ_ROUNDS = 64 };

#define OUTPUT_MOST        16384u /* powers of two, both */
#define INPUT_MOST         4096u
#define PATIENCE_US        100000u
#define ANSWER_PATIENCE_US 10000000u /* somebody asked, and waits for the end of it */
#define TOLD_BYTES         128u      /* room for the line that says what was lost */

static bool present, stuck;
static uint8_t output[OUTPUT_MOST], input[INPUT_MOST];
static uint32_t output_in, output_out; /* bytes ever put in and taken out */
static volatile uint32_t input_in, input_out;
static uint32_t lost_input, lost_output;
static uint32_t lost_answer; /* of the last answer: from the first byte on that found no room */

/* Gives the chip what it takes; interrupts off. */
static void pump(void) {
    if (output_in == output_out || !(inb(LSR) & LSR_TAKES))
        return;
    for (int i = 0; i < FIFO && output_out != output_in; i++)
        outb(DATA, output[output_out++ % OUTPUT_MOST]);
    stuck = false;
}

static void receive(void) {
    uint8_t status;
    for (int i = 0; i < FIFO && (status = inb(LSR)) & LSR_INPUT; i++) {
        lost_input += (status & LSR_OVERRUN) != 0;
        uint8_t byte = inb(DATA);
        if (input_in - input_out < INPUT_MOST)
            input[input_in++ % INPUT_MOST] = byte;
        else
            lost_input++;
    }
    kernel_wanted = true;
}

static void irq(void) {
    for (int i = 0; i < IRQ_ROUNDS && !(inb(IIR) & IIR_NOTHING); i++) {
        if (inb(LSR) & LSR_INPUT)
            receive();
        pump();
    }
}

void serial_init(void) {
    outb(SCRATCH, 0x5A);
    present = inb(SCRATCH) == 0x5A;
    if (!present)
        return;
    outb(IER, 0);
    outb(LCR, LCR_DIVISOR);
    outb(DATA, DIVISOR);
    outb(IER, 0);
    outb(LCR, LCR_8N1);
    outb(FCR, FCR_ON_CLEAR);
    outb(MCR, MCR_ON);
    irq_enable(IRQ_SERIAL, irq);
    outb(IER, IER_ALL);
}

/* Makes room for a byte, for as long as it is worth it. */
static bool room(uint32_t patience_us) {
    uint64_t start = clock_us();
    while (output_in - output_out == OUTPUT_MOST) {
        bool late =
            clock_us() - start > patience_us; /* before the attempt: a held up machine gets one more */
        bool on = interrupts_save();
        pump();
        interrupts_restore(on);
        stuck = stuck || (late && output_in - output_out == OUTPUT_MOST);
        if (stuck)
            return output_in - output_out < OUTPUT_MOST;
    }
    return true;
}

/* How many bytes found no room. */
static uint32_t put(const char *text, uint32_t size, uint32_t patience_us) {
    if (!present)
        return 0;
    for (; size && room(patience_us); text++, size--)
        output[output_in++ % OUTPUT_MOST] = (uint8_t)*text;
    bool on = interrupts_save();
    pump();
    interrupts_restore(on);
    return size;
}

void serial_write(const char *text, uint32_t size) {
    lost_output += put(text, size, PATIENCE_US);
}

void serial_answer(const char *text, uint32_t size) {
    stuck = stuck && lost_answer; /* whatever became of the log: somebody has just asked */
    lost_answer += lost_answer ? size : put(text, size, ANSWER_PATIENCE_US);
}

bool serial_answered(void) {
    char told[TOLD_BYTES];
    if (!lost_answer)
        return true;
    if (stuck || output_in - output_out > OUTPUT_MOST - TOLD_BYTES)
        return false;
    format_text(told, sizeof told, "\nerror: %" PRIu32 " bytes of this answer were lost\n", lost_answer);
    lost_answer = 0;
    serial_write(told, text_length(told));
    return true;
}

void serial_flush(void) {
    uint64_t last = clock_us();
    while (present && clock_us() - last < PATIENCE_US) {
        bool on = interrupts_save();
        uint32_t before = output_out;
        pump();
        if (output_out != before)
            last = clock_us();
        interrupts_restore(on);
        if (output_in == output_out && inb(LSR) & LSR_IDLE)
            return;
    }
}

int serial_read(void) {
    return input_in == input_out ? -1 : input[input_out++ % INPUT_MOST];
}

static uint32_t take(uint32_t *counter) {
    bool on = interrupts_save();
    uint32_t count = *counter;
    *counter = 0;
    interrupts_restore(on);
    return count;
}

uint32_t serial_lost_input(void) {
    return take(&lost_input);
}

uint32_t serial_lost_output(void) {
    return stuck ? 0 : take(&lost_output); /* to be said when it can be heard */
}
