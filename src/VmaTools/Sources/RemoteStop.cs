using System;
using System.Threading;

namespace VmaTools.Sources;

/// <summary>Who ends waiting for a server, whenever that is: who opened the archive, and who has the addresses that it is of.</summary>
/// <param name="Addresses">The other's addresses, or null.</param>
/// <param name="Token">The one's token.</param>
internal readonly record struct RemoteStop(VmaAddresses? Addresses, CancellationToken Token)
{
    /// <summary>A source for waiting that begins now. One whose owner is gone for good never ends.</summary>
    public CancellationTokenSource Begin()
    {
        CancellationToken ofAddresses = Addresses?.Stop ?? default;
        try
        {
            return CancellationTokenSource.CreateLinkedTokenSource(Token, ofAddresses);
        }
        catch (ObjectDisposedException)
        {
            return CancellationTokenSource.CreateLinkedTokenSource(ofAddresses);
        }
    }
}
