#include "textflag.h"

// Eight pairs of references: SI, R8, R13 source, its stride and three times that; DX the pairs; R9, R11
// the stride of the references and three times that; R12 offset of the row; CX, R10 width and rows left.
// The source is in vectors 4 to 7, the sums of the pairs in 8 to 15.

// PAIR and ONE add the differences of source s to a pair of references and to one.
#define PAIR(a, b, s, x, sum) \
	VMOVDQU a, x           \
	VPAVGB  b, x, x        \
	VPSADBW s, x, x        \
	VPADDD  x, sum, sum

#define ONE(a, s, x, sum) \
	VPSADBW a, s, x        \
	VPADDD  x, sum, sum

#define EIGHT(a, b, x) \
	VMOVQ   a, x           \
	VMOVHPS b, x, x

// SRC4 loads four rows of a vector.
#define SRC4(r0, r1, r2, r3, LOAD) \
	LOAD (SI), r0           \
	LOAD (SI)(R8*1), r1     \
	LOAD (SI)(R8*2), r2     \
	LOAD (SI)(R13*1), r3    \
	LEAQ (SI)(R8*4), SI

#define SRC8 \
	EIGHT((SI), (SI)(R8*1), X4)          \
	EIGHT((SI)(R8*2), (SI)(R13*1), X5)   \
	LEAQ (SI)(R8*4), SI

// SRC64 loads two rows of 64 samples.
#define SRC64 \
	VMOVDQU (SI), Y4             \
	VMOVDQU 32(SI), Y5           \
	VMOVDQU (SI)(R8*1), Y6       \
	VMOVDQU 32(SI)(R8*1), Y7     \
	LEAQ    (SI)(R8*2), SI

#define PAIR8(sx, sy) \
	EIGHT((AX), (AX)(R9*1), X0)          \
	EIGHT((BX), (BX)(R9*1), X1)          \
	EIGHT((AX)(R9*2), (AX)(R11*1), X2)   \
	EIGHT((BX)(R9*2), (BX)(R11*1), X3)   \
	VPAVGB  X1, X0, X0                   \
	VPAVGB  X3, X2, X2                   \
	VPSADBW X4, X0, X0                   \
	VPSADBW X5, X2, X2                   \
	VPADDD  Y0, sy, sy                   \
	VPADDD  Y2, sy, sy

#define ONE8(sx, sy) \
	EIGHT((AX), (AX)(R9*1), X0)          \
	EIGHT((AX)(R9*2), (AX)(R11*1), X2)   \
	VPSADBW X4, X0, X0                   \
	VPSADBW X5, X2, X2                   \
	VPADDD  Y0, sy, sy                   \
	VPADDD  Y2, sy, sy

#define PAIR16(sx, sy) \
	PAIR((AX), (BX), X4, X0, sx)                \
	PAIR((AX)(R9*1), (BX)(R9*1), X5, X1, sx)    \
	PAIR((AX)(R9*2), (BX)(R9*2), X6, X2, sx)    \
	PAIR((AX)(R11*1), (BX)(R11*1), X7, X3, sx)

#define ONE16(sx, sy) \
	ONE((AX), X4, X0, sx)         \
	ONE((AX)(R9*1), X5, X1, sx)   \
	ONE((AX)(R9*2), X6, X2, sx)   \
	ONE((AX)(R11*1), X7, X3, sx)

#define PAIR32(sx, sy) \
	PAIR((AX), (BX), Y4, Y0, sy)                \
	PAIR((AX)(R9*1), (BX)(R9*1), Y5, Y1, sy)    \
	PAIR((AX)(R9*2), (BX)(R9*2), Y6, Y2, sy)    \
	PAIR((AX)(R11*1), (BX)(R11*1), Y7, Y3, sy)

#define ONE32(sx, sy) \
	ONE((AX), Y4, Y0, sy)         \
	ONE((AX)(R9*1), Y5, Y1, sy)   \
	ONE((AX)(R9*2), Y6, Y2, sy)   \
	ONE((AX)(R11*1), Y7, Y3, sy)

#define PAIR64(sx, sy) \
	PAIR((AX), (BX), Y4, Y0, sy)                    \
	PAIR(32(AX), 32(BX), Y5, Y1, sy)                \
	PAIR((AX)(R9*1), (BX)(R9*1), Y6, Y2, sy)        \
	PAIR(32(AX)(R9*1), 32(BX)(R9*1), Y7, Y3, sy)

#define ONE64(sx, sy) \
	ONE((AX), Y4, Y0, sy)             \
	ONE(32(AX), Y5, Y1, sy)           \
	ONE((AX)(R9*1), Y6, Y2, sy)       \
	ONE(32(AX)(R9*1), Y7, Y3, sy)

#define PAIR64Z(a, b, s, x, sum) \
	VMOVDQU64 a, x         \
	VPAVGB    b, x, x      \
	VPSADBW   s, x, x      \
	VPADDD    x, sum, sum

#define PAIRZ(sx, sz) \
	PAIR64Z((AX), (BX), Z4, Z0, sz)                \
	PAIR64Z((AX)(R9*1), (BX)(R9*1), Z5, Z1, sz)    \
	PAIR64Z((AX)(R9*2), (BX)(R9*2), Z6, Z2, sz)    \
	PAIR64Z((AX)(R11*1), (BX)(R11*1), Z7, Z3, sz)

#define ONEZ(sx, sz) \
	ONE((AX), Z4, Z0, sz)         \
	ONE((AX)(R9*1), Z5, Z1, sz)   \
	ONE((AX)(R9*2), Z6, Z2, sz)   \
	ONE((AX)(R11*1), Z7, Z3, sz)

// ATPAIR and ATONE are the addresses of the current row in the references of an entry.
#define ATPAIR(i) \
	MOVQ (16*i)(DX), AX      \
	MOVQ (16*i+8)(DX), BX    \
	ADDQ R12, AX             \
	ADDQ R12, BX

#define ATONE(i) \
	MOVQ (16*i)(DX), AX      \
	ADDQ R12, AX

// EACH adds n rows to the sums of all references.
#define EACH(loop, done, SRC, AT, SUM, n) \
loop:                            \
	SRC                          \
	AT(0)                        \
	SUM(X8, Y8)                  \
	AT(1)                        \
	SUM(X9, Y9)                  \
	AT(2)                        \
	SUM(X10, Y10)                \
	AT(3)                        \
	SUM(X11, Y11)                \
	AT(4)                        \
	SUM(X12, Y12)                \
	AT(5)                        \
	SUM(X13, Y13)                \
	AT(6)                        \
	SUM(X14, Y14)                \
	AT(7)                        \
	SUM(X15, Y15)                \
	LEAQ (R12)(R9*n), R12        \
	SUBQ $n, R10                 \
	JNZ  loop                    \
	JMP  done

#define EACHZ(loop, AT, SUM) \
loop:                            \
	SRC4(Z4, Z5, Z6, Z7, VMOVDQU64) \
	AT(0)                        \
	SUM(X8, Z8)                  \
	AT(1)                        \
	SUM(X9, Z9)                  \
	AT(2)                        \
	SUM(X10, Z10)                \
	AT(3)                        \
	SUM(X11, Z11)                \
	AT(4)                        \
	SUM(X12, Z12)                \
	AT(5)                        \
	SUM(X13, Z13)                \
	AT(6)                        \
	SUM(X14, Z14)                \
	AT(7)                        \
	SUM(X15, Z15)                \
	LEAQ (R12)(R9*4), R12        \
	SUBQ $4, R10                 \
	JNZ  loop

#define START8 \
	MOVQ  src+8(FP), SI          \
	MOVQ  srcStride+16(FP), R8   \
	MOVQ  refs+24(FP), DX        \
	MOVQ  refStride+32(FP), R9   \
	LEAQ  (R8)(R8*2), R13        \
	LEAQ  (R9)(R9*2), R11        \
	XORL  R12, R12               \
	VPXOR Y8, Y8, Y8             \
	VPXOR Y9, Y9, Y9             \
	VPXOR Y10, Y10, Y10          \
	VPXOR Y11, Y11, Y11          \
	VPXOR Y12, Y12, Y12          \
	VPXOR Y13, Y13, Y13          \
	VPXOR Y14, Y14, Y14          \
	VPXOR Y15, Y15, Y15

// FINISH8 writes the eight sums.
#define FINISH8 \
	MOVQ       sads+0(FP), DI        \
	VPHADDD    Y9, Y8, Y8            \
	VPHADDD    Y11, Y10, Y10         \
	VPHADDD    Y13, Y12, Y12         \
	VPHADDD    Y15, Y14, Y14         \
	VPHADDD    Y10, Y8, Y8           \
	VPHADDD    Y14, Y12, Y12         \
	VPERM2I128 $0x20, Y12, Y8, Y0    \
	VPERM2I128 $0x31, Y12, Y8, Y1    \
	VPADDD     Y1, Y0, Y0            \
	VMOVDQU    Y0, (DI)              \
	VZEROUPPER                       \
	RET

// func sadAvg2x8AVX2(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int)
TEXT ·sadAvg2x8AVX2(SB), NOSPLIT, $0-56
	START8
	MOVQ w+40(FP), CX
	MOVQ h+48(FP), R10
	CMPQ CX, $16
	JLT  pair8
	JEQ  pair16
	CMPQ CX, $32
	JEQ  pair32
	EACH(pair64, pairDone, SRC64, ATPAIR, PAIR64, 2)

pair32:
	EACH(pair32loop, pairDone, SRC4(Y4, Y5, Y6, Y7, VMOVDQU), ATPAIR, PAIR32, 4)

pair16:
	EACH(pair16loop, pairDone, SRC4(X4, X5, X6, X7, VMOVDQU), ATPAIR, PAIR16, 4)

pair8:
	EACH(pair8loop, pairDone, SRC8, ATPAIR, PAIR8, 4)

pairDone:
	FINISH8

// func sadOne8AVX2(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int)
TEXT ·sadOne8AVX2(SB), NOSPLIT, $0-56
	START8
	MOVQ w+40(FP), CX
	MOVQ h+48(FP), R10
	CMPQ CX, $16
	JLT  one8
	JEQ  one16
	CMPQ CX, $32
	JEQ  one32
	EACH(one64, oneDone, SRC64, ATONE, ONE64, 2)

one32:
	EACH(one32loop, oneDone, SRC4(Y4, Y5, Y6, Y7, VMOVDQU), ATONE, ONE32, 4)

one16:
	EACH(one16loop, oneDone, SRC4(X4, X5, X6, X7, VMOVDQU), ATONE, ONE16, 4)

one8:
	EACH(one8loop, oneDone, SRC8, ATONE, ONE8, 4)

oneDone:
	FINISH8

// HALVES adds the upper halves of the sums to the lower.
#define HALVE(x, y) \
	VEXTRACTI64X4 $1, x, Y0  \
	VPADDD        Y0, y, y

#define HALVES \
	HALVE(Z8, Y8)    \
	HALVE(Z9, Y9)    \
	HALVE(Z10, Y10)  \
	HALVE(Z11, Y11)  \
	HALVE(Z12, Y12)  \
	HALVE(Z13, Y13)  \
	HALVE(Z14, Y14)  \
	HALVE(Z15, Y15)

// func sadAvg2x8AVX512(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, h int)
TEXT ·sadAvg2x8AVX512(SB), NOSPLIT, $0-48
	START8
	MOVQ h+40(FP), R10
	EACHZ(pairZ, ATPAIR, PAIRZ)
	HALVES
	FINISH8

// func sadOne8AVX512(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, h int)
TEXT ·sadOne8AVX512(SB), NOSPLIT, $0-48
	START8
	MOVQ h+40(FP), R10
	EACHZ(oneZ, ATONE, ONEZ)
	HALVES
	FINISH8
