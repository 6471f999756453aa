package frame

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// LimitError is a limit of the process that leaves too little. It is an ENOMEM.
type LimitError struct {
	What         string // the limit
	Needed, Left int64  // bytes
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("frame: %s leaves %d bytes, %d are needed: %v", e.What, e.Left, e.Needed, syscall.ENOMEM)
}

func (e *LimitError) Unwrap() error { return syscall.ENOMEM }

// limit is one that is in force.
type limit struct {
	what string
	left int64 // bytes
}

func (l *limit) allow(n int64) error {
	if n <= l.left {
		return nil
	}
	return &LimitError{What: l.what, Needed: n, Left: l.left}
}

// addressSpace is the limit of address space (RLIMIT_AS). Nothing is mapped to find
// out, which would take the room from other threads.
func addressSpace() (l limit, limited bool) {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur > math.MaxInt64 {
		return l, false
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return l, false
	}
	var pages int64
	if _, err := fmt.Sscan(string(statm), &pages); err != nil {
		return l, false
	}
	used := pages * int64(os.Getpagesize())
	return limit{fmt.Sprintf("the limit of address space, %d bytes,", r.Cur), max(int64(r.Cur)-used, 0)}, true
}

// hierarchy is a version of control groups: the files that tell of a group's memory.
// The kernel's Documentation/admin-guide has them in cgroup-v2.rst and cgroup-v1/memory.rst.
type hierarchy struct {
	filesystem, controller string // controller: in /proc/self/cgroup and the mount's options
	limit, usage           string
	inactive, active       string // of memory.stat, with the groups below: file cache, bytes
	mapped                 string // and how much of that, or of shared memory, is mapped
}

var hierarchies = []hierarchy{
	{"cgroup2", "", "memory.max", "memory.current", "inactive_file", "active_file", "file_mapped"},
	{"cgroup", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", "total_active_file", "total_mapped_file"},
}

// groupMemory is the tightest limit of memory among the control groups that the process
// is in, up to the outermost one that can be seen. root is the root of the file system.
// What can't be read limits nothing.
func groupMemory(root fs.FS) (tightest limit, limited bool) {
	memberships, mounts := lines(root, "proc/self/cgroup"), lines(root, "proc/self/mountinfo")
	for i := range hierarchies {
		h := &hierarchies[i]
		group, ok := h.group(memberships)
		if !ok {
			continue
		}
		top, below, ok := h.mount(mounts, group)
		if !ok {
			continue
		}
		for {
			dir := path.Join(top, below)
			if left, ok := h.left(root, dir); ok && (!limited || left < tightest.left) {
				tightest, limited = limit{"the memory of the control group " + dir, left}, true
			}
			if below == "/" {
				break
			}
			below = path.Dir(below)
		}
	}
	return tightest, limited
}

// group finds the path of the process's group, from lines of /proc/self/cgroup such as
// "4:cpu,memory:/a/b", or "0::/a/b" of version 2.
func (h *hierarchy) group(memberships []string) (group string, ok bool) {
	for _, line := range memberships {
		f := strings.SplitN(line, ":", 3)
		if len(f) == 3 && slices.Contains(strings.Split(f[1], ","), h.controller) {
			return path.Join("/", f[2]), !slices.Contains(strings.Split(f[2], "/"), "..") // outside of what can be seen
		}
	}
	return "", false
}

// mount finds where groups are mounted, from lines of /proc/self/mountinfo such as
// "35 31 0:32 /root /point rw,relatime - cgroup cgroup rw,memory" (proc(5)), and the path
// of a group below that. Of a group that isn't below any of the mounts the outermost one
// is taken for it: a container sees its own group so.
func (h *hierarchy) mount(mounts []string, group string) (top, below string, ok bool) {
	for _, line := range mounts {
		left, right, _ := strings.Cut(line, " - ")
		l, r := strings.Fields(left), strings.Fields(right)
		if len(l) < 5 || len(r) < 3 || r[0] != h.filesystem || h.controller != "" && !slices.Contains(strings.Split(r[2], ","), h.controller) {
			continue
		}
		mountRoot, point := unescape(l[3]), unescape(l[4])
		if rest, inside := strings.CutPrefix(group, strings.TrimSuffix(mountRoot, "/")); inside && (rest == "" || rest[0] == '/') {
			return point, path.Join("/", rest), true
		}
		if !ok {
			top, below, ok = point, "/", true
		}
	}
	return top, below, ok
}

// unlimited is more than any machine has. Version 1 says about 1<<63 where there is no limit.
const unlimited = 1 << 60

// left is what a group's own limit leaves. File cache counts as free: it is given up
// before anything is killed. What is mapped of it does not: that is programs which run.
func (h *hierarchy) left(root fs.FS, dir string) (bytes int64, limited bool) {
	most, ok := number(root, path.Join(dir, h.limit)) // "max" is none
	if !ok || most >= unlimited {
		return 0, false
	}
	used, ok := number(root, path.Join(dir, h.usage))
	if !ok {
		return 0, false
	}
	var cache, mapped int64
	for _, line := range lines(root, path.Join(dir, "memory.stat")) {
		name, value, _ := strings.Cut(line, " ")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil || n < 0 || n >= unlimited:
		case name == h.inactive, name == h.active:
			cache += n
		case name == h.mapped:
			mapped = n
		}
	}
	used -= max(cache-mapped, 0)
	return max(most-max(used, 0), 0), true
}

// number reads a file that holds one; anything else, or less than 0, is not ok.
func number(root fs.FS, name string) (n int64, ok bool) {
	l := lines(root, name)
	if len(l) == 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(l[0], 10, 64)
	return n, err == nil && n >= 0
}

// lines reads a file, named with or without its leading slash; none if that fails.
func lines(root fs.FS, name string) []string {
	data, err := fs.ReadFile(root, strings.TrimPrefix(name, "/"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// unescape undoes the octal escapes of /proc/self/mountinfo.
func unescape(s string) string {
	for i := 0; i+4 <= len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
			s = s[:i] + string([]byte{byte(c)}) + s[i+4:]
		}
	}
	return s
}
