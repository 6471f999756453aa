package frame

import (
	"errors"
	"maps"
	"math"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
)

// files is a root of a file system from names and contents.
func files(content map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, data := range content {
		root[name] = &fstest.MapFile{Data: []byte(data)}
	}
	return root
}

const (
	mount1   = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
	mount2   = "26 23 0:22 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"
	others   = "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\nnonsense\n\n"
	infinite = "9223372036854771712\n"
)

// A process may take what its groups' limits leave, file cache that isn't mapped apart.
func TestGroupMemory(t *testing.T) {
	const none = math.MinInt64
	for name, tc := range map[string]struct {
		groups, mounts string // /proc/self/cgroup, mountinfo
		files          map[string]string
		left           int64
		what           string
	}{
		"nothing": {"", "", nil, none, ""},
		"version 2": {"0::/a\n", others + mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000\n", "sys/fs/cgroup/a/memory.current": "300\n"}, 700, "/sys/fs/cgroup/a"},
		"no limit": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "max\n", "sys/fs/cgroup/a/memory.current": "300\n"}, none, ""},
		"no controller": {"0::/a\n", mount2, map[string]string{"sys/fs/cgroup/a/cgroup.procs": "1\n"}, none, ""},
		"more than the limit": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000", "sys/fs/cgroup/a/memory.current": "1300"}, 0, "/sys/fs/cgroup/a"},
		"limit of nothing": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "0", "sys/fs/cgroup/a/memory.current": "0"}, 0, "/sys/fs/cgroup/a"},
		"file cache": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000", "sys/fs/cgroup/a/memory.current": "900",
			"sys/fs/cgroup/a/memory.stat": "anon 100\nfile 700\nfile_mapped 150\nshmem 50\ninactive_file 400\nactive_file 200\n"}, 550, "/sys/fs/cgroup/a"},
		"more is mapped than cached": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000", "sys/fs/cgroup/a/memory.current": "900",
			"sys/fs/cgroup/a/memory.stat": "file_mapped 700\ninactive_file 400\nactive_file 200\n"}, 100, "/sys/fs/cgroup/a"},
		"more is cached than used": {"0::/a\n", mount2, map[string]string{ // read at different times
			"sys/fs/cgroup/a/memory.max": "1000", "sys/fs/cgroup/a/memory.current": "100",
			"sys/fs/cgroup/a/memory.stat": "inactive_file 400\n"}, 1000, "/sys/fs/cgroup/a"},
		"an outer group is tighter": {"0::/a/b/c\n", mount2, map[string]string{
			"sys/fs/cgroup/a/b/c/memory.max": "1000", "sys/fs/cgroup/a/b/c/memory.current": "300",
			"sys/fs/cgroup/a/b/memory.max": "900", "sys/fs/cgroup/a/b/memory.current": "650",
			"sys/fs/cgroup/a/memory.max": "max", "sys/fs/cgroup/a/memory.current": "5000"}, 250, "/sys/fs/cgroup/a/b"},
		"the inner group was removed": {"0::/a/b (deleted)\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "900", "sys/fs/cgroup/a/memory.current": "650"}, 250, "/sys/fs/cgroup/a"},
		"the usage is missing": {"0::/a\n", mount2, map[string]string{"sys/fs/cgroup/a/memory.max": "1000"}, none, ""},
		"nonsense in files": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000 2000\n", "sys/fs/cgroup/a/memory.current": "300\n",
			"sys/fs/cgroup/memory.max": "2000", "sys/fs/cgroup/memory.current": "-300"}, none, ""},
		"nonsense in the statistics": {"0::/a\n", mount2, map[string]string{
			"sys/fs/cgroup/a/memory.max": "1000\n", "sys/fs/cgroup/a/memory.current": "300\n",
			"sys/fs/cgroup/a/memory.stat": "inactive_file\nactive_file x\nactive_file -5\ninactive_file 9223372036854775807\n\n"}, 700, "/sys/fs/cgroup/a"},
		"version 1": {"9:name=systemd:/\n4:cpu,memory:/a/b\n3:cpuset:/x\n", others + mount1, map[string]string{
			"sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": infinite, "sys/fs/cgroup/memory/a/b/memory.usage_in_bytes": "300\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000\n", "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "300\n",
			"sys/fs/cgroup/memory/a/memory.stat":         "inactive_file 10\nmapped_file 3\ntotal_inactive_file 100\ntotal_active_file 50\ntotal_mapped_file 30\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": infinite, "sys/fs/cgroup/memory/memory.usage_in_bytes": "300"}, 820, "/sys/fs/cgroup/memory/a"},
		"both versions": {"4:memory:/a\n0::/b\n", mount1 + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n", map[string]string{
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1000", "sys/fs/cgroup/memory/a/memory.usage_in_bytes": "300",
			"sys/fs/cgroup/unified/b/cgroup.procs": "1"}, 700, "/sys/fs/cgroup/memory/a"},
		"a container's own group": {"4:memory:/docker/x\n", "9 1 0:5 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", map[string]string{
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1000", "sys/fs/cgroup/memory/memory.usage_in_bytes": "300"}, 700, "/sys/fs/cgroup/memory"},
		"a group in a container's": {"4:memory:/docker/x/y\n", "9 1 0:5 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", map[string]string{
			"sys/fs/cgroup/memory/y/memory.limit_in_bytes": "1000", "sys/fs/cgroup/memory/y/memory.usage_in_bytes": "300"}, 700, "/sys/fs/cgroup/memory/y"},
		"a mount of something else": {"4:memory:/docker/xy\n", "9 1 0:5 /docker/x /mnt ro - cgroup cgroup rw,memory\n" + mount1, map[string]string{
			"mnt/memory.limit_in_bytes": "10", "mnt/memory.usage_in_bytes": "3",
			"sys/fs/cgroup/memory/docker/xy/memory.limit_in_bytes": "1000", "sys/fs/cgroup/memory/docker/xy/memory.usage_in_bytes": "300"}, 700, "/sys/fs/cgroup/memory/docker/xy"},
		"a group that isn't mounted": {"4:memory:/docker/x\n", "9 1 0:5 /lxc/z /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n", map[string]string{
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1000", "sys/fs/cgroup/memory/memory.usage_in_bytes": "300"}, 700, "/sys/fs/cgroup/memory"},
		"outside of what is seen": {"0::/../b\n", mount2, map[string]string{
			"sys/fs/cgroup/memory.max": "1000", "sys/fs/cgroup/memory.current": "300"}, none, ""},
		"escapes": {"0::/a:b c\n", `26 23 0:22 / /sys/a\040\134b rw - cgroup2 cgroup2 rw` + "\n", map[string]string{
			`sys/a \b/a:b c/memory.max`: "1000", `sys/a \b/a:b c/memory.current`: "300"}, 700, `/sys/a \b/a:b c`},
	} {
		t.Run(name, func(t *testing.T) {
			root := files(tc.files)
			maps.Copy(root, files(map[string]string{"proc/self/cgroup": tc.groups, "proc/self/mountinfo": tc.mounts}))
			got, limited := groupMemory(root)
			if !limited {
				got.left = none
			}
			if got.left != tc.left || limited && !strings.HasSuffix(got.what, " "+tc.what) {
				t.Errorf("%q leaves %d bytes, want %d of %s", got.what, got.left, tc.left, tc.what)
			}
		})
	}
}

func TestLimitAllows(t *testing.T) {
	l := limit{"the limit", 100}
	if err := l.allow(100); err != nil {
		t.Error(err)
	}
	err := l.allow(101)
	var e *LimitError
	if !errors.As(err, &e) || *e != (LimitError{"the limit", 101, 100}) || !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("%v, want *LimitError for ENOMEM", err)
	}
}

// FuzzGroupMemory: whatever the files say, what is left is no more than the limit.
func FuzzGroupMemory(f *testing.F) {
	f.Add("0::/a\n", mount2, "1000\n", "300\n", "inactive_file 100\nactive_file 5\nfile_mapped 3\n")
	f.Add("4:memory:/a\n", `1 2 3 / \056\ - cgroup2 - cgroup2 rw`, "9223372036854775807", "-1", "inactive_file 9223372036854775807")
	f.Add("0::/../..\n0:", "- - -", "max", "", "")
	f.Fuzz(func(t *testing.T, groups, mounts, limit, usage, stat string) {
		root := files(map[string]string{"proc/self/cgroup": groups, "proc/self/mountinfo": mounts,
			"sys/fs/cgroup/a/memory.max": limit, "sys/fs/cgroup/a/memory.current": usage, "sys/fs/cgroup/a/memory.stat": stat})
		l, limited := groupMemory(root)
		if most, ok := number(root, "sys/fs/cgroup/a/memory.max"); limited && (!ok || l.left < 0 || l.left > most) {
			t.Errorf("%q leaves %d bytes", l.what, l.left)
		}
	})
}
