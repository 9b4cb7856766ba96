using System;
using System.IO;
using VmaTools.Files;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Digests;

/// <summary>A scratch file in a folder that the user named.</summary>
internal sealed class SpillClusterStore : ClusterStore
{
    private readonly string _folder;
    private readonly FileStream _file;

    public SpillClusterStore(string folder)
    {
        _folder = folder;
        try
        {
            _file = NewFile.CreateScratch(folder);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, folder);
        }

        FileTraits.TryMakeSparse(_file);
    }

    public override void Keep(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            _file.Position = offset;
            _file.Write(data);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, _folder);
        }
    }

    public override void Read(long offset, Span<byte> buffer)
    {
        _file.Position = offset;
        while (!buffer.IsEmpty)
        {
            int read = _file.Read(buffer);
            if (read == 0)
            {
                // Zeros that nothing follows were never written.
                buffer.Clear();
                return;
            }

            buffer = buffer.Slice(read);
        }
    }

    public override void Dispose()
    {
        _file.Dispose();
        base.Dispose();
    }
}
