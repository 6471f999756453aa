package main

import (
	_ "github.com/alecthomas/kong"
	_ "github.com/schollz/progressbar/v3"
	_ "golang.org/x/term"
)

func main() {}
