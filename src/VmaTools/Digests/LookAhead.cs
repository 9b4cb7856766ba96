namespace VmaTools.Digests;

/// <summary>Bytes of memory that ranges which came too early may take, for all devices of a pass together.</summary>
internal sealed class LookAhead
{
    public const long DefaultLimit = 64 << 20;

    private long _left;

    public LookAhead(long limit = DefaultLimit) => _left = limit;

    /// <summary>Takes memory where there is enough.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes > _left)
        {
            return false;
        }

        _left -= bytes;
        return true;
    }

    /// <summary>Takes memory that cannot be done without.</summary>
    public void Take(long bytes) => _left -= bytes;

    public void Return(long bytes) => _left += bytes;
}
