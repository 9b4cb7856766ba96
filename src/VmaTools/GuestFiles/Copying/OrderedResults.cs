using System;
using System.Collections.Generic;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Tells what became of pieces of work in their order, whoever of several threads is done first; one result at a time.</summary>
internal sealed class OrderedResults
{
    private readonly object _gate = new();
    private readonly Dictionary<int, IReadOnlyList<VmaFileCopy>> _waiting = [];
    private readonly Action<VmaFileCopy> _onResult;
    private int _next;

    /// <param name="onResult">Hears each result.</param>
    public OrderedResults(Action<VmaFileCopy> onResult) => _onResult = onResult;

    /// <summary>Takes the results of a piece; they are told when those of all pieces before it were.</summary>
    /// <param name="number">The piece, counted from 0.</param>
    /// <param name="results">Its results.</param>
    public void Add(int number, IReadOnlyList<VmaFileCopy> results)
    {
        lock (_gate)
        {
            _waiting.Add(number, results);
            for (; _waiting.TryGetValue(_next, out IReadOnlyList<VmaFileCopy>? ready); _next++)
            {
                _waiting.Remove(_next);
                foreach (VmaFileCopy result in ready)
                {
                    _onResult(result);
                }
            }
        }
    }
}
