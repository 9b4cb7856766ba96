using System;
using System.Linq;
using System.Threading;
using VmaTools.Writing;

namespace VmaTools;

/// <summary>
/// Writes an archive anew in one order, by device and number: with a fixed uuid and time, equal content then gives equal bytes,
/// which stores that deduplicate keep once.
/// </summary>
public sealed class VmaOptimization : IDisposable
{
    private readonly VmaArchive _archive;
    private readonly int _count;

    /// <summary>Prepares it; nothing is written before <see cref="Run"/>.</summary>
    /// <param name="archive">The archive. Its devices keep their numbers.</param>
    /// <param name="options">How to write; a uuid and a time that are null are those of the archive. Null for the defaults.</param>
    /// <param name="includes">Which devices to take; null for all.</param>
    /// <exception cref="VmaException">The archive has what an archive cannot have.</exception>
    public VmaOptimization(VmaArchive archive, VmaCreationOptions? options = null, Func<VmaDevice, bool>? includes = null)
    {
        _archive = archive ?? throw new ArgumentNullException(nameof(archive));
        Creation = new VmaCreation(new VmaCreationOptions
        {
            Uuid = options?.Uuid ?? archive.Uuid,
            CreationTime = options?.CreationTime ?? archive.CreationTime,
            Compressor = options?.Compressor,
        });
        foreach (VmaConfig config in archive.Configs)
        {
            Creation.AddConfig(config.Name, config.GetBytes());
        }

        foreach (VmaDevice device in archive.Devices.Where(d => includes is null || includes(d)))
        {
            Creation.AddDevice(device, device.Name, device.DeviceId);
            _count++;
        }
    }

    /// <summary>What is written: more may be added.</summary>
    public VmaCreation Creation { get; }

    /// <summary>Writes the new archive.</summary>
    /// <param name="path">The file; its folder is created where it does not exist.</param>
    /// <param name="progress">Hears how far it has come.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <exception cref="VmaException">The file exists or cannot be written, or a device cannot be read whole. Nothing is left.</exception>
    /// <exception cref="System.IO.IOException">A source cannot be read. Nothing is left.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled. Nothing is left.</exception>
    public VmaCreationResult Run(string path, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // A compressed archive without an index is read once where its clusters come in order, as most do. An index is built else.
        bool isOrderLikely = _archive.CanIndex
            && !_archive.Devices.Any(static d => d.IsVmstate)
            && !_archive.HasSeekTable
            && _archive.FindIndex() is null;
        if (isOrderLikely)
        {
            try
            {
                return Creation.RunInOnePass(path, _archive, _count, progress, cancellationToken);
            }
            catch (OutOfOrderException)
            {
                // Then by reading at any offset.
            }
        }

        return Creation.Run(path, progress, cancellationToken);
    }

    /// <summary>Closes what was added.</summary>
    public void Dispose() => Creation.Dispose();
}
