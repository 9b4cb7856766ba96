using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Indexing;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>
/// An index whose checksums are right and whose contents are not: somebody made it so. It may say what it likes of where disks are, but
/// what comes of it is data or one error of ours, in the time that reading takes. Others are damaged as files are.
/// </summary>
internal sealed class Indexes : Kind
{
    private readonly List<(string Path, byte[] Index)> _samples = [];

    public Indexes()
    {
        // What needs a program that is not there is left out; the framework's gzip always is.
        foreach (string way in new[] { "zstd-3-threads", "zstd-long", "zstd-joined", "gzip-1", "gzip-framework", "lzop", "bzip2" }
            .Where(static w => IndexSamples.Ways[w].Tool is not { } tool || new Tool(tool).Exists))
        {
            string path = Folder.File(way);
            File.WriteAllBytes(path, IndexSamples.Compress(way));
            string beside = IndexStore.PathBeside(path);
            IndexSamples.Store(path).Build(beside, null, CancellationToken.None).Dispose();
            _samples.Add((path, File.ReadAllBytes(beside)));
        }
    }

    public override int Usual => 150;

    public override IReadOnlyList<string> Reached => ["data", VmaCodes.IndexDamaged];

    public override string Try(int seed)
    {
        Random random = new(seed);
        (string path, byte[] index) = _samples[random.Next(_samples.Count)];
        File.WriteAllBytes(IndexStore.PathBeside(path), random.Next(4) == 0 ? Mutator.Change(index, random) : new Resealed(index).Spoil(random));
        using VmaArchive archive = VmaArchive.Open(path);
        string outcome = "data";
        foreach (VmaDevice device in archive.Devices)
        {
            try
            {
                using Stream stream = device.OpenRead();
                stream.CopyTo(Stream.Null);
            }
            catch (VmaException exception)
            {
                Assert.NotEmpty(exception.Code);
                outcome = exception.Code;
            }
        }

        return outcome;
    }
}
