#include "textflag.h"

// Filters of motion compensation on 16-bit samples. An output is a sum of products of taps with samples
// a fixed distance apart, one sample for rows, a line for columns: the same code serves both.
// Samples of two taps are interleaved, so that VPMADDWD sums both products in 32 bits.
//
// Registers of the filters:
//   SI, R9   source of the row, distance of rows in bytes
//   DI, R8   destination of the row, distance of rows in bytes
//   AX, BX   distance of taps in bytes, three times that
//   CX, DX   source of the column at the first and at the fifth tap, R13 its destination
//   R10, R11 width, rows left; R12 columns left
//   Y8..Y11  pairs of taps, Y12 rounding, Y13 shift, Y14 greatest sample

// PAIR adds the products of a pair of taps f at a and b to 16 (Y), 8 (X) or 4 (Q) sums in Y4 and Y5.
#define PAIRY(a, b, f) \
	VMOVDQU    a, Y0       \
	VMOVDQU    b, Y1       \
	VPUNPCKLWD Y1, Y0, Y2  \
	VPUNPCKHWD Y1, Y0, Y3  \
	VPMADDWD   f, Y2, Y2   \
	VPMADDWD   f, Y3, Y3   \
	VPADDD     Y2, Y4, Y4  \
	VPADDD     Y3, Y5, Y5

#define PAIRX(a, b, f) \
	VMOVDQU    a, X0       \
	VMOVDQU    b, X1       \
	VPUNPCKLWD X1, X0, X2  \
	VPUNPCKHWD X1, X0, X3  \
	VPMADDWD   f, X2, X2   \
	VPMADDWD   f, X3, X3   \
	VPADDD     X2, X4, X4  \
	VPADDD     X3, X5, X5

#define PAIRQ(a, b, f) \
	VMOVQ      a, X0       \
	VMOVQ      b, X1       \
	VPUNPCKLWD X1, X0, X2  \
	VPMADDWD   f, X2, X2   \
	VPADDD     X2, X4, X4

#define TAPS4Y \
	PAIRY((CX), (CX)(AX*1), Y8)    \
	PAIRY((CX)(AX*2), (CX)(BX*1), Y9)

#define TAPS6Y \
	TAPS4Y                         \
	PAIRY((DX), (DX)(AX*1), Y10)

#define TAPS8Y \
	TAPS6Y                         \
	PAIRY((DX)(AX*2), (DX)(BX*1), Y11)

#define TAPS4X \
	PAIRX((CX), (CX)(AX*1), X8)    \
	PAIRX((CX)(AX*2), (CX)(BX*1), X9)

#define TAPS6X \
	TAPS4X                         \
	PAIRX((DX), (DX)(AX*1), X10)

#define TAPS8X \
	TAPS6X                         \
	PAIRX((DX)(AX*2), (DX)(BX*1), X11)

#define TAPS4Q \
	PAIRQ((CX), (CX)(AX*1), X8)    \
	PAIRQ((CX)(AX*2), (CX)(BX*1), X9)

#define TAPS6Q \
	TAPS4Q                         \
	PAIRQ((DX), (DX)(AX*1), X10)

#define TAPS8Q \
	TAPS6Q                         \
	PAIRQ((DX)(AX*2), (DX)(BX*1), X11)

// ROWS16 filters rows of 16 columns and multiples of it.
#define ROWS16(row, column, end, TAPS, PACK) \
row:                          \
	MOVQ    SI, CX            \
	MOVQ    DI, R13           \
	MOVQ    R10, R12          \
column:                       \
	LEAQ    (CX)(AX*4), DX    \
	VMOVDQA Y12, Y4           \
	VMOVDQA Y12, Y5           \
	TAPS                      \
	VPSRAVD Y13, Y4, Y4       \
	VPSRAVD Y13, Y5, Y5       \
	PACK                      \
	VMOVDQU Y4, (R13)         \
	ADDQ    $32, CX           \
	ADDQ    $32, R13          \
	SUBQ    $16, R12          \
	JG      column            \
	ADDQ    R9, SI            \
	ADDQ    R8, DI            \
	DECQ    R11               \
	JNE     row               \
	JMP     end

// ROWS filters rows of at most 8 columns, which STORE writes.
#define ROWS(row, end, TAPS, PACK, STORE) \
row:                          \
	MOVQ    SI, CX            \
	LEAQ    (CX)(AX*4), DX    \
	VMOVDQA X12, X4           \
	VMOVDQA X12, X5           \
	TAPS                      \
	VPSRAVD X13, X4, X4       \
	VPSRAVD X13, X5, X5       \
	PACK                      \
	STORE                     \
	ADDQ    R9, SI            \
	ADDQ    R8, DI            \
	DECQ    R11               \
	JNE     row               \
	JMP     end

#define STORE8 VMOVDQU X4, (DI)
#define STORE4 VMOVQ X4, (DI)
#define STORE2 VMOVD X4, (DI)

// CLIPY leaves samples between 0 and the greatest, SIGNEDY intermediate sums.
#define CLIPY VPACKUSDW Y5, Y4, Y4; VPMINUW Y14, Y4, Y4
#define CLIPX VPACKUSDW X5, X4, X4; VPMINUW X14, X4, X4
#define SIGNEDY VPACKSSDW Y5, Y4, Y4
#define SIGNEDX VPACKSSDW X5, X4, X4

#define FIR(PACKY, PACKX) \
	MOVQ         dst+0(FP), DI        \
	MOVQ         dstStride+8(FP), R8  \
	MOVQ         src+16(FP), SI       \
	MOVQ         srcStride+24(FP), R9 \
	MOVQ         w+32(FP), R10        \
	MOVQ         h+40(FP), R11        \
	MOVQ         step+48(FP), AX      \
	LEAQ         (AX)(AX*2), BX       \
	MOVQ         taps+56(FP), CX      \
	MOVQ         n+64(FP), DX         \
	VPBROADCASTD (CX), Y8             \
	VPBROADCASTD 4(CX), Y9            \
	VPBROADCASTD round+72(FP), Y12    \
	VPBROADCASTD shift+76(FP), Y13    \
	VPBROADCASTW maxV+80(FP), Y14     \
	CMPQ         DX, $6               \
	JLT          four                 \
	VPBROADCASTD 8(CX), Y10           \
	JEQ          six                  \
	VPBROADCASTD 12(CX), Y11          \
	CMPQ         R10, $8              \
	JGT          row8w16              \
	JEQ          row8w8               \
	CMPQ         R10, $4              \
	JEQ          row8w4               \
	ROWS(row8w2, end, TAPS8Q, PACKX, STORE2) \
	ROWS(row8w4, end, TAPS8Q, PACKX, STORE4) \
	ROWS(row8w8, end, TAPS8X, PACKX, STORE8) \
	ROWS16(row8w16, column8, end, TAPS8Y, PACKY) \
six:                                  \
	CMPQ         R10, $8              \
	JGT          row6w16              \
	JEQ          row6w8               \
	CMPQ         R10, $4              \
	JEQ          row6w4               \
	ROWS(row6w2, end, TAPS6Q, PACKX, STORE2) \
	ROWS(row6w4, end, TAPS6Q, PACKX, STORE4) \
	ROWS(row6w8, end, TAPS6X, PACKX, STORE8) \
	ROWS16(row6w16, column6, end, TAPS6Y, PACKY) \
four:                                 \
	CMPQ         R10, $8              \
	JGT          row4w16              \
	JEQ          row4w8               \
	CMPQ         R10, $4              \
	JEQ          row4w4               \
	ROWS(row4w2, end, TAPS4Q, PACKX, STORE2) \
	ROWS(row4w4, end, TAPS4Q, PACKX, STORE4) \
	ROWS(row4w8, end, TAPS4X, PACKX, STORE8) \
	ROWS16(row4w16, column4, end, TAPS4Y, PACKY) \
end:                                  \
	VZEROUPPER                        \
	RET

// func firClipAVX2(dst *uint16, dstStride int, src *uint16, srcStride, w, h, step int, taps *int16, n int, round, shift int32, maxV uint16)
TEXT ·firClipAVX2(SB), NOSPLIT, $0-82
	FIR(CLIPY, CLIPX)

// func firAVX2(dst *int16, dstStride int, src *uint16, srcStride, w, h, step int, taps *int16, n int, round, shift int32, maxV uint16)
TEXT ·firAVX2(SB), NOSPLIT, $0-82
	FIR(SIGNEDY, SIGNEDX)

// AVERAGE rounds the sum of two intermediate samples. The additions saturate where the result is clipped anyway.
#define AVERAGEY \
	VMOVDQU (SI), Y0     \
	VPADDSW (DX), Y0, Y0 \
	VPADDSW Y12, Y0, Y0  \
	VPSRAW  X13, Y0, Y0  \
	VPMAXSW Y15, Y0, Y0  \
	VPMINSW Y14, Y0, Y0

#define AVERAGEX \
	VPADDSW X1, X0, X0   \
	VPADDSW X12, X0, X0  \
	VPSRAW  X13, X0, X0  \
	VPMAXSW X15, X0, X0  \
	VPMINSW X14, X0, X0

// func averageAVX2(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)
TEXT ·averageAVX2(SB), NOSPLIT, $0-56
	MOVQ         dst+0(FP), DI
	MOVQ         dstStride+8(FP), R8
	MOVQ         a+16(FP), SI
	MOVQ         b+24(FP), DX
	MOVQ         w+32(FP), R10
	MOVQ         h+40(FP), R11
	VPBROADCASTW round+48(FP), Y12
	VPBROADCASTW maxV+50(FP), Y14
	MOVL         shift+52(FP), AX
	VMOVD        AX, X13
	VPXOR        Y15, Y15, Y15
	CMPQ         R10, $8
	JEQ          average8
	JLT          averageSmall

average16:
	MOVQ DI, R13
	MOVQ R10, R12

average16column:
	AVERAGEY
	VMOVDQU Y0, (R13)
	ADDQ    $32, SI
	ADDQ    $32, DX
	ADDQ    $32, R13
	SUBQ    $16, R12
	JG      average16column
	ADDQ    R8, DI
	DECQ    R11
	JNE     average16
	VZEROUPPER
	RET

average8:
	VMOVDQU (SI), X0
	VMOVDQU (DX), X1
	AVERAGEX
	VMOVDQU X0, (DI)
	ADDQ    $16, SI
	ADDQ    $16, DX
	ADDQ    R8, DI
	DECQ    R11
	JNE     average8
	VZEROUPPER
	RET

averageSmall:
	CMPQ R10, $2
	JEQ  average2

average4:
	VMOVQ (SI), X0
	VMOVQ (DX), X1
	AVERAGEX
	VMOVQ X0, (DI)
	ADDQ  $8, SI
	ADDQ  $8, DX
	ADDQ  R8, DI
	DECQ  R11
	JNE   average4
	VZEROUPPER
	RET

average2:
	VMOVD (SI), X0
	VMOVD (DX), X1
	AVERAGEX
	VMOVD X0, (DI)
	ADDQ  $4, SI
	ADDQ  $4, DX
	ADDQ  R8, DI
	DECQ  R11
	JNE   average2
	VZEROUPPER
	RET

// func scaleAVX2(dst *int16, src *uint16, srcStride, w, h int, shift uint32, bias int16)
//
// dst, in rows of w, is src << shift less bias.
TEXT ·scaleAVX2(SB), NOSPLIT, $0-46
	MOVQ         dst+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         srcStride+16(FP), R9
	MOVQ         w+24(FP), R10
	MOVQ         h+32(FP), R11
	MOVL         shift+40(FP), AX
	VMOVD        AX, X13
	VPBROADCASTW bias+44(FP), Y12
	CMPQ         R10, $8
	JEQ          scale8
	JLT          scaleSmall

scale16:
	MOVQ SI, CX
	MOVQ R10, R12

scale16column:
	VMOVDQU (CX), Y0
	VPSLLW  X13, Y0, Y0
	VPSUBW  Y12, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, CX
	ADDQ    $32, DI
	SUBQ    $16, R12
	JG      scale16column
	ADDQ    R9, SI
	DECQ    R11
	JNE     scale16
	VZEROUPPER
	RET

scale8:
	VMOVDQU (SI), X0
	VPSLLW  X13, X0, X0
	VPSUBW  X12, X0, X0
	VMOVDQU X0, (DI)
	ADDQ    R9, SI
	ADDQ    $16, DI
	DECQ    R11
	JNE     scale8
	VZEROUPPER
	RET

scaleSmall:
	CMPQ R10, $2
	JEQ  scale2

scale4:
	VMOVQ  (SI), X0
	VPSLLW X13, X0, X0
	VPSUBW X12, X0, X0
	VMOVQ  X0, (DI)
	ADDQ   R9, SI
	ADDQ   $8, DI
	DECQ   R11
	JNE    scale4
	VZEROUPPER
	RET

scale2:
	VMOVD  (SI), X0
	VPSLLW X13, X0, X0
	VPSUBW X12, X0, X0
	VMOVD  X0, (DI)
	ADDQ   R9, SI
	ADDQ   $4, DI
	DECQ   R11
	JNE    scale2
	VZEROUPPER
	RET

// func copyAVX2(dst *uint16, dstStride int, src *uint16, srcStride, w, h int)
TEXT ·copyAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ dstStride+8(FP), R8
	MOVQ src+16(FP), SI
	MOVQ srcStride+24(FP), R9
	MOVQ w+32(FP), R10
	MOVQ h+40(FP), R11
	CMPQ R10, $8
	JEQ  copy8
	JLT  copySmall

copy16:
	MOVQ SI, CX
	MOVQ DI, R13
	MOVQ R10, R12

copy16column:
	VMOVDQU (CX), Y0
	VMOVDQU Y0, (R13)
	ADDQ    $32, CX
	ADDQ    $32, R13
	SUBQ    $16, R12
	JG      copy16column
	ADDQ    R9, SI
	ADDQ    R8, DI
	DECQ    R11
	JNE     copy16
	VZEROUPPER
	RET

copy8:
	VMOVDQU (SI), X0
	VMOVDQU X0, (DI)
	ADDQ    R9, SI
	ADDQ    R8, DI
	DECQ    R11
	JNE     copy8
	VZEROUPPER
	RET

copySmall:
	CMPQ R10, $2
	JEQ  copy2

copy4:
	MOVQ (SI), AX
	MOVQ AX, (DI)
	ADDQ R9, SI
	ADDQ R8, DI
	DECQ R11
	JNE  copy4
	RET

copy2:
	MOVL (SI), AX
	MOVL AX, (DI)
	ADDQ R9, SI
	ADDQ R8, DI
	DECQ R11
	JNE  copy2
	RET
