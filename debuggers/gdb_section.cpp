// SPDX-License-Identifier: BSL-1.0
//
// Part of each program that links syncmap::gdb: tells gdb where the printers are, in a section that is
// not loaded into memory and that strip takes away with the rest of what debuggers read.
#if defined(__ELF__)
asm(".pushsection \".debug_gdb_scripts\", \"MS\", %progbits, 1\n"
    ".byte 1\n"  // what follows is the name of a file in Python
    ".asciz \"" SYNCMAP_GDB_SCRIPT "\"\n"
    ".popsection\n");
#endif
