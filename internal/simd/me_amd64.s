#include "textflag.h"

// WINDOW walks over all positions of a window: SI, R8 source and its distance of rows;
// DX, R10 the row of positions and its distance; R9 the distance of reference rows; BX
// and R13 position and positions left in this row; R12 rows of positions left. SUM leaves
// the sum of a position in AX; R11 is the least so far, DI and CX its place.
#define WINDOW(row, col, line, next, SUM) \
row:                                  \
	MOVQ DX, BX                       \
	MOVQ cols+56(FP), R13             \
col:                                  \
	SUM(line)                         \
	CMPL AX, R11                      \
	JAE  next                         \
	MOVL AX, R11                      \
	MOVQ cols+56(FP), DI              \
	SUBQ R13, DI                      \
	MOVQ rows+64(FP), CX              \
	SUBQ R12, CX                      \
next:                                 \
	INCQ BX                           \
	DECQ R13                          \
	JNZ  col                          \
	ADDQ R10, DX                      \
	DECQ R12                          \
	JNZ  row

#define FINISHY \
	VEXTRACTI128 $1, Y2, X3 \
	VPADDD       X3, X2, X2 \
	VPSHUFD      $0x4e, X2, X3 \
	VPADDD       X3, X2, X2 \
	VMOVD        X2, AX

// A block of 16 columns is kept in registers, two rows in each of Y8 to Y15.
#define LOAD16(out) \
	VMOVDQU     (SI), X0                   \
	VINSERTI128 $1, (SI)(R8*1), Y0, out    \
	LEAQ        (SI)(R8*2), SI

#define PAIR16(rows) \
	VMOVDQU     (R15), X0                  \
	VINSERTI128 $1, (R15)(R9*1), Y0, Y0    \
	VPSADBW     rows, Y0, Y0               \
	VPADDD      Y0, Y2, Y2                 \
	LEAQ        (R15)(R9*2), R15

#define SUM16X8(line) \
	MOVQ  BX, R15    \
	VPXOR Y2, Y2, Y2 \
	PAIR16(Y8)       \
	PAIR16(Y9)       \
	PAIR16(Y10)      \
	PAIR16(Y11)      \
	FINISHY

#define SUM16X16(line) \
	MOVQ  BX, R15    \
	VPXOR Y2, Y2, Y2 \
	PAIR16(Y8)       \
	PAIR16(Y9)       \
	PAIR16(Y10)      \
	PAIR16(Y11)      \
	PAIR16(Y12)      \
	PAIR16(Y13)      \
	PAIR16(Y14)      \
	PAIR16(Y15)      \
	FINISHY

// Wider blocks go by groups of four rows; h has become their number.
#define START \
	MOVQ  SI, AX         \
	MOVQ  BX, R15        \
	VPXOR Y2, Y2, Y2     \
	VPXOR Y3, Y3, Y3     \
	MOVQ  h+40(FP), R14

#define TWO32 \
	VMOVDQU (R15), Y0              \
	VMOVDQU (R15)(R9*1), Y1        \
	VPSADBW (AX), Y0, Y0           \
	VPSADBW (AX)(R8*1), Y1, Y1     \
	VPADDD  Y0, Y2, Y2             \
	VPADDD  Y1, Y3, Y3             \
	LEAQ    (R15)(R9*2), R15       \
	LEAQ    (AX)(R8*2), AX

#define SUM32(line) \
	START              \
line:                  \
	TWO32              \
	TWO32              \
	DECQ   R14         \
	JNZ    line        \
	VPADDD Y3, Y2, Y2  \
	FINISHY

#define ONE64 \
	VMOVDQU (R15), Y0              \
	VMOVDQU 32(R15), Y1            \
	VPSADBW (AX), Y0, Y0           \
	VPSADBW 32(AX), Y1, Y1         \
	VPADDD  Y0, Y2, Y2             \
	VPADDD  Y1, Y3, Y3             \
	ADDQ    R9, R15                \
	ADDQ    R8, AX

#define SUM64(line) \
	START              \
line:                  \
	ONE64              \
	ONE64              \
	ONE64              \
	ONE64              \
	DECQ   R14         \
	JNZ    line        \
	VPADDD Y3, Y2, Y2  \
	FINISHY

// With AVX-512 a block of 32 columns stays in registers, two rows in each of Z16 to Z31. R14 is three times R9.
#define LOAD32(out, y) \
	VMOVDQU64     (SI), y                 \
	VINSERTI64X4  $1, (SI)(R8*1), out, out \
	LEAQ          (SI)(R8*2), SI

#define FOUR32(first, last) \
	VMOVDQU      (R15), Y0                     \
	VINSERTI64X4 $1, (R15)(R9*1), Z0, Z0       \
	VMOVDQU      (R15)(R9*2), Y1               \
	VINSERTI64X4 $1, (R15)(R14*1), Z1, Z1      \
	VPSADBW      first, Z0, Z0                 \
	VPSADBW      last, Z1, Z1                  \
	VPADDD       Z0, Z2, Z2                    \
	VPADDD       Z1, Z3, Z3                    \
	LEAQ         (R15)(R9*4), R15

#define SUM32X16(line) \
	MOVQ          BX, R15       \
	VPXOR         Y2, Y2, Y2    \
	VPXOR         Y3, Y3, Y3    \
	FOUR32(Z16, Z17)            \
	FOUR32(Z18, Z19)            \
	FOUR32(Z20, Z21)            \
	FOUR32(Z22, Z23)            \
	VPADDD        Z3, Z2, Z2    \
	VEXTRACTI64X4 $1, Z2, Y3    \
	VPADDD        Y3, Y2, Y2    \
	FINISHY

#define SUM32X32(line) \
	MOVQ          BX, R15       \
	VPXOR         Y2, Y2, Y2    \
	VPXOR         Y3, Y3, Y3    \
	FOUR32(Z16, Z17)            \
	FOUR32(Z18, Z19)            \
	FOUR32(Z20, Z21)            \
	FOUR32(Z22, Z23)            \
	FOUR32(Z24, Z25)            \
	FOUR32(Z26, Z27)            \
	FOUR32(Z28, Z29)            \
	FOUR32(Z30, Z31)            \
	VPADDD        Z3, Z2, Z2    \
	VEXTRACTI64X4 $1, Z2, Y3    \
	VPADDD        Y3, Y2, Y2    \
	FINISHY

// Columns of 8x8 sums after the two halves of a row are interleaved: back in order.
DATA gridOrder<>+0(SB)/8, $0x0000000200000000
DATA gridOrder<>+8(SB)/8, $0x0000000600000004
DATA gridOrder<>+16(SB)/8, $0x0000000300000001
DATA gridOrder<>+24(SB)/8, $0x0000000700000005
GLOBL gridOrder<>(SB), RODATA|NOPTR, $32

// Byte offsets in GridBest.
#define SAD64 0
#define SAD32 4
#define SAD16 20
#define SAD8 84
#define POS 340

#define GRIDROW \
	VMOVDQU (BX), Y0       \
	VMOVDQU 32(BX), Y1     \
	VPSADBW (AX), Y0, Y0   \
	VPSADBW 32(AX), Y1, Y1 \
	VPADDD  Y0, Y2, Y2     \
	VPADDD  Y1, Y3, Y3     \
	ADDQ    R8, AX         \
	ADDQ    R9, BX

// BAND sums the eight 8x8 blocks of a band of 8 rows in out.
#define BAND(line, out) \
	VPXOR  Y2, Y2, Y2      \
	VPXOR  Y3, Y3, Y3      \
	MOVQ   R15, CX         \
line:                      \
	GRIDROW                \
	GRIDROW                \
	GRIDROW                \
	GRIDROW                \
	DECQ   CX              \
	JNZ    line            \
	VPSLLQ $32, Y3, Y3     \
	VPOR   Y3, Y2, Y2      \
	VPERMD Y2, Y15, out

// UPDATE replaces the entries at offset that sums are less than; Y14 is the position.
#define UPDATE(sums, offset) \
	VMOVDQU   offset(DI), Y10           \
	VPMINUD   sums, Y10, Y11            \
	VPCMPEQD  Y11, Y10, Y10             \
	VMOVDQU   Y11, offset(DI)           \
	VMOVDQU   (POS+offset)(DI), Y11     \
	VPBLENDVB Y10, Y11, Y14, Y11        \
	VMOVDQU   Y11, (POS+offset)(DI)

// BANDS sums two bands and their sums, and updates their 8x8 blocks if wanted.
#define BANDS(line0, line1, skip, out, offset) \
	BAND(line0, Y4)                     \
	BAND(line1, Y5)                     \
	VPADDD Y5, Y4, out                  \
	CMPQ   blocks+64(FP), $85           \
	JNE    skip                         \
	UPDATE(Y4, offset)                  \
	UPDATE(Y5, (offset+32))             \
skip:

// func narrow32AVX2(dst *uint8, src *uint16, n int, shift uint64)
TEXT ·narrow32AVX2(SB), NOSPLIT, $0-32
	MOVQ  dst+0(FP), DI
	MOVQ  src+8(FP), SI
	MOVQ  n+16(FP), CX
	VMOVQ shift+24(FP), X3

narrowLoop:
	VMOVDQU   (SI), Y0
	VMOVDQU   32(SI), Y1
	VPSRLW    X3, Y0, Y0
	VPSRLW    X3, Y1, Y1
	VPACKUSWB Y1, Y0, Y0
	VPERMQ    $0xd8, Y0, Y0
	VMOVDQU   Y0, (DI)
	ADDQ      $64, SI
	ADDQ      $32, DI
	SUBQ      $32, CX
	JNZ       narrowLoop
	VZEROUPPER
	RET

// func halve32AVX2(dst, a, b *uint8, n int)
TEXT ·halve32AVX2(SB), NOSPLIT, $0-32
	MOVQ     dst+0(FP), DI
	MOVQ     a+8(FP), SI
	MOVQ     b+16(FP), DX
	MOVQ     n+24(FP), CX
	VPCMPEQB Y7, Y7, Y7
	VPABSB   Y7, Y7         // bytes 1
	VPCMPEQW Y6, Y6, Y6
	VPSRLW   $15, Y6, Y6
	VPADDW   Y6, Y6, Y6     // words 2

halveLoop:
	VMOVDQU    (SI), Y0
	VMOVDQU    32(SI), Y1
	VMOVDQU    (DX), Y2
	VMOVDQU    32(DX), Y3
	VPMADDUBSW Y7, Y0, Y0
	VPMADDUBSW Y7, Y1, Y1
	VPMADDUBSW Y7, Y2, Y2
	VPMADDUBSW Y7, Y3, Y3
	VPADDW     Y2, Y0, Y0
	VPADDW     Y3, Y1, Y1
	VPADDW     Y6, Y0, Y0
	VPADDW     Y6, Y1, Y1
	VPSRLW     $2, Y0, Y0
	VPSRLW     $2, Y1, Y1
	VPACKUSWB  Y1, Y0, Y0
	VPERMQ     $0xd8, Y0, Y0
	VMOVDQU    Y0, (DI)
	ADDQ       $64, SI
	ADDQ       $64, DX
	ADDQ       $32, DI
	SUBQ       $32, CX
	JNZ        halveLoop
	VZEROUPPER
	RET

// func searchWindowAVX2(src *uint8, srcStride int, ref *uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int)
TEXT ·searchWindowAVX2(SB), NOSPLIT, $0-96
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  ref+16(FP), DX
	MOVQ  refStride+24(FP), R10
	MOVQ  step+48(FP), AX
	IMULQ AX, R8
	MOVQ  R10, R9
	IMULQ AX, R9
	MOVQ  rows+64(FP), R12
	MOVL  $-1, R11
	XORL  DI, DI
	XORL  CX, CX
	MOVQ  w+32(FP), BX
	CMPQ  BX, $16
	JNE   wide

	LOAD16(Y8)
	LOAD16(Y9)
	LOAD16(Y10)
	LOAD16(Y11)
	CMPQ AX, $1
	JE   window16x16
	WINDOW(row8, col8, line8, next8, SUM16X8)
	JMP  windowEnd

window16x16:
	LOAD16(Y12)
	LOAD16(Y13)
	LOAD16(Y14)
	LOAD16(Y15)
	WINDOW(row16, col16, line16, next16, SUM16X16)
	JMP windowEnd

wide:
	// Groups of four rows: h / 4, halved if step is 2.
	MOVQ h+40(FP), R14
	SHRQ $2, R14
	CMPQ AX, $1
	JE   counted
	SHRQ $1, R14

counted:
	MOVQ R14, h+40(FP)
	CMPQ BX, $32
	JNE  window64
	WINDOW(row32, col32, line32, next32, SUM32)
	JMP  windowEnd

window64:
	WINDOW(row64, col64, line64, next64, SUM64)

windowEnd:
	MOVL R11, sad+72(FP)
	MOVQ DI, x+80(FP)
	MOVQ CX, y+88(FP)
	VZEROUPPER
	RET

// func searchWindow32AVX512(src *uint8, srcStride int, ref *uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int)
TEXT ·searchWindow32AVX512(SB), NOSPLIT, $0-96
	MOVQ  src+0(FP), SI
	MOVQ  srcStride+8(FP), R8
	MOVQ  ref+16(FP), DX
	MOVQ  refStride+24(FP), R10
	MOVQ  step+48(FP), AX
	IMULQ AX, R8
	MOVQ  R10, R9
	IMULQ AX, R9
	LEAQ  (R9)(R9*2), R14
	MOVQ  rows+64(FP), R12
	MOVL  $-1, R11
	XORL  DI, DI
	XORL  CX, CX
	LOAD32(Z16, Y16)
	LOAD32(Z17, Y17)
	LOAD32(Z18, Y18)
	LOAD32(Z19, Y19)
	LOAD32(Z20, Y20)
	LOAD32(Z21, Y21)
	LOAD32(Z22, Y22)
	LOAD32(Z23, Y23)
	CMPQ  AX, $1
	JE    window32x32
	WINDOW(row32x16, col32x16, line32x16, next32x16, SUM32X16)
	JMP   window32End

window32x32:
	LOAD32(Z24, Y24)
	LOAD32(Z25, Y25)
	LOAD32(Z26, Y26)
	LOAD32(Z27, Y27)
	LOAD32(Z28, Y28)
	LOAD32(Z29, Y29)
	LOAD32(Z30, Y30)
	LOAD32(Z31, Y31)
	WINDOW(row32x32, col32x32, line32x32, next32x32, SUM32X32)

window32End:
	MOVL R11, sad+72(FP)
	MOVQ DI, x+80(FP)
	MOVQ CX, y+88(FP)
	VZEROUPPER
	RET

// func searchGridAVX2(best *GridBest, src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows, blocks int, pos uint32)
TEXT ·searchGridAVX2(SB), NOSPLIT, $0-76
	VMOVDQU gridOrder<>(SB), Y15
	MOVQ    best+0(FP), DI
	MOVQ    src+8(FP), SI
	MOVQ    srcStride+16(FP), R8
	MOVQ    ref+24(FP), DX
	MOVQ    refStride+32(FP), R9
	MOVQ    step+40(FP), AX
	IMULQ   AX, R8
	IMULQ   AX, R9
	MOVQ    $3, R15
	SUBQ    AX, R15              // groups of four rows in a band: 2 or 1
	MOVQ    rows+56(FP), R12

gridRow:
	MOVQ cols+48(FP), R13
	MOVQ DX, R10
	MOVL pos+72(FP), R11

gridCol:
	MOVQ         SI, AX
	MOVQ         R10, BX
	VMOVD        R11, X14
	VPBROADCASTD X14, Y14
	BANDS(line0, line1, skip01, Y6, SAD8)
	BANDS(line2, line3, skip23, Y7, (SAD8+64))
	VPHADDD      Y7, Y6, Y8
	VPERMQ       $0xd8, Y8, Y8
	UPDATE(Y8, SAD16)
	BANDS(line4, line5, skip45, Y6, (SAD8+128))
	BANDS(line6, line7, skip67, Y7, (SAD8+192))
	VPHADDD      Y7, Y6, Y9
	VPERMQ       $0xd8, Y9, Y9
	UPDATE(Y9, (SAD16+32))

	VPHADDD      Y9, Y8, Y8
	VEXTRACTI128 $1, Y8, X9
	VPADDD       X9, X8, X8
	VMOVDQU      SAD32(DI), X10
	VPMINUD      X8, X10, X11
	VPCMPEQD     X11, X10, X10
	VMOVDQU      X11, SAD32(DI)
	VMOVDQU      (POS+SAD32)(DI), X11
	VPBLENDVB    X10, X11, X14, X11
	VMOVDQU      X11, (POS+SAD32)(DI)

	VPHADDD X8, X8, X8
	VPHADDD X8, X8, X8
	VMOVD   X8, AX
	CMPL    AX, SAD64(DI)
	JAE     gridNext
	MOVL    AX, SAD64(DI)
	MOVL    R11, (POS+SAD64)(DI)

gridNext:
	INCQ R10
	INCL R11
	DECQ R13
	JNZ  gridCol
	ADDQ refStride+32(FP), DX
	ADDL $0x10000, pos+72(FP)
	DECQ R12
	JNZ  gridRow
	VZEROUPPER
	RET

// func diffMomentsAVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) (sum int32, squares uint64)
// Y4 sums differences, Y5 squares of a row in 32 bits, Y6 all squares in 64 bits.
TEXT ·diffMomentsAVX2(SB), NOSPLIT, $0-64
	MOVQ     a+0(FP), SI
	MOVQ     aStride+8(FP), R8
	MOVQ     b+16(FP), DX
	MOVQ     bStride+24(FP), R9
	MOVQ     w+32(FP), R10
	MOVQ     h+40(FP), R12
	VPCMPEQW Y7, Y7, Y7
	VPABSW   Y7, Y7          // words 1
	VPXOR    Y4, Y4, Y4
	VPXOR    Y6, Y6, Y6
	VPXOR    Y8, Y8, Y8

momentsRow:
	VPXOR Y5, Y5, Y5
	XORL  BX, BX
	CMPQ  R10, $8
	JE    moments8

momentsCol:
	VMOVDQU  (SI)(BX*2), Y0
	VPSUBW   (DX)(BX*2), Y0, Y0
	VPMADDWD Y7, Y0, Y1
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y1, Y4, Y4
	VPADDD   Y0, Y5, Y5
	ADDQ     $16, BX
	CMPQ     BX, R10
	JB       momentsCol
	JMP      momentsEndRow

moments8:
	VMOVDQU  (SI), X0
	VPSUBW   (DX), X0, X0
	VPMADDWD Y7, Y0, Y1
	VPMADDWD Y0, Y0, Y0
	VPADDD   Y1, Y4, Y4
	VPADDD   Y0, Y5, Y5

momentsEndRow:
	VPUNPCKLDQ Y8, Y5, Y0
	VPUNPCKHDQ Y8, Y5, Y1
	VPADDQ     Y0, Y6, Y6
	VPADDQ     Y1, Y6, Y6
	ADDQ       R8, SI
	ADDQ       R9, DX
	DECQ       R12
	JNZ        momentsRow

	VEXTRACTI128 $1, Y4, X0
	VPADDD       X0, X4, X4
	VPSHUFD      $0x4e, X4, X0
	VPADDD       X0, X4, X4
	VPSHUFD      $0xb1, X4, X0
	VPADDD       X0, X4, X4
	VMOVD        X4, AX
	MOVL         AX, sum+48(FP)
	VEXTRACTI128 $1, Y6, X0
	VPADDQ       X0, X6, X6
	VPSHUFD      $0x4e, X6, X0
	VPADDQ       X0, X6, X6
	VMOVQ        X6, squares+56(FP)
	VZEROUPPER
	RET
