#include "textflag.h"

// Filters of motion compensation on 16-bit samples, with sums of two products by VPDPWSSD. Taps are
// in Z8 to Z11 by pairs, Z12 is the rounding, Z13 the shift, Z14 and Z15 the bounds of the results.

// func firRowsAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, low, high int16)
//
// Even and odd columns are summed apart: at an even distance the samples of two taps are neighbours already.
//
// SI, R9 source of the row, distance of rows; DI, R8 destination; R10 bytes of a row, R11 rows left;
// AX column in bytes; Z7 the shift that leaves results of odd columns in the upper half of a dword.

#define PAIR(at, f, even, odd) \
	VPDPWSSD at(SI)(AX*1), f, even      \
	VPDPWSSD (at+2)(SI)(AX*1), f, odd

#define TAPS4(f0, f1, even, odd) \
	PAIR(0, f0, even, odd) \
	PAIR(4, f1, even, odd)

#define TAPS6(f0, f1, f2, f3, even, odd) \
	TAPS4(f0, f1, even, odd) \
	PAIR(8, f2, even, odd)

#define TAPS8(f0, f1, f2, f3, even, odd) \
	TAPS6(f0, f1, f2, f3, even, odd) \
	PAIR(12, f3, even, odd)

#define ROUND(even, odd, round, shift, shiftOdd, low, high) \
	VPSRAVD   shift, even, even   \
	VPSLLVD   shiftOdd, odd, odd  \
	VMOVDQU16 odd, K1, even       \
	VPMAXSW   low, even, even     \
	VPMINSW   high, even, even    \
	VMOVDQU16 even, (DI)(AX*1)

#define FIRROWS(row, column, step, TAPS, f0, f1, f2, f3, even, odd, round, shift, shiftOdd, low, high) \
row:                                    \
	XORL      AX, AX                    \
column:                                 \
	VMOVDQA64 round, even               \
	VMOVDQA64 round, odd                \
	TAPS(f0, f1, f2, f3, even, odd)     \
	ROUND(even, odd, round, shift, shiftOdd, low, high) \
	ADDQ      $step, AX                 \
	CMPQ      AX, R10                   \
	JLT       column                    \
	ADDQ      R9, SI                    \
	ADDQ      R8, DI                    \
	DECQ      R11                       \
	JNZ       row                       \
	VZEROUPPER                          \
	RET

#define ROWSZ(row, column, TAPS) FIRROWS(row, column, 64, TAPS, Z8, Z9, Z10, Z11, Z4, Z5, Z12, Z13, Z7, Z14, Z15)
#define ROWSY(row, column, TAPS) FIRROWS(row, column, 32, TAPS, Y8, Y9, Y10, Y11, Y4, Y5, Y12, Y13, Y7, Y14, Y15)
#define ROWSX(row, column, TAPS) FIRROWS(row, column, 16, TAPS, X8, X9, X10, X11, X4, X5, X12, X13, X7, X14, X15)

// TAPS4Z to TAPS8Z do the same with 32 columns. Loads across lines of the cache cost two accesses, so
// that shifting what two loads got is cheaper. K2 has the pairs of taps after the first.
#define SHIFTED(n, f, even, odd) \
	VALIGND  $n, Z0, Z1, Z2  \
	VALIGND  $n, Z16, Z17, Z3 \
	VPDPWSSD Z2, f, even     \
	VPDPWSSD Z3, f, odd

#define TAPS4Z(f0, f1, f2, f3, even, odd) \
	VMOVDQU32   (SI)(AX*1), Z0         \
	VMOVDQU32.Z 64(SI)(AX*1), K2, Z1   \
	VMOVDQU32   2(SI)(AX*1), Z16       \
	VMOVDQU32.Z 66(SI)(AX*1), K2, Z17  \
	VPDPWSSD    Z0, f0, even           \
	VPDPWSSD    Z16, f0, odd           \
	SHIFTED(1, f1, even, odd)

#define TAPS6Z(f0, f1, f2, f3, even, odd) \
	TAPS4Z(f0, f1, f2, f3, even, odd)  \
	SHIFTED(2, f2, even, odd)

#define TAPS8Z(f0, f1, f2, f3, even, odd) \
	TAPS6Z(f0, f1, f2, f3, even, odd)  \
	SHIFTED(3, f3, even, odd)

#define TAPS4OF8(f0, f1, f2, f3, even, odd) TAPS4(f0, f1, even, odd)

TEXT ·firRowsAVX512(SB), NOSPLIT, $0-76
	MOVQ         dst+0(FP), DI
	MOVQ         dstStride+8(FP), R8
	MOVQ         src+16(FP), SI
	MOVQ         srcStride+24(FP), R9
	MOVQ         w+32(FP), R10
	MOVQ         h+40(FP), R11
	MOVQ         taps+48(FP), CX
	MOVQ         n+56(FP), DX
	VPBROADCASTD (CX), Z8
	VPBROADCASTD 4(CX), Z9
	MOVL         round+64(FP), AX
	VPBROADCASTD AX, Z12
	MOVL         shift+68(FP), AX
	VPBROADCASTD AX, Z13
	VPBROADCASTW low+72(FP), Z14
	VPBROADCASTW high+74(FP), Z15
	MOVL         $16, AX
	VPBROADCASTD AX, Z7
	VPSUBD       Z13, Z7, Z7
	MOVL         $0xaaaaaaaa, AX
	KMOVD        AX, K1
	MOVQ         DX, AX
	SHRQ         $1, AX
	MOVL         $8, BX
	SUBQ         AX, BX
	MOVL         $0x7f, AX
	SHRXL        BX, AX, AX
	KMOVW        AX, K2
	ADDQ         R10, R10
	CMPQ         DX, $6
	JLT          four
	VPBROADCASTD 8(CX), Z10
	JEQ          six
	VPBROADCASTD 12(CX), Z11
	CMPQ         R10, $32
	JGT          row8z
	JEQ          row8y
	ROWSX(row8x, column8x, TAPS8)
	ROWSY(row8y, column8y, TAPS8)
	ROWSZ(row8z, column8z, TAPS8Z)

six:
	CMPQ R10, $32
	JGT  row6z
	JEQ  row6y
	ROWSX(row6x, column6x, TAPS6)
	ROWSY(row6y, column6y, TAPS6)
	ROWSZ(row6z, column6z, TAPS6Z)

four:
	CMPQ R10, $32
	JGT  row4z
	JEQ  row4y
	ROWSX(row4x, column4x, TAPS4OF8)
	ROWSY(row4y, column4y, TAPS4OF8)
	ROWSZ(row4z, column4z, TAPS4Z)

// func firColumnsAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *[8]int16, round, shift int32, low, high int16)
//
// Lines that are below each other are interleaved once and serve all rows: the pairs of lines a row
// needs are those of the row two above, but for the last. Z16 to Z23 hold the low and the high halves of
// the four pairs of a row, the oldest first, Z24 to Z31 those of the next row, Z0 the last line.
//
// SI, R9 source, distance of lines; DI, R8 destination, distance of rows; R10 columns left; R11 rows left.

#define INTERLEAVE(a, b, low, high) \
	VPUNPCKLWD b, a, low   \
	VPUNPCKHWD b, a, high

#define SUM6(sl, sh, l0, h0, l1, h1, l2, h2, l3, h3) \
	VPDPWSSD l1, Z9, sl    \
	VPDPWSSD h1, Z9, sh    \
	VPDPWSSD l2, Z10, sl   \
	VPDPWSSD h2, Z10, sh   \
	VPDPWSSD l3, Z11, sl   \
	VPDPWSSD h3, Z11, sh

#define SUM8(sl, sh, l0, h0, l1, h1, l2, h2, l3, h3) \
	VPDPWSSD l0, Z8, sl    \
	VPDPWSSD h0, Z8, sh    \
	SUM6(sl, sh, l0, h0, l1, h1, l2, h2, l3, h3)

#define NARROW(sl, sh) \
	VPSRAVD   Z13, sl, sl  \
	VPSRAVD   Z13, sh, sh  \
	VPACKSSDW sh, sl, sl   \
	VPMAXSW   Z14, sl, sl  \
	VPMINSW   Z15, sl, sl

#define NEXT(line) \
	VMOVDQU16 (CX), line   \
	ADDQ      R9, CX

// START6 interleaves what six taps need before the first row, from line first on.
#define START6(first) \
	NEXT(Z4)                         \
	INTERLEAVE(first, Z4, Z18, Z19)  \
	NEXT(Z5)                         \
	INTERLEAVE(Z4, Z5, Z26, Z27)     \
	NEXT(Z6)                         \
	INTERLEAVE(Z5, Z6, Z20, Z21)     \
	NEXT(Z0)                         \
	INTERLEAVE(Z6, Z0, Z28, Z29)

// ROWS32 filters 32 columns, two rows at a time.
#define ROWS32(row, SUM) \
row:                            \
	NEXT(Z1)                    \
	NEXT(Z2)                    \
	INTERLEAVE(Z0, Z1, Z22, Z23) \
	INTERLEAVE(Z1, Z2, Z30, Z31) \
	VMOVDQA64 Z12, Z4           \
	VMOVDQA64 Z12, Z5           \
	VMOVDQA64 Z12, Z6           \
	VMOVDQA64 Z12, Z7           \
	SUM(Z4, Z5, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23) \
	SUM(Z6, Z7, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31) \
	NARROW(Z4, Z5)              \
	NARROW(Z6, Z7)              \
	VMOVDQU16 Z4, (R13)         \
	VMOVDQU16 Z6, (R13)(R8*1)   \
	LEAQ      (R13)(R8*2), R13  \
	VMOVDQA64 Z2, Z0            \
	VMOVDQA64 Z18, Z16          \
	VMOVDQA64 Z19, Z17          \
	VMOVDQA64 Z20, Z18          \
	VMOVDQA64 Z21, Z19          \
	VMOVDQA64 Z22, Z20          \
	VMOVDQA64 Z23, Z21          \
	VMOVDQA64 Z26, Z24          \
	VMOVDQA64 Z27, Z25          \
	VMOVDQA64 Z28, Z26          \
	VMOVDQA64 Z29, Z27          \
	VMOVDQA64 Z30, Z28          \
	VMOVDQA64 Z31, Z29          \
	SUBQ      $2, R11           \
	JG        row

TEXT ·firColumnsAVX512(SB), NOSPLIT, $0-68
	MOVQ         dst+0(FP), DI
	MOVQ         dstStride+8(FP), R8
	MOVQ         src+16(FP), SI
	MOVQ         srcStride+24(FP), R9
	MOVQ         w+32(FP), R10
	MOVQ         h+40(FP), R11
	MOVQ         taps+48(FP), CX
	VPBROADCASTD (CX), Z8
	VPBROADCASTD 4(CX), Z9
	VPBROADCASTD 8(CX), Z10
	VPBROADCASTD 12(CX), Z11
	MOVL         round+56(FP), AX
	VPBROADCASTD AX, Z12
	MOVL         shift+60(FP), AX
	VPBROADCASTD AX, Z13
	VPBROADCASTW low+64(FP), Z14
	VPBROADCASTW high+66(FP), Z15
	CMPQ         R10, $16
	JEQ          columns16
	JLT          columns8

columns32:
	MOVWLZX (CX), AX
	ORW     14(CX), AX
	JEQ     columns6

columns8taps:
	MOVQ SI, CX
	MOVQ DI, R13
	MOVQ h+40(FP), R11
	NEXT(Z1)
	NEXT(Z2)
	INTERLEAVE(Z1, Z2, Z16, Z17)
	NEXT(Z3)
	INTERLEAVE(Z2, Z3, Z24, Z25)
	START6(Z3)
	ROWS32(rows8taps, SUM8)
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $32, R10
	JG   columns8taps
	VZEROUPPER
	RET

// The first and the last of eight taps are 0.
columns6:
	VPBROADCASTD 2(CX), Z9
	VPBROADCASTD 6(CX), Z10
	VPBROADCASTD 10(CX), Z11
	ADDQ         R9, SI

columns6taps:
	MOVQ SI, CX
	MOVQ DI, R13
	MOVQ h+40(FP), R11
	NEXT(Z3)
	START6(Z3)
	ROWS32(rows6taps, SUM6)
	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $32, R10
	JG   columns6taps
	VZEROUPPER
	RET

// Of 16 columns a register holds two lines, of the same pair of two rows: Z0 and Z1 are lines
// 2i-1 and 2i.
#define NEXT16(l, h) \
	VMOVDQU16       (SI), Y1                  \
	VBROADCASTI64X4 (SI)(R9*1), K1, Z1        \
	LEAQ            (SI)(R9*2), SI            \
	VSHUFI64X2      $0x4e, Z1, Z0, Z2         \
	INTERLEAVE(Z2, Z1, l, h)                  \
	VMOVDQA64       Z1, Z0

columns16:
	MOVL            $0xf0, AX
	KMOVB           AX, K1
	VBROADCASTI64X4 (SI), Z0
	ADDQ            R9, SI
	NEXT16(Z16, Z17)
	NEXT16(Z18, Z19)
	NEXT16(Z20, Z21)

rows16:
	NEXT16(Z22, Z23)
	VMOVDQA64     Z12, Z4
	VMOVDQA64     Z12, Z5
	SUM8(Z4, Z5, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	NARROW(Z4, Z5)
	VMOVDQU16     Y4, (DI)
	VEXTRACTI64X4 $1, Z4, (DI)(R8*1)
	LEAQ          (DI)(R8*2), DI
	VMOVDQA64     Z18, Z16
	VMOVDQA64     Z19, Z17
	VMOVDQA64     Z20, Z18
	VMOVDQA64     Z21, Z19
	VMOVDQA64     Z22, Z20
	VMOVDQA64     Z23, Z21
	SUBQ          $2, R11
	JG            rows16
	VZEROUPPER
	RET

// Of 8 columns a register holds four lines, of the same pair of four rows: Z0 and Z1 are lines
// 4i-1 to 4i+2.
#define NEXT8(l0, h0, l1, h1) \
	VMOVDQU16       (SI), X1                  \
	VBROADCASTI64X2 (SI)(R9*1), K1, Z1        \
	VBROADCASTI64X2 (SI)(R9*2), K2, Z1        \
	VBROADCASTI64X2 (SI)(BX*1), K3, Z1        \
	LEAQ            (SI)(R9*4), SI            \
	VALIGNQ         $2, Z0, Z1, Z2            \
	VALIGNQ         $4, Z0, Z1, Z3            \
	VALIGNQ         $6, Z0, Z1, Z4            \
	INTERLEAVE(Z2, Z3, l0, h0)                \
	INTERLEAVE(Z4, Z1, l1, h1)                \
	VMOVDQA64       Z1, Z0

columns8:
	LEAQ            (R9)(R9*2), BX
	LEAQ            (R8)(R8*2), DX
	MOVL            $0x0c, AX
	KMOVB           AX, K1
	MOVL            $0x30, AX
	KMOVB           AX, K2
	MOVL            $0xc0, AX
	KMOVB           AX, K3
	VBROADCASTI64X2 (SI), Z0
	VBROADCASTI64X2 (SI)(R9*1), K2, Z0
	VBROADCASTI64X2 (SI)(R9*2), K3, Z0
	ADDQ            BX, SI
	NEXT8(Z16, Z17, Z18, Z19)

rows8:
	NEXT8(Z20, Z21, Z22, Z23)
	VMOVDQA64     Z12, Z4
	VMOVDQA64     Z12, Z5
	SUM8(Z4, Z5, Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23)
	NARROW(Z4, Z5)
	VMOVDQU16     X4, (DI)
	VEXTRACTI64X2 $1, Z4, (DI)(R8*1)
	VEXTRACTI64X2 $2, Z4, (DI)(R8*2)
	VEXTRACTI64X2 $3, Z4, (DI)(DX*1)
	LEAQ          (DI)(R8*4), DI
	VMOVDQA64     Z20, Z16
	VMOVDQA64     Z21, Z17
	VMOVDQA64     Z22, Z18
	VMOVDQA64     Z23, Z19
	SUBQ          $4, R11
	JG            rows8
	VZEROUPPER
	RET

// func averageAVX512(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)
//
// a and b are without gaps, so that a register may hold two or four rows.

#define AVERAGE \
	VMOVDQU16 (SI)(AX*1), Z0     \
	VPADDSW   (DX)(AX*1), Z0, Z0 \
	VPADDSW   Z12, Z0, Z0        \
	VPSRAW    X13, Z0, Z0        \
	VPMAXSW   Z15, Z0, Z0        \
	VPMINSW   Z14, Z0, Z0        \
	ADDQ      $64, AX

TEXT ·averageAVX512(SB), NOSPLIT, $0-56
	MOVQ         dst+0(FP), DI
	MOVQ         dstStride+8(FP), R8
	MOVQ         a+16(FP), SI
	MOVQ         b+24(FP), DX
	MOVQ         w+32(FP), R10
	MOVQ         h+40(FP), R11
	VPBROADCASTW round+48(FP), Z12
	VPBROADCASTW maxV+50(FP), Z14
	MOVL         shift+52(FP), AX
	VMOVD        AX, X13
	VPXORD       Z15, Z15, Z15
	XORL         AX, AX
	CMPQ         R10, $16
	JEQ          average16
	JLT          average8
	ADDQ         R10, R10

average32:
	XORL BX, BX

average32column:
	AVERAGE
	VMOVDQU16 Z0, (DI)(BX*1)
	ADDQ      $64, BX
	CMPQ      BX, R10
	JLT       average32column
	ADDQ      R8, DI
	DECQ      R11
	JNE       average32
	VZEROUPPER
	RET

average16:
	AVERAGE
	VMOVDQU16     Y0, (DI)
	VEXTRACTI64X4 $1, Z0, (DI)(R8*1)
	LEAQ          (DI)(R8*2), DI
	SUBQ          $2, R11
	JG            average16
	VZEROUPPER
	RET

average8:
	LEAQ (R8)(R8*2), R9

average8rows:
	AVERAGE
	VMOVDQU16     X0, (DI)
	VEXTRACTI64X2 $1, Z0, (DI)(R8*1)
	VEXTRACTI64X2 $2, Z0, (DI)(R8*2)
	VEXTRACTI64X2 $3, Z0, (DI)(R9*1)
	LEAQ          (DI)(R8*4), DI
	SUBQ          $4, R11
	JG            average8rows
	VZEROUPPER
	RET

// func scaleAVX512(dst *int16, src *uint16, srcStride, w, h int, shift uint32, bias int16)
TEXT ·scaleAVX512(SB), NOSPLIT, $0-46
	MOVQ         dst+0(FP), DI
	MOVQ         src+8(FP), SI
	MOVQ         srcStride+16(FP), R9
	MOVQ         w+24(FP), R10
	MOVQ         h+32(FP), R11
	MOVL         shift+40(FP), AX
	VMOVD        AX, X13
	VPBROADCASTW bias+44(FP), Z12

scaleRow:
	XORL AX, AX

scale32:
	VMOVDQU64 (SI)(AX*2), Z0
	VPSLLW    X13, Z0, Z0
	VPSUBW    Z12, Z0, Z0
	VMOVDQU64 Z0, (DI)
	ADDQ      $64, DI
	ADDQ      $32, AX
	CMPQ      AX, R10
	JLT       scale32
	ADDQ      R9, SI
	DECQ      R11
	JNZ       scaleRow
	VZEROUPPER
	RET
