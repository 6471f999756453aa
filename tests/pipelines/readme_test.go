package pipelines

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// readmeCommands returns the commands of the README's section Pipelines by the comment
// before each.
func readmeCommands(t *testing.T) (comments []string, commands map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Pipelines\n")
	section, _, _ = strings.Cut(section, "\n## ")
	commands = map[string]string{}
	for _, block := range regexp.MustCompile(`(?m)^    # (.*)\n((?:    .+\n)+)`).FindAllStringSubmatch(section, -1) {
		comments = append(comments, block[1])
		commands[block[1]] = block[2]
	}
	return comments, commands
}

// elementsOf returns the names of elements in a pipeline description.
func elementsOf(command string) (names []string) {
	command, _, _ = strings.Cut(command, "|")
	for _, m := range regexp.MustCompile(`(?:gst-launch-1\.0 -[eq]|!) +(?:\\\n *)?([a-z][a-z0-9]*)(?: |$)`).FindAllStringSubmatch(command, -1) {
		names = append(names, m[1])
	}
	return names
}

// TestReadmePipelines runs every pipeline of the README as it stands there. Those that
// have no end are interrupted when their receiver has what it waits for.
func TestReadmePipelines(t *testing.T) {
	need(t, "sh", "ffprobe", "ffmpeg")
	needElement(t, "av1dec", "avdec_msmpeg4")
	comments, commands := readmeCommands(t)
	if len(comments) < 9 {
		t.Fatalf("only %d pipelines: %q", len(comments), comments)
	}
	dir := t.TempDir()
	launch(t, "filesrc location=%s ! avidemux ! avdec_msmpeg4 ! videoscale ! video/x-raw,width=96,height=72,pixel-aspect-ratio=1/1 ! "+
		"identity eos-after=51 ! grav1enc speed-preset=10 ! mp4mux ! filesink location=%s/in.mp4", clip, dir)
	launch(t, "videotestsrc num-buffers=5 ! video/x-raw,format=I420_10LE,width=96,height=72,colorimetry=bt2100-pq ! "+
		"grav1enc speed-preset=10 ! matroskamux ! filesink location=%s/hdr.mkv", dir)
	frames := func(file string) error {
		out, err := exec.Command("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames", filepath.Join(dir, file)).CombinedOutput()
		if err != nil || !regexp.MustCompile(`nb_read_frames=[1-9]`).Match(out) {
			return fmt.Errorf("%s: %v\n%s", file, err, out)
		}
		return nil
	}
	recorder := commands["and one of these, which records"]
	for comment, result := range map[string]string{
		"a file": "out.mkv",
		"10 bit with HDR metadata taken from the caps":                                                  "out.mp4",
		"a camera, every frame out before the next one goes in":                                         "out.webm",
		"SRT, for receivers that come and go":                                                           "",
		"and one of these, which records":                                                               "",
		"RTP, with gst-plugins-rs":                                                                      "",
		"one encoder, a recording and a stream of WebM over TCP":                                        "recorded.mkv",
		"HLS and DASH with ffmpeg as the packager: segments of two seconds, master.m3u8 and stream.mpd": "master.m3u8",
		"HLS with gst-plugins-rs":                                                                       "",
	} {
		command := commands[comment]
		delete(commands, comment)
		t.Run(comment, func(t *testing.T) {
			if command == "" {
				t.Fatal("it is not in the README")
			}
			needElement(t, elementsOf(command)...)
			run := readmeRun{t: t, dir: dir}
			switch {
			case strings.Contains(command, "v4l2src"):
				if _, err := os.Stat("/dev/video0"); err != nil {
					t.Skip("no camera")
				}
				run.start(command).interruptAfter(2 * time.Second)
			case strings.Contains(command, "srtsink"):
				// One that connects before the sender has anything to send misses the header.
				sender := run.start(command)
				for try := 0; ; try++ {
					os.Remove(filepath.Join(dir, "received.mkv"))
					receiver := run.start(recorder)
					run.waitForFile("received.mkv", 20000)
					receiver.interruptAfter(2500 * time.Millisecond) // more than the distance of key frames, where clusters begin
					err := frames("received.mkv")
					if err == nil {
						break
					}
					if try == 9 {
						t.Fatal(err)
					}
				}
				sender.interruptAfter(0)
			case strings.Contains(command, "srtsrc"):
				t.Skip("run together with its sender")
			case strings.Contains(command, "tcpserversink"):
				p := run.start(command)
				run.readTCP("127.0.0.1:8081", 20000)
				p.interruptAfter(0)
			case strings.Contains(command, "is-live"):
				run.start(command).interruptAfter(2 * time.Second)
			default:
				run.start(command).wait()
			}
			if result != "" && !t.Failed() {
				if err := frames(result); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for comment := range commands {
		t.Errorf("nobody runs %q", comment)
	}
}

// readmeRun runs commands in a folder.
type readmeRun struct {
	t   *testing.T
	dir string
}

type process struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bytes.Buffer
}

// start runs a command in a process group of its own, which ends with the test.
func (r *readmeRun) start(command string) *process {
	if !strings.Contains(command, "|") {
		command = "exec " + strings.TrimSpace(command) // a shell that stays would die of SIGINT
	}
	p := &process{t: r.t, cmd: exec.Command("sh", "-c", command), out: new(bytes.Buffer)}
	p.cmd.Dir, p.cmd.Env = r.dir, environment("real")
	if strings.Contains(command, "srtsink") {
		p.cmd.Env = append(p.cmd.Env, lenientSRT()...)
	}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	watchdog := time.AfterFunc(90*time.Second, func() { syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) })
	r.t.Cleanup(func() {
		watchdog.Stop()
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	})
	return p
}

// interruptAfter is what Ctrl-C does; the pipeline has to end well.
func (p *process) interruptAfter(d time.Duration) {
	p.t.Helper()
	time.Sleep(d)
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT)
	p.wait()
}

func (p *process) wait() {
	p.t.Helper()
	if err := p.cmd.Wait(); err != nil || strings.Contains(p.out.String(), "ERROR") {
		p.t.Errorf("%v\n%s", err, p.out)
	}
}

// waitForFile waits until a file has n bytes.
func (r *readmeRun) waitForFile(name string, n int64) {
	r.t.Helper()
	for range 300 {
		if info, err := os.Stat(filepath.Join(r.dir, name)); err == nil && info.Size() >= n {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	r.t.Errorf("%s does not get %d bytes", name, n)
}

// readTCP reads the beginning of what a server sends, which is Matroska.
func (r *readmeRun) readTCP(address string, n int) {
	r.t.Helper()
	for range 300 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			continue
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(30 * time.Second))
		data := make([]byte, n)
		if _, err := io.ReadFull(c, data); err != nil || !bytes.HasPrefix(data, []byte{0x1A, 0x45, 0xDF, 0xA3}) {
			r.t.Errorf("%v, %x", err, data[:8])
		}
		return
	}
	r.t.Errorf("nobody listens at %s", address)
}
