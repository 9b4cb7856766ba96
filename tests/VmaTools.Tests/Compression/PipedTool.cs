using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>Runs a compressor from the PATH as a filter; the test that needs a missing one is skipped aloud.</summary>
internal static class PipedTool
{
    public static byte[] Run(string tool, string arguments, byte[] input)
    {
        Require(tool);
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Task feeding = Task.Run(() =>
        {
            using Stream target = process.StandardInput.BaseStream;
            target.Write(input, 0, input.Length);
        });
        MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        feeding.GetAwaiter().GetResult();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    public static void Require(string tool) => Assert.SkipUnless(IsThere(tool), $"{tool} not found on PATH");

    private static bool IsThere(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, tool)) || File.Exists(Path.Combine(folder, tool + ".exe")));
}
