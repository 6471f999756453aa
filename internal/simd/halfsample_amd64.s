#include "textflag.h"

// Distance of rows of tmp, in bytes.
#define TMPSTRIDE 128

// CONSTANTW makes all words of y the value v; AX is lost.
#define CONSTANTW(v, x, y) \
	MOVL         v, AX  \
	VMOVD        AX, x  \
	VPBROADCASTW x, y

// SIXTAP is Y0 - 7 Y1 + 38 Y2 in Y0: sums of the outer, the middle and the inner pair.
#define SIXTAP \
	VPMULLW Y14, Y1, Y1 \
	VPMULLW Y15, Y2, Y2 \
	VPADDW  Y1, Y0, Y0  \
	VPADDW  Y2, Y0, Y0

// STORE16 writes the words of y as bytes, clipped.
#define STORE16(y, x, p) \
	VPACKUSWB y, y, y        \
	VPERMQ    $0xd8, y, y    \
	VMOVDQU   x, p

// func halfAcrossAVX2(tmp *int16, src *uint16, srcStride, w, rows int)
TEXT ·halfAcrossAVX2(SB), NOSPLIT, $0-40
	MOVQ tmp+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ srcStride+16(FP), R8
	MOVQ rows+32(FP), R9
	CONSTANTW($-7, X14, Y14)
	CONSTANTW($38, X15, Y15)
	CONSTANTW($2, X13, Y13)

acrossRow:
	MOVQ SI, DX
	MOVQ DI, BX
	MOVQ w+24(FP), CX

across:
	VMOVDQU (DX), Y0
	VMOVDQU 2(DX), Y1
	VMOVDQU 4(DX), Y2
	VPADDW  10(DX), Y0, Y0
	VPADDW  8(DX), Y1, Y1
	VPADDW  6(DX), Y2, Y2
	SIXTAP
	VPADDW  Y13, Y0, Y0
	VPSRAW  $2, Y0, Y0
	VMOVDQU Y0, (BX)
	ADDQ    $32, DX
	ADDQ    $32, BX
	SUBQ    $16, CX
	JNZ     across
	ADDQ    R8, SI
	ADDQ    $TMPSTRIDE, DI
	DECQ    R9
	JNZ     acrossRow
	VZEROUPPER
	RET

// DOWNWIDE filters the word pairs that unpack forms of the sums in Y0, Y1, Y2 into y.
#define DOWNWIDE(unpack, y) \
	unpack   Y1, Y0, y     \
	VPMADDWD Y10, y, y     \
	unpack   Y9, Y2, Y5    \
	VPMADDWD Y8, Y5, Y5    \
	VPADDD   Y5, y, y      \
	VPSRAD   $10, y, y

// func halfDownAVX2(dst0, dst1, dst2, dst3 *uint8, dstStride int, src *uint16, srcStride int, tmp *int16, w, h int)
// R14 and R15 are the samples two rows above the output, of src and tmp.
TEXT ·halfDownAVX2(SB), NOSPLIT, $0-80
	MOVQ dst0+0(FP), DI
	MOVQ dst1+8(FP), DX
	MOVQ dst2+16(FP), BX
	MOVQ dst3+24(FP), R12
	MOVQ src+40(FP), SI
	MOVQ srcStride+48(FP), R8
	MOVQ tmp+56(FP), R11
	MOVQ h+72(FP), R13
	LEAQ (R8)(R8*2), R9
	LEAQ (R8)(R8*4), R10
	CONSTANTW($-7, X14, Y14)
	CONSTANTW($38, X15, Y15)
	CONSTANTW($32, X13, Y13)
	CONSTANTW($8, X12, Y12)
	CONSTANTW($512, X9, Y9)
	MOVL         $0xFFF90001, AX    // words 1, -7
	VMOVD        AX, X10
	VPBROADCASTD X10, Y10
	MOVL         $0x00010026, AX    // words 38, 1
	VMOVD        AX, X8
	VPBROADCASTD X8, Y8

downRow:
	XORQ AX, AX

down:
	LEAQ (SI)(AX*2), R14
	LEAQ (R11)(AX*2), R15

	VMOVDQU (R14)(R8*2), Y2
	VMOVDQA Y2, Y3
	VMOVDQU (R14), Y0
	VMOVDQU (R14)(R8*1), Y1
	VPADDW  (R14)(R10*1), Y0, Y0
	VPADDW  (R14)(R8*4), Y1, Y1
	VPADDW  (R14)(R9*1), Y2, Y2
	STORE16(Y3, X3, (DI)(AX*1))
	SIXTAP
	VPADDW  Y13, Y0, Y0
	VPSRAW  $6, Y0, Y0
	STORE16(Y0, X0, (BX)(AX*1))

	VMOVDQU (2*TMPSTRIDE)(R15), Y2
	VPADDW  Y12, Y2, Y3
	VPSRAW  $4, Y3, Y3
	STORE16(Y3, X3, (DX)(AX*1))
	VMOVDQU (R15), Y0
	VMOVDQU TMPSTRIDE(R15), Y1
	VPADDW  (5*TMPSTRIDE)(R15), Y0, Y0
	VPADDW  (4*TMPSTRIDE)(R15), Y1, Y1
	VPADDW  (3*TMPSTRIDE)(R15), Y2, Y2
	DOWNWIDE(VPUNPCKLWD, Y3)
	DOWNWIDE(VPUNPCKHWD, Y4)
	VPACKSSDW Y4, Y3, Y3
	STORE16(Y3, X3, (R12)(AX*1))
	ADDQ    $16, AX
	CMPQ    AX, w+64(FP)
	JLT     down
	ADDQ    dstStride+32(FP), DI
	ADDQ    dstStride+32(FP), DX
	ADDQ    dstStride+32(FP), BX
	ADDQ    dstStride+32(FP), R12
	ADDQ    R8, SI
	ADDQ    $TMPSTRIDE, R11
	DECQ    R13
	JNZ     downRow
	VZEROUPPER
	RET
