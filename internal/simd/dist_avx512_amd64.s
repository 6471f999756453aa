#include "textflag.h"

// The kernels of this file take rows of 32 samples or multiples of it, if they don't say otherwise.

DATA plus16<>+0(SB)/4, $0x00010001
GLOBL plus16<>(SB), RODATA|NOPTR, $4
DATA minus16<>+0(SB)/4, $0xFFFF0001
GLOBL minus16<>(SB), RODATA|NOPTR, $4

// SUMDWORDS adds up the sixteen dwords of Z into AX, overwriting the first register.
#define SUMDWORDS(Z, Y, X) \
	VEXTRACTI64X4 $1, Z, Y0  \
	VPADDD        Y0, Y, Y   \
	VEXTRACTI128  $1, Y, X0  \
	VPADDD        X0, X, X   \
	VPSHUFD       $0x4E, X, X0 \
	VPADDD        X0, X, X   \
	VPSHUFD       $0xB1, X, X0 \
	VPADDD        X0, X, X   \
	VMOVD         X, AX

#define SUMQWORDS(Z, Y, X) \
	VEXTRACTI64X4 $1, Z, Y0 \
	VPADDQ        Y0, Y, Y  \
	VEXTRACTI128  $1, Y, X0 \
	VPADDQ        X0, X, X  \
	VPSRLDQ       $8, X, X0 \
	VPADDQ        X0, X, X  \
	VMOVQ         X, AX

// WIDENSUMS adds the unsigned dwords of Z4 to the qwords of Z5 and clears them; Z6 is zero.
#define WIDENSUMS \
	VPUNPCKLDQ Z6, Z4, Z0 \
	VPUNPCKHDQ Z6, Z4, Z1 \
	VPADDQ     Z0, Z5, Z5 \
	VPADDQ     Z1, Z5, Z5 \
	VPXORQ     Z4, Z4, Z4

// func residualAVX512(dst *int16, dstStride int, src *uint16, srcStride int, pred *uint16, predStride, w, h int)
TEXT ·residualAVX512(SB), NOSPLIT, $0-64
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ srcStride+24(FP), R9
	MOVQ pred+32(FP), DX
	MOVQ predStride+40(FP), R10
	MOVQ w+48(FP), BX
	MOVQ h+56(FP), CX
	ADDQ BX, BX

row:
	XORL AX, AX

wide:
	VMOVDQU64 (SI)(AX*1), Z0
	VPSUBW    (DX)(AX*1), Z0, Z0
	VMOVDQU64 Z0, (DI)(AX*1)
	ADDQ      $64, AX
	CMPQ      AX, BX
	JLT       wide
	ADDQ      R8, DI
	ADDQ      R9, SI
	ADDQ      R10, DX
	DECQ      CX
	JNZ       row
	VZEROUPPER
	RET

// func sad16AVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
TEXT ·sad16AVX512(SB), NOSPLIT, $0-52
	MOVQ a+0(FP), SI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), DX
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	MOVQ h+40(FP), CX
	VPBROADCASTD plus16<>(SB), Z4
	VPXOR Y5, Y5, Y5
	ADDQ BX, BX

row:
	XORL AX, AX

wide:
	VMOVDQU64 (SI)(AX*1), Z0
	VPSUBW    (DX)(AX*1), Z0, Z0
	VPABSW    Z0, Z0
	VPMADDWD  Z4, Z0, Z0
	VPADDD    Z0, Z5, Z5
	ADDQ      $64, AX
	CMPQ      AX, BX
	JLT       wide
	ADDQ      R9, SI
	ADDQ      R10, DX
	DECQ      CX
	JNZ       row
	SUMDWORDS(Z5, Y5, X5)
	MOVL AX, ret+48(FP)
	VZEROUPPER
	RET

// func sseAVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64
//
// The squares of 32 rows fit into unsigned dwords.
TEXT ·sseAVX512(SB), NOSPLIT, $0-56
	MOVQ a+0(FP), SI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), DX
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	MOVQ h+40(FP), CX
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	ADDQ BX, BX

row:
	XORL AX, AX

wide:
	VMOVDQU64 (SI)(AX*1), Z0
	VPSUBW    (DX)(AX*1), Z0, Z0
	VPMADDWD  Z0, Z0, Z0
	VPADDD    Z0, Z4, Z4
	ADDQ      $64, AX
	CMPQ      AX, BX
	JLT       wide
	ADDQ      R9, SI
	ADDQ      R10, DX
	DECQ      CX
	TESTQ     $31, CX
	JNZ       row
	WIDENSUMS
	TESTQ     CX, CX
	JNZ       row
	SUMQWORDS(Z5, Y5, X5)
	MOVQ      AX, ret+48(FP)
	VZEROUPPER
	RET

// func momentsAVX512(a *uint16, stride, w, h int) (sum uint32, squares uint64)
TEXT ·momentsAVX512(SB), NOSPLIT, $0-48
	MOVQ a+0(FP), SI
	MOVQ stride+8(FP), R9
	MOVQ w+16(FP), BX
	MOVQ h+24(FP), CX
	VPBROADCASTD plus16<>(SB), Z3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	ADDQ BX, BX

row:
	XORL AX, AX

wide:
	VMOVDQU64 (SI)(AX*1), Z0
	VPMADDWD  Z3, Z0, Z1
	VPMADDWD  Z0, Z0, Z0
	VPADDD    Z1, Z7, Z7
	VPADDD    Z0, Z4, Z4
	ADDQ      $64, AX
	CMPQ      AX, BX
	JLT       wide
	ADDQ      R9, SI
	DECQ      CX
	TESTQ     $31, CX
	JNZ       row
	WIDENSUMS
	TESTQ     CX, CX
	JNZ       row
	SUMDWORDS(Z7, Y7, X7)
	MOVL      AX, sum+32(FP)
	SUMQWORDS(Z5, Y5, X5)
	MOVQ      AX, squares+40(FP)
	VZEROUPPER
	RET

// BUTTERFLIES makes sums and differences.
#define BUTTERFLIES(A, B, SUM, DIFF) \
	VPADDW B, A, SUM \
	VPSUBW B, A, DIFF

// PAIRS makes of the eight words of a row in each lane the dwords of sums or of differences.
#define PAIRS(A, B, C, D, FACTORS) \
	VPMADDWD FACTORS, A, Z0 \
	VPMADDWD FACTORS, B, Z1 \
	VPMADDWD FACTORS, C, Z2 \
	VPMADDWD FACTORS, D, Z3

// FOUR finishes four rows of PAIRS: the dwords are turned into columns, transformed, and the magnitudes
// of the last butterflies, |a+b| + |a-b| = 2 max(|a|, |b|), halved, added to Z20 and Z21.
#define FOUR \
	VPUNPCKLDQ  Z1, Z0, Z4   \
	VPUNPCKHDQ  Z1, Z0, Z5   \
	VPUNPCKLDQ  Z3, Z2, Z6   \
	VPUNPCKHDQ  Z3, Z2, Z7   \
	VPUNPCKLQDQ Z6, Z4, Z0   \
	VPUNPCKHQDQ Z6, Z4, Z1   \
	VPUNPCKLQDQ Z7, Z5, Z2   \
	VPUNPCKHQDQ Z7, Z5, Z3   \
	VPADDD      Z1, Z0, Z4   \
	VPSUBD      Z1, Z0, Z5   \
	VPADDD      Z3, Z2, Z6   \
	VPSUBD      Z3, Z2, Z7   \
	VPABSD      Z4, Z4       \
	VPABSD      Z5, Z5       \
	VPABSD      Z6, Z6       \
	VPABSD      Z7, Z7       \
	VPMAXSD     Z6, Z4, Z4   \
	VPMAXSD     Z7, Z5, Z5   \
	VPADDD      Z4, Z20, Z20 \
	VPADDD      Z5, Z21, Z21

// DIFF32 loads one row of 32 differences and steps to the next.
#define DIFF32(Z) \
	VMOVDQU64 (SI), Z    \
	VPSUBW    (DX), Z, Z \
	ADDQ      R9, SI     \
	ADDQ      R10, DX

// DIFF16 loads 16 differences and those eight rows below.
#define DIFF16(Y, Z) \
	VMOVDQU       (SI), Y                 \
	VINSERTI64X4  $1, (SI)(R9*8), Z, Z    \
	VMOVDQU       (DX), Y8                \
	VINSERTI64X4  $1, (DX)(R10*8), Z8, Z8 \
	VPSUBW        Z8, Z, Z                \
	ADDQ          R9, SI                  \
	ADDQ          R10, DX

// func satd8AVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
//
// Four transforms at once: side by side, or with w = 16 two by two, h being a multiple of 16.
TEXT ·satd8AVX512(SB), NOSPLIT, $0-52
	MOVQ a+0(FP), DI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), R8
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	VPBROADCASTD plus16<>(SB), Z18
	VPBROADCASTD minus16<>(SB), Z19
	VPXORQ Z20, Z20, Z20
	VPXORQ Z21, Z21, Z21

columns:
	MOVQ DI, SI
	MOVQ R8, DX
	MOVQ h+40(FP), CX

blocks:
	CMPQ BX, $16
	JEQ  narrow
	DIFF32(Z0)
	DIFF32(Z1)
	DIFF32(Z2)
	DIFF32(Z3)
	DIFF32(Z4)
	DIFF32(Z5)
	DIFF32(Z6)
	DIFF32(Z7)

transform:
	BUTTERFLIES(Z0, Z1, Z8, Z9)
	BUTTERFLIES(Z2, Z3, Z10, Z11)
	BUTTERFLIES(Z4, Z5, Z12, Z13)
	BUTTERFLIES(Z6, Z7, Z14, Z15)
	BUTTERFLIES(Z8, Z10, Z0, Z2)
	BUTTERFLIES(Z9, Z11, Z1, Z3)
	BUTTERFLIES(Z12, Z14, Z4, Z6)
	BUTTERFLIES(Z13, Z15, Z5, Z7)
	BUTTERFLIES(Z0, Z4, Z8, Z12)
	BUTTERFLIES(Z1, Z5, Z9, Z13)
	BUTTERFLIES(Z2, Z6, Z10, Z14)
	BUTTERFLIES(Z3, Z7, Z11, Z15)
	PAIRS(Z8, Z9, Z10, Z11, Z18)
	FOUR
	PAIRS(Z8, Z9, Z10, Z11, Z19)
	FOUR
	PAIRS(Z12, Z13, Z14, Z15, Z18)
	FOUR
	PAIRS(Z12, Z13, Z14, Z15, Z19)
	FOUR
	SUBQ $8, CX
	JG   blocks
	ADDQ $64, DI
	ADDQ $64, R8
	SUBQ $32, BX
	JG   columns
	VPADDD Z20, Z21, Z1
	SUMDWORDS(Z1, Y1, X1)
	ADDL AX, AX
	MOVL AX, ret+48(FP)
	VZEROUPPER
	RET

narrow:
	DIFF16(Y0, Z0)
	DIFF16(Y1, Z1)
	DIFF16(Y2, Z2)
	DIFF16(Y3, Z3)
	DIFF16(Y4, Z4)
	DIFF16(Y5, Z5)
	DIFF16(Y6, Z6)
	DIFF16(Y7, Z7)
	LEAQ (SI)(R9*8), SI
	LEAQ (DX)(R10*8), DX
	SUBQ $8, CX
	JMP  transform
