/* Where the program is entered from outside: an ENDBR64, then what Debian's start files (crt1.o, crti.o) have there.
   Theirs lack it, and a program that says it may run under indirect branch tracking needs it in every such place. */
    .intel_syntax noprefix
    .text

    .macro enters name, place
    .globl \name
    .hidden \name
    .type \name, @function
\name:
    endbr64
    jmp \place
    .size \name, . - \name
    .endm

    enters signet_start, _start
    enters signet_init, _init
    enters signet_fini, _fini

    .section .note.GNU-stack, "", @progbits

/* "This object may": IBT and SHSTK. */
    .section .note.gnu.property, "a"
    .balign 8
    .long 4, 16, 5
    .asciz "GNU"
    .long 0xc0000002, 4, 3, 0
