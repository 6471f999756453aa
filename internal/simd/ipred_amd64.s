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
#define STRIPS(BEGIN, ROW) \
	CMPQ    R10, $8       \
	JEQ     strip8        \
	JLT     strip4        \
strip16:                  \
	MOVQ    DI, R13       \
	MOVQ    R11, R12      \
	BEGIN                 \
row16:                    \
	ROW                   \
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
	ROW                   \
	VMOVDQU X0, (DI)      \
	ADDQ    R8, DI        \
	DECQ    R11           \
	JNE     row8          \
	VZEROUPPER            \
	RET                   \
strip4:                   \
	BEGIN                 \
row4:                     \
	ROW                   \
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
