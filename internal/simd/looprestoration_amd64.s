#include "textflag.h"

// TAPS leaves in Y4 16 samples of a filter with symmetric taps at CX, AX bytes apart.
#define TAPS \
	LEAQ       (CX)(AX*4), DX       \
	VMOVDQU    (CX), Y0             \
	VPADDW     (DX)(AX*2), Y0, Y0   \
	VMOVDQU    (CX)(AX*1), Y1       \
	VPADDW     (DX)(AX*1), Y1, Y1   \
	VMOVDQU    (CX)(AX*2), Y2       \
	VPADDW     (DX), Y2, Y2         \
	VMOVDQU    (CX)(BX*1), Y3       \
	VPSUBW     Y10, Y0, Y0          \
	VPSUBW     Y10, Y1, Y1          \
	VPSUBW     Y10, Y2, Y2          \
	VPSUBW     Y11, Y3, Y3          \
	VPUNPCKLWD Y1, Y0, Y4           \
	VPUNPCKHWD Y1, Y0, Y5           \
	VPUNPCKLWD Y3, Y2, Y6           \
	VPUNPCKHWD Y3, Y2, Y7           \
	VPMADDWD   Y8, Y4, Y4           \
	VPMADDWD   Y8, Y5, Y5           \
	VPMADDWD   Y9, Y6, Y6           \
	VPMADDWD   Y9, Y7, Y7           \
	VPADDD     Y12, Y4, Y4          \
	VPADDD     Y12, Y5, Y5          \
	VPADDD     Y6, Y4, Y4           \
	VPADDD     Y7, Y5, Y5           \
	VPSRAD     X13, Y4, Y4          \
	VPSRAD     X13, Y5, Y5          \
	VPACKSSDW  Y5, Y4, Y4           \
	VPMAXSW    Y14, Y4, Y4          \
	VPMINSW    Y15, Y4, Y4

// ADDPRODUCT adds the products of the even 32-bit parts of a and b to sum.
#define ADDPRODUCT(a, b, sum) \
	VPMULDQ a, b, Y13       \
	VPADDQ  Y13, sum, sum

#define PRODUCTS9 \
	ADDPRODUCT(Y9, Y9, Y0)   \
	ADDPRODUCT(Y9, Y10, Y1)  \
	ADDPRODUCT(Y9, Y11, Y2)  \
	ADDPRODUCT(Y10, Y10, Y3) \
	ADDPRODUCT(Y10, Y11, Y4) \
	ADDPRODUCT(Y11, Y11, Y5) \
	ADDPRODUCT(Y9, Y12, Y6)  \
	ADDPRODUCT(Y10, Y12, Y7) \
	ADDPRODUCT(Y11, Y12, Y8)

// STORESUM adds the four parts of Y to a sum in memory.
#define STORESUM(Y, X, sum) \
	VEXTRACTI128 $1, Y, X13   \
	VPADDQ       X13, X, X13  \
	VPSRLDQ      $8, X13, X14 \
	VPADDQ       X14, X13, X13 \
	VMOVQ        X13, AX      \
	ADDQ         AX, sum

// TAILMASK points reg to a mask of the first n of 8 32-bit parts.
#define TAILMASK(n, reg) \
	LEAQ  tail<>+32(SB), reg \
	NEGQ  n                 \
	LEAQ  (reg)(n*4), reg   \
	NEGQ  n

// COLUMNSUMS adds 8 samples to column sums and their squares.
#define COLUMNSUMS(from) \
	VPMOVZXWD from, Y2     \
	VPADDD    Y2, Y0, Y0   \
	VPMADDWD  Y2, Y2, Y2   \
	VPADDD    Y2, Y1, Y1

// STORETAIL writes 8 32-bit values of Y to ptr, or, at the row's end, the R10 that are left.
#define STORETAIL(Y, ptr, whole, done) \
	CMPQ       R10, $8       \
	JGE        whole         \
	TAILMASK(R10, R12)       \
	VMOVDQU    (R12), Y15    \
	VPMASKMOVD Y, Y15, ptr   \
	JMP        done          \
whole:                           \
	VMOVDQU    Y, ptr        \
done:

// COEFFICIENTS makes A (Y3) and B (Y0) of boxes with the sums Y0 and the sums of squares Y1.
#define COEFFICIENTS \
	VPADDD       Y8, Y0, Y2      \
	VPSRLD       X6, Y2, Y2      \
	VPMULLD      Y2, Y2, Y2      \
	VPADDD       Y9, Y1, Y1      \
	VPSRLD       X7, Y1, Y1      \
	VPMULLD      Y10, Y1, Y1     \
	VPMAXUD      Y2, Y1, Y1      \
	VPSUBD       Y2, Y1, Y1      \
	VPMULLD      Y11, Y1, Y1     \
	VPADDD       halves<>+0(SB), Y1, Y1  \
	VPSRLD       $20, Y1, Y1     \
	VPMINUD      Y14, Y1, Y1     \
	VPCMPEQD     Y14, Y1, Y4     \
	VPSLLD       $8, Y1, Y2      \
	VPSRLD       $1, Y1, Y3      \
	VPADDD       Y3, Y2, Y2      \
	VPADDD       Y13, Y1, Y1     \
	VCVTDQ2PS    Y2, Y2          \
	VCVTDQ2PS    Y1, Y1          \
	VDIVPS       Y1, Y2, Y2      \
	VCVTTPS2DQ   Y2, Y3          \
	VPMAXSD      Y13, Y3, Y3     \
	VPSUBD       Y4, Y3, Y3      \
	VPSUBD       Y3, Y14, Y4     \
	VPADDD       Y13, Y4, Y4     \
	VPMULLD      Y4, Y0, Y0      \
	VPMULLD      Y12, Y0, Y0     \
	VPADDD       halves<>+32(SB), Y0, Y0 \
	VPSRLD       $12, Y0, Y0

// The quotient of section 7.17.3, below 2**16 and of integers up to 256, is at least 1/256 away from
// the next integer unless it is one: division of 32-bit floats rounds it to the same side.

// COEF leaves column sums in the frame, then adds them along the row.
#define COEF(margin, ROWSUMS, BOXSUMS) \
	MOVQ         a+0(FP), DI         \
	MOVQ         b+8(FP), R8         \
	MOVQ         src+16(FP), SI      \
	MOVQ         stride+24(FP), R9   \
	LEAQ         (R9)(R9*2), R11     \
	MOVQ         w+32(FP), R10       \
	MOVQ         p+40(FP), CX        \
	VMOVQ        0(CX), X6           \
	VMOVQ        8(CX), X7           \
	VPBROADCASTD 16(CX), Y8          \
	VPBROADCASTD 20(CX), Y9          \
	VPBROADCASTD 24(CX), Y10         \
	VPBROADCASTD 28(CX), Y11         \
	VPBROADCASTD 32(CX), Y12         \
	VPCMPEQD     Y13, Y13, Y13       \
	VPSRLD       $24, Y13, Y14       \
	VPSRLD       $31, Y13, Y13       \
	LEAQ         sums-320(SP), BX    \
	LEAQ         margin(R10), AX     \
sumColumns:                              \
	VPXOR        Y0, Y0, Y0          \
	VPXOR        Y1, Y1, Y1          \
	ROWSUMS                          \
	VMOVDQU      Y0, (BX)            \
	VMOVDQU      Y1, -320(BX)        \
	ADDQ         $16, SI             \
	ADDQ         $32, BX             \
	SUBQ         $8, AX              \
	JG           sumColumns          \
	LEAQ         sums-320(SP), BX    \
boxes:                                   \
	VMOVDQU      (BX), Y0            \
	VMOVDQU      -320(BX), Y1        \
	BOXSUMS                          \
	COEFFICIENTS                     \
	STORETAIL(Y3, (DI), wholeA, doneA) \
	STORETAIL(Y0, (R8), wholeB, doneB) \
	ADDQ         $32, DI             \
	ADDQ         $32, R8             \
	ADDQ         $32, BX             \
	SUBQ         $8, R10             \
	JG           boxes               \
	VZEROUPPER                       \
	RET

#define ROWSUMS3 \
	COLUMNSUMS((SI))          \
	COLUMNSUMS((SI)(R9*1))    \
	COLUMNSUMS((SI)(R9*2))

#define ROWSUMS5 \
	ROWSUMS3                  \
	COLUMNSUMS((SI)(R11*1))   \
	COLUMNSUMS((SI)(R9*4))

#define BOXSUMS3 \
	VPADDD 4(BX), Y0, Y0         \
	VPADDD 8(BX), Y0, Y0         \
	VPADDD (4-320)(BX), Y1, Y1   \
	VPADDD (8-320)(BX), Y1, Y1

#define BOXSUMS5 \
	BOXSUMS3                     \
	VPADDD 12(BX), Y0, Y0        \
	VPADDD 16(BX), Y0, Y0        \
	VPADDD (12-320)(BX), Y1, Y1  \
	VPADDD (16-320)(BX), Y1, Y1

// THREE leaves in Y the sum of three neighbours, in C the middle one.
#define THREE(ptr, at, Y, C) \
	VMOVDQU (at+4)(ptr), C    \
	VPADDD  at(ptr), C, Y     \
	VPADDD  (at+8)(ptr), Y, Y

// WEIGH5 leaves in Y0 the weighted sum of two rows around, WEIGH5ODD that of the row itself.
#define WEIGH5(ptr) \
	THREE(ptr, 0, Y0, Y1)     \
	THREE(ptr, 576, Y2, Y3)   \
	VPADDD Y2, Y0, Y0         \
	VPADDD Y3, Y1, Y1         \
	VPSLLD $2, Y0, Y2         \
	VPADDD Y2, Y0, Y0         \
	VPADDD Y1, Y0, Y0

#define WEIGH5ODD(ptr) \
	THREE(ptr, 288, Y0, Y1)   \
	VPSLLD $2, Y0, Y2         \
	VPADDD Y2, Y0, Y0         \
	VPADDD Y1, Y0, Y0

// WEIGH3 counts the four corners of nine three times, the others four times.
#define WEIGH3(ptr) \
	THREE(ptr, 0, Y0, Y1)     \
	THREE(ptr, 288, Y2, Y3)   \
	VPADDD Y2, Y1, Y1         \
	VPADDD Y2, Y0, Y0         \
	THREE(ptr, 576, Y2, Y3)   \
	VPADDD Y3, Y1, Y1         \
	VPADDD Y2, Y0, Y0         \
	VPADDD Y0, Y0, Y2         \
	VPADDD Y2, Y0, Y0         \
	VPADDD Y1, Y0, Y0

// BOXROW filters a row with the weighted sums of A and of B.
#define BOXROW(columns, whole, done, WEIGH, round, shift) \
	MOVQ       R8, CX           \
	MOVQ       R9, DX           \
	MOVQ       SI, BX           \
	MOVQ       w+40(FP), R10    \
columns:                            \
	WEIGH(CX)                   \
	VPMOVZXWD  (BX), Y4         \
	VPMULLD    Y0, Y4, Y4       \
	WEIGH(DX)                   \
	VPADDD     Y4, Y0, Y0       \
	VPADDD     round, Y0, Y0    \
	VPSRAD     $shift, Y0, Y0   \
	STORETAIL(Y0, (DI), whole, done) \
	ADDQ       $32, CX          \
	ADDQ       $32, DX          \
	ADDQ       $16, BX          \
	MOVQ       $8, AX           \
	CMPQ       R10, AX          \
	CMOVQLT    R10, AX          \
	LEAQ       (DI)(AX*4), DI   \
	SUBQ       $8, R10          \
	JG         columns          \
	ADDQ       stride+32(FP), SI \
	ADDQ       $288, R8         \
	ADDQ       $288, R9

#define BOXARGUMENTS \
	MOVQ flt+0(FP), DI  \
	MOVQ a+8(FP), R8    \
	MOVQ b+16(FP), R9   \
	MOVQ src+24(FP), SI \
	MOVQ h+48(FP), R11

// func wienerFIR(dst *uint16, dstStride int, src *uint16, stride, w, h, step int, p *wienerPass)
TEXT ·wienerFIR(SB), NOSPLIT, $0-64
	MOVQ         dst+0(FP), DI
	MOVQ         dstStride+8(FP), R8
	MOVQ         src+16(FP), SI
	MOVQ         stride+24(FP), R9
	MOVQ         w+32(FP), R10
	MOVQ         h+40(FP), R11
	MOVQ         step+48(FP), AX
	LEAQ         (AX)(AX*2), BX
	MOVQ         p+56(FP), CX
	VPBROADCASTD 0(CX), Y8
	VPBROADCASTD 4(CX), Y9
	VPBROADCASTW 8(CX), Y10
	VPBROADCASTW 10(CX), Y11
	VPBROADCASTD 12(CX), Y12
	VMOVQ        16(CX), X13
	VPBROADCASTW 24(CX), Y14
	VPBROADCASTW 26(CX), Y15
	ADDQ         R10, R10
	SUBQ         $32, R10         // where the last 16 columns start
	JLT          narrow
rows:
	XORL         R12, R12
columns:
	LEAQ         (SI)(R12*1), CX
	TAPS
	VMOVDQU      Y4, (DI)(R12*1)
	CMPQ         R12, R10
	JEQ          next
	ADDQ         $32, R12
	CMPQ         R12, R10
	CMOVQGT      R10, R12
	JMP          columns
next:
	ADDQ         R9, SI
	ADDQ         R8, DI
	DECQ         R11
	JNE          rows
	VZEROUPPER
	RET

narrow:                           // fewer than 16 columns
	ADDQ         $32, R10
narrowRows:
	MOVQ         SI, CX
	TAPS
	MOVQ         DI, R12
	TESTQ        $16, R10
	JEQ          four
	VMOVDQU      X4, (R12)
	VEXTRACTI128 $1, Y4, X4
	ADDQ         $16, R12
four:
	TESTQ        $8, R10
	JEQ          two
	VMOVQ        X4, (R12)
	VPSRLDQ      $8, X4, X4
	ADDQ         $8, R12
two:
	TESTQ        $4, R10
	JEQ          one
	VMOVD        X4, (R12)
	VPSRLDQ      $4, X4, X4
	ADDQ         $4, R12
one:
	TESTQ        $2, R10
	JEQ          narrowNext
	VPEXTRW      $0, X4, (R12)
narrowNext:
	ADDQ         R9, SI
	ADDQ         R8, DI
	DECQ         R11
	JNE          narrowRows
	VZEROUPPER
	RET

// func wienerSums(sums *[9]int64, src *int16, step, stride int, want *uint16, wantStride, w, h int, shift uint64)
TEXT ·wienerSums(SB), NOSPLIT, $0-72
	MOVQ  src+8(FP), SI
	MOVQ  step+16(FP), AX
	LEAQ  (AX)(AX*2), BX
	MOVQ  stride+24(FP), R9
	MOVQ  want+32(FP), DI
	MOVQ  wantStride+40(FP), R8
	MOVQ  h+56(FP), R11
	VMOVQ shift+64(FP), X15
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPXOR Y8, Y8, Y8
rows:
	MOVQ  SI, CX
	MOVQ  DI, R13
	MOVQ  w+48(FP), R10
columns:
	LEAQ      (CX)(AX*4), DX
	VPMOVSXWD (CX)(BX*1), Y14
	VPADDD    Y14, Y14, Y13
	VPMOVSXWD (CX), Y9
	VPMOVSXWD (DX)(AX*2), Y10
	VPADDD    Y10, Y9, Y9
	VPSUBD    Y13, Y9, Y9
	VPMOVSXWD (CX)(AX*1), Y10
	VPMOVSXWD (DX)(AX*1), Y11
	VPADDD    Y11, Y10, Y10
	VPSUBD    Y13, Y10, Y10
	VPMOVSXWD (CX)(AX*2), Y11
	VPMOVSXWD (DX), Y12
	VPADDD    Y12, Y11, Y11
	VPSUBD    Y13, Y11, Y11
	VPMOVZXWD (R13), Y12
	VPSLLD    X15, Y12, Y12
	VPSUBD    Y14, Y12, Y12
	CMPQ      R10, $8
	JGE       whole
	TAILMASK(R10, R12)
	VPAND     (R12), Y9, Y9
	VPAND     (R12), Y10, Y10
	VPAND     (R12), Y11, Y11
whole:
	PRODUCTS9
	VPSRLQ    $32, Y9, Y9
	VPSRLQ    $32, Y10, Y10
	VPSRLQ    $32, Y11, Y11
	VPSRLQ    $32, Y12, Y12
	PRODUCTS9
	ADDQ      $16, CX
	ADDQ      $16, R13
	SUBQ      $8, R10
	JG        columns
	ADDQ      R9, SI
	ADDQ      R8, DI
	DECQ      R11
	JNE       rows
	MOVQ      sums+0(FP), DI
	STORESUM(Y0, X0, 0(DI))
	STORESUM(Y1, X1, 8(DI))
	STORESUM(Y2, X2, 16(DI))
	STORESUM(Y3, X3, 24(DI))
	STORESUM(Y4, X4, 32(DI))
	STORESUM(Y5, X5, 40(DI))
	STORESUM(Y6, X6, 48(DI))
	STORESUM(Y7, X7, 56(DI))
	STORESUM(Y8, X8, 64(DI))
	VZEROUPPER
	RET

// func sgrCoef5(a, b *int32, src *uint16, stride, w int, p *sgrScale)
TEXT ·sgrCoef5(SB), 0, $640-48
	COEF(4, ROWSUMS5, BOXSUMS5)

// func sgrCoef3(a, b *int32, src *uint16, stride, w int, p *sgrScale)
TEXT ·sgrCoef3(SB), 0, $640-48
	COEF(2, ROWSUMS3, BOXSUMS3)

// func sgrBox5(flt, a, b *int32, src *uint16, stride, w, h int)
TEXT ·sgrBox5(SB), NOSPLIT, $0-56
	BOXARGUMENTS
	VMOVDQU halves<>+64(SB), Y13
	VMOVDQU halves<>+96(SB), Y14
rows:
	BOXROW(even, evenWhole, evenDone, WEIGH5, Y13, 9)
	DECQ R11
	JEQ  end
	BOXROW(odd, oddWhole, oddDone, WEIGH5ODD, Y14, 8)
	DECQ R11
	JNE  rows
end:
	VZEROUPPER
	RET

// func sgrBox3(flt, a, b *int32, src *uint16, stride, w, h int)
TEXT ·sgrBox3(SB), NOSPLIT, $0-56
	BOXARGUMENTS
	VMOVDQU halves<>+64(SB), Y13
rows:
	BOXROW(columns, whole, done, WEIGH3, Y13, 9)
	DECQ R11
	JNE  rows
	VZEROUPPER
	RET

// func sgrMix(dst *uint16, dstStride int, src *uint16, stride int, flt0, flt1 *int32, w0, w2, w, h int, maxV uint16)
TEXT ·sgrMix(SB), NOSPLIT, $0-82
	MOVQ         dst+0(FP), DI
	MOVQ         src+16(FP), SI
	MOVQ         flt0+32(FP), R8
	MOVQ         flt1+40(FP), R9
	VPBROADCASTD w0+48(FP), Y8
	VPBROADCASTD w2+56(FP), Y9
	MOVQ         h+72(FP), R11
	VPBROADCASTW maxV+80(FP), X10
	VMOVDQU      halves<>+128(SB), Y11
rows:
	MOVQ         SI, BX
	MOVQ         DI, CX
	MOVQ         w+64(FP), R10
columns:
	VPMOVZXWD    (BX), Y0
	VPSLLD       $4, Y0, Y0
	VMOVDQU      (R8), Y1
	VMOVDQU      (R9), Y2
	VPSUBD       Y0, Y1, Y1
	VPSUBD       Y0, Y2, Y2
	VPMULLD      Y8, Y1, Y1
	VPMULLD      Y9, Y2, Y2
	VPSLLD       $7, Y0, Y0
	VPADDD       Y1, Y0, Y0
	VPADDD       Y2, Y0, Y0
	VPADDD       Y11, Y0, Y0
	VPSRAD       $11, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW    X1, X0, X0
	VPMINUW      X10, X0, X0
	CMPQ         R10, $8
	JLT          four
	VMOVDQU      X0, (CX)
	ADDQ         $32, R8
	ADDQ         $32, R9
	ADDQ         $16, BX
	ADDQ         $16, CX
	SUBQ         $8, R10
	JG           columns
	JMP          next
four:
	LEAQ         (R8)(R10*4), R8
	LEAQ         (R9)(R10*4), R9
	TESTQ        $4, R10
	JEQ          two
	VMOVQ        X0, (CX)
	VPSRLDQ      $8, X0, X0
	ADDQ         $8, CX
two:
	TESTQ        $2, R10
	JEQ          one
	VMOVD        X0, (CX)
	VPSRLDQ      $4, X0, X0
	ADDQ         $4, CX
one:
	TESTQ        $1, R10
	JEQ          next
	VPEXTRW      $0, X0, (CX)
next:
	ADDQ         stride+24(FP), SI
	ADDQ         dstStride+8(FP), DI
	DECQ         R11
	JNE          rows
	VZEROUPPER
	RET

#define PRODUCTS5 \
	ADDPRODUCT(Y9, Y9, Y0)   \
	ADDPRODUCT(Y9, Y10, Y1)  \
	ADDPRODUCT(Y10, Y10, Y2) \
	ADDPRODUCT(Y9, Y11, Y3)  \
	ADDPRODUCT(Y10, Y11, Y4)

// func sgrSums(sums *[5]int64, flt0, flt1 *int32, src *uint16, stride int, want *uint16, wantStride, w, h int)
TEXT ·sgrSums(SB), NOSPLIT, $0-72
	MOVQ  flt0+8(FP), R8
	MOVQ  flt1+16(FP), R9
	MOVQ  src+24(FP), SI
	MOVQ  want+40(FP), DI
	MOVQ  h+64(FP), R11
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
rows:
	MOVQ  SI, BX
	MOVQ  DI, CX
	MOVQ  w+56(FP), R10
columns:
	VPMOVZXWD (BX), Y12
	VPSLLD    $4, Y12, Y12
	VMOVDQU   (R8), Y9
	VPSUBD    Y12, Y9, Y9
	VMOVDQU   (R9), Y10
	VPSUBD    Y12, Y10, Y10
	VPMOVZXWD (CX), Y11
	VPSLLD    $4, Y11, Y11
	VPSUBD    Y12, Y11, Y11
	CMPQ      R10, $8
	JGE       whole
	TAILMASK(R10, R12)
	VPAND     (R12), Y9, Y9
	VPAND     (R12), Y10, Y10
whole:
	PRODUCTS5
	VPSRLQ    $32, Y9, Y9
	VPSRLQ    $32, Y10, Y10
	VPSRLQ    $32, Y11, Y11
	PRODUCTS5
	ADDQ      $16, BX
	ADDQ      $16, CX
	MOVQ      $8, AX
	CMPQ      R10, AX
	CMOVQLT   R10, AX
	LEAQ      (R8)(AX*4), R8
	LEAQ      (R9)(AX*4), R9
	SUBQ      $8, R10
	JG        columns
	ADDQ      stride+32(FP), SI
	ADDQ      wantStride+48(FP), DI
	DECQ      R11
	JNE       rows
	MOVQ      sums+0(FP), DI
	STORESUM(Y0, X0, 0(DI))
	STORESUM(Y1, X1, 8(DI))
	STORESUM(Y2, X2, 16(DI))
	STORESUM(Y3, X3, 24(DI))
	STORESUM(Y4, X4, 32(DI))
	VZEROUPPER
	RET

#define EIGHT(at, v) \
	DATA halves<>+(at+0)(SB)/8, v   \
	DATA halves<>+(at+8)(SB)/8, v   \
	DATA halves<>+(at+16)(SB)/8, v  \
	DATA halves<>+(at+24)(SB)/8, v

// Rounding: halves of 1 << 20, 1 << 12, 1 << 9, 1 << 8, 1 << 11.
EIGHT(0, $0x0008000000080000)
EIGHT(32, $0x0000080000000800)
EIGHT(64, $0x0000010000000100)
EIGHT(96, $0x0000008000000080)
EIGHT(128, $0x0000040000000400)
GLOBL halves<>(SB), RODATA|NOPTR, $160

// 8 set parts, then 8 clear ones.
DATA tail<>+0(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA tail<>+8(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA tail<>+16(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA tail<>+24(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA tail<>+32(SB)/8, $0
DATA tail<>+40(SB)/8, $0
DATA tail<>+48(SB)/8, $0
DATA tail<>+56(SB)/8, $0
GLOBL tail<>(SB), RODATA|NOPTR, $64
