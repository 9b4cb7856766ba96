using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace VmaTools.Digests;

/// <summary>All digests of one pass over one archive: those of devices, and that of the archive as it is stored.</summary>
internal sealed class HashPass : IDisposable
{
    private readonly VmaHashOptions _options;
    private readonly DigestWorker _worker;
    private readonly DigestWorker? _archiveWorker;
    private readonly ArchiveDigest? _archiveDigest;
    private HashSink? _sink;

    public HashPass(VmaHashOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        IReadOnlyList<string> algorithms = VmaHashAlgorithm.Normalize(options.Algorithms);
        _worker = new DigestWorker(algorithms, cancellationToken);
        if (options.IncludeArchive)
        {
            // Workers of its own: the archive's bytes come from another thread than the devices'.
            _archiveWorker = new DigestWorker(algorithms, cancellationToken);
            _archiveDigest = new ArchiveDigest(_archiveWorker);
        }
    }

    /// <summary>Opens the archive so that its stored bytes are heard.</summary>
    public VmaArchive Open(Func<ArchiveDigest?, VmaArchive> open)
    {
        VmaArchive archive = open(_archiveDigest);
        Listen(archive);
        return archive;
    }

    /// <summary>Hears the stored bytes of an archive that can be read from its start again.</summary>
    public void Listen(VmaArchive archive) => archive.Source.Tap = _archiveDigest;

    /// <summary>The sink that the pass must have.</summary>
    /// <param name="devices">The devices to digest.</param>
    /// <param name="isAlone">Whether the pass serves nothing else.</param>
    public HashSink SinkFor(IEnumerable<VmaDevice> devices, bool isAlone) => _sink = new HashSink(
        devices, _worker, _options.SpillPath, _options.LookAhead, endsEarly: isAlone && _archiveDigest is null);

    /// <summary>Gathers the digests after the pass.</summary>
    public VmaHashResult Conclude(VmaArchive archive, VmaPassResult pass)
    {
        archive.Source.Tap = null;
        _sink!.Finish(pass);
        _worker.Finish();
        List<VmaHash> hashes = [];
        List<VmaException> errors = [];
        foreach (VmaDeviceResult result in pass.Devices.Where(r => _sink.Wants(r.Device)))
        {
            try
            {
                hashes.AddRange(result.IsWhole
                    ? _sink.Results(result)
                    : throw result.NotWholeSentence("The device did not come whole out of the archive, so that its digest would mean nothing."));
            }
            catch (VmaException exception)
            {
                errors.Add(exception);
            }
        }

        if (_archiveDigest is not null)
        {
            _archiveDigest.Flush();
            _archiveWorker!.Finish();
            IReadOnlyList<string> results = _archiveDigest.Results();
            hashes.AddRange(results.Select((hash, i) =>
                new VmaHash(_worker.Algorithms[i], hash, archive.ArchivePath, null, null, _archiveDigest.Position)));
        }

        return new VmaHashResult(pass, hashes, errors);
    }

    public void Dispose()
    {
        _worker.Dispose();
        _archiveWorker?.Dispose();
        _sink?.Dispose();
        _archiveDigest?.Dispose();
    }
}
