"""A shell on a terminal of its own, asked what it makes of a line and a Tab."""

import os
import pty
import re
import select
import subprocess
import time

import binary

SECONDS = 30
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?>]*[A-Za-z]|[=>()][A-Z0-9]?|\][^\x07]*\x07)")

# Each shell gets two keys: Ctrl-X a puts every completion into the line, Ctrl-X p prints the line between marks. Its prompt comes when it has
# made the terminal its own: what is typed before is lost.
BASH = r"""
PATH={folder}:$PATH
source {script}
bind '"\C-xa": insert-completions'
bind -x '"\C-xp": printf "\n<<%s>>\n" "$READLINE_LINE"'
PS1=ready:
"""
ZSH = r"""
PATH={folder}:$PATH; unsetopt zle_bracketed_paste prompt_cr prompt_sp
autoload -Uz compinit; compinit -D -u
source {script}
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches:*' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
print-line() {{ print -r -- $'\n'"<<$BUFFER>>" }}
zle -N print-line
bindkey '^Xa' all-matches '^Xp' print-line '^I' complete-word
PS1=ready:
"""
TAB, ALL = b"\t", b"\x18a"


class Session:
    """`shell` is "bash" or "zsh"; `script` is its completion file."""

    def __init__(self, shell, script, folder):
        (folder / "crm-merge").symlink_to(binary.path())
        start = folder / ".zshrc" if shell == "zsh" else folder / "rc"
        start.write_text((ZSH if shell == "zsh" else BASH).format(folder=folder, script=script))
        command = ["zsh", "-i", "-o", "no_global_rcs"] if shell == "zsh" else ["bash", "--noprofile", "--rcfile", str(start), "-i"]
        self.terminal, child = pty.openpty()
        self.process = subprocess.Popen(command, cwd=folder, stdin=child, stdout=child, stderr=child, start_new_session=True,
                                        env=binary.environment(TERM="xterm", COLUMNS="400", ZDOTDIR=str(folder)))
        os.close(child)
        self.seen = b""
        self.until(rb"ready:")

    def until(self, pattern):
        """What the terminal shows up to a match, which is returned."""
        deadline = time.monotonic() + SECONDS
        while True:
            found = re.search(pattern, self.seen, re.DOTALL)
            if found:
                self.seen = self.seen[found.end():]
                return found
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.terminal], [], [], left)[0], f"no {pattern} in {self.seen!r}"
            self.seen = ESCAPES.sub(b"", self.seen + os.read(self.terminal, 65536))

    def complete(self, line, key):
        """The line after `line` was typed and `key` pressed. Leaves an empty line behind."""
        os.write(self.terminal, line.encode() + key + b"\x18p\x15")
        return self.until(rb"<<(.*?)>>")[1].decode()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
