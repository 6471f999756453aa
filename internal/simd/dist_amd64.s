#include "textflag.h"

DATA ones16<>+0(SB)/8, $0x0001000100010001
GLOBL ones16<>(SB), RODATA|NOPTR, $8

// Pairs for VPMADDWD: sums in the low half, differences in the high half.
DATA pairs16<>+0(SB)/8, $0x0001000100010001
DATA pairs16<>+8(SB)/8, $0x0001000100010001
DATA pairs16<>+16(SB)/8, $0xFFFF0001FFFF0001
DATA pairs16<>+24(SB)/8, $0xFFFF0001FFFF0001
GLOBL pairs16<>(SB), RODATA|NOPTR, $32

// SUMDWORDS adds up the eight dwords of Y into AX, overwriting T.
#define SUMDWORDS(Y, X, T) \
	VEXTRACTI128 $1, Y, T   \
	VPADDD       T, X, X    \
	VPSHUFD      $0x4E, X, T \
	VPADDD       T, X, X    \
	VPSHUFD      $0xB1, X, T \
	VPADDD       T, X, X    \
	VMOVD        X, AX

// WIDENSUMS adds the unsigned dwords of Y4 to the qwords of Y5 and clears them; Y6 is zero. The squares of
// 16 rows of at most 128 samples fit, and those of 128 rows of at most 16.
#define WIDENSUMS \
	VPUNPCKLDQ Y6, Y4, Y0 \
	VPUNPCKHDQ Y6, Y4, Y1 \
	VPADDQ     Y0, Y5, Y5 \
	VPADDQ     Y1, Y5, Y5 \
	VPXOR      Y4, Y4, Y4

// func residualAVX2(dst *int16, dstStride int, src *uint16, srcStride int, pred *uint16, predStride, w, h int)
TEXT ·residualAVX2(SB), NOSPLIT, $0-64
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ srcStride+24(FP), R9
	MOVQ pred+32(FP), DX
	MOVQ predStride+40(FP), R10
	MOVQ w+48(FP), BX
	MOVQ h+56(FP), CX
	ADDQ BX, BX
	CMPQ BX, $16
	JEQ  row8
	JLT  row4

row:
	XORQ AX, AX

wide:
	VMOVDQU (SI)(AX*1), Y0
	VPSUBW  (DX)(AX*1), Y0, Y0
	VMOVDQU Y0, (DI)(AX*1)
	ADDQ    $32, AX
	CMPQ    AX, BX
	JLT     wide
	ADDQ    R8, DI
	ADDQ    R9, SI
	ADDQ    R10, DX
	DECQ    CX
	JNZ     row
	VZEROUPPER
	RET

row8:
	VMOVDQU (SI), X0
	VPSUBW  (DX), X0, X0
	VMOVDQU X0, (DI)
	ADDQ    R8, DI
	ADDQ    R9, SI
	ADDQ    R10, DX
	DECQ    CX
	JNZ     row8
	RET

row4:
	VMOVQ  (SI), X0
	VMOVQ  (DX), X1
	VPSUBW X1, X0, X0
	VMOVQ  X0, (DI)
	ADDQ   R8, DI
	ADDQ   R9, SI
	ADDQ   R10, DX
	DECQ   CX
	JNZ    row4
	RET

// func sad16AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
TEXT ·sad16AVX2(SB), NOSPLIT, $0-52
	MOVQ a+0(FP), SI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), DX
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	MOVQ h+40(FP), CX
	VPBROADCASTQ ones16<>(SB), Y4
	VPXOR Y5, Y5, Y5
	ADDQ BX, BX
	CMPQ BX, $16
	JEQ  row8
	JLT  row4

row:
	XORQ AX, AX

wide:
	VMOVDQU  (SI)(AX*1), Y0
	VPSUBW   (DX)(AX*1), Y0, Y0
	VPABSW   Y0, Y0
	VPMADDWD Y4, Y0, Y0
	VPADDD   Y0, Y5, Y5
	ADDQ     $32, AX
	CMPQ     AX, BX
	JLT      wide
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row

done:
	SUMDWORDS(Y5, X5, X0)
	MOVL AX, ret+48(FP)
	VZEROUPPER
	RET

row8:
	VMOVDQU  (SI), X0
	VPSUBW   (DX), X0, X0
	VPABSW   X0, X0
	VPMADDWD X4, X0, X0
	VPADDD   Y0, Y5, Y5
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row8
	JMP      done

row4:
	VMOVQ    (SI), X0
	VMOVQ    (DX), X1
	VPSUBW   X1, X0, X0
	VPABSW   X0, X0
	VPMADDWD X4, X0, X0
	VPADDD   Y0, Y5, Y5
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row4
	JMP      done

// func sseAVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64
TEXT ·sseAVX2(SB), NOSPLIT, $0-56
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
	CMPQ BX, $16
	JEQ  row8
	JLT  row4
	CMPQ BX, $32
	JEQ  row16

row:
	XORQ AX, AX

wide:
	VMOVDQU  (SI)(AX*1), Y0
	VPSUBW   (DX)(AX*1), Y0, Y0
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y0, Y4, Y4
	ADDQ     $32, AX
	CMPQ     AX, BX
	JLT      wide
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	TESTQ    $15, CX
	JNZ      row
	WIDENSUMS
	TESTQ    CX, CX
	JNZ      row

done:
	VEXTRACTI128 $1, Y5, X0
	VPADDQ  X0, X5, X5
	VPSRLDQ $8, X5, X0
	VPADDQ  X0, X5, X5
	VMOVQ   X5, AX
	MOVQ    AX, ret+48(FP)
	VZEROUPPER
	RET

row16:
	VMOVDQU  (SI), Y0
	VPSUBW   (DX), Y0, Y0
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row16
	WIDENSUMS
	JMP      done

row8:
	VMOVDQU  (SI), X0
	VPSUBW   (DX), X0, X0
	VPMADDWD X0, X0, X0
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row8
	WIDENSUMS
	JMP      done

row4:
	VMOVQ    (SI), X0
	VMOVQ    (DX), X1
	VPSUBW   X1, X0, X0
	VPMADDWD X0, X0, X0
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	ADDQ     R10, DX
	DECQ     CX
	JNZ      row4
	WIDENSUMS
	JMP      done

// func momentsAVX2(a *uint16, stride, w, h int) (sum uint32, squares uint64)
TEXT ·momentsAVX2(SB), NOSPLIT, $0-48
	MOVQ a+0(FP), SI
	MOVQ stride+8(FP), R9
	MOVQ w+16(FP), BX
	MOVQ h+24(FP), CX
	VPBROADCASTQ ones16<>(SB), Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	ADDQ BX, BX
	CMPQ BX, $16
	JEQ  row8
	JLT  row4
	CMPQ BX, $32
	JEQ  row16

row:
	XORQ AX, AX

wide:
	VMOVDQU  (SI)(AX*1), Y0
	VPMADDWD Y3, Y0, Y1
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y1, Y7, Y7
	VPADDD   Y0, Y4, Y4
	ADDQ     $32, AX
	CMPQ     AX, BX
	JLT      wide
	ADDQ     R9, SI
	DECQ     CX
	TESTQ    $15, CX
	JNZ      row
	WIDENSUMS
	TESTQ    CX, CX
	JNZ      row

done:
	SUMDWORDS(Y7, X7, X0)
	MOVL AX, sum+32(FP)
	VEXTRACTI128 $1, Y5, X0
	VPADDQ  X0, X5, X5
	VPSRLDQ $8, X5, X0
	VPADDQ  X0, X5, X5
	VMOVQ   X5, AX
	MOVQ    AX, squares+40(FP)
	VZEROUPPER
	RET

row16:
	VMOVDQU  (SI), Y0
	VPMADDWD Y3, Y0, Y1
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y1, Y7, Y7
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	DECQ     CX
	JNZ      row16
	WIDENSUMS
	JMP      done

row8:
	VMOVDQU  (SI), X0
	VPMADDWD X3, X0, X1
	VPMADDWD X0, X0, X0
	VPADDD   Y1, Y7, Y7
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	DECQ     CX
	JNZ      row8
	WIDENSUMS
	JMP      done

row4:
	VMOVQ    (SI), X0
	VPMADDWD X3, X0, X1
	VPMADDWD X0, X0, X0
	VPADDD   Y1, Y7, Y7
	VPADDD   Y0, Y4, Y4
	ADDQ     R9, SI
	DECQ     CX
	JNZ      row4
	WIDENSUMS
	JMP      done

// DIFF loads one row of eight differences and steps to the next.
#define DIFF(X) \
	VMOVDQU (SI), X     \
	VPSUBW  (DX), X, X  \
	ADDQ    R9, SI      \
	ADDQ    R10, DX

// BUTTERFLY replaces A and B by their sum and difference.
#define BUTTERFLY(A, B, T) \
	VPADDW B, A, T \
	VPSUBW B, A, B \
	VMOVDQA T, A

#define BUTTERFLYD(A, B, T) \
	VPADDD B, A, T \
	VPSUBD B, A, B \
	VMOVDQA T, A

// PAIRS makes of the eight words of a row the dwords of sums, low, and differences, high.
#define PAIRS(X, Y) \
	VINSERTI128 $1, X, Y, Y \
	VPMADDWD    Y15, Y, Y

// FOUR finishes four rows: the rows' dwords are turned into columns, transformed,
// and the magnitudes of the last butterflies, |a+b| + |a-b| = 2 max(|a|, |b|), halved, added to Y14.
#define FOUR(A, B, C, D) \
	VPUNPCKLDQ  B, A, Y8    \
	VPUNPCKHDQ  B, A, Y9    \
	VPUNPCKLDQ  D, C, Y10   \
	VPUNPCKHDQ  D, C, Y11   \
	VPUNPCKLQDQ Y10, Y8, A  \
	VPUNPCKHQDQ Y10, Y8, B  \
	VPUNPCKLQDQ Y11, Y9, C  \
	VPUNPCKHQDQ Y11, Y9, D  \
	BUTTERFLYD(A, B, Y8)    \
	BUTTERFLYD(C, D, Y8)    \
	VPABSD      A, A        \
	VPABSD      B, B        \
	VPABSD      C, C        \
	VPABSD      D, D        \
	VPMAXSD     C, A, A     \
	VPMAXSD     D, B, B     \
	VPADDD      A, Y14, Y14 \
	VPADDD      B, Y14, Y14

// func satd8AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
TEXT ·satd8AVX2(SB), NOSPLIT, $0-52
	MOVQ a+0(FP), DI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), R8
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	VMOVDQU pairs16<>(SB), Y15
	VPXOR Y14, Y14, Y14

column:
	MOVQ DI, SI
	MOVQ R8, DX
	MOVQ h+40(FP), CX

block:
	DIFF(X0)
	DIFF(X1)
	DIFF(X2)
	DIFF(X3)
	DIFF(X4)
	DIFF(X5)
	DIFF(X6)
	DIFF(X7)
	BUTTERFLY(X0, X1, X8)
	BUTTERFLY(X2, X3, X9)
	BUTTERFLY(X4, X5, X8)
	BUTTERFLY(X6, X7, X9)
	BUTTERFLY(X0, X2, X8)
	BUTTERFLY(X1, X3, X9)
	BUTTERFLY(X4, X6, X8)
	BUTTERFLY(X5, X7, X9)
	BUTTERFLY(X0, X4, X8)
	BUTTERFLY(X1, X5, X9)
	BUTTERFLY(X2, X6, X8)
	BUTTERFLY(X3, X7, X9)
	PAIRS(X0, Y0)
	PAIRS(X1, Y1)
	PAIRS(X2, Y2)
	PAIRS(X3, Y3)
	PAIRS(X4, Y4)
	PAIRS(X5, Y5)
	PAIRS(X6, Y6)
	PAIRS(X7, Y7)
	FOUR(Y0, Y1, Y2, Y3)
	FOUR(Y4, Y5, Y6, Y7)
	SUBQ $8, CX
	JG   block
	ADDQ $16, DI
	ADDQ $16, R8
	SUBQ $8, BX
	JG   column
	SUMDWORDS(Y14, X14, X0)
	ADDL AX, AX
	MOVL AX, ret+48(FP)
	VZEROUPPER
	RET

#define DIFF4(X, T) \
	VMOVQ  (SI), X    \
	VMOVQ  (DX), T    \
	VPSUBW T, X, X    \
	ADDQ   R9, SI     \
	ADDQ   R10, DX

// LAST4 adds the magnitudes of a row's last butterflies: every dword meets its
// neighbour twice, so that the sum needs no doubling.
#define LAST4(X, Y) \
	VINSERTI128 $1, X, Y, Y \
	VPMADDWD    Y15, Y, Y   \
	VPABSD      Y, Y        \
	VPSHUFD     $0xB1, Y, Y8 \
	VPMAXSD     Y8, Y, Y    \
	VPADDD      Y, Y14, Y14

// func satd4AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
TEXT ·satd4AVX2(SB), NOSPLIT, $0-52
	MOVQ a+0(FP), DI
	MOVQ aStride+8(FP), R9
	MOVQ b+16(FP), R8
	MOVQ bStride+24(FP), R10
	MOVQ w+32(FP), BX
	VMOVDQU pairs16<>(SB), Y15
	VPXOR Y14, Y14, Y14

column:
	MOVQ DI, SI
	MOVQ R8, DX
	MOVQ h+40(FP), CX

block:
	CMPQ BX, $4
	JEQ  narrow
	DIFF(X0)
	DIFF(X1)
	DIFF(X2)
	DIFF(X3)

transform:
	BUTTERFLY(X0, X1, X8)
	BUTTERFLY(X2, X3, X9)
	BUTTERFLY(X0, X2, X8)
	BUTTERFLY(X1, X3, X9)
	LAST4(X0, Y0)
	LAST4(X1, Y1)
	LAST4(X2, Y2)
	LAST4(X3, Y3)
	SUBQ $4, CX
	JG   block
	ADDQ $16, DI
	ADDQ $16, R8
	SUBQ $8, BX
	JG   column
	SUMDWORDS(Y14, X14, X0)
	MOVL AX, ret+48(FP)
	VZEROUPPER
	RET

narrow:
	DIFF4(X0, X8)
	DIFF4(X1, X8)
	DIFF4(X2, X8)
	DIFF4(X3, X8)
	JMP transform

