using System;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.PowerShell;

/// <summary>What all cmdlets share: one cancellation token, errors made in one place, work with progress beside the pipeline.</summary>
public abstract class VmaCmdlet : PrintingCmdlet, IDisposable
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";
    private protected const string InputObjectSet = "InputObject";
    private protected const string InputStreamSet = "InputStream";
    private protected const string InputUriSet = "InputUri";

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Set when the user stops the pipeline.</summary>
    internal CancellationToken CancellationToken => _stop.Token;

    /// <summary>The addresses of archives that were given in the runspace.</summary>
    private protected VmaAddresses Addresses { get; } = RemoteArchives.Here;

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        _stop.Cancel();
        Addresses.StopWaiting();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <summary>Runs an action for one item; what is wrong with the item becomes an error, and the pipeline goes on.</summary>
    internal void Attempt(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (ErrorRecords.IsExpected(exception))
        {
            WriteError(ErrorRecords.From(exception, target));
        }
    }

    /// <summary>Runs an action that everything else depends on: what is wrong ends the command.</summary>
    internal void OrStop(object? target, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (ErrorRecords.IsExpected(exception))
        {
            ThrowTerminatingError(ErrorRecords.From(exception, target));
        }
    }

    /// <summary>The full path of a file that the user named. One on a drive of another provider ends the command.</summary>
    internal string ResolveFile(string path)
    {
        string full = path;
        OrStop(path, () => full = TargetPaths.Resolve(SessionState, path));
        return full;
    }

    /// <summary>The full path of a file that the user named and that is only read. One on a drive of another provider ends the command.</summary>
    internal string ResolveSource(string path)
    {
        string full = path;
        OrStop(path, () => full = TargetPaths.Resolve(SessionState, path, isRead: true));
        return full;
    }

    /// <summary>
    /// Ends the command where an archive stands in the place of the destination, and what is in its own place is nothing, or not there: the
    /// error has the right call.
    /// </summary>
    /// <param name="given">What is given to read.</param>
    /// <param name="destination">What is given for the destination.</param>
    private protected void RefuseSource(PSObject[] given, string destination)
    {
        ItemCmdletProviderIntrinsics items = SessionState.InvokeProvider.Item;
        bool isNone = given.Length == 0 && !MyInvocation.ExpectingInput;
        bool isElsewhere = given.Length == 1 && given[0].BaseObject is string path
            && !WildcardPattern.ContainsWildcardCharacters(path) && !items.Exists(path, force: true, literalPath: true);
        if ((isNone || isElsewhere) && NoSourceAttribute.IsArchive(items, destination))
        {
            ThrowTerminatingError(ErrorRecords.From(
                new VmaException(VmaCodes.TargetIsArchive, NoSourceAttribute.Explain(destination, MyInvocation.MyCommand.Name)), destination));
        }
    }

    /// <summary>Whether it is only to be told what would be done.</summary>
    internal bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? given)
        ? LanguagePrimitives.IsTrue(given)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Says that a file was written.</summary>
    internal void TellWritten(string path) => WriteVerbose($"{path} is written: {BinarySize.Format(new FileInfo(path).Length)}.");

    /// <summary>Gives a file that was written, as Get-Item gives it.</summary>
    internal void WriteFile(string path) =>
        WriteObject(InvokeProvider.Item.Get(["Microsoft.PowerShell.Core\\FileSystem::" + path], force: true, literalPath: true), enumerateCollection: true);

    /// <summary>Writes a finding as an error.</summary>
    internal void WriteFinding(VmaFinding finding, string? path)
    {
        if (finding.Severity == VmaSeverity.Error)
        {
            WriteError(ErrorRecords.From(finding.ToException(path), path));
        }
        else
        {
            WriteVerbose(finding.ToString());
        }
    }

    /// <summary>Does work on another thread while this one shows progress; stops it when the user stops the pipeline.</summary>
    internal T RunWithProgress<T>(string activity, Func<IProgress<VmaProgress>, CancellationToken, T> work)
    {
        LatestProgress latest = new();
        Task<T> task = Task.Run(() => work(latest, _stop.Token));
        ProgressDisplay display = new(activity);
        WaitHandle done = ((IAsyncResult)task).AsyncWaitHandle;
        try
        {
            while (!done.WaitOne(ProgressDisplay.Interval))
            {
                if (display.Next(latest.Value) is { } record)
                {
                    WriteProgress(record);
                }
            }
        }
        finally
        {
            if (!task.IsCompleted)
            {
                // The pipeline was stopped while progress was written: whatever the work made, it removes itself.
                _stop.Cancel();
                done.WaitOne();
                _ = task.Exception;
            }
        }

        if (display.End() is { } end)
        {
            WriteProgress(end);
        }

        T result = task.GetAwaiter().GetResult();
        if (latest.Value.BytesRead > 0)
        {
            WriteVerbose($"{activity}: {BinarySize.Format(latest.Value.BytesRead)} read.");
        }

        return result;
    }

    private sealed class LatestProgress : IProgress<VmaProgress>
    {
        private readonly object _gate = new();
        private VmaProgress _value;

        public VmaProgress Value
        {
            get
            {
                lock (_gate)
                {
                    return _value;
                }
            }
        }

        public void Report(VmaProgress value)
        {
            lock (_gate)
            {
                _value = value;
            }
        }
    }
}
