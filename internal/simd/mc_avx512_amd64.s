#include "textflag.h"

// Filters of motion compensation on 16-bit samples, of 6 or 8 taps and 8 columns or more. Pairs of taps go through
// VPDPWSSD: across, the pairs of the even and of the odd outputs are what lies in memory, one sample apart;
// down, two rows are interleaved, and each pair of rows serves three or four rows of the output.

// Words of both halves of a lane in turn.
DATA alternate<>+0(SB)/8, $0x0b0a030209080100
DATA alternate<>+8(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+16(SB)/8, $0x0b0a030209080100
DATA alternate<>+24(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+32(SB)/8, $0x0b0a030209080100
DATA alternate<>+40(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+48(SB)/8, $0x0b0a030209080100
DATA alternate<>+56(SB)/8, $0x0f0e07060d0c0504
GLOBL alternate<>(SB), RODATA|NOPTR, $64

// Registers: DI, R8 destination and its stride, SI, R9 source and its stride, in bytes; R10, R11 width and rows;
// vectors 16 to 19 pairs of taps, 20 rounding, 21 and 22 the least and greatest output, X23 shift.
#define ARGUMENTS \
	MOVQ         dst+0(FP), DI        \
	MOVQ         dstStride+8(FP), R8  \
	MOVQ         src+16(FP), SI       \
	MOVQ         srcStride+24(FP), R9 \
	MOVQ         w+32(FP), R10        \
	MOVQ         h+40(FP), R11        \
	MOVQ         taps+48(FP), CX      \
	MOVQ         n+56(FP), DX         \
	VPBROADCASTD (CX), Z16            \
	VPBROADCASTD 4(CX), Z17           \
	VPBROADCASTD 8(CX), Z18           \
	VPBROADCASTD round+64(FP), Z20    \
	VMOVD        shift+68(FP), X23    \
	VPBROADCASTW least+72(FP), Z21    \
	VPBROADCASTW most+74(FP), Z22

// NARROW shifts the sums in a and b and leaves them in a as words, those of b behind those of a in each lane.
#define NARROW(a, b) \
	VPSRAD    X23, a, a   \
	VPSRAD    X23, b, b   \
	VPACKSSDW b, a, a

#define LIMIT(a, least, most) \
	VPMAXSW least, a, a  \
	VPMINSW most, a, a

#define ACROSS6(p, even, odd, f01, f23, f45, f67, round) \
	VMOVDQA64 round, even         \
	VMOVDQA64 round, odd          \
	VPDPWSSD  (p), f01, even      \
	VPDPWSSD  2(p), f01, odd      \
	VPDPWSSD  4(p), f23, even     \
	VPDPWSSD  6(p), f23, odd      \
	VPDPWSSD  8(p), f45, even     \
	VPDPWSSD  10(p), f45, odd

#define ACROSS8(p, even, odd, f01, f23, f45, f67, round) \
	ACROSS6(p, even, odd, f01, f23, f45, f67, round) \
	VPDPWSSD  12(p), f67, even    \
	VPDPWSSD  14(p), f67, odd

// ROW filters and stores a row of one vector.
#define ROW(loop, end, ACROSS, even, odd, f01, f23, f45, f67, round, least, most, order, store) \
loop:                              \
	ACROSS(SI, even, odd, f01, f23, f45, f67, round) \
	NARROW(even, odd)              \
	VPSHUFB order, even, even      \
	LIMIT(even, least, most)       \
	store   even, (DI)             \
	ADDQ    R9, SI                 \
	ADDQ    R8, DI                 \
	DECQ    R11                    \
	JNZ     loop                   \
	JMP     end

// WIDE goes over rows of several vectors of 32 samples.
#define WIDE(loop, column, end, ACROSS) \
loop:                              \
	MOVQ SI, CX                    \
	MOVQ DI, BX                    \
	MOVQ R10, AX                   \
column:                            \
	ACROSS(CX, Z0, Z1, Z16, Z17, Z18, Z19, Z20) \
	NARROW(Z0, Z1)                 \
	VPSHUFB   Z24, Z0, Z0          \
	LIMIT(Z0, Z21, Z22)            \
	VMOVDQU64 Z0, (BX)             \
	ADDQ      $64, CX              \
	ADDQ      $64, BX              \
	SUBQ      $32, AX              \
	JNZ       column               \
	ADDQ      R9, SI               \
	ADDQ      R8, DI               \
	DECQ      R11                  \
	JNZ       loop                 \
	JMP       end

// func firAcrossAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)
TEXT ·firAcrossAVX512(SB), NOSPLIT, $0-76
	ARGUMENTS
	VMOVDQU64 alternate<>(SB), Z24
	CMPQ      DX, $8
	JNE       across6
	VPBROADCASTD 12(CX), Z19
	CMPQ      R10, $16
	JLT       across8x8
	JEQ       across8x16
	WIDE(across8x32, column8, acrossEnd, ACROSS8)

across8x16:
	ROW(row8x16, acrossEnd, ACROSS8, Y0, Y1, Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y24, VMOVDQU)

across8x8:
	ROW(row8x8, acrossEnd, ACROSS8, X0, X1, X16, X17, X18, X19, X20, X21, X22, X24, VMOVDQU)

across6:
	CMPQ R10, $16
	JLT  across6x8
	JEQ  across6x16
	WIDE(across6x32, column6, acrossEnd, ACROSS6)

across6x16:
	ROW(row6x16, acrossEnd, ACROSS6, Y0, Y1, Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y24, VMOVDQU)

across6x8:
	ROW(row6x8, acrossEnd, ACROSS6, X0, X1, X16, X17, X18, X19, X20, X21, X22, X24, VMOVDQU)

acrossEnd:
	VZEROUPPER
	RET
