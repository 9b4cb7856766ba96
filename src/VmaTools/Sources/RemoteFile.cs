using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>
/// A file that a server keeps, as it was when it was first looked at: every answer tells whether it still is. Nothing is held open
/// between answers.
/// </summary>
internal sealed class RemoteFile
{
    private const int MostHops = 8;

    // More than any file has: what is counted on from it stays a number.
    private const long MostLength = 1L << 60;

    private readonly RemoteStop _stop;
    private string? _tag;
    private DateTimeOffset? _lastModified;
    private bool _isKnown;
    private Uri? _leadsTo;
    private int _originReach = -1;

    private RemoteFile(RemoteAddress address, RemoteSettings settings, RemoteStop stop)
    {
        Address = address;
        Errors = new RemoteErrors(address);
        Settings = settings;
        _stop = stop;
    }

    public RemoteAddress Address { get; }

    public RemoteErrors Errors { get; }

    /// <summary>How long is waited.</summary>
    public RemoteSettings Settings { get; }

    /// <summary>Bytes of the file, or null where the server does not tell.</summary>
    public long? Length { get; private set; }

    /// <summary>Whether the server sends parts of the file.</summary>
    public bool HasRanges { get; private set; }

    /// <summary>The error that the file is another by now, once an answer told; else null.</summary>
    public VmaException? Change { get; private set; }

    /// <summary>Looks at a file for the first time.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="settings">How long is waited.</param>
    /// <param name="stop">Ends waiting, now and later.</param>
    /// <param name="first">The answer: its first bytes, or all of it from a server that sends no parts; null for an empty file.</param>
    /// <exception cref="VmaException">It cannot be had.</exception>
    public static RemoteFile Look(RemoteAddress address, RemoteSettings settings, RemoteStop stop, out RemotePart first)
    {
        RemoteFile file = new(address, settings, stop);
        first = new RemotePart(file, 0, RemoteBlocks.FirstLook);
        try
        {
            first.Begin().GetAwaiter().GetResult();
        }
        catch
        {
            first.Dispose();
            throw;
        }

        return file;
    }

    /// <summary>Asks for bytes, up to an offset or the end.</summary>
    /// <param name="from">The first byte.</param>
    /// <param name="to">The byte behind the last.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <exception cref="VmaException">Asking again is of no use.</exception>
    /// <exception cref="RemoteTransientException">It may be, later.</exception>
    public async Task<RemoteAnswer> Ask(long from, long to, CancellationToken cancellationToken)
    {
        if (Change is not null)
        {
            throw Change;
        }

        RemoteWait wait = new(Settings.Patience, _stop.Begin());
        try
        {
            HttpResponseMessage response = await wait.For(token => Send(from, to, token), cancellationToken).ConfigureAwait(false);
            wait.Register(response);
            return await Take(response, from, to, wait).ConfigureAwait(false);
        }
        catch
        {
            wait.Dispose();
            throw;
        }
    }

    /// <summary>Waits before something is asked for again, or gives up.</summary>
    /// <param name="failures">How many attempts failed.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public async Task WaitAfter(int failures, RemoteTransientException failure, CancellationToken cancellationToken)
    {
        if (failures >= Settings.Attempts || failure.IsFinal)
        {
            throw failure.Status is { } status ? Errors.Failed(status) : Errors.Unreachable(failure.Message, failure.InnerException);
        }

        using CancellationTokenSource stop = _stop.Begin();
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellationToken);
        await Settings.Delay(RemoteSettings.WaitAfter(failures, failure.RetryAfter), both.Token).ConfigureAwait(false);
    }

    private async Task<RemoteAnswer> Take(HttpResponseMessage response, long from, long to, RemoteWait wait)
    {
        HttpStatusCode status = response.StatusCode;
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        long end;
        if (response.Content.Headers.ContentEncoding.Any(static e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw Errors.Invalid("the bytes are coded, though that was not asked for");
        }

        if (status == HttpStatusCode.PartialContent)
        {
            if (range is not { Unit: "bytes", HasRange: true, From: long start, To: long last } || start != from || last < from || last >= to)
            {
                throw Errors.Invalid("it does not send the bytes that were asked for");
            }

            if (range.Length is not long total || last >= total)
            {
                throw Errors.Invalid("it does not tell how long the file is");
            }

            CheckLength(total);

            end = last + 1;
            CheckSame(response, total);
            Know(response, total, hasRanges: true);
            if (response.Content.Headers.ContentLength is long sent && sent > end - from)
            {
                throw Errors.Invalid("it sends more bytes than it says");
            }
        }
        else if (status == HttpStatusCode.OK)
        {
            long? total = response.Content.Headers.ContentLength;
            CheckLength(total);
            CheckSame(response, total);
            if (_isKnown && HasRanges)
            {
                throw Errors.Invalid("it sends the whole file where a part was asked for");
            }

            if (from > 0)
            {
                throw Errors.Unreachable("it broke off, and sends no parts of a file to go on with", null);
            }

            Know(response, total, hasRanges: false);
            end = total ?? long.MaxValue;
        }
        else if (status == HttpStatusCode.PreconditionFailed && _isKnown)
        {
            throw SetChange("that the file is another");
        }
        else if (status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (_isKnown && (range?.Length is not long now || now != Length))
            {
                throw SetChange("another length");
            }

            if (_isKnown || range?.Length is not 0L)
            {
                throw Errors.Invalid("the bytes that were asked for are not there (416)");
            }

            Know(response, 0, hasRanges: true);
            end = 0;
        }
        else if ((int)status is >= 300 and < 400)
        {
            throw Errors.Redirect("that is no address");
        }
        else
        {
            throw Errors.OfStatus(status) ?? (Exception)new RemoteTransientException(status, RetryAfter(response));
        }

        return new RemoteAnswer(await response.Content.ReadAsStreamAsync().ConfigureAwait(false), end, response.Content.Headers.ContentLength is not null, wait);
    }

    private async Task<HttpResponseMessage> Send(long from, long to, CancellationToken token)
    {
        Uri? known = _leadsTo;
        Uri target = known ?? Address.Target;
        for (int hops = 0; hops < MostHops; hops++)
        {
            bool isRedirected = !RemoteAddress.IsSameOrigin(target, Address.Target);
            using HttpRequestMessage request = Make(target, from, to, withSecrets: !isRedirected);
            int nearest = isRedirected ? await OriginReach(token).ConfigureAwait(false) : Reach.Machine;
            HttpResponseMessage response = await RemoteClient.Send(request, nearest, token).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                response.Dispose();
                target = await Follow(target, location, token).ConfigureAwait(false);
                continue;
            }

            if (known is not null && target == known && status is 400 or 401 or 403 or 404 or 410)
            {
                // What a redirect led to is often good for some time only.
                response.Dispose();
                known = _leadsTo = null;
                target = Address.Target;
                continue;
            }

            _leadsTo = target == Address.Target ? null : target;
            return response;
        }

        throw Errors.Redirect("there is no end to it");
    }

    private HttpRequestMessage Make(Uri target, long from, long to, bool withSecrets)
    {
        HttpRequestMessage request = new(HttpMethod.Get, target);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", nameof(VmaTools));
        if (!_isKnown || HasRanges)
        {
            request.Headers.Range = new RangeHeaderValue(from, to - 1);
        }

        // Weak tags never match.
        if (_tag is { } tag && tag.Length > 0 && tag[0] == '"')
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }
        else if (_lastModified is { } time)
        {
            request.Headers.IfUnmodifiedSince = time;
        }

        foreach (KeyValuePair<string, string> header in withSecrets ? Address.Headers : [])
        {
            request.Headers.Remove(header.Key);
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return request;
    }

    private async Task<Uri> Follow(Uri from, Uri location, CancellationToken token)
    {
        if (!Uri.TryCreate(from, location, out Uri? next) || !RemoteAddress.IsOne(next.Scheme + "://") || next.Host.Length == 0)
        {
            throw Errors.Redirect("that is no address");
        }

        if (from.Scheme == "https" && next.Scheme != "https")
        {
            throw Errors.Redirect("the way there is not encrypted");
        }

        if (!RemoteAddress.IsSameOrigin(next, Address.Target)
            && Reach.OfTarget(await Settings.Resolve(next.IdnHost, token).ConfigureAwait(false)) > await OriginReach(token).ConfigureAwait(false))
        {
            throw Errors.Redirect("that is in the local network, or this machine");
        }

        return new Uri(next.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
    }

    private async Task<int> OriginReach(CancellationToken token)
    {
        if (_originReach < 0)
        {
            _originReach = Reach.OfOrigin(await Settings.Resolve(Address.Target.IdnHost, token).ConfigureAwait(false));
        }

        return _originReach;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date is { } date ? date - DateTimeOffset.UtcNow : null);

    private static string? TagOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? tags.FirstOrDefault() : null;

    private static string Bare(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag.Substring(2) : tag;

    private void Know(HttpResponseMessage response, long? length, bool hasRanges)
    {
        if (!_isKnown)
        {
            Length = length;
            HasRanges = hasRanges;
            _tag = TagOf(response);
            _lastModified = response.Content.Headers.LastModified;
            _isKnown = true;
        }
    }

    private void CheckLength(long? length)
    {
        if (length > MostLength)
        {
            throw Errors.Invalid("it tells a length that no file has");
        }
    }

    private void CheckSame(HttpResponseMessage response, long? length)
    {
        if (!_isKnown)
        {
            return;
        }

        if (Length is not null && length is not null && length != Length)
        {
            throw SetChange("another length");
        }

        if (_tag is not null && TagOf(response) is { } tag && Bare(tag) != Bare(_tag))
        {
            throw SetChange("another tag (ETag)");
        }

        if (_lastModified is not null && response.Content.Headers.LastModified is { } time && time != _lastModified)
        {
            throw SetChange("another time of writing");
        }
    }

    private VmaException SetChange(string what) => Change ??= Errors.Changed(what);
}
