# The PowerShell that runs a script, once more, for what needs a process of its own. Its program alone does not name it: installed as
# a .NET tool, PowerShell is an assembly that `dotnet` runs.

# The command that starts it: the program first, then what has to stand before the arguments.
function Get-ShellCommand {
    $program = (Get-Process -Id $PID).Path
    $program
    if ([System.IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') {
        Join-Path $PSHOME 'pwsh.dll'
    }
}

# Runs it to its end with the arguments given; the exit code is in $LASTEXITCODE.
function Invoke-Shell {
    $program, $before = Get-ShellCommand
    if ($before) {
        & $program $before @args
    }
    else {
        & $program @args
    }
}
