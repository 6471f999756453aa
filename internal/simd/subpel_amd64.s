#include "textflag.h"

// Registers: SI, R8 source and its stride; DX, BX, R11, R12 the references, R9 their
// stride; CX width; R10 rows left; Y2 the sum.

// ROWS16 loads two rows of 16 samples at p into y.
#define ROWS16(p, stride, x, y) \
	VMOVDQU     (p), x                    \
	VINSERTI128 $1, (p)(stride*1), y, y   \
	LEAQ        (p)(stride*2), p

// ROWS8 loads two rows of 8 samples at p into x.
#define ROWS8(p, stride, x) \
	VMOVQ   (p), x                \
	VMOVHPS (p)(stride*1), x, x   \
	LEAQ    (p)(stride*2), p

#define FINISH(ret) \
	VEXTRACTI128 $1, Y2, X3      \
	VPADDD       X3, X2, X2      \
	VPSHUFD      $0x4e, X2, X3   \
	VPADDD       X3, X2, X2      \
	VMOVD        X2, AX          \
	MOVL         AX, ret         \
	VZEROUPPER                   \
	RET

// func sadAvg2AVX2(src *uint8, srcStride int, a, b *uint8, refStride, w, h int) uint32
TEXT ·sadAvg2AVX2(SB), NOSPLIT, $0-60
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  a+16(FP), DX
	MOVQ  b+24(FP), BX
	MOVQ  refStride+32(FP), R9
	MOVQ  w+40(FP), CX
	MOVQ  h+48(FP), R10
	VPXOR Y2, Y2, Y2
	CMPQ  CX, $16
	JE    two16
	JL    two8

two32row:
	XORQ AX, AX

two32:
	VMOVDQU (DX)(AX*1), Y0
	VPAVGB  (BX)(AX*1), Y0, Y0
	VPSADBW (SI)(AX*1), Y0, Y0
	VPADDD  Y0, Y2, Y2
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     two32
	ADDQ    R8, SI
	ADDQ    R9, DX
	ADDQ    R9, BX
	DECQ    R10
	JNZ     two32row
	JMP     twoDone

two16:
	ROWS16(DX, R9, X0, Y0)
	ROWS16(BX, R9, X1, Y1)
	ROWS16(SI, R8, X3, Y3)
	VPAVGB  Y1, Y0, Y0
	VPSADBW Y3, Y0, Y0
	VPADDD  Y0, Y2, Y2
	SUBQ    $2, R10
	JNZ     two16
	JMP     twoDone

two8:
	ROWS8(DX, R9, X0)
	ROWS8(BX, R9, X1)
	ROWS8(SI, R8, X3)
	VPAVGB  X1, X0, X0
	VPSADBW X3, X0, X0
	VPADDD  Y0, Y2, Y2
	SUBQ    $2, R10
	JNZ     two8

twoDone:
	FINISH(ret+56(FP))

// func sadAvg4AVX2(src *uint8, srcStride int, a0, a1, b0, b1 *uint8, refStride, w, h int) uint32
TEXT ·sadAvg4AVX2(SB), NOSPLIT, $0-76
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  a0+16(FP), DX
	MOVQ  a1+24(FP), BX
	MOVQ  b0+32(FP), R11
	MOVQ  b1+40(FP), R12
	MOVQ  refStride+48(FP), R9
	MOVQ  w+56(FP), CX
	MOVQ  h+64(FP), R10
	VPXOR Y2, Y2, Y2
	CMPQ  CX, $16
	JE    four16
	JL    four8

four32row:
	XORQ AX, AX

four32:
	VMOVDQU (DX)(AX*1), Y0
	VPAVGB  (BX)(AX*1), Y0, Y0
	VMOVDQU (R11)(AX*1), Y1
	VPAVGB  (R12)(AX*1), Y1, Y1
	VPAVGB  Y1, Y0, Y0
	VPSADBW (SI)(AX*1), Y0, Y0
	VPADDD  Y0, Y2, Y2
	ADDQ    $32, AX
	CMPQ    AX, CX
	JLT     four32
	ADDQ    R8, SI
	ADDQ    R9, DX
	ADDQ    R9, BX
	ADDQ    R9, R11
	ADDQ    R9, R12
	DECQ    R10
	JNZ     four32row
	JMP     fourDone

four16:
	ROWS16(DX, R9, X0, Y0)
	ROWS16(BX, R9, X1, Y1)
	ROWS16(R11, R9, X4, Y4)
	ROWS16(R12, R9, X5, Y5)
	ROWS16(SI, R8, X3, Y3)
	VPAVGB  Y1, Y0, Y0
	VPAVGB  Y5, Y4, Y4
	VPAVGB  Y4, Y0, Y0
	VPSADBW Y3, Y0, Y0
	VPADDD  Y0, Y2, Y2
	SUBQ    $2, R10
	JNZ     four16
	JMP     fourDone

four8:
	ROWS8(DX, R9, X0)
	ROWS8(BX, R9, X1)
	ROWS8(R11, R9, X4)
	ROWS8(R12, R9, X5)
	ROWS8(SI, R8, X3)
	VPAVGB  X1, X0, X0
	VPAVGB  X5, X4, X4
	VPAVGB  X4, X0, X0
	VPSADBW X3, X0, X0
	VPADDD  Y0, Y2, Y2
	SUBQ    $2, R10
	JNZ     four8

fourDone:
	FINISH(ret+72(FP))
