#include "textflag.h"

// The kernels of this file take rows of whole registers of 32 samples.

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
