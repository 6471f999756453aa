package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/sched"
)

// openLoop is the motion search of a frame on source pictures. It needs nothing of other
// frames but their sources, so that of the next frame may run while a frame is coded.
type openLoop struct {
	c       *coder
	in      *input // nil: nothing is under way
	pyramid *motion.Pyramid
	refs    []int8           // names of the references searched, best first
	results []motion.Results // by place in refs
	jobs    []motion.Job

	downscale *sched.Stage
	search    *sched.Stage
}

// openLoopOf returns that of a frame; it begins with it unless it is under way already.
func (c *coder) openLoopOf(f coded) *openLoop {
	idle := c.openLoops[0]
	for _, o := range c.openLoops {
		if o.in == f.in {
			return o
		}
		if o.in == nil {
			idle = o
		}
	}
	idle.begin(f)
	return idle
}

// begin opens the stages.
func (o *openLoop) begin(f coded) {
	c := o.c
	o.in, o.pyramid, o.refs, o.jobs = f.in, nil, o.refs[:0], o.jobs[:0]
	if c.e.cfg.StillPicture {
		o.downscale.Open(0)
		o.search.Open(0)
		return
	}
	o.pyramid = c.takePyramid()
	searched := 0
	if t := f.step.Type; t == av1.InterFrame || t == av1.SwitchFrame {
		o.chooseReferences(f.step)
		searched = c.sbRows
	}
	if c.e.cfg.RandomModes != 0 {
		searched = 0
	}
	o.downscale.Open(c.sbRows)
	o.search.Open(searched)
}

// take returns the input, which is not needed any more.
func (o *openLoop) take() (in *input) {
	in, o.in = o.in, nil
	return in
}

// chooseReferences lists the references to search: every distinct frame once, nearest
// first, as many as the preset allows.
func (o *openLoop) chooseReferences(st *lookahead.Step) {
	c := o.c
	past, future := 0, 0
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		if c.repeated(st, ref) {
			continue
		}
		r := c.slots[st.RefSlot[ref-1]]
		if r.shown.display > st.Display {
			if future++; future > c.speed.FutureRefs {
				continue
			}
		} else if past++; past > c.speed.PastRefs {
			continue
		}
		o.jobs = append(o.jobs, motion.Job{Cur: o.pyramid, Ref: r.pyramid, Distance: int(st.Display - r.shown.display), Out: &o.results[len(o.refs)]})
		o.refs = append(o.refs, ref)
	}
}

// repeated tells that a lower reference name stands for the same frame.
func (c *coder) repeated(st *lookahead.Step, ref int8) bool {
	for other := av1.LastFrame; other < ref; other++ {
		if c.slots[st.RefSlot[other-1]] == c.slots[st.RefSlot[ref-1]] {
			return true
		}
	}
	return false
}

// ready: the search of the frame under way comes first.
func (o *openLoop) ready(int) bool {
	current := o.c.stages.search.Load()
	return current == o.search || current.Complete()
}

// downscaleRow builds the pyramid.
func (o *openLoop) downscaleRow(_, row int) {
	luma := &o.in.picture.Planes[0]
	o.pyramid.BuildRows(luma, o.c.e.cfg.BitDepth, row*64, min(row*64+64, luma.Height))
}

func (o *openLoop) searchReady(row int) bool { return o.downscale.Passed(row) }

func (o *openLoop) searchRow(w, row int) {
	s := &o.c.workers[w].search
	for i := range o.jobs {
		s.Row(&o.jobs[i], row)
	}
}
