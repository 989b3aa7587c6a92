"""Harmless command lines on files of a small folder, for a comparison of the machine with a real shell."""

from __future__ import annotations

from pathlib import Path

# The folder: what is in it, by path; a path that ends in a slash is a folder, a text that starts with -> a link.
FOLDER = {
    "a.txt": "one\ntwo\nthree\n",
    "b.txt": "banana\napple\ncherry\napple\n",
    "c.csv": "id,name,size\n1,root,20G\n2,home,100G\n10,swap,8G\n",
    "numbers": "10\n9\n2\n33\n1\n",
    "spaces": "  lead\ttab  two\n\nend without newline",
    "empty": "",
    ".hidden": "secret\n",
    "locale.gen": "#de_DE.UTF-8 UTF-8\n#en_US.UTF-8 UTF-8\n# fr_FR.UTF-8 UTF-8\n",
    "dir/": "",
    "dir/x": "x\n",
    "dir/y.conf": "key=value\n# comment\nother = 3\n",
    "dir/sub/": "",
    "dir/sub/deep.txt": "deep one\n",
    "void/": "",
    "link": "->a.txt",
    "dirlink": "->dir",
    "dangling": "->nowhere",
}

LINES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
