#include "textflag.h"

// Deblocking of 16 samples along an edge at once. Across the edge, samples are in lines p6..p0, q0..q6:
// rows of the picture, or, for vertical edges, columns turned into rows of a buffer.
// Lanes that are not to be filtered keep their values.
//
// Registers of the filters:
//   R8, R9     distance of lines in bytes, three times that
//   R10, R11   lines p3 and q0; R12, BX lines p7 and q4
//   R13        working memory, laid out below, on a multiple of 32
//   SI, DI     first sample behind the edge, edge bytes
//   AX, CX     vertical edges: distance of rows in bytes, three times that
//   R15        edge bytes the thresholds are for
//   Y0..Y7     lines p3, p2, p1, p0, q0, q1, q2, q3

#define LIMIT    0(R13)
#define BLIMIT  32(R13)
#define THRESH  64(R13)
#define WIDE    96(R13)  // lanes with filter length 6, 8 or 14
#define WIDE14 128(R13)
#define ON     160(R13)  // lanes with an edge
#define FLAT   192(R13)
#define TOP    224(R13)  // greatest sample, bounds of the narrow filter's terms
#define HI     256(R13)
#define LO     288(R13)
#define FLAT14 320(R13)  // lanes the filter of length 14 changes
#define OUT14(i) (352+32*(i))(R13)
#define BUFFER(i) (736+32*(i))(R13)

// BEGIN sets what doesn't depend on the edge bytes; X14 and X15 are the shifts of DeblockSharpness.
#define BEGIN \
	LEAQ         work-1280(SP), R13   \
	ADDQ         $31, R13             \
	ANDQ         $~31, R13            \
	MOVQ         pix+0(FP), SI        \
	MOVQ         edges+16(FP), DI     \
	MOVQ         s+32(FP), R10        \
	VMOVQ        8(R10), X15          \
	VPCMPEQW     Y0, Y0, Y0           \
	VPSRLW       $15, Y0, Y1          \
	VPSLLW       X15, Y1, Y2          \
	VMOVDQA      Y2, FLAT             \
	VPBROADCASTW 18(R10), Y1          \
	VMOVDQA      Y1, TOP              \
	VPSRLW       $1, Y1, Y1           \
	VMOVDQA      Y1, HI               \
	VPXOR        Y0, Y1, Y1           \
	VMOVDQA      Y1, LO               \
	XORL         R15, R15

// THRESHOLDS takes the thresholds of sections 7.14.4 and 7.14.6.2 from four edge bytes in R15. wide is the
// greatest edge byte of the narrow filter.
#define THRESHOLDS(wide) \
	MOVQ         s+32(FP), R10         \
	VMOVQ        (R10), X14            \
	VMOVQ        8(R10), X15           \
	VPBROADCASTW 16(R10), Y13          \
	VMOVD        R15, X0               \
	VPBROADCASTD X0, Y0                \
	VPSHUFB      spread<>(SB), Y0, Y0  \
	VPXOR        Y2, Y2, Y2            \
	VPCMPGTW     Y2, Y0, Y2            \
	VMOVDQA      Y2, ON                \
	VPSRLW       $15, Y2, Y3           \
	VPCMPGTW     wide, Y0, Y2          \
	VMOVDQA      Y2, WIDE              \
	VPCMPGTW     sizes<>+64(SB), Y0, Y2 \
	VMOVDQA      Y2, WIDE14            \
	VPAND        sizes<>+0(SB), Y0, Y1 \
	VPSRLW       X14, Y1, Y2           \
	VPMINUW      Y13, Y2, Y2           \
	VPMAXUW      Y3, Y2, Y2            \
	VPSLLW       X15, Y2, Y4           \
	VMOVDQA      Y4, LIMIT             \
	VPADDW       Y1, Y2, Y2            \
	VPADDW       Y1, Y2, Y2            \
	VPADDW       fours<>(SB), Y2, Y2   \
	VPSLLW       X15, Y2, Y2           \
	VMOVDQA      Y2, BLIMIT            \
	VPSRLW       $4, Y1, Y1            \
	VPSLLW       X15, Y1, Y1           \
	VMOVDQA      Y1, THRESH

#define DIFF(a, b, d) \
	VPSUBW b, a, d \
	VPABSW d, d

// FAR makes m the greater of m and the difference of a and b.
#define FAR(a, b, t, m) \
	DIFF(a, b, t)    \
	VPMAXUW t, m, m

// MASK ends the filter mask process: Y8 has the differences next to the edge, Y9 those farther away.
// Y9 becomes the mask.
#define MASK(nothing) \
	VPAND    WIDE, Y9, Y9     \
	VPMAXUW  Y8, Y9, Y9       \
	VPCMPGTW LIMIT, Y9, Y9    \
	DIFF(Y3, Y4, Y10)         \
	VPADDW   Y10, Y10, Y10    \
	DIFF(Y2, Y5, Y11)         \
	VPSRLW   $1, Y11, Y11     \
	VPADDW   Y11, Y10, Y10    \
	VPCMPGTW BLIMIT, Y10, Y10 \
	VPOR     Y10, Y9, Y9      \
	VPANDN   ON, Y9, Y9       \
	VPTEST   Y9, Y9           \
	JEQ      nothing

// ISFLAT makes Y10, the greatest difference to p0 or q0, the mask of the wide filter.
#define ISFLAT \
	VPMAXUW  Y8, Y10, Y10   \
	VPCMPGTW FLAT, Y10, Y10 \
	VPANDN   WIDE, Y10, Y10 \
	VPAND    Y9, Y10, Y10

#define CLIPSAMPLE(r) \
	VPMINSW TOP, r, r \
	VPMAXSW Y12, r, r

// NARROW is the narrow filter (section 7.14.6.3) where Y9 is set and Y10 isn't: p1, p0, q0, q1 in Y8, Y15, Y14, Y13.
#define NARROW \
	VPXOR    Y12, Y12, Y12          \
	VPCMPGTW THRESH, Y8, Y8         \
	VPSUBW   Y5, Y2, Y11            \
	VPMINSW  HI, Y11, Y11           \
	VPMAXSW  LO, Y11, Y11           \
	VPAND    Y8, Y11, Y11           \
	VPSUBW   Y3, Y4, Y13            \
	VPADDW   Y13, Y13, Y14          \
	VPADDW   Y13, Y14, Y14          \
	VPADDW   Y14, Y11, Y11          \
	VPMINSW  HI, Y11, Y11           \
	VPMAXSW  LO, Y11, Y11           \
	VPANDN   Y9, Y10, Y14           \
	VPAND    Y14, Y11, Y11          \
	VPADDW   fours<>(SB), Y11, Y13  \
	VPADDW   threes<>(SB), Y11, Y15 \
	VPMINSW  HI, Y13, Y13           \
	VPMINSW  HI, Y15, Y15           \
	VPSRAW   $3, Y13, Y13           \
	VPSRAW   $3, Y15, Y15           \
	VPCMPEQW Y11, Y11, Y11          \
	VPSUBW   Y11, Y13, Y11          \
	VPSRAW   $1, Y11, Y11           \
	VPANDN   Y11, Y8, Y11           \
	VPSUBW   Y13, Y4, Y14           \
	VPADDW   Y15, Y3, Y15           \
	VPSUBW   Y11, Y5, Y13           \
	VPADDW   Y11, Y2, Y8            \
	CLIPSAMPLE(Y14)                 \
	CLIPSAMPLE(Y15)                 \
	CLIPSAMPLE(Y13)                 \
	CLIPSAMPLE(Y8)

#define STORENARROW \
	VMOVDQU Y8, (R10)(R8*2)  \
	VMOVDQU Y15, (R10)(R9*1) \
	VMOVDQU Y14, (R11)       \
	VMOVDQU Y13, (R11)(R8*1)

// STEP moves the window of a wide filter in sum.
#define STEP(sum, out0, out1, in0, in1) \
	VPSUBW out0, sum, sum \
	VPSUBW out1, sum, sum \
	VPADDW in0, sum, sum  \
	VPADDW in1, sum, sum

// WIDESTORE writes an eighth of the sum Y9 where Y10 is set, else the sample in old.
#define WIDESTORE(old, line) \
	VPSRLW    $3, Y9, Y11         \
	VPBLENDVB Y10, Y11, old, Y11  \
	VMOVDQU   Y11, line

#define STORE14(i) \
	VPSRLW  $4, Y11, Y15    \
	VMOVDQA Y15, OUT14(i)

#define BLEND14(i, line) \
	VMOVDQU   line, Y0                \
	VPBLENDVB Y12, OUT14(i), Y0, Y0   \
	VMOVDQU   Y0, line

// LUMA filters lines with lengths 4, 8 and 14; it jumps to nothing if no sample changes.
#define LUMA(no14, eight, end, nothing) \
	VMOVDQU   (R10), Y0          \
	VMOVDQU   (R10)(R8*1), Y1    \
	VMOVDQU   (R10)(R8*2), Y2    \
	VMOVDQU   (R10)(R9*1), Y3    \
	VMOVDQU   (R11), Y4          \
	VMOVDQU   (R11)(R8*1), Y5    \
	VMOVDQU   (R11)(R8*2), Y6    \
	VMOVDQU   (R11)(R9*1), Y7    \
	DIFF(Y2, Y3, Y8)             \
	FAR(Y5, Y4, Y9, Y8)          \
	DIFF(Y1, Y2, Y9)             \
	FAR(Y6, Y5, Y10, Y9)         \
	FAR(Y0, Y1, Y10, Y9)         \
	FAR(Y7, Y6, Y10, Y9)         \
	MASK(nothing)                \
	DIFF(Y1, Y3, Y10)            \
	FAR(Y6, Y4, Y11, Y10)        \
	FAR(Y0, Y3, Y11, Y10)        \
	FAR(Y7, Y4, Y11, Y10)        \
	ISFLAT                       \
	XORL      DX, DX             \
	VPAND     WIDE14, Y10, Y12   \
	VPTEST    Y12, Y12           \
	JEQ       no14               \
	MOVQ      R8, BX             \
	SHLQ      $2, BX             \
	MOVQ      R10, R12           \
	SUBQ      BX, R12            \
	ADDQ      R11, BX            \
	VMOVDQU   (R12)(R8*1), Y13   \
	VMOVDQU   (BX)(R8*2), Y14    \
	DIFF(Y13, Y3, Y11)           \
	FAR(Y14, Y4, Y15, Y11)       \
	VPSUBW    (R12)(R8*2), Y3, Y15 \
	VPABSW    Y15, Y15           \
	VPMAXUW   Y15, Y11, Y11      \
	VPSUBW    (R12)(R9*1), Y3, Y15 \
	VPABSW    Y15, Y15           \
	VPMAXUW   Y15, Y11, Y11      \
	VPSUBW    (BX), Y4, Y15      \
	VPABSW    Y15, Y15           \
	VPMAXUW   Y15, Y11, Y11      \
	VPSUBW    (BX)(R8*1), Y4, Y15 \
	VPABSW    Y15, Y15           \
	VPMAXUW   Y15, Y11, Y11      \
	VPCMPGTW  FLAT, Y11, Y11     \
	VPANDN    Y12, Y11, Y12      \
	VPTEST    Y12, Y12           \
	JEQ       no14               \
	MOVL      $1, DX             \
	VMOVDQA   Y12, FLAT14        \
	VPADDW    (R12)(R8*2), Y13, Y11 \
	VPADDW    (R12)(R9*1), Y11, Y11 \
	VPADDW    Y13, Y11, Y11      \
	VPADDW    fours<>(SB), Y11, Y11 \
	VPADDW    Y11, Y11, Y11      \
	VPSLLW    $1, Y13, Y15       \
	VPADDW    Y15, Y11, Y11      \
	VPADDW    Y13, Y11, Y11      \
	VPADDW    Y0, Y11, Y11       \
	VPADDW    Y1, Y11, Y11       \
	VPADDW    Y2, Y11, Y11       \
	VPADDW    Y3, Y11, Y11       \
	VPADDW    Y4, Y11, Y11       \
	STORE14(0)                   \
	STEP(Y11, Y13, Y13, Y0, Y5)  \
	STORE14(1)                   \
	STEP(Y11, Y13, (R12)(R8*2), Y1, Y6) \
	STORE14(2)                   \
	STEP(Y11, Y13, (R12)(R9*1), Y2, Y7) \
	STORE14(3)                   \
	STEP(Y11, Y13, Y0, Y3, (BX)) \
	STORE14(4)                   \
	STEP(Y11, Y13, Y1, Y4, (BX)(R8*1)) \
	STORE14(5)                   \
	STEP(Y11, Y13, Y2, Y5, Y14)  \
	STORE14(6)                   \
	STEP(Y11, (R12)(R8*2), Y3, Y6, Y14) \
	STORE14(7)                   \
	STEP(Y11, (R12)(R9*1), Y4, Y7, Y14) \
	STORE14(8)                   \
	STEP(Y11, Y0, Y5, (BX), Y14) \
	STORE14(9)                   \
	STEP(Y11, Y1, Y6, (BX)(R8*1), Y14) \
	STORE14(10)                  \
	STEP(Y11, Y2, Y7, Y14, Y14)  \
	STORE14(11)                  \
no14:                                \
	NARROW                       \
	VPTEST    Y10, Y10           \
	JNE       eight              \
	STORENARROW                  \
	JMP       end                \
eight:                               \
	VPADDW    Y0, Y1, Y9         \
	VPADDW    Y9, Y9, Y9         \
	VPADDW    Y0, Y9, Y9         \
	VPADDW    Y2, Y9, Y9         \
	VPADDW    Y3, Y9, Y9         \
	VPADDW    Y4, Y9, Y9         \
	VPADDW    fours<>(SB), Y9, Y9 \
	WIDESTORE(Y1, (R10)(R8*1))   \
	STEP(Y9, Y0, Y1, Y2, Y5)     \
	WIDESTORE(Y8, (R10)(R8*2))   \
	STEP(Y9, Y0, Y2, Y3, Y6)     \
	WIDESTORE(Y15, (R10)(R9*1))  \
	STEP(Y9, Y0, Y3, Y4, Y7)     \
	WIDESTORE(Y14, (R11))        \
	STEP(Y9, Y1, Y4, Y5, Y7)     \
	WIDESTORE(Y13, (R11)(R8*1))  \
	STEP(Y9, Y2, Y5, Y6, Y7)     \
	WIDESTORE(Y6, (R11)(R8*2))   \
	TESTL     DX, DX             \
	JEQ       end                \
	VMOVDQA   FLAT14, Y12        \
	BLEND14(0, (R12)(R8*2))      \
	BLEND14(1, (R12)(R9*1))      \
	BLEND14(2, (R10))            \
	BLEND14(3, (R10)(R8*1))      \
	BLEND14(4, (R10)(R8*2))      \
	BLEND14(5, (R10)(R9*1))      \
	BLEND14(6, (R11))            \
	BLEND14(7, (R11)(R8*1))      \
	BLEND14(8, (R11)(R8*2))      \
	BLEND14(9, (R11)(R9*1))      \
	BLEND14(10, (BX))            \
	BLEND14(11, (BX)(R8*1))      \
end:

// CHROMA filters lines with lengths 4 and 6.
#define CHROMA(six, end, nothing) \
	VMOVDQU   (R10)(R8*1), Y1    \
	VMOVDQU   (R10)(R8*2), Y2    \
	VMOVDQU   (R10)(R9*1), Y3    \
	VMOVDQU   (R11), Y4          \
	VMOVDQU   (R11)(R8*1), Y5    \
	VMOVDQU   (R11)(R8*2), Y6    \
	DIFF(Y2, Y3, Y8)             \
	FAR(Y5, Y4, Y9, Y8)          \
	DIFF(Y1, Y2, Y9)             \
	FAR(Y6, Y5, Y10, Y9)         \
	MASK(nothing)                \
	DIFF(Y1, Y3, Y10)            \
	FAR(Y6, Y4, Y11, Y10)        \
	ISFLAT                       \
	NARROW                       \
	VPTEST    Y10, Y10           \
	JNE       six                \
	STORENARROW                  \
	JMP       end                \
six:                                 \
	VPADDW    Y1, Y2, Y9         \
	VPADDW    Y3, Y9, Y9         \
	VPADDW    Y9, Y9, Y9         \
	VPADDW    Y1, Y9, Y9         \
	VPADDW    Y4, Y9, Y9         \
	VPADDW    fours<>(SB), Y9, Y9 \
	WIDESTORE(Y8, (R10)(R8*2))   \
	STEP(Y9, Y1, Y1, Y4, Y5)     \
	WIDESTORE(Y15, (R10)(R9*1))  \
	STEP(Y9, Y1, Y2, Y5, Y6)     \
	WIDESTORE(Y14, (R11))        \
	STEP(Y9, Y2, Y3, Y6, Y6)     \
	WIDESTORE(Y13, (R11)(R8*1))  \
end:

// TRANSPOSE turns 8 x 8 samples in each half of Y0..Y7, to Y8..Y15.
#define TRANSPOSE \
	VPUNPCKLWD  Y1, Y0, Y8   \
	VPUNPCKHWD  Y1, Y0, Y9   \
	VPUNPCKLWD  Y3, Y2, Y10  \
	VPUNPCKHWD  Y3, Y2, Y11  \
	VPUNPCKLWD  Y5, Y4, Y12  \
	VPUNPCKHWD  Y5, Y4, Y13  \
	VPUNPCKLWD  Y7, Y6, Y14  \
	VPUNPCKHWD  Y7, Y6, Y15  \
	VPUNPCKLDQ  Y10, Y8, Y0  \
	VPUNPCKHDQ  Y10, Y8, Y1  \
	VPUNPCKLDQ  Y11, Y9, Y2  \
	VPUNPCKHDQ  Y11, Y9, Y3  \
	VPUNPCKLDQ  Y14, Y12, Y4 \
	VPUNPCKHDQ  Y14, Y12, Y5 \
	VPUNPCKLDQ  Y15, Y13, Y6 \
	VPUNPCKHDQ  Y15, Y13, Y7 \
	VPUNPCKLQDQ Y4, Y0, Y8   \
	VPUNPCKHQDQ Y4, Y0, Y9   \
	VPUNPCKLQDQ Y5, Y1, Y10  \
	VPUNPCKHQDQ Y5, Y1, Y11  \
	VPUNPCKLQDQ Y6, Y2, Y12  \
	VPUNPCKHQDQ Y6, Y2, Y13  \
	VPUNPCKLQDQ Y7, Y3, Y14  \
	VPUNPCKHQDQ Y7, Y3, Y15

// ROWS16 points R10, R11, R12, BX to every fourth row of 16, at an offset from SI.
#define ROWS16(at) \
	LEAQ at(SI), R10         \
	LEAQ (R10)(AX*4), R11    \
	LEAQ (R10)(AX*8), R12    \
	LEAQ (R11)(AX*8), BX

#define LOADROW(lower, upper, X, Y) \
	VMOVDQU     lower, X        \
	VINSERTI128 $1, upper, Y, Y

// COLUMNS copies 8 columns of 16 rows to lines of the buffer.
#define COLUMNS(at, line) \
	ROWS16(at)                                     \
	LOADROW((R10), (R12), X0, Y0)                  \
	LOADROW((R10)(AX*1), (R12)(AX*1), X1, Y1)      \
	LOADROW((R10)(AX*2), (R12)(AX*2), X2, Y2)      \
	LOADROW((R10)(CX*1), (R12)(CX*1), X3, Y3)      \
	LOADROW((R11), (BX), X4, Y4)                   \
	LOADROW((R11)(AX*1), (BX)(AX*1), X5, Y5)       \
	LOADROW((R11)(AX*2), (BX)(AX*2), X6, Y6)       \
	LOADROW((R11)(CX*1), (BX)(CX*1), X7, Y7)       \
	TRANSPOSE                                      \
	VMOVDQA Y8, BUFFER(line)                       \
	VMOVDQA Y9, BUFFER(line+1)                     \
	VMOVDQA Y10, BUFFER(line+2)                    \
	VMOVDQA Y11, BUFFER(line+3)                    \
	VMOVDQA Y12, BUFFER(line+4)                    \
	VMOVDQA Y13, BUFFER(line+5)                    \
	VMOVDQA Y14, BUFFER(line+6)                    \
	VMOVDQA Y15, BUFFER(line+7)

#define STOREROW(X, Y, lower, upper) \
	VMOVDQU      X, lower        \
	VEXTRACTI128 $1, Y, upper

// UNCOLUMNS copies them back.
#define UNCOLUMNS(at, line) \
	VMOVDQA BUFFER(line), Y0                       \
	VMOVDQA BUFFER(line+1), Y1                     \
	VMOVDQA BUFFER(line+2), Y2                     \
	VMOVDQA BUFFER(line+3), Y3                     \
	VMOVDQA BUFFER(line+4), Y4                     \
	VMOVDQA BUFFER(line+5), Y5                     \
	VMOVDQA BUFFER(line+6), Y6                     \
	VMOVDQA BUFFER(line+7), Y7                     \
	TRANSPOSE                                      \
	ROWS16(at)                                     \
	STOREROW(X8, Y8, (R10), (R12))                 \
	STOREROW(X9, Y9, (R10)(AX*1), (R12)(AX*1))     \
	STOREROW(X10, Y10, (R10)(AX*2), (R12)(AX*2))   \
	STOREROW(X11, Y11, (R10)(CX*1), (R12)(CX*1))   \
	STOREROW(X12, Y12, (R11), (BX))                \
	STOREROW(X13, Y13, (R11)(AX*1), (BX)(AX*1))    \
	STOREROW(X14, Y14, (R11)(AX*2), (BX)(AX*2))    \
	STOREROW(X15, Y15, (R11)(CX*1), (BX)(CX*1))

// EDGES reads the next four edge bytes, and jumps to next if there are none.
#define EDGES(wide, same, next) \
	MOVL (DI), R10       \
	TESTL R10, R10       \
	JEQ  next            \
	CMPL R10, R15        \
	JEQ  same            \
	MOVL R10, R15        \
	THRESHOLDS(wide)     \
same:

// The rows of the buffer as lines.
#define BUFFERLINES \
	LEAQ BUFFER(4), R10 \
	LEAQ BUFFER(8), R11

// func deblockLumaHorz(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)
TEXT ·deblockLumaHorz(SB), 0, $1280-40
	MOVQ stride+8(FP), R8
	LEAQ (R8)(R8*2), R9
	BEGIN
loop:
	EDGES(sizes<>+32(SB), same, next)
	LEAQ (R8*4), R11
	MOVQ SI, R10
	SUBQ R11, R10
	MOVQ SI, R11
	LUMA(no14, eight, end, next)
next:
	ADDQ $32, SI
	ADDQ $4, DI
	SUBQ $4, n+24(FP)
	JG   loop
	VZEROUPPER
	RET

// func deblockChromaHorz(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)
TEXT ·deblockChromaHorz(SB), 0, $1280-40
	MOVQ stride+8(FP), R8
	LEAQ (R8)(R8*2), R9
	BEGIN
loop:
	EDGES(sizes<>+0(SB), same, next)
	LEAQ (R8*4), R11
	MOVQ SI, R10
	SUBQ R11, R10
	MOVQ SI, R11
	CHROMA(six, end, next)
next:
	ADDQ $32, SI
	ADDQ $4, DI
	SUBQ $4, n+24(FP)
	JG   loop
	VZEROUPPER
	RET

// func deblockLumaVert(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)
TEXT ·deblockLumaVert(SB), 0, $1280-40
	MOVQ stride+8(FP), AX
	LEAQ (AX)(AX*2), CX
	MOVQ $32, R8
	MOVQ $96, R9
	BEGIN
loop:
	EDGES(sizes<>+32(SB), same, next)
	LEAL (R15)(R15*1), R10
	ANDL R15, R10
	TESTL $0x80808080, R10    // any of length 14
	JNE  wide
	COLUMNS(-8, 4)
	BUFFERLINES
	LUMA(no14, eight, end, next)
	UNCOLUMNS(-8, 4)
next:
	MOVQ AX, R10
	SHLQ $4, R10
	ADDQ R10, SI
	ADDQ $4, DI
	SUBQ $4, n+24(FP)
	JG   loop
	VZEROUPPER
	RET
wide:
	COLUMNS(-16, 0)
	COLUMNS(0, 8)
	BUFFERLINES
	LUMA(no14wide, eightwide, endwide, next)
	UNCOLUMNS(-16, 0)
	UNCOLUMNS(0, 8)
	JMP  next

// func deblockChromaVert(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)
TEXT ·deblockChromaVert(SB), 0, $1280-40
	MOVQ stride+8(FP), AX
	LEAQ (AX)(AX*2), CX
	MOVQ $32, R8
	MOVQ $96, R9
	BEGIN
loop:
	EDGES(sizes<>+0(SB), same, next)
	COLUMNS(-8, 4)
	BUFFERLINES
	CHROMA(six, end, next)
	UNCOLUMNS(-8, 4)
next:
	MOVQ AX, R10
	SHLQ $4, R10
	ADDQ R10, SI
	ADDQ $4, DI
	SUBQ $4, n+24(FP)
	JG   loop
	VZEROUPPER
	RET

// Each of four bytes to four words.
DATA spread<>+0(SB)/8, $0x8000800080008000
DATA spread<>+8(SB)/8, $0x8001800180018001
DATA spread<>+16(SB)/8, $0x8002800280028002
DATA spread<>+24(SB)/8, $0x8003800380038003
GLOBL spread<>(SB), RODATA|NOPTR, $32

// Greatest edge bytes of lengths 4, of 6 or less, of 8 or less.
DATA sizes<>+0(SB)/8, $0x003F003F003F003F
DATA sizes<>+8(SB)/8, $0x003F003F003F003F
DATA sizes<>+16(SB)/8, $0x003F003F003F003F
DATA sizes<>+24(SB)/8, $0x003F003F003F003F
DATA sizes<>+32(SB)/8, $0x007F007F007F007F
DATA sizes<>+40(SB)/8, $0x007F007F007F007F
DATA sizes<>+48(SB)/8, $0x007F007F007F007F
DATA sizes<>+56(SB)/8, $0x007F007F007F007F
DATA sizes<>+64(SB)/8, $0x00BF00BF00BF00BF
DATA sizes<>+72(SB)/8, $0x00BF00BF00BF00BF
DATA sizes<>+80(SB)/8, $0x00BF00BF00BF00BF
DATA sizes<>+88(SB)/8, $0x00BF00BF00BF00BF
GLOBL sizes<>(SB), RODATA|NOPTR, $96

DATA threes<>+0(SB)/8, $0x0003000300030003
DATA threes<>+8(SB)/8, $0x0003000300030003
DATA threes<>+16(SB)/8, $0x0003000300030003
DATA threes<>+24(SB)/8, $0x0003000300030003
GLOBL threes<>(SB), RODATA|NOPTR, $32

DATA fours<>+0(SB)/8, $0x0004000400040004
DATA fours<>+8(SB)/8, $0x0004000400040004
DATA fours<>+16(SB)/8, $0x0004000400040004
DATA fours<>+24(SB)/8, $0x0004000400040004
GLOBL fours<>(SB), RODATA|NOPTR, $32
