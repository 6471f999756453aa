#include "textflag.h"

// Words: even ones of each lane to its low half, odd ones to its high half.
DATA evenWords<>+0(SB)/8, $0x0d0c090805040100
DATA evenWords<>+8(SB)/8, $0x0f0e0b0a07060302
DATA evenWords<>+16(SB)/8, $0x0d0c090805040100
DATA evenWords<>+24(SB)/8, $0x0f0e0b0a07060302
GLOBL evenWords<>(SB), RODATA|NOPTR, $32

// func widenVectorsAVX2(dst *uint16, src *uint8, n int)
TEXT ·widenVectorsAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX

widenLoop:
	VPMOVZXBW (SI), Y0
	VMOVDQU   Y0, (DI)
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $16, CX
	JNZ       widenLoop
	VZEROUPPER
	RET

// func splitVectorsAVX2(u, v, src *uint8, n int)
TEXT ·splitVectorsAVX2(SB), NOSPLIT, $0-32
	MOVQ     u+0(FP), DI
	MOVQ     v+8(FP), DX
	MOVQ     src+16(FP), SI
	MOVQ     n+24(FP), CX
	VPCMPEQW Y7, Y7, Y7
	VPSRLW   $8, Y7, Y7     // low bytes

splitLoop:
	VMOVDQU   (SI), Y0
	VMOVDQU   32(SI), Y1
	VPAND     Y7, Y0, Y2
	VPAND     Y7, Y1, Y3
	VPSRLW    $8, Y0, Y0
	VPSRLW    $8, Y1, Y1
	VPACKUSWB Y3, Y2, Y2
	VPACKUSWB Y1, Y0, Y0
	VPERMQ    $0xd8, Y2, Y2
	VPERMQ    $0xd8, Y0, Y0
	VMOVDQU   Y2, (DI)
	VMOVDQU   Y0, (DX)
	ADDQ      $64, SI
	ADDQ      $32, DI
	ADDQ      $32, DX
	SUBQ      $32, CX
	JNZ       splitLoop
	VZEROUPPER
	RET

// func clipVectorsAVX2(dst *uint16, src *uint8, n int, shift uint64, limit uint16)
TEXT ·clipVectorsAVX2(SB), NOSPLIT, $0-34
	MOVQ         dst+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         n+16(FP), CX
	VMOVQ        shift+24(FP), X6
	VPBROADCASTW limit+32(FP), Y7

clipLoop:
	VMOVDQU (SI), Y0
	VPSRLW  X6, Y0, Y0
	VPMINUW Y7, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $16, CX
	JNZ     clipLoop
	VZEROUPPER
	RET

// func splitClipVectorsAVX2(u, v *uint16, src *uint8, n int, shift uint64, limit uint16)
TEXT ·splitClipVectorsAVX2(SB), NOSPLIT, $0-42
	MOVQ         u+0(FP), DI
	MOVQ         v+8(FP), DX
	MOVQ         src+16(FP), SI
	MOVQ         n+24(FP), CX
	VMOVQ        shift+32(FP), X6
	VPBROADCASTW limit+40(FP), Y7
	VMOVDQU      evenWords<>(SB), Y5

splitClipLoop:
	VMOVDQU     (SI), Y0
	VMOVDQU     32(SI), Y1
	VPSRLW      X6, Y0, Y0
	VPSRLW      X6, Y1, Y1
	VPMINUW     Y7, Y0, Y0
	VPMINUW     Y7, Y1, Y1
	VPSHUFB     Y5, Y0, Y0
	VPSHUFB     Y5, Y1, Y1
	VPUNPCKLQDQ Y1, Y0, Y2
	VPUNPCKHQDQ Y1, Y0, Y3
	VPERMQ      $0xd8, Y2, Y2
	VPERMQ      $0xd8, Y3, Y3
	VMOVDQU     Y2, (DI)
	VMOVDQU     Y3, (DX)
	ADDQ        $64, SI
	ADDQ        $32, DI
	ADDQ        $32, DX
	SUBQ        $16, CX
	JNZ         splitClipLoop
	VZEROUPPER
	RET

// FILL stores CX bytes of Y0 at DI, the last vector over the one before; AX is lost.
#define FILL(loop, last, less32, less16, less8, less4, less2, done) \
	CMPQ    CX, $32              \
	JLT     less32               \
	LEAQ    -32(DI)(CX*1), AX    \
loop:                            \
	CMPQ    DI, AX               \
	JAE     last                 \
	VMOVDQU Y0, (DI)             \
	ADDQ    $32, DI              \
	JMP     loop                 \
last:                            \
	VMOVDQU Y0, (AX)             \
	JMP     done                 \
less32:                          \
	CMPQ    CX, $16              \
	JLT     less16               \
	VMOVDQU X0, (DI)             \
	VMOVDQU X0, -16(DI)(CX*1)    \
	JMP     done                 \
less16:                          \
	VMOVQ   X0, AX               \
	CMPQ    CX, $8               \
	JLT     less8                \
	MOVQ    AX, (DI)             \
	MOVQ    AX, -8(DI)(CX*1)     \
	JMP     done                 \
less8:                           \
	CMPQ    CX, $4               \
	JLT     less4                \
	MOVL    AX, (DI)             \
	MOVL    AX, -4(DI)(CX*1)     \
	JMP     done                 \
less4:                           \
	CMPQ    CX, $2               \
	JLT     less2                \
	MOVW    AX, (DI)             \
	MOVW    AX, -2(DI)(CX*1)     \
	JMP     done                 \
less2:                           \
	TESTQ   CX, CX               \
	JZ      done                 \
	MOVB    AX, (DI)             \
done:

// Registers of the two: SI the row and R8 the distance of rows, in bytes; R9, R10, R11 bytes
// of the left border, the samples and the right border; R12 rows left.

// func borderRows8AVX2(row *uint8, stride, left, width, right, rows int)
TEXT ·borderRows8AVX2(SB), NOSPLIT, $0-48
	MOVQ row+0(FP), SI
	MOVQ stride+8(FP), R8
	MOVQ left+16(FP), R9
	MOVQ width+24(FP), R10
	MOVQ right+32(FP), R11
	MOVQ rows+40(FP), R12
	ADDQ R9, R10

rows8:
	VPBROADCASTB (SI)(R9*1), Y0
	MOVQ         SI, DI
	MOVQ         R9, CX
	FILL(l8, l8last, l8a, l8b, l8c, l8d, l8e, l8done)
	VPBROADCASTB -1(SI)(R10*1), Y0
	LEAQ         (SI)(R10*1), DI
	MOVQ         R11, CX
	FILL(r8, r8last, r8a, r8b, r8c, r8d, r8e, r8done)
	ADDQ         R8, SI
	DECQ         R12
	JNZ          rows8
	VZEROUPPER
	RET

// func borderRows16AVX2(row *uint16, stride, left, width, right, rows int)
TEXT ·borderRows16AVX2(SB), NOSPLIT, $0-48
	MOVQ row+0(FP), SI
	MOVQ stride+8(FP), R8
	MOVQ left+16(FP), R9
	MOVQ width+24(FP), R10
	MOVQ right+32(FP), R11
	MOVQ rows+40(FP), R12
	ADDQ R9, R10
	ADDQ R8, R8
	ADDQ R9, R9
	ADDQ R10, R10
	ADDQ R11, R11

rows16:
	VPBROADCASTW (SI)(R9*1), Y0
	MOVQ         SI, DI
	MOVQ         R9, CX
	FILL(l16, l16last, l16a, l16b, l16c, l16d, l16e, l16done)
	VPBROADCASTW -2(SI)(R10*1), Y0
	LEAQ         (SI)(R10*1), DI
	MOVQ         R11, CX
	FILL(r16, r16last, r16a, r16b, r16c, r16d, r16e, r16done)
	ADDQ         R8, SI
	DECQ         R12
	JNZ          rows16
	VZEROUPPER
	RET

// func sumColumns8AVX2(dst *uint32, src *uint8, stride, rows, n int)
TEXT ·sumColumns8AVX2(SB), NOSPLIT, $0-40
	MOVQ     dst+0(FP), DI
	MOVQ     src+8(FP), SI
	MOVQ     stride+16(FP), R8
	MOVQ     n+32(FP), CX
	VPCMPEQB Y7, Y7, Y7
	VPABSB   Y7, Y7         // bytes 1
	VPCMPEQW Y6, Y6, Y6
	VPABSW   Y6, Y6         // words 1

sum8Columns:
	MOVQ  SI, DX
	MOVQ  rows+24(FP), R9
	VPXOR Y1, Y1, Y1

sum8Rows:
	VMOVDQU    (DX), Y0
	VPMADDUBSW Y7, Y0, Y0
	VPMADDWD   Y6, Y0, Y0
	VPADDD     Y0, Y1, Y1
	ADDQ       R8, DX
	DECQ       R9
	JNZ        sum8Rows
	VMOVDQU    Y1, (DI)
	ADDQ       $32, SI
	ADDQ       $32, DI
	SUBQ       $8, CX
	JNZ        sum8Columns
	VZEROUPPER
	RET

// func sumColumns16AVX2(dst *uint32, src *uint16, stride, rows, n int)
TEXT ·sumColumns16AVX2(SB), NOSPLIT, $0-40
	MOVQ     dst+0(FP), DI
	MOVQ     src+8(FP), SI
	MOVQ     stride+16(FP), R8
	MOVQ     n+32(FP), CX
	VPCMPEQW Y6, Y6, Y6
	VPABSW   Y6, Y6         // words 1

sum16Columns:
	MOVQ  SI, DX
	MOVQ  rows+24(FP), R9
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2

sum16Rows:
	VMOVDQU  (DX), Y0
	VMOVDQU  32(DX), Y3
	VPMADDWD Y6, Y0, Y0
	VPMADDWD Y6, Y3, Y3
	VPADDD   Y0, Y1, Y1
	VPADDD   Y3, Y2, Y2
	ADDQ     R8, DX
	DECQ     R9
	JNZ      sum16Rows
	VPHADDD  Y2, Y1, Y1
	VPERMQ   $0xd8, Y1, Y1
	VMOVDQU  Y1, (DI)
	ADDQ     $64, SI
	ADDQ     $32, DI
	SUBQ     $8, CX
	JNZ      sum16Columns
	VZEROUPPER
	RET

// TWOROWS loads two rows of 8 samples at p into x.
#define TWOROWS(p, x) \
	VMOVQ   (p), x             \
	VMOVHPS (p)(R8*1), x, x

#define TWOSADS(rows) \
	TWOROWS(BX, X0)         \
	VPSADBW rows, X0, X0    \
	VPADDD  X0, X1, X1      \
	ADDQ    R9, BX

// FOURSUMS leaves in X0 the sum of the differences of X8, X9, X10, X11 to x.
#define FOURSUMS(x) \
	VPSADBW x, X8, X0           \
	VPSADBW x, X9, X1           \
	VPSADBW x, X10, X2          \
	VPSADBW x, X11, X3          \
	VPADDD  X1, X0, X0          \
	VPADDD  X3, X2, X2          \
	VPADDD  X2, X0, X0          \
	VPSHUFD $0x4e, X0, X1       \
	VPADDD  X1, X0, X0

// func deviationBlock8x8AVX2(src *uint8, stride int) uint32
TEXT ·deviationBlock8x8AVX2(SB), NOSPLIT, $0-20
	MOVQ src+0(FP), SI
	MOVQ stride+8(FP), R8
	LEAQ (R8)(R8*1), R9
	TWOROWS(SI, X8)
	ADDQ R9, SI
	TWOROWS(SI, X9)
	ADDQ R9, SI
	TWOROWS(SI, X10)
	ADDQ R9, SI
	TWOROWS(SI, X11)
	VPXOR        X4, X4, X4
	FOURSUMS(X4)
	VPSRLD       $6, X0, X0
	VPBROADCASTB X0, X4
	FOURSUMS(X4)
	VMOVD        X0, AX
	MOVL         AX, ret+16(FP)
	VZEROUPPER
	RET

// func searchBlock8x8AVX2(src, ref *uint8, stride, cols, rows int) uint32
// R11 is the least sum so far; DX the row of positions.
TEXT ·searchBlock8x8AVX2(SB), NOSPLIT, $0-44
	MOVQ src+0(FP), SI
	MOVQ ref+8(FP), DX
	MOVQ stride+16(FP), R8
	MOVQ rows+32(FP), R12
	LEAQ (R8)(R8*1), R9
	TWOROWS(SI, X8)
	ADDQ R9, SI
	TWOROWS(SI, X9)
	ADDQ R9, SI
	TWOROWS(SI, X10)
	ADDQ R9, SI
	TWOROWS(SI, X11)
	MOVL $-1, R11

searchRow:
	MOVQ DX, DI
	MOVQ cols+24(FP), CX

searchColumn:
	MOVQ     DI, BX
	VPXOR    X1, X1, X1
	TWOSADS(X8)
	TWOSADS(X9)
	TWOSADS(X10)
	TWOSADS(X11)
	VPSHUFD  $0x4e, X1, X0
	VPADDD   X0, X1, X1
	VMOVD    X1, AX
	CMPL     AX, R11
	CMOVLCS  AX, R11
	INCQ     DI
	DECQ     CX
	JNZ      searchColumn
	ADDQ     R8, DX
	DECQ     R12
	JNZ      searchRow
	MOVL     R11, ret+40(FP)
	VZEROUPPER
	RET
