// Shows the module at work, on a machine that has the .NET SDK and nothing else: dotnet run samples/Tour.cs
#:property PublishAot=false
using System;
using System.Diagnostics;
using System.IO;

string root = Environment.CurrentDirectory;
if (!File.Exists(Path.Combine(root, "VmaTools.slnx")))
{
    Console.Error.WriteLine("Start it in the root of the repository: dotnet run samples/Tour.cs");
    return 1;
}

string[][] steps =
[
    ["build", "src/VmaPowerShell", "--verbosity", "quiet", "--nologo"],
    ["tool", "restore"],
    ["tool", "run", "pwsh", "--", "-NoLogo", "-NoProfile", "-File", Path.Combine("samples", "Tour.ps1")],
];
foreach (string[] step in steps)
{
    using Process process = Process.Start("dotnet", step);
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        return process.ExitCode;
    }
}

return 0;
