using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading.Tasks;
using VmaTools.Files;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools;

/// <summary>Zstandard by the program <c>zstd</c>, run once for each frame: for hosts that cannot load an encoder.</summary>
public sealed class ZstdProgramCompressor : VmaCompressor
{
    private const string Program = "zstd";

    private readonly string _path = Locate();
    private readonly string _version;
    private readonly int _level;

    /// <summary>Looks for the program.</summary>
    /// <param name="level">1 (fast) to 19 (small).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    /// <exception cref="VmaException">The program is not on the PATH.</exception>
    public ZstdProgramCompressor(int level = 3)
    {
        _level = level is >= 1 and <= 19 ? level : throw new ArgumentOutOfRangeException(nameof(level), "zstd has levels 1 to 19.");
        byte[] version = new byte[256];
        int length = Run("--version", ReadOnlySpan<byte>.Empty, version);
        _version = System.Text.Encoding.ASCII.GetString(version, 0, length).Trim('*', ' ', '\r', '\n');
    }

    /// <inheritdoc/>
    public override string Compression => VmaCompression.Zstd;

    /// <inheritdoc/>
    public override string Description => $"the program {_version}, level {_level}";

    /// <inheritdoc/>
    public override VmaFrameEncoder CreateEncoder() => new Encoder(this);

    private static string Locate() => Programs.Find(Program) ?? throw new VmaException(
        VmaCodes.CompressorFailed, $"Zstandard needs the program {Program} here, and it is not on the PATH. Install it, or use gzip, or PowerShell 7.");

    private int Run(string arguments, ReadOnlySpan<byte> input, Span<byte> output)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(_path, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            })!;
            byte[] copy = input.ToArray();
            Task feeding = Task.Run(() =>
            {
                using Stream target = process.StandardInput.BaseStream;
                target.Write(copy, 0, copy.Length);
            });
            int length = 0;
            while (length < output.Length && process.StandardOutput.BaseStream.Read(output.Slice(length)) is > 0 and int read)
            {
                length += read;
            }

            if (length == output.Length)
            {
                // It may wait for somebody to read on, or never end.
                process.Kill();
            }

            process.WaitForExit();
            if (length == output.Length)
            {
                throw new VmaException(VmaCodes.CompressorFailed, $"The program {Program} gave more than {output.Length} bytes, which is more than it can have to say.");
            }

            feeding.GetAwaiter().GetResult();
            return process.ExitCode == 0
                ? length
                : throw new VmaException(VmaCodes.CompressorFailed, $"The program {Program} ended with exit code {process.ExitCode}.");
        }
        catch (Exception exception) when (exception is IOException or Win32Exception or InvalidOperationException)
        {
            throw new VmaException(VmaCodes.CompressorFailed, $"The program {Program} failed: {exception.Message}", innerException: exception);
        }
    }

    private sealed class Encoder(ZstdProgramCompressor owner) : VmaFrameEncoder
    {
        private readonly string _arguments = string.Format(CultureInfo.InvariantCulture, "-q -c --check -{0}", owner._level);

        // A block that cannot shrink is stored, with three bytes before it; blocks have 128 KiB, but for streams that are cut otherwise.
        public override int GetMaxSize(int length) => length + (length >> 8) + 1024;

        public override int Encode(ReadOnlySpan<byte> source, Span<byte> target) => owner.Run(_arguments, source, target);
    }
}
