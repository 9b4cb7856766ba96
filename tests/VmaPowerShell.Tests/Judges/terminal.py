"""Types into a program that runs in a terminal of its own, as a person does.

usage: terminal.py STEPS PROGRAM [ARGUMENT]...

STEPS is a file of JSON: a list of {"type": keys}, {"until": text that is shown} and {"file": folder that comes to hold a file}. A
program that asks where the cursor is gets an answer. What was shown is printed at the end; exit code 1 where something did not come.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

PATIENCE = 90
steps = json.load(open(sys.argv[1]))
child, terminal = pty.fork()
if child == 0:
    # Whoever runs in the background ignores Ctrl+C, and what it starts does, too.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
shown = b""
seen = 0


def watch(seconds):
    """Takes what the program shows, for a moment."""
    global shown
    if select.select([terminal], [], [], seconds)[0]:
        new = os.read(terminal, 65536)
        shown += new
        for _ in range(new.count(b"\x1b[6n")):
            os.write(terminal, b"\x1b[1;1R")


def wait(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.stdout.write(shown.decode("utf-8", "replace"))
            os.kill(child, 9)
            sys.exit(1)
        watch(0.001)


try:
    for [(what, value)] in (step.items() for step in steps):
        if what == "type":
            os.write(terminal, value.encode())
        elif what == "file":
            wait(lambda: os.path.isdir(value) and os.listdir(value))
        else:
            wait(lambda: value.encode() in shown[seen:])
            seen = len(shown)
finally:
    os.kill(child, 9)
sys.stdout.write(shown.decode("utf-8", "replace"))
