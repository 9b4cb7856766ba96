using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Looks through the catalogs of many archives on several threads, and hands over what they find in the order of the archives.</summary>
internal sealed class OrderedSearch
{
    /// <summary>Files that go from thread to thread at a time, and how many such lots of one catalog may wait.</summary>
    private const int LotSize = 256;
    private const int MostLots = 16;

    private readonly string[] _archives;
    private readonly VmaFileQuery _query;
    private readonly Action<VmaFileCatalog> _onCatalog;
    private int _next = -1;

    public OrderedSearch(string[] archives, VmaFileQuery query, Action<VmaFileCatalog> onCatalog)
    {
        _archives = archives;
        _query = query;
        _onCatalog = onCatalog;
    }

    public IEnumerable<VmaFoundFile> Run(CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Handover<Lot>[] results = Array.ConvertAll(_archives, _ => new Handover<Lot>(stop.Token, MostLots));
        int threads = Math.Min(Environment.ProcessorCount, _archives.Length);
        Task<bool>[] workers = [.. Enumerable.Range(0, threads).Select(_ => OwnThread.Run(() => Work(results, stop.Token), stop.Token))];
        try
        {
            for (int i = 0; i < results.Length; i++)
            {
                while (results[i].Take(out Lot lot))
                {
                    foreach (VmaFoundFile file in lot.Files)
                    {
                        yield return file;
                    }

                    if (lot.Catalog is not null)
                    {
                        _onCatalog(lot.Catalog);
                    }
                }
            }
        }
        finally
        {
            stop.Cancel();
            try
            {
                Task.WaitAll(workers, CancellationToken.None);
            }
            catch (AggregateException exception) when (exception.InnerExceptions.All(static e => e is OperationCanceledException))
            {
                // Whoever took the files had enough.
            }

            Array.ForEach(results, static r => r.Dispose());
        }
    }

    private bool Work(Handover<Lot>[] results, CancellationToken cancellationToken)
    {
        CatalogSearch search = new(_query);
        try
        {
            // Catalogs are begun in order: that which is waited for is never waiting itself.
            for (int i = Interlocked.Increment(ref _next); i < results.Length; i = Interlocked.Increment(ref _next))
            {
                Search(search, _archives[i], results[i], cancellationToken);
                results[i].Complete();
            }
        }
        catch
        {
            // Nobody waits for what does not come.
            Array.ForEach(results, static r => r.Complete());
            throw;
        }

        return true;
    }

    private static void Search(CatalogSearch search, string archive, Handover<Lot> results, CancellationToken cancellationToken)
    {
        List<VmaFoundFile> found = [];
        using CatalogFile? file = VmaFileCatalog.Open(archive, out VmaFileCatalog catalog);
        try
        {
            if (file is not null)
            {
                search.Run(
                    file,
                    archive,
                    catalog.VMId,
                    one =>
                    {
                        found.Add(one);
                        if (found.Count == LotSize)
                        {
                            results.Add(new Lot(found, null));
                            found = [];
                        }
                    },
                    cancellationToken);
            }
        }
        catch (Exception exception) when (VmaFileCatalog.IsUnreadable(exception))
        {
            catalog = catalog.AsDamaged(exception);
        }

        results.Add(new Lot(found, catalog));
    }

    /// <summary>Files that were found one after the other, and behind the last of an archive its catalog.</summary>
    private sealed record Lot(List<VmaFoundFile> Files, VmaFileCatalog? Catalog);
}
