package frame

import (
	"fmt"
	"math"
	"os"
	"sync"
	"syscall"
	"unsafe"

	"github.com/grav1e/grav1e/internal/av1"
)

// arenaAlign keeps every allocation on its own cache lines and on full vectors.
const arenaAlign = 64

// Purpose names what memory is for in a plan.
type Purpose string

// PlanItem is the memory of one purpose.
type PlanItem struct {
	Purpose Purpose
	Bytes   int64
}

// Planner lays memory out. Run the same layout function twice: over a Planner
// without arena it only adds up bytes per purpose; over one with an arena (see
// Map) it hands the memory out. So the plan and the mapping can't differ.
type Planner struct {
	Items []PlanItem
	Total int64
	arena []byte
}

// Spare is what a process has to have left, in bytes, after an arena was mapped: of
// address space and of the memory of its control groups.
type Spare struct{ Address, Memory int64 }

// mapping is held while room is looked for and taken: sessions that start at the same
// time must not count on the same.
var mapping sync.Mutex

// Map returns a Planner that hands out memory of p.Total bytes, mapped outside the
// Go heap, if that leaves what is to be spared. An error is a *LimitError or the system's refusal.
func (p *Planner) Map(spare Spare) (*Planner, error) {
	if p.Total <= 0 || p.Total > math.MaxInt64/2 || p.Total != int64(int(p.Total)) {
		return nil, fmt.Errorf("frame: cannot map %d bytes: %w", p.Total, syscall.ENOMEM)
	}
	mapping.Lock()
	defer mapping.Unlock()
	if l, limited := addressSpace(); limited {
		if err := l.allow(p.Total + spare.Address); err != nil {
			return nil, err
		}
	}
	group, grouped := groupMemory(os.DirFS("/"))
	if grouped {
		if err := group.allow(p.Total + spare.Memory); err != nil {
			return nil, err
		}
	}
	mem, err := syscall.Mmap(-1, 0, int(p.Total), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("frame: mmap of %d bytes: %w", p.Total, err)
	}
	if grouped { // Groups count pages that were written, so the next one to look sees them.
		for i := 0; i < len(mem); i += os.Getpagesize() {
			mem[i] = 0
		}
	}
	return &Planner{arena: mem}, nil
}

// Unmap gives the memory back; slices handed out must not be used afterwards.
func (p *Planner) Unmap() error {
	if p.arena == nil {
		return nil
	}
	mem := p.arena
	p.arena = nil
	return syscall.Munmap(mem)
}

func (p *Planner) add(purpose Purpose, n int64) {
	for i := range p.Items {
		if p.Items[i].Purpose == purpose {
			p.Items[i].Bytes += n
			return
		}
	}
	p.Items = append(p.Items, PlanItem{purpose, n})
}

// Take reserves n zeroed values of T, which must hold no Go pointers: the memory
// is invisible to the collector. While only planning it returns nil.
func Take[T any](p *Planner, purpose Purpose, n int) []T {
	var t T
	bytes := (int64(n)*int64(unsafe.Sizeof(t)) + arenaAlign - 1) &^ (arenaAlign - 1)
	start := p.Total
	p.Total += bytes
	p.add(purpose, bytes)
	if p.arena == nil || n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&p.arena[start])), n)
}

// Format is what pictures of a session have in common.
type Format struct {
	Width, Height int
	BitDepth      int
	NumPlanes     int
	SubX, SubY    int // subsampling_x, subsampling_y
}

// TakeReference reserves a picture to predict from.
func TakeReference(p *Planner, purpose Purpose, f *Format) Picture {
	return takePicture(p, purpose, f, referenceBorder)
}

// TakeSource reserves a picture to be coded.
func TakeSource(p *Planner, purpose Purpose, f *Format) Picture {
	return takePicture(p, purpose, f, sourceBorder)
}

// TakeWork reserves a picture to be reconstructed and filtered.
func TakeWork(p *Planner, purpose Purpose, f *Format) Picture {
	return takePicture(p, purpose, f, workBorder)
}

func takePicture(p *Planner, purpose Purpose, f *Format, border borderOf) Picture {
	pic := Picture{NumPlanes: f.NumPlanes, SubX: f.SubX, SubY: f.SubY, BitDepth: f.BitDepth}
	for i := range pic.NumPlanes {
		subX, subY := 0, 0
		if i > 0 {
			subX, subY = pic.SubX, pic.SubY
		}
		b := border(f.Width, f.Height, subX, subY)
		w, h := (f.Width+subX)>>subX, (f.Height+subY)>>subY
		n, _ := planeSize(w, h, b)
		pic.Planes[i] = newPlane(Take[uint16](p, purpose, n), w, h, b)
	}
	return pic
}

// TakeGrid reserves the mode info of a w x h picture.
func TakeGrid(p *Planner, purpose Purpose, w, h int) ModeGrid {
	rows, cols := 2*((h+7)>>3), 2*((w+7)>>3)
	stride := (cols + 31) &^ 31
	return ModeGrid{Cells: Take[ModeInfo](p, purpose, stride*((rows+31)&^31)), Rows: rows, Cols: cols, Stride: stride}
}

// TakeSavedMVs reserves the motion field a w x h picture leaves behind.
func TakeSavedMVs(p *Planner, purpose Purpose, w, h int) SavedMVs {
	rows, cols := (h+7)>>3, (w+7)>>3
	return SavedMVs{Mv: Take[av1.MV](p, purpose, rows*cols), RefFrame: Take[int8](p, purpose, rows*cols), Rows: rows, Stride: cols}
}
