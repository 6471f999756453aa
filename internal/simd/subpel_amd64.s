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

// Two rows of 32 and of 64 samples, in two sums.
#define TWO(load, p0, p1, q0, q1, s0, s1, a, b, c, d) \
	load    p0, a                 \
	load    p1, b                 \
	VPAVGB  q0, a, a              \
	VPAVGB  q1, b, b              \
	VPSADBW s0, a, a              \
	VPSADBW s1, b, b              \
	VPADDD  a, c, c               \
	VPADDD  b, d, d

#define FOUR(load, p0, p1, q0, q1, r0, r1, t0, t1, s0, s1, a, b, c, d, e, f) \
	load    p0, a                 \
	load    p1, b                 \
	load    r0, e                 \
	load    r1, f                 \
	VPAVGB  q0, a, a              \
	VPAVGB  q1, b, b              \
	VPAVGB  t0, e, e              \
	VPAVGB  t1, f, f              \
	VPAVGB  e, a, a               \
	VPAVGB  f, b, b               \
	VPSADBW s0, a, a              \
	VPSADBW s1, b, b              \
	VPADDD  a, c, c               \
	VPADDD  b, d, d

#define TWOROWS(load, a, b, c, d) \
	TWO(load, (DX), (DX)(R9*1), (BX), (BX)(R9*1), (SI), (SI)(R8*1), a, b, c, d) \
	LEAQ (DX)(R9*2), DX           \
	LEAQ (BX)(R9*2), BX           \
	LEAQ (SI)(R8*2), SI

#define FOURROWS(load, a, b, c, d, e, f) \
	FOUR(load, (DX), (DX)(R9*1), (BX), (BX)(R9*1), (R11), (R11)(R9*1), (R12), (R12)(R9*1), (SI), (SI)(R8*1), a, b, c, d, e, f) \
	LEAQ (DX)(R9*2), DX           \
	LEAQ (BX)(R9*2), BX           \
	LEAQ (R11)(R9*2), R11         \
	LEAQ (R12)(R9*2), R12         \
	LEAQ (SI)(R8*2), SI

#define FINISHZ(ret) \
	VPADDD        Z3, Z2, Z2      \
	VEXTRACTI64X4 $1, Z2, Y3      \
	VPADDD        Y3, Y2, Y2      \
	FINISH(ret)

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
	VPXOR Y3, Y3, Y3
	CMPQ  CX, $64
	JE    two64

two32:
	TWOROWS(VMOVDQU, Y0, Y1, Y2, Y3)
	SUBQ   $2, R10
	JNZ    two32
	VPADDD Y3, Y2, Y2
	JMP    twoDone

two64:
	TWO(VMOVDQU, (DX), 32(DX), (BX), 32(BX), (SI), 32(SI), Y0, Y1, Y2, Y3)
	ADDQ   R8, SI
	ADDQ   R9, DX
	ADDQ   R9, BX
	DECQ   R10
	JNZ    two64
	VPADDD Y3, Y2, Y2
	JMP    twoDone

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
	VPXOR Y3, Y3, Y3
	CMPQ  CX, $64
	JE    four64

four32:
	FOURROWS(VMOVDQU, Y0, Y1, Y2, Y3, Y4, Y5)
	SUBQ   $2, R10
	JNZ    four32
	VPADDD Y3, Y2, Y2
	JMP    fourDone

four64:
	FOUR(VMOVDQU, (DX), 32(DX), (BX), 32(BX), (R11), 32(R11), (R12), 32(R12), (SI), 32(SI), Y0, Y1, Y2, Y3, Y4, Y5)
	ADDQ   R8, SI
	ADDQ   R9, DX
	ADDQ   R9, BX
	ADDQ   R9, R11
	ADDQ   R9, R12
	DECQ   R10
	JNZ    four64
	VPADDD Y3, Y2, Y2
	JMP    fourDone

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

// func sadAvg2AVX512(src *uint8, srcStride int, a, b *uint8, refStride, h int) uint32
TEXT ·sadAvg2AVX512(SB), NOSPLIT, $0-52
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  a+16(FP), DX
	MOVQ  b+24(FP), BX
	MOVQ  refStride+32(FP), R9
	MOVQ  h+40(FP), R10
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

two64Z:
	TWOROWS(VMOVDQU64, Z0, Z1, Z2, Z3)
	SUBQ $2, R10
	JNZ  two64Z
	FINISHZ(ret+48(FP))

// func sadAvg4AVX512(src *uint8, srcStride int, a0, a1, b0, b1 *uint8, refStride, h int) uint32
TEXT ·sadAvg4AVX512(SB), NOSPLIT, $0-68
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  a0+16(FP), DX
	MOVQ  a1+24(FP), BX
	MOVQ  b0+32(FP), R11
	MOVQ  b1+40(FP), R12
	MOVQ  refStride+48(FP), R9
	MOVQ  h+56(FP), R10
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

four64Z:
	FOURROWS(VMOVDQU64, Z0, Z1, Z2, Z3, Z4, Z5)
	SUBQ $2, R10
	JNZ  four64Z
	FINISHZ(ret+64(FP))
