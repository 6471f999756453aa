package main

import (
	"fmt"
	"io"
)

// uses finds, per op, whether each of its two results is read later on.
func (t *network) uses() (x, y []bool) {
	x, y = make([]bool, len(t.ops)), make([]bool, len(t.ops))
	live := make([]bool, t.n)
	for i, o := range t.out {
		live[i] = o.index >= 0
	}
	for i := len(t.ops) - 1; i >= 0; i-- {
		o := t.ops[i]
		x[i], y[i] = live[o.outX], live[o.outY]
		live[o.outX], live[o.outY] = false, false
		if x[i] || y[i] {
			live[o.inA], live[o.inB] = true, true
		}
	}
	return x, y
}

// scalar writes the network as a Go function over panels of 8 columns.
func (t *network) scalar(w io.Writer, doc string) {
	p := func(f string, a ...any) { fmt.Fprintf(w, f+"\n", a...) }
	limit := "_"
	if t.clamp {
		limit = "limit"
	}
	p("\n// %s%d %s", t.name, t.n, doc)
	p("func %s%d(t []int32, cols int, %s int32) {", t.name, t.n, limit)
	if t.clamp {
		p("\tlo, hi := -limit-1, limit")
	}
	p("\tfor ; cols > 0; cols -= panelCols {")
	p("\t\tfor j := range min(cols, panelCols) {")
	p("\t\t\tv := t[j:][:%d]", (t.n-1)*8+1)
	for i, in := range t.in {
		if in.index >= 0 {
			p("\t\t\tt%d := %sv[%d]", i, sign(in.neg), in.index*8)
		}
	}
	useX, useY := t.uses()
	for i, o := range t.ops {
		var x, y string
		if o.kind == rotation {
			c, s := cos128(o.angle), sin128(o.angle)
			x = fmt.Sprintf("(t%d*%d-t%d*%d+2048)>>12", o.inA, c, o.inB, s)
			y = fmt.Sprintf("(t%d*%d+t%d*%d+2048)>>12", o.inA, s, o.inB, c)
			if s < 0 {
				x = fmt.Sprintf("(t%d*%d+t%d*%d+2048)>>12", o.inA, c, o.inB, -s)
			}
			if c < 0 {
				y = fmt.Sprintf("(t%d*%d-t%d*%d+2048)>>12", o.inA, s, o.inB, -c)
			}
		} else {
			x, y = fmt.Sprintf("t%d+t%d", o.inA, o.inB), fmt.Sprintf("t%d-t%d", o.inA, o.inB)
			if t.clamp {
				x, y = "min(max("+x+", lo), hi)", "min(max("+y+", lo), hi)"
			}
		}
		switch {
		case useX[i] && useY[i]:
			p("\t\t\tt%d, t%d = %s, %s", o.outX, o.outY, x, y)
		case useX[i]:
			p("\t\t\tt%d = %s", o.outX, x)
		case useY[i]:
			p("\t\t\tt%d = %s", o.outY, y)
		}
	}
	for i, out := range t.out {
		if out.index >= 0 {
			p("\t\t\tv[%d] = %st%d", out.index*8, sign(out.neg), i)
		}
	}
	p("\t\t}")
	p("\t\tt = t[%d*panelCols:]", t.n)
	p("\t}")
	p("}")
}

func sign(neg bool) string {
	if neg {
		return "-"
	}
	return ""
}
