// Command grav1e encodes YUV4MPEG2 video to AV1.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/grav1e/grav1e/encoder"
)

// Exit codes.
const (
	exitOK          = 0
	exitError       = 1
	exitInterrupted = 130 // as shells report SIGINT
)

const description = `Encodes YUV4MPEG2 video (8, 10 or 12 bit; 4:0:0, 4:2:0, 4:2:2 or 4:4:4) to AV1.

Examples:

  grav1e clip.y4m -o clip.ivf
  grav1e clip.y4m -o clip.mkv --speed 8 --quantizer 120
  ffmpeg -i film.mov -f yuv4mpegpipe - | grav1e - -o film.webm --threads 4

An interrupt (Ctrl-C) completes the file with the frames encoded so far.`

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o options
	exited := false
	parser, err := kong.New(&o, kong.Name("grav1e"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 110}), kong.Exit(func(int) { exited = true }),
		kong.Vars{"version": version(), "tools": strings.Join(encoder.ToolNames(), ", ")}, kong.ExplicitGroups(groups))
	if err != nil {
		return fail(stderr, err)
	}
	_, err = parser.Parse(args)
	switch {
	case exited: // --help, --version
		return exitOK
	case err != nil:
		return fail(stderr, fmt.Errorf("%w (grav1e --help lists the options)", err))
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	s := session{o: &o, stdin: stdin, stdout: stdout, stderr: stderr}
	if err := s.run(ctx); errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "grav1e: interrupted, %d frames kept\n", s.stats.Frames)
		return exitInterrupted
	} else if err != nil {
		return fail(stderr, err)
	}
	return exitOK
}

// fail prints err as one line, with options named as on the command line.
func fail(w io.Writer, err error) int {
	text := err.Error()
	var c *encoder.ConfigError
	if errors.As(err, &c) && flagOf[c.Field] != "" {
		text = fmt.Sprintf("%s %s: allowed: %s", flagOf[c.Field], c.Value, c.Allowed)
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "grav1e: "), "\n", " ")
	fmt.Fprintln(w, "grav1e: "+text)
	return exitError
}

func version() string {
	v := "(devel)"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("grav1e %s, %s", v, info.GoVersion)
}
