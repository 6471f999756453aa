#include "textflag.h"

DATA eight32<>+0(SB)/4, $8
GLOBL eight32<>(SB), RODATA|NOPTR, $4
DATA half12<>+0(SB)/4, $2048
GLOBL half12<>(SB), RODATA|NOPTR, $4
DATA sqrtHalf<>+0(SB)/4, $2896
GLOBL sqrtHalf<>(SB), RODATA|NOPTR, $4
DATA sines<>+0(SB)/4, $1321
DATA sines<>+4(SB)/4, $2482
DATA sines<>+8(SB)/4, $3344
DATA sines<>+12(SB)/4, $3803
GLOBL sines<>(SB), RODATA|NOPTR, $16

#define SCALE(Y) \
	VPMULLD Y8, Y, Y \
	VPADDD  Y9, Y, Y \
	VPSRAD  $12, Y, Y

#define SHIFT(Y) \
	VPSLLD X8, Y, Y   \
	VPADDD Y10, Y, Y  \
	VPSRAD X9, Y, Y   \
	VPMINSD Y11, Y, Y \
	VPMAXSD Y12, Y, Y

// func turnAVX2(dst *int32, dstStride, dstStep int, src *int32, srcStride, srcStep, tiles int, p *TurnParams)
TEXT ·turnAVX2(SB), NOSPLIT, $0-64
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+24(FP), SI
	MOVQ srcStride+32(FP), R9
	MOVQ tiles+48(FP), DX
	MOVQ p+56(FP), R10
	LEAQ (R8)(R8*2), R11
	LEAQ (R9)(R9*2), R12
	MOVL $1, R13
	MOVL 8(R10), CX
	SHLL CX, R13
	SHRL $1, R13

tile:
	LEAQ    (SI)(R9*4), BX
	VMOVDQU (SI), Y0
	VMOVDQU (SI)(R9*1), Y1
	VMOVDQU (SI)(R9*2), Y2
	VMOVDQU (SI)(R12*1), Y3
	VMOVDQU (BX), Y4
	VMOVDQU (BX)(R9*1), Y5
	VMOVDQU (BX)(R9*2), Y6
	VMOVDQU (BX)(R12*1), Y7
	CMPB    (R10), $0
	JEQ     shift
	VPBROADCASTD sqrtHalf<>(SB), Y8
	VPBROADCASTD half12<>(SB), Y9
	SCALE(Y0)
	SCALE(Y1)
	SCALE(Y2)
	SCALE(Y3)
	SCALE(Y4)
	SCALE(Y5)
	SCALE(Y6)
	SCALE(Y7)

shift:
	VMOVD 4(R10), X8
	VMOVD 8(R10), X9
	VMOVD R13, X10
	VPBROADCASTD X10, Y10
	VPBROADCASTD 12(R10), Y11
	VPCMPEQD Y12, Y12, Y12
	VPXOR    Y11, Y12, Y12
	SHIFT(Y0)
	SHIFT(Y1)
	SHIFT(Y2)
	SHIFT(Y3)
	SHIFT(Y4)
	SHIFT(Y5)
	SHIFT(Y6)
	SHIFT(Y7)
	VPUNPCKLDQ Y1, Y0, Y8
	VPUNPCKHDQ Y1, Y0, Y9
	VPUNPCKLDQ Y3, Y2, Y10
	VPUNPCKHDQ Y3, Y2, Y11
	VPUNPCKLDQ Y5, Y4, Y12
	VPUNPCKHDQ Y5, Y4, Y13
	VPUNPCKLDQ Y7, Y6, Y14
	VPUNPCKHDQ Y7, Y6, Y15
	VPUNPCKLQDQ Y10, Y8, Y0
	VPUNPCKHQDQ Y10, Y8, Y1
	VPUNPCKLQDQ Y11, Y9, Y2
	VPUNPCKHQDQ Y11, Y9, Y3
	VPUNPCKLQDQ Y14, Y12, Y4
	VPUNPCKHQDQ Y14, Y12, Y5
	VPUNPCKLQDQ Y15, Y13, Y6
	VPUNPCKHQDQ Y15, Y13, Y7
	VPERM2I128 $0x20, Y4, Y0, Y8
	VPERM2I128 $0x20, Y5, Y1, Y9
	VPERM2I128 $0x20, Y6, Y2, Y10
	VPERM2I128 $0x20, Y7, Y3, Y11
	VPERM2I128 $0x31, Y4, Y0, Y12
	VPERM2I128 $0x31, Y5, Y1, Y13
	VPERM2I128 $0x31, Y6, Y2, Y14
	VPERM2I128 $0x31, Y7, Y3, Y15
	LEAQ    (DI)(R8*4), BX
	VMOVDQU Y8, (DI)
	VMOVDQU Y9, (DI)(R8*1)
	VMOVDQU Y10, (DI)(R8*2)
	VMOVDQU Y11, (DI)(R11*1)
	VMOVDQU Y12, (BX)
	VMOVDQU Y13, (BX)(R8*1)
	VMOVDQU Y14, (BX)(R8*2)
	VMOVDQU Y15, (BX)(R11*1)
	ADDQ    dstStep+16(FP), DI
	ADDQ    srcStep+40(FP), SI
	DECQ    DX
	JNZ     tile
	VZEROUPPER
	RET

#define SCALEZ(Z) \
	VPMULLD Z16, Z, Z \
	VPADDD  Z17, Z, Z \
	VPSRAD  $12, Z, Z

#define SHIFTZ(Z) \
	VPSLLD  X18, Z, Z \
	VPADDD  Z20, Z, Z \
	VPSRAD  X19, Z, Z \
	VPMINSD Z21, Z, Z \
	VPMAXSD Z22, Z, Z

// LOADROWS makes of rows i and i+4 the lanes left half of i, left of i+4, right of i, right of i+4.
#define LOADROWS(row, row4, Y, Z) \
	VMOVDQU       row, Y          \
	VINSERTI64X4  $1, row4, Z, Z  \
	VSHUFI64X2    $0xD8, Z, Z, Z

// func turnAVX512(dst *int32, dstStride, dstStep int, src *int32, srcStride, srcStep, tiles int, p *TurnParams)
//
// With rows i and i+4 in one register, turning 4 x 4 elements in each lane turns the tile.
TEXT ·turnAVX512(SB), NOSPLIT, $0-64
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+24(FP), SI
	MOVQ srcStride+32(FP), R9
	MOVQ tiles+48(FP), DX
	MOVQ p+56(FP), R10
	LEAQ (R8)(R8*2), R11
	LEAQ (R9)(R9*2), R12
	MOVL $1, R13
	MOVL 8(R10), CX
	SHLL CX, R13
	SHRL $1, R13
	VPBROADCASTD sqrtHalf<>(SB), Z16
	VPBROADCASTD half12<>(SB), Z17
	VMOVD        4(R10), X18
	VMOVD        8(R10), X19
	VPBROADCASTD R13, Z20
	MOVL         12(R10), AX
	VPBROADCASTD AX, Z21
	NOTL         AX
	VPBROADCASTD AX, Z22

tile:
	LEAQ (SI)(R9*4), BX
	LOADROWS((SI), (BX), Y0, Z0)
	LOADROWS((SI)(R9*1), (BX)(R9*1), Y1, Z1)
	LOADROWS((SI)(R9*2), (BX)(R9*2), Y2, Z2)
	LOADROWS((SI)(R12*1), (BX)(R12*1), Y3, Z3)
	CMPB (R10), $0
	JEQ  shift
	SCALEZ(Z0)
	SCALEZ(Z1)
	SCALEZ(Z2)
	SCALEZ(Z3)

shift:
	SHIFTZ(Z0)
	SHIFTZ(Z1)
	SHIFTZ(Z2)
	SHIFTZ(Z3)
	VPUNPCKLDQ  Z1, Z0, Z4
	VPUNPCKHDQ  Z1, Z0, Z5
	VPUNPCKLDQ  Z3, Z2, Z6
	VPUNPCKHDQ  Z3, Z2, Z7
	VPUNPCKLQDQ Z6, Z4, Z0
	VPUNPCKHQDQ Z6, Z4, Z1
	VPUNPCKLQDQ Z7, Z5, Z2
	VPUNPCKHQDQ Z7, Z5, Z3
	LEAQ    (DI)(R8*4), BX
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, (DI)(R8*1)
	VMOVDQU Y2, (DI)(R8*2)
	VMOVDQU Y3, (DI)(R11*1)
	VEXTRACTI64X4 $1, Z0, (BX)
	VEXTRACTI64X4 $1, Z1, (BX)(R8*1)
	VEXTRACTI64X4 $1, Z2, (BX)(R8*2)
	VEXTRACTI64X4 $1, Z3, (BX)(R11*1)
	ADDQ    dstStep+16(FP), DI
	ADDQ    srcStep+40(FP), SI
	DECQ    DX
	JNZ     tile
	VZEROUPPER
	RET

// func addResidualAVX2(dst *uint16, stride int, t *int32, step, pitch, w, h int, maxV uint16)
TEXT ·addResidualAVX2(SB), NOSPLIT, $0-58
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ t+16(FP), SI
	MOVQ step+24(FP), R9
	MOVQ w+40(FP), DX
	VPBROADCASTD eight32<>(SB), Y5
	VPBROADCASTW maxV+56(FP), X6
	VPXOR X7, X7, X7

panel:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ h+48(FP), CX

row:
	VPADDD  (BX), Y5, Y0
	VPSRAD  $4, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKSSDW X1, X0, X0
	CMPQ    DX, $8
	JLT     narrow
	VPADDSW (AX), X0, X0
	VPMAXSW X7, X0, X0
	VPMINSW X6, X0, X0
	VMOVDQU X0, (AX)

next:
	ADDQ R8, AX
	ADDQ R9, BX
	DECQ CX
	JNZ  row
	ADDQ $16, DI
	ADDQ pitch+32(FP), SI
	SUBQ $8, DX
	JG   panel
	VZEROUPPER
	RET

narrow:
	VMOVQ   (AX), X1
	VPADDSW X1, X0, X0
	VPMAXSW X7, X0, X0
	VPMINSW X6, X0, X0
	VMOVQ   X0, (AX)
	JMP     next

// func addResidualAVX512(dst *uint16, stride int, t *int32, step, pitch, w, h int, maxV uint16)
//
// w is a multiple of 16.
TEXT ·addResidualAVX512(SB), NOSPLIT, $0-58
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ t+16(FP), SI
	MOVQ step+24(FP), R9
	MOVQ pitch+32(FP), R10
	MOVQ w+40(FP), DX
	VPBROADCASTD eight32<>(SB), Z5
	VPBROADCASTW maxV+56(FP), Y6
	VPXOR Y7, Y7, Y7

panels:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ h+48(FP), CX

row:
	VMOVDQU  (BX), Y0
	VINSERTI64X4 $1, (BX)(R10*1), Z0, Z0
	VPADDD   Z5, Z0, Z0
	VPSRAD   $4, Z0, Z0
	VPMOVSDW Z0, Y0
	VPADDSW  (AX), Y0, Y0
	VPMAXSW  Y7, Y0, Y0
	VPMINSW  Y6, Y0, Y0
	VMOVDQU  Y0, (AX)
	ADDQ     R8, AX
	ADDQ     R9, BX
	DECQ     CX
	JNZ      row
	ADDQ     $32, DI
	LEAQ     (SI)(R10*2), SI
	SUBQ     $16, DX
	JG       panels
	VZEROUPPER
	RET

// func addDCAVX2(dst *uint16, stride, w, h int, v int16, maxV uint16)
TEXT ·addDCAVX2(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ w+16(FP), DX
	MOVQ h+24(FP), CX
	VPBROADCASTW v+32(FP), Y5
	VPBROADCASTW maxV+34(FP), Y6
	VPXOR Y7, Y7, Y7
	ADDQ DX, DX

row:
	XORQ BX, BX
	CMPQ DX, $16
	JEQ  eight
	JLT  four

wide:
	VPADDW  (DI)(BX*1), Y5, Y0
	VPMAXSW Y7, Y0, Y0
	VPMINSW Y6, Y0, Y0
	VMOVDQU Y0, (DI)(BX*1)
	ADDQ    $32, BX
	CMPQ    BX, DX
	JLT     wide

next:
	ADDQ R8, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

eight:
	VPADDW  (DI), X5, X0
	VPMAXSW X7, X0, X0
	VPMINSW X6, X0, X0
	VMOVDQU X0, (DI)
	JMP     next

four:
	VMOVQ   (DI), X0
	VPADDW  X5, X0, X0
	VPMAXSW X7, X0, X0
	VPMINSW X6, X0, X0
	VMOVQ   X0, (DI)
	JMP     next

// func addDCAVX512(dst *uint16, stride, w, h int, v int16, maxV uint16)
//
// w is 32 or 64.
TEXT ·addDCAVX512(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), R8
	MOVQ w+16(FP), DX
	MOVQ h+24(FP), CX
	VPBROADCASTW v+32(FP), Z5
	VPBROADCASTW maxV+34(FP), Z6
	VPXORQ Z7, Z7, Z7

row:
	VPADDW  (DI), Z5, Z0
	VPMAXSW Z7, Z0, Z0
	VPMINSW Z6, Z0, Z0
	VMOVDQU64 Z0, (DI)
	CMPQ    DX, $32
	JEQ     next
	VPADDW  64(DI), Z5, Z1
	VPMAXSW Z7, Z1, Z1
	VPMINSW Z6, Z1, Z1
	VMOVDQU64 Z1, 64(DI)

next:
	ADDQ R8, DI
	DECQ CX
	JNZ  row
	VZEROUPPER
	RET

// func widenAVX2(t *int32, pitch int, src *int16, stride, w, h int, shift uint32)
TEXT ·widenAVX2(SB), NOSPLIT, $0-52
	MOVQ t+0(FP), DI
	MOVQ src+16(FP), SI
	MOVQ stride+24(FP), R9
	MOVQ w+32(FP), DX
	MOVL shift+48(FP), AX
	VMOVD AX, X5

panel:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ h+40(FP), CX
	CMPQ DX, $8
	JLT  narrow

row:
	VPMOVSXWD (BX), Y0
	VPSLLD    X5, Y0, Y0
	VMOVDQU   Y0, (AX)
	ADDQ      R9, BX
	ADDQ      $32, AX
	DECQ      CX
	JNZ       row
	ADDQ      $16, SI
	ADDQ      pitch+8(FP), DI
	SUBQ      $8, DX
	JG        panel
	VZEROUPPER
	RET

narrow:
	VMOVQ     (BX), X0
	VPMOVSXWD X0, Y0
	VPSLLD    X5, Y0, Y0
	VMOVDQU   Y0, (AX)
	ADDQ      R9, BX
	ADDQ      $32, AX
	DECQ      CX
	JNZ       narrow
	VZEROUPPER
	RET

// func widenAVX512(t *int32, pitch int, src *int16, stride, w, h int, shift uint32)
//
// w is a multiple of 16.
TEXT ·widenAVX512(SB), NOSPLIT, $0-52
	MOVQ t+0(FP), DI
	MOVQ pitch+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ stride+24(FP), R9
	MOVQ w+32(FP), DX
	MOVL shift+48(FP), AX
	VMOVD AX, X5

panels:
	MOVQ DI, AX
	MOVQ SI, BX
	MOVQ h+40(FP), CX

row:
	VPMOVSXWD (BX), Z0
	VPSLLD    X5, Z0, Z0
	VMOVDQU   Y0, (AX)
	VEXTRACTI64X4 $1, Z0, (AX)(R8*1)
	ADDQ      R9, BX
	ADDQ      $32, AX
	DECQ      CX
	JNZ       row
	ADDQ      $32, SI
	LEAQ      (DI)(R8*2), DI
	SUBQ      $16, DX
	JG        panels
	VZEROUPPER
	RET

// func scaleRowsAVX2(t *int32, rows int, whole, frac int32)
TEXT ·scaleRowsAVX2(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), DI
	MOVQ rows+8(FP), CX
	MOVL whole+16(FP), AX
	VMOVD AX, X5
	VPBROADCASTD X5, Y5
	MOVL frac+20(FP), AX
	VMOVD AX, X6
	VPBROADCASTD X6, Y6
	VPBROADCASTD half12<>(SB), Y7

row:
	VMOVDQU (DI), Y0
	VPMULLD Y6, Y0, Y1
	VPMULLD Y5, Y0, Y0
	VPADDD  Y7, Y1, Y1
	VPSRAD  $12, Y1, Y1
	VPADDD  Y1, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, DI
	DECQ    CX
	JNZ     row
	VZEROUPPER
	RET

// func scaleRowsAVX512(t *int32, rows int, whole, frac int32)
TEXT ·scaleRowsAVX512(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), DI
	MOVQ rows+8(FP), CX
	MOVL whole+16(FP), AX
	VPBROADCASTD AX, Z5
	MOVL frac+20(FP), AX
	VPBROADCASTD AX, Z6
	VPBROADCASTD half12<>(SB), Z7

rows:
	VMOVDQU64 (DI), Z0
	VPMULLD Z6, Z0, Z1
	VPMULLD Z5, Z0, Z0
	VPADDD  Z7, Z1, Z1
	VPSRAD  $12, Z1, Z1
	VPADDD  Z1, Z0, Z0
	VMOVDQU64 Z0, (DI)
	ADDQ    $64, DI
	SUBQ    $2, CX
	JG      rows
	VZEROUPPER
	RET

#define ADST4ROUND(Y) \
	VPADDD Y15, Y, Y  \
	VPSRAD $12, Y, Y

// func inverseADST4AVX2(t []int32, cols int, limit int32)
TEXT ·inverseADST4AVX2(SB), NOSPLIT, $0-36
	MOVQ t_base+0(FP), DI
	MOVQ cols+24(FP), CX
	VPBROADCASTD sines<>+0(SB), Y11
	VPBROADCASTD sines<>+4(SB), Y12
	VPBROADCASTD sines<>+8(SB), Y13
	VPBROADCASTD sines<>+12(SB), Y14
	VPBROADCASTD half12<>(SB), Y15

loop:
	VMOVDQU (DI), Y0
	VMOVDQU 32(DI), Y1
	VMOVDQU 64(DI), Y2
	VMOVDQU 96(DI), Y3
	VPMULLD Y11, Y0, Y4 // s0 = sin1 t0 + sin4 t2 + sin2 t3
	VPMULLD Y14, Y2, Y5
	VPADDD  Y5, Y4, Y4
	VPMULLD Y12, Y3, Y5
	VPADDD  Y5, Y4, Y4
	VPMULLD Y12, Y0, Y6 // s1 = sin2 t0 - sin1 t2 - sin4 t3
	VPMULLD Y11, Y2, Y5
	VPSUBD  Y5, Y6, Y6
	VPMULLD Y14, Y3, Y5
	VPSUBD  Y5, Y6, Y6
	VPMULLD Y13, Y1, Y7 // s3 = sin3 t1
	VPSUBD  Y2, Y0, Y0
	VPADDD  Y3, Y0, Y0
	VPMULLD Y13, Y0, Y2 // sin3 (t0 - t2 + t3)
	VPADDD  Y7, Y4, Y0
	VPADDD  Y7, Y6, Y1
	VPADDD  Y6, Y4, Y3
	VPSUBD  Y7, Y3, Y3
	ADST4ROUND(Y0)
	ADST4ROUND(Y1)
	ADST4ROUND(Y2)
	ADST4ROUND(Y3)
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	ADDQ    $128, DI
	SUBQ    $8, CX
	JG      loop
	VZEROUPPER
	RET

// func forwardADST4AVX2(t []int32, cols int, limit int32)
TEXT ·forwardADST4AVX2(SB), NOSPLIT, $0-36
	MOVQ t_base+0(FP), DI
	MOVQ cols+24(FP), CX
	VPBROADCASTD sines<>+0(SB), Y11
	VPBROADCASTD sines<>+4(SB), Y12
	VPBROADCASTD sines<>+8(SB), Y13
	VPBROADCASTD sines<>+12(SB), Y14
	VPBROADCASTD half12<>(SB), Y15

loop:
	VMOVDQU (DI), Y0
	VMOVDQU 32(DI), Y1
	VMOVDQU 64(DI), Y2
	VMOVDQU 96(DI), Y3
	VPMULLD Y13, Y2, Y10 // sin3 x2
	VPMULLD Y11, Y0, Y4  // sin1 x0 + sin2 x1 + sin3 x2 + sin4 x3
	VPMULLD Y12, Y1, Y5
	VPADDD  Y5, Y4, Y4
	VPADDD  Y10, Y4, Y4
	VPMULLD Y14, Y3, Y5
	VPADDD  Y5, Y4, Y4
	VPADDD  Y1, Y0, Y6   // sin3 (x0 + x1 - x3)
	VPSUBD  Y3, Y6, Y6
	VPMULLD Y13, Y6, Y6
	VPMULLD Y14, Y0, Y7  // sin4 x0 - sin1 x1 - sin3 x2 + sin2 x3
	VPMULLD Y11, Y1, Y5
	VPSUBD  Y5, Y7, Y7
	VPSUBD  Y10, Y7, Y7
	VPMULLD Y12, Y3, Y5
	VPADDD  Y5, Y7, Y7
	VPMULLD Y12, Y0, Y8  // sin2 x0 - sin4 x1 + sin3 x2 - sin1 x3
	VPMULLD Y14, Y1, Y5
	VPSUBD  Y5, Y8, Y8
	VPADDD  Y10, Y8, Y8
	VPMULLD Y11, Y3, Y5
	VPSUBD  Y5, Y8, Y8
	ADST4ROUND(Y4)
	ADST4ROUND(Y6)
	ADST4ROUND(Y7)
	ADST4ROUND(Y8)
	VMOVDQU Y4, (DI)
	VMOVDQU Y6, 32(DI)
	VMOVDQU Y7, 64(DI)
	VMOVDQU Y8, 96(DI)
	ADDQ    $128, DI
	SUBQ    $8, CX
	JG      loop
	VZEROUPPER
	RET
