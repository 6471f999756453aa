#include "textflag.h"

// Filters of motion compensation on 16-bit samples, of 6 or 8 taps and 8 columns or more. Pairs of taps go through
// VPDPWSSD: across, the pairs of the even and of the odd outputs are what lies in memory, one sample apart;
// down, two rows are interleaved, and each pair of rows serves three or four rows of the output.

// Words of both halves of a lane in turn.
DATA alternate<>+0(SB)/8, $0x0b0a030209080100
DATA alternate<>+8(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+16(SB)/8, $0x0b0a030209080100
DATA alternate<>+24(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+32(SB)/8, $0x0b0a030209080100
DATA alternate<>+40(SB)/8, $0x0f0e07060d0c0504
DATA alternate<>+48(SB)/8, $0x0b0a030209080100
DATA alternate<>+56(SB)/8, $0x0f0e07060d0c0504
GLOBL alternate<>(SB), RODATA|NOPTR, $64

// Registers: DI, R8 destination and its stride, SI, R9 source and its stride, in bytes; R10, R11 width and rows;
// vectors 16 to 19 pairs of taps, 20 rounding, 21 and 22 the least and greatest output, X23 shift.
#define ARGUMENTS \
	MOVQ         dst+0(FP), DI        \
	MOVQ         dstStride+8(FP), R8  \
	MOVQ         src+16(FP), SI       \
	MOVQ         srcStride+24(FP), R9 \
	MOVQ         w+32(FP), R10        \
	MOVQ         h+40(FP), R11        \
	MOVQ         taps+48(FP), CX      \
	MOVQ         n+56(FP), DX         \
	VPBROADCASTD (CX), Z16            \
	VPBROADCASTD 4(CX), Z17           \
	VPBROADCASTD 8(CX), Z18           \
	VPBROADCASTD round+64(FP), Z20    \
	MOVL         shift+68(FP), AX     \
	VMOVD        AX, X23              \
	VPBROADCASTW least+72(FP), Z21    \
	VPBROADCASTW most+74(FP), Z22

// NARROW shifts the sums in a and b and leaves them in a as words, those of b behind those of a in each lane.
#define NARROW(a, b) \
	VPSRAD    X23, a, a   \
	VPSRAD    X23, b, b   \
	VPACKSSDW b, a, a

#define LIMIT(a, least, most) \
	VPMAXSW least, a, a  \
	VPMINSW most, a, a

#define ACROSS6(p, even, odd, f01, f23, f45, f67, round) \
	VMOVDQA64 round, even         \
	VMOVDQA64 round, odd          \
	VPDPWSSD  (p), f01, even      \
	VPDPWSSD  2(p), f01, odd      \
	VPDPWSSD  4(p), f23, even     \
	VPDPWSSD  6(p), f23, odd      \
	VPDPWSSD  8(p), f45, even     \
	VPDPWSSD  10(p), f45, odd

#define ACROSS8(p, even, odd, f01, f23, f45, f67, round) \
	ACROSS6(p, even, odd, f01, f23, f45, f67, round) \
	VPDPWSSD  12(p), f67, even    \
	VPDPWSSD  14(p), f67, odd

// ROW filters and stores a row of one vector.
#define ROW(loop, end, ACROSS, even, odd, f01, f23, f45, f67, round, least, most, order, store) \
loop:                              \
	ACROSS(SI, even, odd, f01, f23, f45, f67, round) \
	NARROW(even, odd)              \
	VPSHUFB order, even, even      \
	LIMIT(even, least, most)       \
	store   even, (DI)             \
	ADDQ    R9, SI                 \
	ADDQ    R8, DI                 \
	DECQ    R11                    \
	JNZ     loop                   \
	JMP     end

// WIDE goes over rows of several vectors of 32 samples.
#define WIDE(loop, column, end, ACROSS) \
loop:                              \
	MOVQ SI, CX                    \
	MOVQ DI, BX                    \
	MOVQ R10, AX                   \
column:                            \
	ACROSS(CX, Z0, Z1, Z16, Z17, Z18, Z19, Z20) \
	NARROW(Z0, Z1)                 \
	VPSHUFB   Z24, Z0, Z0          \
	LIMIT(Z0, Z21, Z22)            \
	VMOVDQU64 Z0, (BX)             \
	ADDQ      $64, CX              \
	ADDQ      $64, BX              \
	SUBQ      $32, AX              \
	JNZ       column               \
	ADDQ      R9, SI               \
	ADDQ      R8, DI               \
	DECQ      R11                  \
	JNZ       loop                 \
	JMP       end

// Down: DX, BX, AX are the next row of a column, where its output goes and the rows left; vectors 0 to 15 and 25, 26, 28,
// 29 pairs of rows, low and high halves of lanes.

#define MULTIPLY6(a0, a1, b0, b1, c0, c1, d0, d1) \
	VMOVDQA64 Z20, Z30            \
	VMOVDQA64 Z20, Z31            \
	VPDPWSSD  a0, Z16, Z30        \
	VPDPWSSD  a1, Z16, Z31        \
	VPDPWSSD  b0, Z17, Z30        \
	VPDPWSSD  b1, Z17, Z31        \
	VPDPWSSD  c0, Z18, Z30        \
	VPDPWSSD  c1, Z18, Z31

#define MULTIPLY8(a0, a1, b0, b1, c0, c1, d0, d1) \
	MULTIPLY6(a0, a1, b0, b1, c0, c1, d0, d1) \
	VPDPWSSD  d0, Z19, Z30        \
	VPDPWSSD  d1, Z19, Z31

// INTERLEAVE loads the next row and pairs it with the one before, which is in the other of Z24 and Z27.
#define INTERLEAVE(load, before, row, rowv, p0, p1) \
	load       (DX), rowv         \
	ADDQ       R9, DX             \
	VPUNPCKLWD row, before, p0    \
	VPUNPCKHWD row, before, p1

#define OUTPUT(store, outv) \
	NARROW(Z30, Z31)              \
	LIMIT(Z30, Z21, Z22)          \
	store outv, (BX)              \
	ADDQ  R8, BX

#define CARRY(a0, a1, b0, b1) \
	VMOVDQA64 b0, a0              \
	VMOVDQA64 b1, a1

// COLUMN filters a column of w samples, four rows at a time.
#define COLUMN6(loop, load, even, odd, store, outv) \
	load  (DX), even                                                   \
	ADDQ  R9, DX                                                       \
	INTERLEAVE(load, Z24, Z27, odd, Z0, Z1)                            \
	INTERLEAVE(load, Z27, Z24, even, Z2, Z3)                           \
	INTERLEAVE(load, Z24, Z27, odd, Z4, Z5)                            \
	INTERLEAVE(load, Z27, Z24, even, Z6, Z7)                           \
loop:                                                                  \
	INTERLEAVE(load, Z24, Z27, odd, Z8, Z9)                            \
	MULTIPLY6(Z0, Z1, Z4, Z5, Z8, Z9, Z8, Z9)                          \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z27, Z24, even, Z10, Z11)                         \
	MULTIPLY6(Z2, Z3, Z6, Z7, Z10, Z11, Z10, Z11)                      \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z24, Z27, odd, Z0, Z1)                            \
	MULTIPLY6(Z4, Z5, Z8, Z9, Z0, Z1, Z0, Z1)                          \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z27, Z24, even, Z2, Z3)                           \
	MULTIPLY6(Z6, Z7, Z10, Z11, Z2, Z3, Z2, Z3)                        \
	OUTPUT(store, outv)                                                \
	CARRY(Z4, Z5, Z0, Z1)                                              \
	CARRY(Z6, Z7, Z2, Z3)                                              \
	CARRY(Z0, Z1, Z8, Z9)                                              \
	CARRY(Z2, Z3, Z10, Z11)                                            \
	SUBQ  $4, AX                                                       \
	JNZ   loop

#define COLUMN8(loop, load, even, odd, store, outv) \
	load  (DX), even                                                   \
	ADDQ  R9, DX                                                       \
	INTERLEAVE(load, Z24, Z27, odd, Z0, Z1)                            \
	INTERLEAVE(load, Z27, Z24, even, Z2, Z3)                           \
	INTERLEAVE(load, Z24, Z27, odd, Z4, Z5)                            \
	INTERLEAVE(load, Z27, Z24, even, Z6, Z7)                           \
	INTERLEAVE(load, Z24, Z27, odd, Z8, Z9)                            \
	INTERLEAVE(load, Z27, Z24, even, Z10, Z11)                         \
loop:                                                                  \
	INTERLEAVE(load, Z24, Z27, odd, Z12, Z13)                          \
	MULTIPLY8(Z0, Z1, Z4, Z5, Z8, Z9, Z12, Z13)                        \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z27, Z24, even, Z14, Z15)                         \
	MULTIPLY8(Z2, Z3, Z6, Z7, Z10, Z11, Z14, Z15)                      \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z24, Z27, odd, Z0, Z1)                            \
	MULTIPLY8(Z4, Z5, Z8, Z9, Z12, Z13, Z0, Z1)                        \
	OUTPUT(store, outv)                                                \
	INTERLEAVE(load, Z27, Z24, even, Z2, Z3)                           \
	MULTIPLY8(Z6, Z7, Z10, Z11, Z14, Z15, Z2, Z3)                      \
	OUTPUT(store, outv)                                                \
	VMOVDQA64 Z0, Z25                                                  \
	VMOVDQA64 Z1, Z26                                                  \
	VMOVDQA64 Z2, Z28                                                  \
	VMOVDQA64 Z3, Z29                                                  \
	CARRY(Z0, Z1, Z8, Z9)                                              \
	CARRY(Z2, Z3, Z10, Z11)                                            \
	CARRY(Z4, Z5, Z12, Z13)                                            \
	CARRY(Z6, Z7, Z14, Z15)                                            \
	CARRY(Z8, Z9, Z25, Z26)                                            \
	CARRY(Z10, Z11, Z28, Z29)                                          \
	SUBQ  $4, AX                                                       \
	JNZ   loop

// COLUMNS goes over columns of 32.
#define COLUMNS(column, loop, end, COLUMN) \
column:                                       \
	MOVQ SI, DX                               \
	MOVQ DI, BX                               \
	MOVQ R11, AX                              \
	COLUMN(loop, VMOVDQU64, Z24, Z27, VMOVDQU64, Z30) \
	ADDQ $64, SI                              \
	ADDQ $64, DI                              \
	SUBQ $32, R10                             \
	JNZ  column                               \
	JMP  end

// func firAcrossAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)
TEXT ·firAcrossAVX512(SB), NOSPLIT, $0-76
	ARGUMENTS
	VMOVDQU64 alternate<>(SB), Z24
	CMPQ      DX, $8
	JNE       across6
	VPBROADCASTD 12(CX), Z19
	CMPQ      R10, $16
	JLT       across8x8
	JEQ       across8x16
	WIDE(across8x32, column8, acrossEnd, ACROSS8)

across8x16:
	ROW(row8x16, acrossEnd, ACROSS8, Y0, Y1, Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y24, VMOVDQU)

across8x8:
	ROW(row8x8, acrossEnd, ACROSS8, X0, X1, X16, X17, X18, X19, X20, X21, X22, X24, VMOVDQU)

across6:
	CMPQ R10, $16
	JLT  across6x8
	JEQ  across6x16
	WIDE(across6x32, column6, acrossEnd, ACROSS6)

across6x16:
	ROW(row6x16, acrossEnd, ACROSS6, Y0, Y1, Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y24, VMOVDQU)

across6x8:
	ROW(row6x8, acrossEnd, ACROSS6, X0, X1, X16, X17, X18, X19, X20, X21, X22, X24, VMOVDQU)

acrossEnd:
	VZEROUPPER
	RET

// func firDownAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)
TEXT ·firDownAVX512(SB), NOSPLIT, $0-76
	ARGUMENTS
	CMPQ DX, $8
	MOVQ SI, DX
	MOVQ DI, BX
	MOVQ R11, AX
	JNE  down6
	VPBROADCASTD 12(CX), Z19
	CMPQ R10, $16
	JLT  down8x8
	JEQ  down8x16
	COLUMNS(down8x32, rows8x32, downEnd, COLUMN8)

down8x16:
	COLUMN8(rows8x16, VMOVDQU64, Y24, Y27, VMOVDQU64, Y30)
	JMP downEnd

down8x8:
	COLUMN8(rows8x8, VMOVDQU64, X24, X27, VMOVDQU64, X30)
	JMP downEnd

down6:
	CMPQ R10, $16
	JLT  down6x8
	JEQ  down6x16
	COLUMNS(down6x32, rows6x32, downEnd, COLUMN6)

down6x16:
	COLUMN6(rows6x16, VMOVDQU64, Y24, Y27, VMOVDQU64, Y30)
	JMP downEnd

down6x8:
	COLUMN6(rows6x8, VMOVDQU64, X24, X27, VMOVDQU64, X30)

downEnd:
	VZEROUPPER
	RET

// func averageAVX512(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)
// The additions saturate where the result is limited anyway.
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
	VPXOR        Y15, Y15, Y15

averageRow:
	XORL AX, AX

average32:
	VMOVDQU64 (SI), Z0
	VPADDSW   (DX), Z0, Z0
	VPADDSW   Z12, Z0, Z0
	VPSRAW    X13, Z0, Z0
	LIMIT(Z0, Z15, Z14)
	VMOVDQU64 Z0, (DI)(AX*2)
	ADDQ      $64, SI
	ADDQ      $64, DX
	ADDQ      $32, AX
	CMPQ      AX, R10
	JLT       average32
	ADDQ      R8, DI
	DECQ      R11
	JNZ       averageRow
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
