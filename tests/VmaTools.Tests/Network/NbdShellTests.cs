using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using VmaTools.Archives;
using VmaTools.Network;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Network;

/// <summary>What libnbd's Python module, the engine of <c>nbdsh</c>, sees of the server: it says more than the tools do.</summary>
public class NbdShellTests
{
    // Distributions give the module to their own Python, which may not be the first.
    private static readonly Lazy<Tool?> Python = new(static () => Tool.All("python3").FirstOrDefault(static p => p.Try("-c", "import nbd").ExitCode == 0));

    private static readonly string Archive = Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma");

    [Fact]
    public void Sees_the_flags_of_a_read_only_disk()
    {
        using VmaNbdServer server = Start(Archive);
        Assert.Equal(
            "read only True, flush True, df True, multi conn True, fua False, trim False, zero False, structured True, base:allocation True, "
                + $"{server.Exports[1].Size}",
            Run(
                server.Exports[1].Uri,
                """
                print("read only %s, flush %s, df %s, multi conn %s, fua %s, trim %s, zero %s, structured %s, base:allocation %s, %d" % (
                    h.is_read_only(), h.can_flush(), h.can_df(), h.can_multi_conn(), h.can_fua(), h.can_trim(), h.can_zero(),
                    h.get_structured_replies_negotiated(), h.can_meta_context("base:allocation"), h.get_size()))
                """).Trim());
    }

    [Fact]
    public void Sees_holes_where_they_are()
    {
        using VmaNbdServer server = Start(Archive);
        foreach (VmaNbdExport export in server.Exports)
        {
            string told = Run(
                export.Uri,
                """
                at = 0
                def got(context, offset, entries, error):
                    global at
                    for i in range(0, len(entries), 2):
                        print(offset, entries[i], entries[i + 1])
                        offset += entries[i]
                    at = offset
                    return 0
                while at < h.get_size():
                    h.block_status(h.get_size() - at, at, got)
                """);
            List<(long Offset, long Length, bool IsZero)> seen = Merge(told.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(static l => l.Split(' ').Select(static n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray())
                .Select(static n => (n[0], n[1], n[2] == NbdState.HoleOfZeros)));
            using VmaDeviceStream stream = VmaArchive.Open(Archive).FindDevice(export.DeviceId!.Value)!.OpenRead();
            List<(long, long, bool)> wanted = [];
            for (long at = 0; at < export.Size;)
            {
                DeviceRange range = stream.FindRange(export.Offset + at, export.Size - at);
                wanted.Add((at, range.Length, range.Kind == DeviceRangeKind.Zero));
                at += range.Length;
            }

            Assert.Equal(Merge(wanted), seen);
        }
    }

    [Fact]
    public void Is_refused_what_is_beyond_the_end_and_what_would_write()
    {
        using VmaNbdServer server = Start(Archive);
        string told = Run(
            server.Exports[1].Uri,
            """
            import errno
            h.set_strict_mode(0)
            size = h.get_size()
            def attempt(action):
                try:
                    action()
                    print("done")
                except nbd.Error as e:
                    print(errno.errorcode[e.errnum])
            attempt(lambda: h.pread(512, size - 512))
            attempt(lambda: h.pread(512, size - 511))
            attempt(lambda: h.pread(512, size))
            attempt(lambda: h.pread(512, 1 << 62))
            attempt(lambda: h.block_status(512, size, lambda *a: 0))
            attempt(lambda: h.pwrite(b"x" * 512, 0))
            attempt(lambda: h.zero(512, 0))
            attempt(lambda: h.trim(512, 0))
            attempt(lambda: h.flush())
            attempt(lambda: h.pread(512, 0))
            """);
        Assert.Equal(
            ["done", "EINVAL", "EINVAL", "EINVAL", "EINVAL", "EPERM", "EPERM", "EPERM", "done", "done"],
            told.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-framework")]
    public void Gets_the_same_bytes_from_many_reads_at_once(string? way)
    {
        using TempFolder folder = new();
        string path = Archive;
        if (way is not null)
        {
            path = folder.File("archive");
            File.WriteAllBytes(path, IndexSamples.Compress(way));
            IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
        }

        using VmaNbdServer server = Start(path);
        VmaNbdExport export = server.Exports.First(static e => e.Name == "drive-scsi0");
        using (VmaDeviceStream stream = VmaArchive.Open(path).FindDevice(export.DeviceId!.Value)!.OpenRead())
        using (FileStream raw = File.Create(folder.File("raw")))
        {
            stream.CopyTo(raw);
        }

        Assert.Equal("600 right", Run(
            export.Uri,
            $$"""
            import random
            random.seed(1)
            raw = open("{{folder.File("raw")}}", "rb").read()
            handles = [h]
            for i in range(5):
                other = nbd.NBD()
                other.set_handshake_flags(h.get_handshake_flags())
                other.connect_uri("{{export.Uri}}")
                handles.append(other)
            pending = []
            for i in range(600):
                size = random.randint(1, 300000)
                at = random.randint(0, len(raw) - size)
                handle = handles[i % len(handles)]
                buffer = nbd.Buffer(size)
                pending.append((handle, handle.aio_pread(buffer, at), buffer, at, size))
            right = 0
            for (handle, cookie, buffer, at, size) in pending:
                while not handle.aio_command_completed(cookie):
                    handle.poll(-1)
                right += buffer.to_bytearray() == raw[at:at + size]
            print("%d right" % right)
            """).Trim());
    }

    private static VmaNbdServer Start(string path)
    {
        Assert.SkipUnless(Python.Value is not null, "libnbd's Python module (python3-libnbd) not found");
        return VmaNbdServer.Start(VmaArchive.Open(path), OperatingSystem.IsWindows() ? new VmaNbdServerOptions { Port = 0 } : new VmaNbdServerOptions());
    }

    /// <summary>Runs a script that has <c>h</c>, connected, and gives what it prints.</summary>
    private static string Run(string uri, string script) => Python.Value!.Run(
        "-c", $"import nbd\nh = nbd.NBD()\nh.add_meta_context(\"base:allocation\")\nh.connect_uri(\"{uri}\")\n{script}");

    private static List<(long Offset, long Length, bool IsZero)> Merge(IEnumerable<(long Offset, long Length, bool IsZero)> ranges)
    {
        List<(long Offset, long Length, bool IsZero)> merged = [];
        foreach ((long offset, long length, bool isZero) in ranges)
        {
            if (merged.Count > 0 && merged[^1].IsZero == isZero && merged[^1].Offset + merged[^1].Length == offset)
            {
                merged[^1] = (merged[^1].Offset, merged[^1].Length + length, isZero);
            }
            else
            {
                merged.Add((offset, length, isZero));
            }
        }

        return merged;
    }
}
