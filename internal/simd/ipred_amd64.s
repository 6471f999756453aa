#include "textflag.h"

// Intra prediction of 16-bit samples, in strips of 16 columns (or one of 8 or 4), rows inside. Whole
// vectors are computed at every width: edges are long enough to be read beyond the block.
//
// Registers:
//   DI, R8   destination, distance of rows in bytes
//   R10, R11 width, height; R12 rows left in the strip
//   R13      destination of the row
//   SI, DX   above and left edge; CX position in the left edge

// STRIPS runs BEGIN once and ROW per row of each strip, and stores Y0. BEGIN may use
// SI, which advances by a strip.
#define STRIPS(BEGIN, ROW) STRIPSBY(BEGIN, ROW, ROW, ROW)

// STRIPSBY is STRIPS with a form of ROW for each width.
#define STRIPSBY(BEGIN, ROW16, ROW8, ROW4) \
	CMPQ    R10, $8       \
	JEQ     strip8        \
	JLT     strip4        \
strip16:                  \
	MOVQ    DI, R13       \
	MOVQ    R11, R12      \
	BEGIN                 \
row16:                    \
	ROW16                 \
	VMOVDQU Y0, (R13)     \
	ADDQ    R8, R13       \
	DECQ    R12           \
	JNE     row16         \
	ADDQ    $32, DI       \
	ADDQ    $32, SI       \
	SUBQ    $16, R10      \
	JG      strip16       \
	VZEROUPPER            \
	RET                   \
strip8:                   \
	BEGIN                 \
row8:                     \
	ROW8                  \
	VMOVDQU X0, (DI)      \
	ADDQ    R8, DI        \
	DECQ    R11           \
	JNE     row8          \
	VZEROUPPER            \
	RET                   \
strip4:                   \
	BEGIN                 \
row4:                     \
	ROW4                  \
	VMOVQ   X0, (DI)      \
	ADDQ    R8, DI        \
	DECQ    R11           \
	JNE     row4          \
	VZEROUPPER            \
	RET

#define ARGS \
	MOVQ dst+0(FP), DI    \
	MOVQ stride+8(FP), R8 \
	MOVQ w+16(FP), R10    \
	MOVQ h+24(FP), R11

// func fillAVX2(dst *uint16, stride, w, h int, v uint16)
TEXT ·fillAVX2(SB), NOSPLIT, $0-34
	ARGS
	VPBROADCASTW v+32(FP), Y0
	#define NONE
	STRIPS(NONE, NONE)

// func verticalAVX2(dst *uint16, stride, w, h int, above *uint16)
TEXT ·verticalAVX2(SB), NOSPLIT, $0-40
	ARGS
	MOVQ above+32(FP), SI
	#define LOADABOVE VMOVDQU (SI), Y0
	STRIPS(LOADABOVE, NONE)

// func horizontalAVX2(dst *uint16, stride, w, h int, left *uint16)
TEXT ·horizontalAVX2(SB), NOSPLIT, $0-40
	ARGS
	MOVQ left+32(FP), DX
	#define LEFTTOP MOVQ DX, CX
	#define LEFTROW \
		VPBROADCASTW (CX), Y0 \
		ADDQ         $2, CX
	STRIPS(LEFTTOP, LEFTROW)

// func paethAVX2(dst *uint16, stride, w, h int, above, left *uint16)
//
// Y8 above, Y9 corner, Y10 above - corner, Y11 its absolute value (pLeft).
TEXT ·paethAVX2(SB), NOSPLIT, $0-48
	ARGS
	MOVQ         above+32(FP), SI
	MOVQ         left+40(FP), DX
	VPBROADCASTW -2(SI), Y9
	#define PAETHTOP \
		MOVQ    DX, CX         \
		VMOVDQU (SI), Y8       \
		VPSUBW  Y9, Y8, Y10    \
		VPABSW  Y10, Y11
	#define PAETHROW \
		VPBROADCASTW (CX), Y1          \
		ADDQ         $2, CX            \
		VPSUBW       Y9, Y1, Y2        \
		VPADDW       Y10, Y2, Y3       \
		VPABSW       Y2, Y2            \
		VPABSW       Y3, Y3            \
		VPMINSW      Y3, Y2, Y4        \
		VPCMPGTW     Y4, Y11, Y4       \
		VPCMPGTW     Y3, Y2, Y5        \
		VPBLENDVB    Y5, Y9, Y8, Y0    \
		VPBLENDVB    Y4, Y0, Y1, Y0
	STRIPS(PAETHTOP, PAETHROW)

// The smooth predictors hold pairs (above, bottom) in Y8, Y9 and pairs of horizontal weights (w, 256-w) in Y10, Y11.
// Y12 is the rounding; R9 the bottom sample or the weights of the rows, BX the samples to the right << 16.

// VERTICALPAIRS prepares Y8, Y9 from the row above; Y13 is the bottom sample.
#define VERTICALPAIRS \
	VMOVDQU    (SI), Y0       \
	VPUNPCKLWD Y13, Y0, Y8    \
	VPUNPCKHWD Y13, Y0, Y9

// HORIZONTALPAIRS prepares Y10, Y11 from the weights at AX; Y14 is 256.
#define HORIZONTALPAIRS \
	VPMOVZXBW  (AX), Y0       \
	ADDQ       $16, AX        \
	VPSUBW     Y0, Y14, Y1    \
	VPUNPCKLWD Y1, Y0, Y10    \
	VPUNPCKHWD Y1, Y0, Y11

// ROWWEIGHTS broadcasts (w, 256-w) of the row into Y0.
#define ROWWEIGHTS \
	VPBROADCASTD (R9), Y0   \
	ADDQ         $4, R9

// ROWLEFT broadcasts (left, right) of the row into Y1.
#define ROWLEFT \
	MOVWLZX      (CX), R14  \
	ADDQ         $2, CX     \
	ORL          BX, R14    \
	VMOVD        R14, X1    \
	VPBROADCASTD X1, Y1

// func smoothAVX2(dst *uint16, stride, w, h int, above, left *uint16, wx *uint8, wy *[64]uint32)
//
// wy holds the pairs of the rows' weights.
TEXT ·smoothAVX2(SB), NOSPLIT, $0-64
	ARGS
	MOVQ         above+32(FP), SI
	MOVQ         left+40(FP), DX
	MOVQ         wx+48(FP), AX
	MOVWLZX      -2(SI)(R10*2), BX
	SHLL         $16, BX
	VPBROADCASTW -2(DX)(R11*2), Y13
	MOVL         $256, R14
	VMOVD        R14, X12
	VPBROADCASTW X12, Y14
	VPBROADCASTD X12, Y12
	#define SMOOTHTOP \
		MOVQ DX, CX           \
		MOVQ wy+56(FP), R9    \
		VERTICALPAIRS         \
		HORIZONTALPAIRS
	#define SMOOTHROW \
		ROWWEIGHTS               \
		ROWLEFT                  \
		VPMADDWD  Y0, Y8, Y2     \
		VPMADDWD  Y0, Y9, Y3     \
		VPMADDWD  Y1, Y10, Y4    \
		VPMADDWD  Y1, Y11, Y5    \
		VPADDD    Y12, Y2, Y2    \
		VPADDD    Y12, Y3, Y3    \
		VPADDD    Y4, Y2, Y2     \
		VPADDD    Y5, Y3, Y3     \
		VPSRLD    $9, Y2, Y2     \
		VPSRLD    $9, Y3, Y3     \
		VPACKUSDW Y3, Y2, Y0
	STRIPS(SMOOTHTOP, SMOOTHROW)

// func smoothVAVX2(dst *uint16, stride, w, h int, above, left *uint16, wy *[64]uint32)
TEXT ·smoothVAVX2(SB), NOSPLIT, $0-56
	ARGS
	MOVQ         above+32(FP), SI
	MOVQ         left+40(FP), DX
	VPBROADCASTW -2(DX)(R11*2), Y13
	MOVL         $128, R14
	VMOVD        R14, X12
	VPBROADCASTD X12, Y12
	#define SMOOTHVTOP \
		MOVQ wy+48(FP), R9    \
		VERTICALPAIRS
	#define SMOOTHVROW \
		ROWWEIGHTS               \
		VPMADDWD  Y0, Y8, Y2     \
		VPMADDWD  Y0, Y9, Y3     \
		VPADDD    Y12, Y2, Y2    \
		VPADDD    Y12, Y3, Y3    \
		VPSRLD    $8, Y2, Y2     \
		VPSRLD    $8, Y3, Y3     \
		VPACKUSDW Y3, Y2, Y0
	STRIPS(SMOOTHVTOP, SMOOTHVROW)

// func smoothHAVX2(dst *uint16, stride, w, h int, above, left *uint16, wx *uint8)
TEXT ·smoothHAVX2(SB), NOSPLIT, $0-56
	ARGS
	MOVQ         above+32(FP), SI
	MOVQ         left+40(FP), DX
	MOVQ         wx+48(FP), AX
	MOVWLZX      -2(SI)(R10*2), BX
	SHLL         $16, BX
	MOVL         $256, R14
	VMOVD        R14, X12
	VPBROADCASTW X12, Y14
	VPBROADCASTD X12, Y12
	VPSRLD       $1, Y12, Y12
	#define SMOOTHHTOP \
		MOVQ DX, CX           \
		HORIZONTALPAIRS
	#define SMOOTHHROW \
		ROWLEFT                  \
		VPMADDWD  Y1, Y10, Y4    \
		VPMADDWD  Y1, Y11, Y5    \
		VPADDD    Y12, Y4, Y4    \
		VPADDD    Y12, Y5, Y5    \
		VPSRLD    $8, Y4, Y4     \
		VPSRLD    $8, Y5, Y5     \
		VPACKUSDW Y5, Y4, Y0
	STRIPS(SMOOTHHTOP, SMOOTHHROW)

// func zone1AVX2(dst *uint16, stride, w, h int, above *uint16, dx, maxBase int)
//
// a + ((b - a) * shift + 16) >> 5 is VPMULHRSW by shift << 10. AX is idx, BX the bytes from above to the
// row's first sample; the edge repeats its last sample behind maxBase.
TEXT ·zone1AVX2(SB), NOSPLIT, $0-56
	ARGS
	MOVQ maxBase+48(FP), R9
	#define ZONE1TOP \
		MOVQ above+32(FP), DX \
		MOVQ dx+40(FP), AX
	#define ZONE1ROW \
		MOVQ         AX, BX             \
		MOVL         AX, R14            \
		SHRQ         $6, BX             \
		CMPQ         BX, R9             \
		CMOVQGT      R9, BX             \
		SHRL         $1, R14            \
		ANDL         $31, R14           \
		SHLL         $10, R14           \
		VMOVD        R14, X2            \
		VPBROADCASTW X2, Y2             \
		LEAQ         (DX)(BX*2), BX     \
		VMOVDQU      (BX)(SI*1), Y0     \
		VMOVDQU      2(BX)(SI*1), Y1    \
		VPSUBW       Y0, Y1, Y1         \
		VPMULHRSW    Y2, Y1, Y1         \
		VPADDW       Y1, Y0, Y0         \
		ADDQ         dx+40(FP), AX
	XORQ SI, SI
	STRIPS(ZONE1TOP, ZONE1ROW)

// zone2columns counts the columns of a strip.
DATA zone2columns<>+0(SB)/8, $0x0003000200010000
DATA zone2columns<>+8(SB)/8, $0x0007000600050004
DATA zone2columns<>+16(SB)/8, $0x000b000a00090008
DATA zone2columns<>+24(SB)/8, $0x000f000e000d000c
GLOBL zone2columns<>(SB), RODATA|NOPTR, $32

// func zone2AVX2(dst *uint16, stride, w, h int, above *uint16, dx int)
//
// Replaces the samples that look up; dst holds the prediction from the left. The first nl samples
// of a row stay. AX is idx, always negative; SI twice the strip's column. Where all samples
// of a strip stay, the address is kept inside the edge.
TEXT ·zone2AVX2(SB), NOSPLIT, $0-48
	ARGS
	MOVQ         above+32(FP), DX
	MOVQ         dx+40(FP), R9
	MOVQ         $-32, CX
	XORQ         SI, SI
	#define ZONE2TOP \
		MOVQ         R9, AX              \
		NEGQ         AX                  \
		MOVQ         SI, R14             \
		SHRQ         $1, R14             \
		VMOVD        R14, X8             \
		VPBROADCASTW X8, Y8              \
		VPADDW       zone2columns<>(SB), Y8, Y8
	#define ZONE2ROW \
		MOVQ         AX, R14             \
		NOTQ         R14                 \
		SHRQ         $6, R14             \
		VMOVD        R14, X3             \
		VPBROADCASTW X3, Y3              \
		VPCMPGTW     Y8, Y3, Y3          \
		MOVQ         AX, BX              \
		SARQ         $6, BX              \
		LEAQ         (SI)(BX*2), BX      \
		CMPQ         BX, CX              \
		CMOVQLT      CX, BX              \
		MOVL         AX, R14             \
		SHLL         $9, R14             \
		ANDL         $0x7C00, R14        \
		VMOVD        R14, X2             \
		VPBROADCASTW X2, Y2              \
		VMOVDQU      (DX)(BX*1), Y0      \
		VMOVDQU      2(DX)(BX*1), Y1     \
		VPSUBW       Y0, Y1, Y1          \
		VPMULHRSW    Y2, Y1, Y1          \
		VPADDW       Y1, Y0, Y0          \
		VPBLENDVB    Y3, Y4, Y0, Y0      \
		SUBQ         R9, AX
	#define ZONE2ROW16 \
		VMOVDQU (R13), Y4   \
		ZONE2ROW
	#define ZONE2ROW8 \
		VMOVDQU (DI), X4    \
		ZONE2ROW
	#define ZONE2ROW4 \
		VMOVQ (DI), X4      \
		ZONE2ROW
	STRIPSBY(ZONE2TOP, ZONE2ROW16, ZONE2ROW8, ZONE2ROW4)

// func zone3AVX2(dst *uint16, stride, w, h int, left *uint16, dy int)
//
// Computes 8x8 tiles column by column and transposes them. A negative dy gives the samples of zone 2 that
// look left; the others are arbitrary. SI is idx of the tile's first column, R14 the least index to read.
TEXT ·zone3AVX2(SB), NOSPLIT, $0-48
	ARGS
	MOVQ left+32(FP), DX
	MOVQ dy+40(FP), SI
	MOVQ $-16, R14
	LEAQ (R8)(R8*2), R9

	// COLUMN computes 8 samples of a column into X; AX is its idx, R12 its first row.
	#define COLUMN(X) \
		MOVQ         AX, BX              \
		SARQ         $6, BX              \
		ADDQ         R12, BX             \
		CMPQ         BX, R14             \
		CMOVQLT      R14, BX             \
		MOVL         AX, CX              \
		SHLL         $9, CX              \
		ANDL         $0x7C00, CX         \
		VMOVD        CX, X8              \
		VPBROADCASTW X8, X8              \
		VMOVDQU      (DX)(BX*2), X       \
		VMOVDQU      2(DX)(BX*2), X9     \
		VPSUBW       X, X9, X9           \
		VPMULHRSW    X8, X9, X9          \
		VPADDW       X9, X, X            \
		ADDQ         dy+40(FP), AX

tiles:
	XORQ R12, R12
	MOVQ DI, R13

tile:
	MOVQ SI, AX
	COLUMN(X0)
	COLUMN(X1)
	COLUMN(X2)
	COLUMN(X3)
	COLUMN(X4)
	COLUMN(X5)
	COLUMN(X6)
	COLUMN(X7)
	VPUNPCKLWD  X1, X0, X8
	VPUNPCKLWD  X3, X2, X9
	VPUNPCKLWD  X5, X4, X10
	VPUNPCKLWD  X7, X6, X11
	VPUNPCKHWD  X1, X0, X12
	VPUNPCKHWD  X3, X2, X13
	VPUNPCKHWD  X5, X4, X14
	VPUNPCKHWD  X7, X6, X15
	VPUNPCKLDQ  X9, X8, X0
	VPUNPCKHDQ  X9, X8, X1
	VPUNPCKLDQ  X11, X10, X2
	VPUNPCKHDQ  X11, X10, X3
	VPUNPCKLDQ  X13, X12, X4
	VPUNPCKHDQ  X13, X12, X5
	VPUNPCKLDQ  X15, X14, X6
	VPUNPCKHDQ  X15, X14, X7
	VPUNPCKLQDQ X2, X0, X8
	VPUNPCKHQDQ X2, X0, X9
	VPUNPCKLQDQ X3, X1, X10
	VPUNPCKHQDQ X3, X1, X11
	VPUNPCKLQDQ X6, X4, X12
	VPUNPCKHQDQ X6, X4, X13
	VPUNPCKLQDQ X7, X5, X14
	VPUNPCKHQDQ X7, X5, X15
	LEAQ        (R13)(R8*4), BX
	CMPQ        R10, $4
	JEQ         narrow
	VMOVDQU     X8, (R13)
	VMOVDQU     X9, (R13)(R8*1)
	VMOVDQU     X10, (R13)(R8*2)
	VMOVDQU     X11, (R13)(R9*1)
	CMPQ        R11, $4
	JEQ         next
	VMOVDQU     X12, (BX)
	VMOVDQU     X13, (BX)(R8*1)
	VMOVDQU     X14, (BX)(R8*2)
	VMOVDQU     X15, (BX)(R9*1)

next:
	LEAQ (R13)(R8*8), R13
	ADDQ $8, R12
	CMPQ R12, R11
	JLT  tile
	MOVQ AX, SI
	ADDQ $16, DI
	SUBQ $8, R10
	JG   tiles
	VZEROUPPER
	RET

narrow:
	VMOVQ X8, (R13)
	VMOVQ X9, (R13)(R8*1)
	VMOVQ X10, (R13)(R8*2)
	VMOVQ X11, (R13)(R9*1)
	CMPQ  R11, $4
	JEQ   next
	VMOVQ X12, (BX)
	VMOVQ X13, (BX)(R8*1)
	VMOVQ X14, (BX)(R8*2)
	VMOVQ X15, (BX)(R9*1)
	JMP   next

// func recursiveAVX2(dst *uint16, stride, w, h int, above, left *uint16, taps *[32]uint32, maxV uint16)
//
// A unit of 4x2 samples is 8 sums of products with 7 samples: X0 holds these, four pairs of which meet their
// taps in Y8..Y11. SI is the row above the unit, less one sample, R13 and BX its rows, CX the left column.
TEXT ·recursiveAVX2(SB), NOSPLIT, $0-58
	ARGS
	MOVQ         above+32(FP), SI
	MOVQ         left+40(FP), CX
	MOVQ         taps+48(FP), DX
	VMOVDQU      (DX), Y8
	VMOVDQU      32(DX), Y9
	VMOVDQU      64(DX), Y10
	VMOVDQU      96(DX), Y11
	VPBROADCASTW maxV+56(FP), Y12
	MOVL         $8, AX
	VMOVD        AX, X13
	VPBROADCASTD X13, Y13
	SUBQ         $2, SI

units:
	MOVQ    DI, R13
	LEAQ    (DI)(R8*1), BX
	MOVQ    R10, R12
	VMOVDQU (SI), X0
	VPINSRW $0, -2(CX), X0, X0
	VPINSRW $5, (CX), X0, X0
	VPINSRW $6, 2(CX), X0, X0
	JMP     unit

following:
	VMOVDQU (SI), X0
	VPINSRW $5, -2(R13), X0, X0
	VPINSRW $6, -2(BX), X0, X0

unit:
	VINSERTI128  $1, X0, Y0, Y0
	VPSHUFD      $0x00, Y0, Y1
	VPSHUFD      $0x55, Y0, Y2
	VPSHUFD      $0xAA, Y0, Y3
	VPSHUFD      $0xFF, Y0, Y4
	VPMADDWD     Y8, Y1, Y1
	VPMADDWD     Y9, Y2, Y2
	VPMADDWD     Y10, Y3, Y3
	VPMADDWD     Y11, Y4, Y4
	VPADDD       Y2, Y1, Y1
	VPADDD       Y13, Y3, Y3
	VPADDD       Y4, Y3, Y3
	VPADDD       Y3, Y1, Y1
	VPSRAD       $4, Y1, Y1
	VPACKUSDW    Y1, Y1, Y1
	VPMINUW      Y12, Y1, Y1
	VEXTRACTI128 $1, Y1, X2
	VMOVQ        X1, (R13)
	VMOVQ        X2, (BX)
	ADDQ         $8, R13
	ADDQ         $8, BX
	ADDQ         $8, SI
	SUBQ         $4, R12
	JG           following
	LEAQ         -2(DI)(R8*1), SI
	LEAQ         (DI)(R8*2), DI
	ADDQ         $4, CX
	SUBQ         $2, R11
	JG           units
	VZEROUPPER
	RET

// func cflAVX2(dst *uint16, stride, w, h int, ac *int16, dc uint16, alpha int16, maxV uint16)
//
// Round2Signed(alpha * ac, 6) is VPMULHRSW of the absolute values, |alpha| << 9, with the signs put back.
TEXT ·cflAVX2(SB), NOSPLIT, $0-46
	ARGS
	MOVQ         ac+32(FP), SI
	VPBROADCASTW dc+40(FP), Y8
	VPBROADCASTW alpha+42(FP), Y9
	VPBROADCASTW maxV+44(FP), Y10
	VPABSW       Y9, Y11
	VPSLLW       $9, Y11, Y11
	VPXOR        Y12, Y12, Y12
	LEAQ         (R10)(R10*1), BX
	#define CFLTOP MOVQ SI, CX
	#define CFLROW \
		VMOVDQU   (CX), Y1          \
		ADDQ      BX, CX            \
		VPABSW    Y1, Y0            \
		VPMULHRSW Y11, Y0, Y0       \
		VPSIGNW   Y1, Y0, Y0        \
		VPSIGNW   Y9, Y0, Y0        \
		VPADDW    Y8, Y0, Y0        \
		VPMAXSW   Y12, Y0, Y0       \
		VPMINSW   Y10, Y0, Y0
	STRIPS(CFLTOP, CFLROW)

// func cflACAVX2(ac *int16, luma *uint16, lumaStride, w, h int, below int, gain int16, log2Size uint32)
//
// Chroma subsampled in columns: sums of two neighbours, with those of the row below bytes further
// if below is not 0, times gain; then less their average. Y8 gain, Y9 sum.
TEXT ·cflACAVX2(SB), NOSPLIT, $0-56
	MOVQ         ac+0(FP), DI
	MOVQ         luma+8(FP), SI
	MOVQ         lumaStride+16(FP), R9
	MOVQ         w+24(FP), R10
	MOVQ         h+32(FP), R11
	MOVQ         below+40(FP), AX
	VPBROADCASTW gain+48(FP), Y8
	VPXOR        Y9, Y9, Y9
	MOVQ         R10, BX
	IMULQ        R11, BX
	CMPQ         R10, $4
	JEQ          row4

row:
	MOVQ SI, CX
	MOVQ R10, R12

column:
	VMOVDQU   (CX), Y0
	TESTQ     AX, AX
	JEQ       single
	VPADDW    (CX)(AX*1), Y0, Y0

single:
	VPMADDWD  Y8, Y0, Y0
	VPADDD    Y0, Y9, Y9
	VPACKUSDW Y0, Y0, Y0
	VPERMQ    $0x08, Y0, Y0
	VMOVDQU   X0, (DI)
	ADDQ      $16, DI
	ADDQ      $32, CX
	SUBQ      $8, R12
	JG        column
	ADDQ      R9, SI
	DECQ      R11
	JNE       row
	JMP       average

row4:
	VMOVDQU   (SI), X0
	TESTQ     AX, AX
	JEQ       single4
	VPADDW    (SI)(AX*1), X0, X0

single4:
	VPMADDWD  X8, X0, X0
	VPADDD    Y0, Y9, Y9
	VPACKUSDW X0, X0, X0
	VMOVQ     X0, (DI)
	ADDQ      $8, DI
	ADDQ      R9, SI
	DECQ      R11
	JNE       row4

average:
	VEXTRACTI128 $1, Y9, X0
	VPADDD       X0, X9, X9
	VPSHUFD      $0x4E, X9, X0
	VPADDD       X0, X9, X9
	VPSHUFD      $0xB1, X9, X0
	VPADDD       X0, X9, X9
	VMOVD        X9, AX
	MOVQ         BX, DX
	SHRQ         $1, DX
	ADDL         DX, AX
	MOVL         log2Size+52(FP), CX
	SHRL         CX, AX
	VMOVD        AX, X1
	VPBROADCASTW X1, Y1
	MOVQ         ac+0(FP), DI

subtract:
	VMOVDQU (DI), Y0
	VPSUBW  Y1, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, DI
	SUBQ    $16, BX
	JG      subtract
	VZEROUPPER
	RET
