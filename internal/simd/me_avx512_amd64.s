#include "textflag.h"

// Dwords at even and odd places of two vectors; of a 4x4 raster with sums of 2x2 at its even rows and columns,
// and those of 4x4 behind, the order of GridBest.
DATA evenDwords<>+0(SB)/8, $0x0000000200000000
DATA evenDwords<>+8(SB)/8, $0x0000000600000004
DATA evenDwords<>+16(SB)/8, $0x0000000a00000008
DATA evenDwords<>+24(SB)/8, $0x0000000e0000000c
DATA evenDwords<>+32(SB)/8, $0x0000001200000010
DATA evenDwords<>+40(SB)/8, $0x0000001600000014
DATA evenDwords<>+48(SB)/8, $0x0000001a00000018
DATA evenDwords<>+56(SB)/8, $0x0000001e0000001c
GLOBL evenDwords<>(SB), RODATA|NOPTR, $64

DATA oddDwords<>+0(SB)/8, $0x0000000300000001
DATA oddDwords<>+8(SB)/8, $0x0000000700000005
DATA oddDwords<>+16(SB)/8, $0x0000000b00000009
DATA oddDwords<>+24(SB)/8, $0x0000000f0000000d
DATA oddDwords<>+32(SB)/8, $0x0000001300000011
DATA oddDwords<>+40(SB)/8, $0x0000001700000015
DATA oddDwords<>+48(SB)/8, $0x0000001b00000019
DATA oddDwords<>+56(SB)/8, $0x0000001f0000001d
GLOBL oddDwords<>(SB), RODATA|NOPTR, $64

DATA largeBlocks<>+0(SB)/8, $0x0000000000000010
DATA largeBlocks<>+8(SB)/8, $0x0000000800000002
DATA largeBlocks<>+16(SB)/8, $0x000000000000000a
DATA largeBlocks<>+24(SB)/8, $0x0000000000000000
DATA largeBlocks<>+32(SB)/8, $0x0000000000000000
DATA largeBlocks<>+40(SB)/8, $0x0000000000000000
DATA largeBlocks<>+48(SB)/8, $0x0000000000000000
DATA largeBlocks<>+56(SB)/8, $0x0000000000000000
GLOBL largeBlocks<>(SB), RODATA|NOPTR, $64

// The 16 bytes at each of four positions, and the positions of quadwords.
DATA fourWindows<>+0(SB)/8, $0x0706050403020100
DATA fourWindows<>+8(SB)/8, $0x0f0e0d0c0b0a0908
DATA fourWindows<>+16(SB)/8, $0x0807060504030201
DATA fourWindows<>+24(SB)/8, $0x100f0e0d0c0b0a09
DATA fourWindows<>+32(SB)/8, $0x0908070605040302
DATA fourWindows<>+40(SB)/8, $0x11100f0e0d0c0b0a
DATA fourWindows<>+48(SB)/8, $0x0a09080706050403
DATA fourWindows<>+56(SB)/8, $0x1211100f0e0d0c0b
GLOBL fourWindows<>(SB), RODATA|NOPTR, $64

DATA fourPositions<>+0(SB)/8, $0x0000000000000000
DATA fourPositions<>+8(SB)/8, $0x0000000000000000
DATA fourPositions<>+16(SB)/8, $0x0000000000000001
DATA fourPositions<>+24(SB)/8, $0x0000000000000001
DATA fourPositions<>+32(SB)/8, $0x0000000000000002
DATA fourPositions<>+40(SB)/8, $0x0000000000000002
DATA fourPositions<>+48(SB)/8, $0x0000000000000003
DATA fourPositions<>+56(SB)/8, $0x0000000000000003
GLOBL fourPositions<>(SB), RODATA|NOPTR, $64

// Byte offsets in GridBest.
#define SAD64 0
#define SAD16 20
#define SAD8 84
#define POS 340

// FOUR sums the differences of four rows at p to source vectors in s.
#define FOUR(p, r0, r1, r2, r3, a, b, c, s) \
	VPSADBW (p), r0, s               \
	VPSADBW (p)(R9*1), r1, a         \
	VPSADBW (p)(R9*2), r2, b         \
	VPSADBW (p)(R11*1), r3, c        \
	VPADDD  a, s, s                  \
	VPADDD  c, b, b                  \
	VPADDD  b, s, s

// Of eight positions, VDBPSADBW at an even one takes in each 8 samples the sums of the first four there and one further,
// and those of the last four at the two positions before: five loads of a row do for all. START is the
// first row at p, offset by whole rows, ADD another one.
#define START(p, r) \
	VDBPSADBW $0xe4, (p), r, Z0       \
	VDBPSADBW $0xe4, 2(p), r, Z1      \
	VDBPSADBW $0xe4, 4(p), r, Z2      \
	VDBPSADBW $0xe4, 6(p), r, Z3      \
	VDBPSADBW $0xe4, 8(p), r, Z28

#define ADD(p, r) \
	VDBPSADBW $0xe4, (p), r, Z29      \
	VDBPSADBW $0xe4, 2(p), r, Z30     \
	VDBPSADBW $0xe4, 4(p), r, Z31     \
	VDBPSADBW $0xe4, 6(p), r, Z24     \
	VPADDW    Z29, Z0, Z0             \
	VDBPSADBW $0xe4, 8(p), r, Z29     \
	VPADDW    Z30, Z1, Z1             \
	VPADDW    Z31, Z2, Z2             \
	VPADDW    Z24, Z3, Z3             \
	VPADDW    Z29, Z28, Z28

#define FOURROWS(p, first, r0, r1, r2, r3) \
	first(p, r0)                      \
	ADDQ R9, p                        \
	ADD(p, r1)                        \
	ADDQ R9, p                        \
	ADD(p, r2)                        \
	ADDQ R9, p                        \
	ADD(p, r3)                        \
	ADDQ R9, p

// SPLIT stores the sums of two positions.
#define SPLIT(firsts, lasts, even, odd) \
	VPSRLQ      $32, lasts, Z29       \
	VPADDW      Z29, firsts, Z29      \
	VPSRLD      $16, Z29, Z30         \
	VMOVDQU16.Z Z29, K3, Z29          \
	VPMOVQD     Z29, even(CX)         \
	VPMOVQD     Z30, odd(CX)

#define SPLITALL \
	SPLIT(Z0, Z1, 0, 256)             \
	SPLIT(Z1, Z2, 512, 768)           \
	SPLIT(Z2, Z3, 1024, 1280)         \
	SPLIT(Z3, Z28, 1536, 1792)

// LOAD4 loads four source rows.
#define LOAD4(r0, r1, r2, r3) \
	VMOVDQU64 (AX), r0           \
	VMOVDQU64 (AX)(R8*1), r1     \
	LEAQ      (AX)(R8*2), AX     \
	VMOVDQU64 (AX), r2           \
	VMOVDQU64 (AX)(R8*1), r3     \
	LEAQ      (AX)(R8*2), AX

// UPDATE keeps sums that are less than the best so far, and the position in Z24.
#define UPDATE(sums, best, pos) \
	VPCMPUD   $1, best, sums, K1  \
	VPMINUD   sums, best, best    \
	VMOVDQA32 Z24, K1, pos

// func searchGridAVX512(best *GridBest, src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows, blocks int, pos uint32)
// Eight positions of a row at a time: first the sums of their 8x8 blocks, band by band, whose source
// stays in Z16 to Z23, go to memory (256 bytes a position); then each position is compared with the best in Z4 to Z15.
// R8, R9, R11 distance of source rows, of reference rows and three times that; R10 the first position;
// R13 columns left, R14 the position's code, R15 positions at a time; AX, BX, CX source, reference and
// sums of the band, DI and R12 those of a position, DX positions left.
TEXT ·searchGridAVX512(SB), 0, $2056-76
	MOVQ      best+0(FP), DI
	MOVQ      srcStride+16(FP), R8
	MOVQ      refStride+32(FP), R9
	MOVQ      step+40(FP), AX
	IMULQ     AX, R8
	IMULQ     AX, R9
	LEAQ      (R9)(R9*2), R11
	MOVL      $0x1f, AX
	KMOVW     AX, K2
	MOVL      $0x55555555, AX
	KMOVD     AX, K3
	VMOVDQU32 SAD8(DI), Z4
	VMOVDQU32 (SAD8+64)(DI), Z5
	VMOVDQU32 (SAD8+128)(DI), Z6
	VMOVDQU32 (SAD8+192)(DI), Z7
	VMOVDQU32 (POS+SAD8)(DI), Z8
	VMOVDQU32 (POS+SAD8+64)(DI), Z9
	VMOVDQU32 (POS+SAD8+128)(DI), Z10
	VMOVDQU32 (POS+SAD8+192)(DI), Z11
	VMOVDQU32 SAD16(DI), Z12
	VMOVDQU32 (POS+SAD16)(DI), Z13
	VMOVDQU32.Z SAD64(DI), K2, Z14
	VMOVDQU32.Z (POS+SAD64)(DI), K2, Z15
	VMOVDQU32 evenDwords<>(SB), Z25
	VMOVDQU32 oddDwords<>(SB), Z26
	VMOVDQU32 largeBlocks<>(SB), Z27

gridRow:
	MOVQ cols+48(FP), R13
	MOVQ ref+24(FP), R10
	MOVL pos+72(FP), R14

gridChunk:
	MOVQ    $8, R15
	CMPQ    R13, R15
	CMOVQLT R13, R15
	MOVQ    src+8(FP), AX
	MOVQ    R10, BX
	LEAQ    0(SP), CX
	MOVQ    $8, 2048(SP)
	CMPQ    R15, $8
	JNE     fewer
	CMPQ    step+40(FP), $1
	JNE     eight4

eight8:
	LOAD4(Z16, Z17, Z18, Z19)
	LOAD4(Z20, Z21, Z22, Z23)
	FOURROWS(BX, START, Z16, Z17, Z18, Z19)
	FOURROWS(BX, ADD, Z20, Z21, Z22, Z23)
	SPLITALL
	ADDQ $32, CX
	DECQ 2048(SP)
	JNZ  eight8
	JMP  compare

eight4:
	LOAD4(Z16, Z17, Z18, Z19)
	FOURROWS(BX, START, Z16, Z17, Z18, Z19)
	SPLITALL
	ADDQ $32, CX
	DECQ 2048(SP)
	JNZ  eight4
	JMP  compare

fewer:
	CMPQ step+40(FP), $1
	JNE  band4

band8:
	LOAD4(Z16, Z17, Z18, Z19)
	LOAD4(Z20, Z21, Z22, Z23)
	MOVQ BX, DI
	MOVQ CX, R12
	MOVQ R15, DX

position8:
	LEAQ   (DI)(R9*4), SI
	FOUR(DI, Z16, Z17, Z18, Z19, Z1, Z2, Z3, Z0)
	FOUR(SI, Z20, Z21, Z22, Z23, Z29, Z30, Z31, Z28)
	VPADDD Z28, Z0, Z0
	VPMOVQD Z0, (R12)
	INCQ   DI
	ADDQ   $256, R12
	DECQ   DX
	JNZ    position8
	LEAQ   (BX)(R9*8), BX
	ADDQ   $32, CX
	DECQ   2048(SP)
	JNZ    band8
	JMP    compare

band4:
	LOAD4(Z16, Z17, Z18, Z19)
	MOVQ BX, DI
	MOVQ CX, R12
	MOVQ R15, DX

position4:
	FOUR(DI, Z16, Z17, Z18, Z19, Z1, Z2, Z3, Z0)
	VPMOVQD Z0, (R12)
	INCQ   DI
	ADDQ   $256, R12
	DECQ   DX
	JNZ    position4
	LEAQ   (BX)(R9*4), BX
	ADDQ   $32, CX
	DECQ   2048(SP)
	JNZ    band4

compare:
	LEAQ 0(SP), CX
	MOVQ R15, DX

position:
	VPBROADCASTD R14, Z24
	VMOVDQU32    (CX), Z0
	VMOVDQU32    64(CX), Z1
	VMOVDQU32    128(CX), Z2
	VMOVDQU32    192(CX), Z3
	CMPQ         blocks+64(FP), $85
	JNE          larger
	UPDATE(Z0, Z4, Z8)
	UPDATE(Z1, Z5, Z9)
	UPDATE(Z2, Z6, Z10)
	UPDATE(Z3, Z7, Z11)

larger:
	// 16x16: upper and lower bands, then even and odd columns.
	VSHUFI64X2 $0x44, Z1, Z0, Z16
	VSHUFI64X2 $0xee, Z1, Z0, Z17
	VSHUFI64X2 $0x44, Z3, Z2, Z18
	VSHUFI64X2 $0xee, Z3, Z2, Z19
	VPADDD     Z17, Z16, Z16
	VPADDD     Z19, Z18, Z18
	VMOVDQA32  Z16, Z17
	VPERMT2D   Z18, Z25, Z16
	VPERMT2D   Z18, Z26, Z17
	VPADDD     Z17, Z16, Z16
	UPDATE(Z16, Z12, Z13)

	// 32x32 and 64x64.
	VPSHUFD    $0xb1, Z16, Z17
	VPADDD     Z17, Z16, Z16
	VSHUFI64X2 $0xb1, Z16, Z16, Z17
	VPADDD     Z17, Z16, Z16
	VPSHUFD    $0x4e, Z16, Z17
	VPADDD     Z17, Z16, Z17
	VSHUFI64X2 $0x4e, Z17, Z17, Z18
	VPADDD     Z18, Z17, Z17
	VPERMT2D   Z17, Z27, Z16
	UPDATE(Z16, Z14, Z15)
	ADDQ       $256, CX
	INCL       R14
	DECQ       DX
	JNZ        position

	ADDQ R15, R10
	SUBQ R15, R13
	JNZ  gridChunk
	MOVQ refStride+32(FP), AX
	ADDQ AX, ref+24(FP)
	ADDL $0x10000, pos+72(FP)
	DECQ rows+56(FP)
	JNZ  gridRow

	MOVQ      best+0(FP), DI
	VMOVDQU32 Z4, SAD8(DI)
	VMOVDQU32 Z5, (SAD8+64)(DI)
	VMOVDQU32 Z6, (SAD8+128)(DI)
	VMOVDQU32 Z7, (SAD8+192)(DI)
	VMOVDQU32 Z8, (POS+SAD8)(DI)
	VMOVDQU32 Z9, (POS+SAD8+64)(DI)
	VMOVDQU32 Z10, (POS+SAD8+128)(DI)
	VMOVDQU32 Z11, (POS+SAD8+192)(DI)
	VMOVDQU32 Z12, SAD16(DI)
	VMOVDQU32 Z13, (POS+SAD16)(DI)
	VMOVDQU32 Z14, K2, SAD64(DI)
	VMOVDQU32 Z15, K2, (POS+SAD64)(DI)
	VZEROUPPER
	RET

// ROW adds the differences of a reference row to source row s, in Z4 for four positions and in Z5 for the next four.
#define ROW(s) \
	VMOVDQU8.Z (BX), K1, Y0       \
	ADDQ       R9, BX             \
	VPERMB     Z0, Z8, Z1         \
	VPERMB     Z0, Z9, Z2         \
	VPSADBW    s, Z1, Z1          \
	VPSADBW    s, Z2, Z2          \
	VPADDD     Z1, Z4, Z4         \
	VPADDD     Z2, Z5, Z5

#define EIGHTROWS(s0, s1, s2, s3, s4, s5, s6, s7) \
	ROW(s0)                       \
	ROW(s1)                       \
	ROW(s2)                       \
	ROW(s3)                       \
	ROW(s4)                       \
	ROW(s5)                       \
	ROW(s6)                       \
	ROW(s7)

#define SOURCE(s) \
	VBROADCASTI32X4 (SI), s       \
	ADDQ            R8, SI

// LEAST keeps the least of the sums, above their positions in at, which move on.
#define LEAST(sums, at) \
	VPSHUFD $0x4e, sums, Z1       \
	VPADDD  Z1, sums, sums        \
	VPSLLQ  $32, sums, sums       \
	VPORQ   at, sums, sums        \
	VPMINUQ sums, Z3, Z3          \
	VPADDQ  Z12, at, at

// func searchWindow16AVX512(src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows int) uint64
// Eight positions of a row at a time, each row of the reference loaded once for all: K1 are the 23 samples they
// look at, Z8 and Z9 where each position's are. Z10 and Z11 are the positions, y<<16 + x, Z6 and Z7 those the row starts with.
TEXT ·searchWindow16AVX512(SB), NOSPLIT, $0-64
	MOVQ         src+0(FP), SI
	MOVQ         srcStride+8(FP), R8
	MOVQ         ref+16(FP), DX
	MOVQ         refStride+24(FP), R10
	MOVQ         step+32(FP), AX
	MOVQ         rows+48(FP), R12
	MOVQ         R10, R9
	IMULQ        AX, R8
	IMULQ        AX, R9
	MOVL         $0x7fffff, BX
	KMOVD        BX, K1
	VMOVDQU64    fourWindows<>(SB), Z8
	MOVL         $4, BX
	VPBROADCASTB BX, Z9
	VPADDB       Z8, Z9, Z9
	VMOVDQU64    fourPositions<>(SB), Z6
	VPBROADCASTQ BX, Z7
	VPADDQ       Z6, Z7, Z7
	MOVL         $8, BX
	VPBROADCASTQ BX, Z12
	MOVL         $0x10000, BX
	VPBROADCASTQ BX, Z13
	VPTERNLOGQ   $0xff, Z3, Z3, Z3
	SOURCE(Z16)
	SOURCE(Z17)
	SOURCE(Z18)
	SOURCE(Z19)
	SOURCE(Z20)
	SOURCE(Z21)
	SOURCE(Z22)
	SOURCE(Z23)
	CMPQ         AX, $1
	JNE          windowRow
	SOURCE(Z24)
	SOURCE(Z25)
	SOURCE(Z26)
	SOURCE(Z27)
	SOURCE(Z28)
	SOURCE(Z29)
	SOURCE(Z30)
	SOURCE(Z31)

windowRow:
	MOVQ      DX, CX
	MOVQ      cols+40(FP), R13
	VMOVDQA64 Z6, Z10
	VMOVDQA64 Z7, Z11

windowEight:
	MOVQ  CX, BX
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	EIGHTROWS(Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	CMPQ  AX, $1
	JNE   windowLeast
	EIGHTROWS(Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31)

windowLeast:
	LEAST(Z4, Z10)
	LEAST(Z5, Z11)
	ADDQ   $8, CX
	SUBQ   $8, R13
	JNZ    windowEight
	VPADDQ Z13, Z6, Z6
	VPADDQ Z13, Z7, Z7
	ADDQ   R10, DX
	DECQ   R12
	JNZ    windowRow

	VEXTRACTI64X4 $1, Z3, Y0
	VPMINUQ       Y0, Y3, Y3
	VEXTRACTI128  $1, Y3, X0
	VPMINUQ       X0, X3, X3
	VPSHUFD       $0x4e, X3, X0
	VPMINUQ       X0, X3, X3
	VMOVQ         X3, AX
	MOVQ          AX, ret+56(FP)
	VZEROUPPER
	RET

// func narrow64AVX512(dst *uint8, src *uint16, n int, shift uint64)
TEXT ·narrow64AVX512(SB), NOSPLIT, $0-32
	MOVQ      dst+0(FP), DI
	MOVQ      src+8(FP), SI
	MOVQ      n+16(FP), CX
	VMOVQ     shift+24(FP), X3
	VMOVDQU64 evens<>(SB), Z4

narrowLoop:
	VMOVDQU16 (SI), Z0
	VMOVDQU16 64(SI), Z1
	VPSRLW    X3, Z0, Z0
	VPSRLW    X3, Z1, Z1
	VPERMT2B  Z1, Z4, Z0
	VMOVDQU8  Z0, (DI)
	ADDQ      $128, SI
	ADDQ      $64, DI
	SUBQ      $64, CX
	JNZ       narrowLoop
	VZEROUPPER
	RET

// The even ones of 128 bytes.
DATA evens<>+0(SB)/8, $0x0e0c0a0806040200
DATA evens<>+8(SB)/8, $0x1e1c1a1816141210
DATA evens<>+16(SB)/8, $0x2e2c2a2826242220
DATA evens<>+24(SB)/8, $0x3e3c3a3836343230
DATA evens<>+32(SB)/8, $0x4e4c4a4846444240
DATA evens<>+40(SB)/8, $0x5e5c5a5856545250
DATA evens<>+48(SB)/8, $0x6e6c6a6866646260
DATA evens<>+56(SB)/8, $0x7e7c7a7876747270
GLOBL evens<>(SB), RODATA|NOPTR, $64
